//! Whether there is anything to do. Once the move is complete both pools go their own ways: what differs is meant to, and the old pool may be
//! gone.

use lambda_runtime::LambdaEvent;
use serde_json::value::RawValue;
use tokio::sync::OnceCell;
use twinpool_core::listing::{LinkBatch, PoolList};
use twinpool_core::phase::{Phase, PhaseReader};
use twinpool_core::port::ChangeSink;
use twinpool_core::run::RunStore;
use twinpool_engine::Ports;

use super::{Found, Sweeper, TaskError};

/// The function. What it works with is made at the first event, because that asks both pools.
#[derive(Debug)]
pub struct Sweeps<T, P, S> {
    table: T,
    sweeper: OnceCell<Sweeper<P, S>>,
}

impl<T, P, S> Sweeps<T, P, S>
where
    T: PhaseReader,
    P: Ports,
    P::Old: PoolList,
    P::New: PoolList,
    P::Links: LinkBatch + RunStore,
    S: ChangeSink,
{
    /// For the move of this table.
    #[must_use]
    pub fn new(table: T) -> Self {
        Self { table, sweeper: OnceCell::new() }
    }

    /// Does what the schedule asks; nothing once the move is complete. `start` makes what it works with, and is asked again where that
    /// failed.
    ///
    /// # Errors
    /// When there is no going on.
    pub async fn handle(
        &self,
        start: impl AsyncFnOnce() -> anyhow::Result<Sweeper<P, S>>,
        event: LambdaEvent<Box<RawValue>>,
    ) -> Result<Found, TaskError> {
        let phase = self.table.standing().await.map_err(TaskError::Phase)?.phase;
        if phase == Phase::Complete {
            tracing::info!("the move is complete: the pools are not compared any more");
            return Ok(Found::Nothing { phase: phase.code() });
        }
        let start = async || start().await.map_err(|problem| TaskError::Start(problem.into()));
        self.sweeper.get_or_try_init(start).await?.handle(event).await
    }
}

#[cfg(test)]
mod tests {
    use std::cell::Cell;
    use std::sync::Arc;

    use lambda_runtime::Context;
    use twinpool_core::id::Timestamp;
    use twinpool_core::phase::{Cohorts, Share, Step};
    use twinpool_core::port::Class;
    use twinpool_testkit::{MemoryLinks, Process};

    use super::*;
    use crate::wiring::Aws;

    type Queue = twinpool_aws::sqs::Queue;

    fn event() -> LambdaEvent<Box<RawValue>> {
        let task = RawValue::from_string(r#"{"task": "sample", "users": 50}"#.to_owned()).unwrap();
        LambdaEvent::new(task, Context::default())
    }

    fn everybody() -> Step {
        Step::Switch { share: Share::ALL, cohorts: Cohorts::default() }
    }

    /// What came of it, and how often a pool was to be reached.
    async fn swept(table: MemoryLinks) -> (Result<Found, TaskError>, u32) {
        let reached = Cell::new(0);
        let sweeps: Sweeps<_, Aws, Queue> = Sweeps::new(table);
        let start = async || {
            reached.set(reached.get() + 1);
            anyhow::bail!("the old pool is gone")
        };
        let found = sweeps.handle(start, event()).await;
        (found, reached.get())
    }

    #[tokio::test]
    async fn once_the_move_is_complete_no_pool_is_asked_and_nothing_differs() {
        let table = MemoryLinks::default();
        table.step(&everybody(), Timestamp(1)).await;
        table.step(&Step::Complete, Timestamp(1)).await;
        let (found, reached) = swept(table).await;
        assert_eq!((found.unwrap(), reached), (Found::Nothing { phase: "complete" }, 0));
    }

    #[tokio::test]
    async fn in_every_other_phase_both_pools_are_asked() {
        let table = MemoryLinks::default();
        for next in [None, Some(everybody()), Some(Step::Rollback)] {
            if let Some(next) = next {
                table.step(&next, Timestamp(1)).await;
            }
            let (found, reached) = swept(table.clone()).await;
            let said = format!("{:#}", anyhow::Error::new(found.unwrap_err()));
            assert_eq!(reached, 1);
            assert!(said.contains("cannot start") && said.contains("the old pool is gone"), "{said}");
        }
    }

    #[tokio::test]
    async fn where_the_phase_is_not_known_no_pool_is_asked() {
        let process = Arc::new(Process::healthy());
        process.fail_all("GetItem", Class::Unavailable);
        let (found, reached) = swept(MemoryLinks::default().seen_by(&process)).await;
        assert!(matches!(found, Err(TaskError::Phase(_))), "{found:?}");
        assert_eq!(reached, 0);
    }
}
