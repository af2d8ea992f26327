//! Mirrors: engines that begin, go on call by call, and die.

use std::collections::BTreeMap;
use std::fmt;
use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll, Waker};

use twinpool_core::id::{Pool, Sub, Timestamp};
use twinpool_core::port::Clock;
use twinpool_engine::{Engine, Outcome, Ports, SyncError, Terms};
use twinpool_rules::Rules;
use twinpool_testkit::world::{MARKER, attribute, key};
use twinpool_testkit::{MemoryLinks, PoolHandle, Process, World};

use crate::queue::Message;

/// The mirror's function is ended after so long (infra/template.yaml).
pub(crate) const ENDED_AFTER: u64 = 30_000;

/// A clock that the simulation moves.
#[derive(Debug, Clone)]
pub(crate) struct Ticking(Arc<AtomicU64>);

impl Ticking {
    pub(crate) fn at(now: u64) -> Self {
        Self(Arc::new(AtomicU64::new(now)))
    }

    pub(crate) fn millis(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }

    pub(crate) fn set(&self, now: u64) {
        self.0.store(now, Ordering::Relaxed);
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

type Work = Pin<Box<dyn Future<Output = Result<Outcome, SyncError>>>>;

/// One message being processed.
pub(crate) struct Job {
    pub(crate) message: Message,
    pub(crate) since: u64,
    work: Work,
    /// What of whom was read when, in steps.
    pub(crate) read: BTreeMap<(Pool, Sub, &'static str), u64>,
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").field("message", &self.message).finish_non_exhaustive()
    }
}

/// One process, with what it is doing.
#[derive(Debug)]
pub(crate) struct Mirror {
    engine: Arc<Engine<StandIns>>,
    process: Arc<Process>,
    pub(crate) job: Option<Job>,
}

impl Mirror {
    pub(crate) fn start(world: &World, clock: &Ticking, process: Process) -> Self {
        let process = Arc::new(process);
        let ports = StandIns {
            old: world.old.called_by(&process),
            new: world.new.called_by(&process),
            links: world.links.seen_by(&process),
            clock: clock.clone(),
        };
        let rules = Rules::parse(&world.rules).expect("the rules of the world");
        let terms = Terms { key: key(), marker: attribute(MARKER), rules };
        let engine = Arc::new(run(Engine::start(ports, terms)).expect("the engine starts"));
        Self { engine, process, job: None }
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.process.is_dead()
    }

    pub(crate) fn process(&self) -> &Process {
        &self.process
    }

    pub(crate) fn begin(&mut self, message: Message, now: u64) {
        let (engine, event, delivery) = (Arc::clone(&self.engine), message.event.clone(), message.delivery);
        let work = Box::pin(async move { engine.sync_user(&event, delivery).await });
        self.job = Some(Job { message, since: now, work, read: BTreeMap::new() });
    }
}

impl Job {
    /// Goes on to the next call.
    pub(crate) fn go_on(&mut self) -> Poll<Result<Outcome, SyncError>> {
        self.work.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }
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
