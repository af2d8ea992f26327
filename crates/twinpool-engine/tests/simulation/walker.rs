//! Walks over the pools beside all else: sweeps and backfills, with lists that are late.

use std::fmt;
use std::num::NonZeroU32;
use std::pin::Pin;
use std::sync::{Arc, Mutex};
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use twinpool_core::change_event::{ChangeEvent, EventId};
use twinpool_core::id::{RunId, Sub};
use twinpool_core::port::{Answer, ChangeSink, Class, Clock as _, PortError};
use twinpool_core::run::{Run, RunKind};
use twinpool_engine::{
    Backfill, Budget, Deaf, Governor, Keeper, LaneState, Listener, OfPool, Ports as _, Selection, Sweep,
    SyncError, Walk, Watcher, memberships,
};
use twinpool_testkit::{Process, World};

use crate::clock::{Ticking, Works, engine};
use crate::mirror::Reads;

/// Whoever only waits so often waits for a clock that does not go on here: the process is ended.
const PATIENCE: usize = 20;

/// What a walk is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Errand {
    Sweep,
    Backfill,
}

/// Hints of a sweep, until the queue has them.
#[derive(Debug, Default, Clone)]
pub(crate) struct Hints(Arc<Mutex<Vec<ChangeEvent>>>);

impl Hints {
    pub(crate) fn take(&self) -> Vec<ChangeEvent> {
        std::mem::take(&mut self.0.lock().expect("nobody panics here"))
    }
}

impl ChangeSink for Hints {
    async fn send(&self, event: &ChangeEvent) -> Answer<()> {
        self.0.lock().expect("nobody panics here").push(event.clone());
        Ok(())
    }
}

struct Quiet;

impl Listener for Quiet {
    fn waits(&self, _error: &PortError, _after: Duration) {}
    fn begins_anew(&self) {}
}

impl Watcher for Quiet {
    fn progress(&self, _run: &Run, _lanes: &[LaneState]) {}
    fn failed(&self, _user: &Sub, _problem: &SyncError) {}
}

/// One process that walks.
pub(crate) struct Walker {
    pub(crate) errand: Errand,
    /// Nothing goes wrong for this one.
    pub(crate) is_spared: bool,
    process: Arc<Process>,
    work: Pin<Box<dyn Future<Output = String>>>,
    pub(crate) hints: Hints,
    pub(crate) reads: Reads,
    calls: usize,
    waited: usize,
}

impl fmt::Debug for Walker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Walker").field("errand", &self.errand).finish_non_exhaustive()
    }
}

impl Walker {
    /// `number`: nobody else's, for the ids of its hints and its name.
    pub(crate) fn start(
        (world, clock): (&World, &Ticking),
        process: Process,
        errand: Errand,
        number: u64,
    ) -> Self {
        let process = Arc::new(process);
        let (engine, hints) = (engine(world, clock, &process), Hints::default());
        let work: Pin<Box<dyn Future<Output = String>>> = match errand {
            Errand::Sweep => Box::pin(sweep(engine, hints.clone(), number)),
            Errand::Backfill => Box::pin(backfill(engine, number)),
        };
        Self { errand, is_spared: false, process, work, hints, reads: Reads::default(), calls: 0, waited: 0 }
    }

    /// The next call of this operation is one too many.
    pub(crate) fn fail_next(&self, operation: &'static str) {
        self.process.fail_next(operation, Class::Throttled);
    }

    /// Goes on to the next calls; at the end, how it went.
    pub(crate) fn go_on(&mut self) -> Poll<String> {
        let answer = self.work.as_mut().poll(&mut Context::from_waker(Waker::noop()));
        let calls = self.process.count();
        self.waited = if self.calls == calls { self.waited + 1 } else { 0 };
        self.calls = calls;
        match answer {
            Poll::Pending if self.process.is_dead() => Poll::Ready("dies".to_owned()),
            Poll::Pending if self.waited > PATIENCE => Poll::Ready("waits for ever, and is ended".to_owned()),
            answer => answer,
        }
    }
}

async fn sweep(engine: Arc<Works>, sink: Hints, number: u64) -> String {
    let mut sent = 0;
    let fresh_id = || {
        sent += 1;
        EventId::from_random((u128::from(number) << 64 | sent).to_be_bytes())
    };
    let sweep = Sweep { sink, fresh_id, most: 1_000, until: None, after: None, dry_run: false };
    match engine.sweep(sweep, &Deaf).await {
        Ok(swept) => format!("ends: {swept:?}"),
        Err(error) => format!("breaks off: {error:?}"),
    }
}

async fn backfill(engine: Arc<Works>, number: u64) -> String {
    match carry_over(&engine, number).await {
        Ok(ending) => format!("ends: {ending}"),
        Err(error) => format!("breaks off: {error}"),
    }
}

async fn carry_over(engine: &Works, number: u64) -> Result<String, String> {
    let (ports, now) = (engine.ports(), engine.ports().clock().now());
    let governor = Arc::new(Governor::new(Budget { percent: 100, processes: NonZeroU32::MIN }));
    let id = RunId::parse(format!("run-{number}")).expect("a run");
    let selection = Selection::default();
    let fresh = Run::new(id, RunKind::Backfill, selection.to_string(), now);
    let wrong = |error: &dyn fmt::Debug| format!("{error:?}");
    let groups = memberships(ports.old(), &Quiet).await.map_err(|error| wrong(&error))?;
    let keeper = Keeper::begin(ports.links(), governor, 100, fresh, true, now).await;
    let keeper = keeper.map_err(|error| wrong(&error))?;
    let prepared = engine.prepare_groups(groups.names(), &keeper.run.id, &Quiet).await;
    prepared.map_err(|error| wrong(&error))?;
    let source = OfPool::new(Walk::new(ports.old(), keeper.run.place.clone(), &Quiet), &groups);
    let work = Backfill { engine, watcher: &Quiet, selection, limit: None };
    let report = work.run(source, keeper, std::future::pending()).await;
    report.map(|report| format!("{:?} {:?}", report.ending, report.run.tally)).map_err(|error| wrong(&error))
}
