//! What runs by itself now and then: the sweep, and the comparison of a few users picked at random.

use std::time::Duration;

use lambda_runtime::{Diagnostic, LambdaEvent};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use tokio::time::Instant;
use twinpool_core::change_event::EventId;
use twinpool_core::id::RunId;
use twinpool_core::listing::{LinkBatch, PoolList};
use twinpool_core::port::{ChangeSink, Class, Clock as _, Place, PortError};
use twinpool_core::run::{Run, RunKind, RunState, RunStore};
use twinpool_engine::{
    Engine, Listener, Looking, Observer, Ports, Row, Sample, Step, Summary, Sweep, SweepError, Swept,
    Verdict, VerifyError,
};

mod start;

pub use start::Sweeps;

/// Left of the function's time for what is under way.
const MARGIN: Duration = Duration::from_secs(60);

/// Before a difference is looked at again: whatever the queue holds is through by then, or the next sample sees it.
const PAUSE: Duration = Duration::from_secs(5);

/// What the schedule asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(tag = "task", rename_all = "lowercase", deny_unknown_fields)]
pub enum Task {
    /// Finds what no event told, and sends the mirror there.
    Sweep,
    /// Compares so many users in both pools.
    Sample {
        /// How many users of the old pool.
        users: usize,
    },
}

/// What was found, for whoever invoked the function. The log says the same, for the metrics.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Found {
    /// By a sweep.
    Swept {
        /// Users in the list.
        seen: u64,
        /// Hints that were sent.
        hints: u64,
        /// Whether the end was reached.
        complete: bool,
        /// Whether this part passed over the whole old pool, and so knew who is missing from it.
        looked_for_missing: bool,
    },
    /// By a sample.
    Sampled {
        /// Users that were compared.
        users: u64,
        /// Users in whom the pools differ, and no reason is known.
        differing: u64,
    },
    /// Nothing: the pools follow each other no more, and none was asked.
    Nothing {
        /// Where the move stands.
        phase: &'static str,
    },
}

/// Why nothing was found. The next time may be better; nothing is lost.
#[derive(Debug, thiserror::Error)]
pub enum TaskError {
    /// The input names no task.
    #[error(
        "the input is no task: it should be {{\"task\": \"sweep\"}} or {{\"task\": \"sample\", \"users\": 50}}"
    )]
    NoTask,
    /// It is not known whether there is anything to do.
    #[error("the phase cannot be read: no pool was asked")]
    Phase(#[source] PortError),
    /// What it works with cannot be made.
    #[error("the sweep cannot start: what no event told is not found")]
    Start(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The system gave no random number.
    #[error("the system gave no random number")]
    NoRandomness,
    /// The sweep ended early.
    #[error("the sweep ended early")]
    Sweep(#[from] SweepError),
    /// The comparison ended early.
    #[error("the sample ended early")]
    Sample(#[from] VerifyError),
    /// The place of the sweep is not known.
    #[error("the place of the sweep cannot be kept")]
    Place(#[source] PortError),
}

impl From<TaskError> for Diagnostic {
    fn from(error: TaskError) -> Self {
        let kind = match error {
            TaskError::NoTask => "NoTask",
            TaskError::Phase(_) => "Phase",
            TaskError::Start(_) => "Start",
            TaskError::NoRandomness => "NoRandomness",
            TaskError::Sweep(_) => "Sweep",
            TaskError::Sample(_) => "Sample",
            TaskError::Place(_) => "Place",
        };
        Self { error_type: kind.to_owned(), error_message: format!("{:#}", anyhow::Error::new(error)) }
    }
}

/// What the function does while pools follow each other.
#[derive(Debug)]
pub struct Sweeper<P, S> {
    engine: Engine<P>,
    sink: S,
    most: u64,
}

impl<P, S> Sweeper<P, S>
where
    P: Ports,
    P::Old: PoolList,
    P::New: PoolList,
    P::Links: LinkBatch + RunStore,
    S: ChangeSink,
{
    /// Each sweep ends with the page that makes it so many hints.
    #[must_use]
    pub fn new(engine: Engine<P>, sink: S, most: u64) -> Self {
        Self { engine, sink, most }
    }

    /// Does what the schedule asks.
    ///
    /// # Errors
    /// When there is no going on.
    pub async fn handle(&self, event: LambdaEvent<Box<RawValue>>) -> Result<Found, TaskError> {
        let task: Task = serde_json::from_str(event.payload.get()).map_err(|_| TaskError::NoTask)?;
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|_| TaskError::NoRandomness)?;
        let random = u128::from_be_bytes(random);
        match task {
            Task::Sweep => self.sweep(random, until(event.context.deadline)).await,
            Task::Sample { users } => self.sample(random, users).await,
        }
    }

    /// Goes on where the last one ran out of time.
    async fn sweep(&self, random: u128, until: Instant) -> Result<Found, TaskError> {
        let mut next = random;
        let mut run = self.run().await.map_err(TaskError::Place)?;
        let sweep = Sweep {
            sink: &self.sink,
            fresh_id: || {
                next = next.wrapping_add(1);
                EventId::from_random(next.to_be_bytes())
            },
            most: self.most,
            until: Some(until),
            after: run.place.take(),
            dry_run: false,
        };
        let swept = Box::pin(self.engine.sweep(sweep, &Heard)).await?;
        report(&swept);
        self.keep(run, swept.next.clone()).await.map_err(TaskError::Place)?;
        Ok(Found::Swept {
            seen: swept.seen,
            hints: swept.hints(),
            complete: swept.is_complete(),
            looked_for_missing: swept.looked_for.is_some(),
        })
    }

    async fn run(&self) -> Result<Run, PortError> {
        const SWEEP: &str = "sweep";
        let id = RunId::parse(SWEEP).map_err(|_| PortError::new(Class::Rejected, "GetItem", "BadRun"))?;
        let found = match self.engine.ports().links().run(&id).await {
            // Of another version, or damaged: from the beginning.
            Err(error) if error.class == Class::Unreadable => None,
            answer => answer?,
        };
        let now = self.engine.ports().clock().now();
        Ok(found.unwrap_or_else(|| Run::new(id, RunKind::Sweep, SWEEP.to_owned(), now)))
    }

    async fn keep(&self, run: Run, place: Option<Place>) -> Result<(), PortError> {
        let state = if place.is_some() { RunState::Stopped } else { RunState::Finished };
        let run = Run { place, state, seen_at: self.engine.ports().clock().now(), ..run };
        match self.engine.ports().links().write_run(&run).await {
            // Another one ran beside: its place is as good.
            Err(error) if error.class == Class::Stale => Ok(()),
            answer => answer.map(drop),
        }
    }

    async fn sample(&self, random: u128, users: usize) -> Result<Found, TaskError> {
        let sample = Sample { users, random: u64::try_from(random >> 64).unwrap_or_default() };
        let looking = Looking { pause: PAUSE, ..Looking::default() };
        let summary = Box::pin(self.engine.verifier().verify_sample(sample, &looking, &Heard)).await?;
        let differing = differing(&summary);
        tracing::info!(
            sample_users = summary.users(),
            sample_held_back = summary.count(Verdict::HeldBack),
            sample_differing = differing,
            "both pools compared, a few users"
        );
        Ok(Found::Sampled { users: summary.users(), differing })
    }
}

fn differing(summary: &Summary) -> u64 {
    summary.verdicts.iter().filter(|(verdict, _)| verdict.is_difference()).map(|(_, count)| count).sum()
}

fn report(swept: &Swept) {
    if swept.too_many_missing {
        tracing::error!(
            missing = swept.missing,
            "more users with a link are missing from the list than can have been deleted unnoticed: nobody was sent to look for \
             them; look whether the old pool is the right one, then `twinpool sweep`"
        );
    }
    tracing::info!(
        sweep_seen = swept.seen,
        sweep_new = swept.new,
        sweep_changed = swept.changed,
        sweep_missing = swept.missing,
        sweep_hints = swept.hints(),
        complete = swept.is_complete(),
        looked_for_missing = swept.looked_for.is_some(),
        "swept"
    );
}

/// Lambda gives the deadline in milliseconds since 1970.
fn until(deadline: u64) -> Instant {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let left = Duration::from_millis(deadline).saturating_sub(now);
    Instant::now() + left.saturating_sub(MARGIN)
}

/// Writes what happens into the log.
#[derive(Debug)]
struct Heard;

impl Listener for Heard {
    fn waits(&self, error: &PortError, after: Duration) {
        tracing::warn!(reason = %error, retry_seconds = after.as_secs(), "tried again");
    }

    fn begins_anew(&self) {
        tracing::warn!("the pool does not know the place in its list any more: the walk begins anew");
    }
}

impl Observer for Heard {
    fn step(&self, _step: Step, _done: u64) {}

    fn row(&self, row: &Row) -> std::io::Result<()> {
        if row.verdict.is_difference() {
            let old_sub = row.old_sub.as_ref().map(tracing::field::display);
            let new_sub = row.new_sub.as_ref().map(tracing::field::display);
            tracing::warn!(old_sub, new_sub, verdict = row.verdict.code(), "the pools differ");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tasks_are_read_strictly() {
        let read = |text| serde_json::from_str::<Task>(text).ok();
        assert_eq!(read(r#"{"task": "sweep"}"#), Some(Task::Sweep));
        assert_eq!(read(r#"{"task": "sample", "users": 50}"#), Some(Task::Sample { users: 50 }));
        for odd in ["{}", r#"{"task": "delete"}"#, r#"{"task": "sample"}"#, "null", r#"{"Records": []}"#] {
            assert_eq!(read(odd), None, "{odd}");
        }
    }
}
