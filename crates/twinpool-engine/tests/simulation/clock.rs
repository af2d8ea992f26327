//! What an engine stands on here: pools, links and a clock in memory.

use std::future::Future;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use twinpool_core::id::Timestamp;
use twinpool_core::port::Clock;
use twinpool_engine::{Engine, Ports, Terms};
use twinpool_rules::Rules;
use twinpool_testkit::world::{MARKER, attribute, key};
use twinpool_testkit::{MemoryLinks, PoolHandle, Process, World};

/// A clock that the simulation moves, and that may be wrong.
#[derive(Debug, Clone)]
pub(crate) struct Ticking {
    now: Arc<AtomicU64>,
    ahead: i64,
}

impl Ticking {
    pub(crate) fn at(now: u64) -> Self {
        Self { now: Arc::new(AtomicU64::new(now)), ahead: 0 }
    }

    /// The same, so many milliseconds ahead, or behind.
    pub(crate) fn ahead_by(&self, ahead: i64) -> Self {
        Self { ahead, ..self.clone() }
    }

    pub(crate) fn millis(&self) -> u64 {
        self.now.load(Ordering::Relaxed).saturating_add_signed(self.ahead)
    }

    pub(crate) fn set(&self, now: u64) {
        self.now.store(now, Ordering::Relaxed);
    }
}

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        Timestamp(self.millis())
    }
}

#[derive(Debug)]
pub(crate) struct StandIns {
    old: PoolHandle,
    new: PoolHandle,
    links: MemoryLinks,
    clock: Ticking,
}

impl Ports for StandIns {
    type Old = PoolHandle;
    type Back = PoolHandle;
    type New = PoolHandle;
    type Links = MemoryLinks;
    type Clock = Ticking;

    fn old(&self) -> &PoolHandle {
        &self.old
    }
    fn back(&self) -> Option<&PoolHandle> {
        Some(&self.old)
    }
    fn new_pool(&self) -> &PoolHandle {
        &self.new
    }
    fn links(&self) -> &MemoryLinks {
        &self.links
    }
    fn clock(&self) -> &Ticking {
        &self.clock
    }
}

/// The engine of one process.
pub(crate) fn engine(world: &World, clock: &Ticking, process: &Arc<Process>) -> Arc<Engine<StandIns>> {
    let ports = StandIns {
        old: world.old.called_by(process),
        new: world.new.called_by(process),
        links: world.links.seen_by(process),
        clock: clock.clone(),
    };
    let rules = Rules::parse(&world.rules).expect("the rules of the world");
    let terms = Terms { key: key(), marker: attribute(MARKER), rules };
    Arc::new(run(Engine::start(ports, terms)).expect("the engine starts"))
}

/// Drives a future of the stand-ins to its end.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = Box::pin(future);
    loop {
        if let Poll::Ready(answer) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return answer;
        }
    }
}
