//! What an engine stands on in tests: pools and links in memory, and any clock.

use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use twinpool_core::port::Clock;
use twinpool_engine::{Ports, Terms};
use twinpool_rules::Rules;
use twinpool_testkit::world::{MARKER, attribute, key};
use twinpool_testkit::{MemoryLinks, PoolHandle, Process, World};

#[derive(Debug)]
pub(crate) struct StandIns<C> {
    pub(crate) old: PoolHandle,
    pub(crate) new: PoolHandle,
    pub(crate) links: MemoryLinks,
    pub(crate) clock: C,
    /// Whether the old pool may be written.
    pub(crate) both_ways: bool,
}

impl<C> StandIns<C> {
    /// As one process sees them.
    pub(crate) fn of(world: &World, process: &Arc<Process>, clock: C, both_ways: bool) -> Self {
        Self {
            old: world.old.called_by(process),
            new: world.new.called_by(process),
            links: world.links.seen_by(process),
            clock,
            both_ways,
        }
    }
}

impl<C: Clock> Ports for StandIns<C> {
    type Old = PoolHandle;
    type Back = PoolHandle;
    type New = PoolHandle;
    type Links = MemoryLinks;
    type Clock = C;

    fn old(&self) -> &PoolHandle {
        &self.old
    }
    fn back(&self) -> Option<&PoolHandle> {
        self.both_ways.then_some(&self.old)
    }
    fn new_pool(&self) -> &PoolHandle {
        &self.new
    }
    fn links(&self) -> &MemoryLinks {
        &self.links
    }
    fn clock(&self) -> &C {
        &self.clock
    }
}

/// What the owner of this world says.
pub(crate) fn terms(world: &World) -> Terms {
    let rules = Rules::parse(&world.rules).expect("the rules of the world");
    Terms { key: key(), marker: attribute(MARKER), rules }
}

/// Drives a future of the stand-ins, which never wait for anything outside.
pub(crate) fn run<T>(future: impl Future<Output = T>) -> T {
    let mut future = Box::pin(future);
    loop {
        if let Poll::Ready(answer) = future.as_mut().poll(&mut Context::from_waker(Waker::noop())) {
            return answer;
        }
    }
}
