//! A run that waits for an import job.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::sleep;
use twinpool_core::id::{RunId, Timestamp};
use twinpool_core::port::Clock;
use twinpool_core::run::{ALIVE_FOR_MS, Control, Run, RunKind, RunStore as _};
use twinpool_engine::{Budget, Deaf, Governor, Keeper, RunError};
use twinpool_testkit::{MemoryLinks, World};

use crate::support::NOW;

/// Goes with the clock of the tests.
pub(crate) struct Ticking(pub(crate) tokio::time::Instant);

impl Clock for Ticking {
    fn now(&self) -> Timestamp {
        Timestamp(NOW.0 + u64::try_from(self.0.elapsed().as_millis()).expect("a short test"))
    }
}

async fn keeper(links: &MemoryLinks, may_go_on: bool, now: Timestamp) -> Keeper<'_, MemoryLinks> {
    let governor = Arc::new(Governor::new(Budget { percent: 50, processes: NonZeroU32::MIN }));
    let id = RunId::parse(format!("run-{}", now.0)).expect("a run");
    let fresh = Run::new(id, RunKind::Csv, "everybody".to_owned(), now);
    Keeper::begin(links, governor, 50, fresh, may_go_on, now).await.expect("the table answers")
}

#[tokio::test(start_paused = true)]
async fn a_run_that_waits_for_a_job_lives_and_says_for_which() {
    let (links, clock) = (World::username_to_email().links, Ticking(tokio::time::Instant::now()));
    let mut keeper = keeper(&links, true, clock.now()).await;
    let id = keeper.run.id.clone();
    let look = async {
        sleep(Duration::from_mins(10)).await;
        links.run(&id).await.expect("the table answers").expect("the run")
    };
    let note = |run: &mut Run| run.job = Some("import-1".to_owned());
    let seen = keeper.alive_during(look, &clock, &Deaf, note).await.expect("nobody takes it");
    assert!(clock.now().0 > seen.started_at.0 + 2 * ALIVE_FOR_MS);
    assert!(seen.is_alive(clock.now()));
    assert_eq!(seen.job.as_deref(), Some("import-1"));
    // What comes after is written as ever.
    keeper.persist(clock.now(), &Deaf).await.expect("the run is still this process's");
}

#[tokio::test(start_paused = true)]
async fn a_run_that_another_process_takes_stops_waiting() {
    let (links, clock) = (World::username_to_email().links, Ticking(tokio::time::Instant::now()));
    let mut first = keeper(&links, true, clock.now()).await;
    // It was stopped for so long that it was taken for dead.
    let later = Timestamp(NOW.0 + 2 * ALIVE_FOR_MS);
    let second = keeper(&links, true, later).await;
    assert_eq!(first.run.id, second.run.id);
    let never = std::future::pending::<()>();
    let end = first.alive_during(never, &clock, &Deaf, |_| {}).await;
    assert_eq!(end, Err(RunError::Taken(second.run.id)));
}

#[tokio::test(start_paused = true)]
async fn no_job_is_begun_while_everything_is_paused() {
    let (links, clock) = (World::username_to_email().links, Ticking(tokio::time::Instant::now()));
    let said = async |paused| {
        let version = links.control().await.expect("the table answers").version;
        links
            .set_control(&Control { paused, percent: None, version })
            .await
            .expect("nobody else says anything");
    };
    said(true).await;
    let mut keeper = keeper(&links, true, clock.now()).await;
    let mut told = 0;
    let resume = async {
        sleep(Duration::from_mins(5)).await;
        said(false).await;
    };
    let (resumed, ()) = tokio::join!(keeper.resumed(&clock, &Deaf, || told += 1), resume);
    resumed.expect("the table answers");
    assert!(clock.now().0 >= NOW.0 + 300_000);
    assert_eq!(told, 1, "it is said once");
    assert!(keeper.run.is_alive(clock.now()));
}
