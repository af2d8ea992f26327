//! The clocks of processes, and engines that go by them.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use twinpool_core::id::Timestamp;
use twinpool_core::port::Clock;
use twinpool_engine::Engine;
use twinpool_testkit::{Process, World};

use crate::stand_ins::{StandIns, run, terms};

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

/// What a process of the simulation works with.
pub(crate) type Works = Engine<StandIns<Ticking>>;

/// The engine of one process.
pub(crate) fn engine(world: &World, clock: &Ticking, process: &Arc<Process>) -> Arc<Works> {
    let ports = StandIns::of(world, process, clock.clone(), true);
    Arc::new(run(Engine::start(ports, terms(world))).expect("the engine starts"))
}
