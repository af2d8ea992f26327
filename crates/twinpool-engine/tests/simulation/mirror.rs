//! Mirrors: engines that begin, go on call by call, and die.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use tokio::time::Instant;
use tracing::Span;
use twinpool_core::id::{Pool, Sub};
use twinpool_engine::{Outcome, Processed, SyncError};
use twinpool_testkit::{Process, World};

use crate::clock::{Ticking, Works, engine};
use crate::queue::Message;

/// The mirror's function is ended after so long (infra/template.yaml).
pub(crate) const ENDED_AFTER: u64 = 30_000;

/// What a process read of whom, and in which step.
#[derive(Debug, Default)]
pub(crate) struct Reads {
    steps: BTreeMap<(Pool, Sub, &'static str), u64>,
    /// The same of those who were found by their name.
    by_name: BTreeMap<(Pool, Sub), u64>,
    /// Whom several tasks of the process work on: nobody can tell which of them read.
    shared: BTreeSet<usize>,
}

impl Reads {
    /// `shared`: whom several tasks of the process work on at once.
    pub(crate) fn by_tasks(shared: BTreeSet<usize>) -> Self {
        Self { shared, ..Self::default() }
    }

    pub(crate) fn note(&mut self, human: Option<usize>, what: (Pool, Sub, &'static str), step: u64) {
        let read = self.steps.entry(what).or_insert(step);
        if human.is_none_or(|human| !self.shared.contains(&human)) {
            *read = step;
        }
    }

    pub(crate) fn note_by_name(&mut self, pool: Pool, sub: &Sub, step: u64) {
        self.by_name.insert((pool, sub.clone()), step);
    }

    /// The step in which whoever writes now had read this last; of somebody shared, the first in which anybody did. `None`: nobody did.
    /// Whoever looks for the holder of a name compares what was found only where nothing else was read.
    pub(crate) fn seen(&self, pool: Pool, sub: &Sub, operation: &'static str) -> Option<u64> {
        let by_name = self.by_name.get(&(pool, sub.clone()));
        self.steps.get(&(pool, sub.clone(), operation)).or(by_name).copied()
    }
}

/// What became of a message.
#[derive(Debug)]
pub(crate) enum Fate {
    /// It is done.
    Done(Outcome),
    /// It is not, and this is why.
    Failed(SyncError),
}

/// How a job ends.
#[derive(Debug)]
pub(crate) enum Ended {
    /// One message, looked at closely.
    One(Box<(Message, Fate)>),
    /// Several, as the function answers them.
    Batch(Vec<Message>, Box<Processed>),
}

type Work = Pin<Box<dyn Future<Output = Ended>>>;

/// Messages being processed.
pub(crate) struct Job {
    pub(crate) since: u64,
    work: Work,
    pub(crate) reads: Reads,
}

impl fmt::Debug for Job {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Job").field("since", &self.since).finish_non_exhaustive()
    }
}

/// One process, with what it is doing.
#[derive(Debug)]
pub(crate) struct Mirror {
    engine: Arc<Works>,
    process: Arc<Process>,
    pub(crate) job: Option<Job>,
}

impl Mirror {
    pub(crate) fn start(world: &World, clock: &Ticking, process: Process) -> Self {
        let process = Arc::new(process);
        Self { engine: engine(world, clock, &process), process, job: None }
    }

    pub(crate) fn is_dead(&self) -> bool {
        self.process.is_dead()
    }

    pub(crate) fn process(&self) -> &Process {
        &self.process
    }

    /// One message.
    pub(crate) fn begin(&mut self, message: Message, now: u64) {
        let engine = Arc::clone(&self.engine);
        self.work_on(now, Reads::default(), async move {
            let fate = match engine.sync_user(&message.event, message.delivery).await {
                Ok(outcome) => Fate::Done(outcome),
                Err(error) => Fate::Failed(error),
            };
            Ended::One(Box::new((message, fate)))
        });
    }

    /// A batch, as the function gets it: from text, with what it logs and writes down.
    pub(crate) fn begin_batch(&mut self, messages: Vec<Message>, reads: Reads, now: u64) {
        let engine = Arc::clone(&self.engine);
        let one = |message: &Message| twinpool_engine::Message {
            id: message.number.to_string(),
            group: Some(message.group.clone()),
            body: message.event.to_body(),
            delivery: message.delivery,
            span: Span::none(),
        };
        let batch = messages.iter().map(one).collect();
        self.work_on(now, reads, async move {
            // The simulation ends a function by itself, and less kindly.
            let processed = engine.process(batch, Instant::now() + Duration::from_hours(1)).await;
            Ended::Batch(messages, Box::new(processed))
        });
    }

    fn work_on(&mut self, now: u64, reads: Reads, work: impl Future<Output = Ended> + 'static) {
        self.job = Some(Job { since: now, work: Box::pin(work), reads });
    }
}

impl Job {
    /// Goes on to the next call.
    pub(crate) fn go_on(&mut self) -> Poll<Ended> {
        self.work.as_mut().poll(&mut Context::from_waker(Waker::noop()))
    }
}
