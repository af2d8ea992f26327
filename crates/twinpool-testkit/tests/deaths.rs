//! A process in memory can die after any call: the other side did the work, and nobody hears of it.

use std::sync::Arc;

use twinpool_core::id::RunId;
use twinpool_core::phase::PhaseStore as _;
use twinpool_core::port::Answer;
use twinpool_core::run::{Control, RunStore as _};
use twinpool_core::verified::VerifiedStore as _;
use twinpool_core::watch::WatchStore as _;
use twinpool_testkit::{MemoryLinks, Moment, Process};

async fn dies_after<T>(links: &MemoryLinks, call: impl AsyncFnOnce(MemoryLinks) -> Answer<T>) {
    let dying = Arc::new(Process::dying_at(0, Moment::After));
    let answer = call(links.seen_by(&dying)).await;
    assert!(answer.is_err() && dying.is_dead());
}

#[tokio::test]
async fn whoever_reads_or_writes_runs_and_phases_can_die_of_it() {
    let links = MemoryLinks::default();
    let id = RunId::parse("one").expect("an id");
    dies_after(&links, async |links| links.run(&id).await).await;
    dies_after(&links, async |links| links.run_ids().await).await;
    dies_after(&links, async |links| links.control().await).await;
    dies_after(&links, async |links| links.changes().await).await;
    dies_after(&links, async |links| links.verified().await).await;
    dies_after(&links, async |links| links.watched().await).await;
    let paused = Control { paused: true, ..Control::default() };
    dies_after(&links, async |links| links.set_control(&paused).await).await;
    assert!(links.control().await.expect("an answer").paused, "it was done");
}

#[tokio::test]
async fn the_answer_to_a_pause_can_be_lost() {
    let process = Arc::new(Process::healthy());
    let links = MemoryLinks::default().seen_by(&process);
    process.lose_answer("PutItem");
    let paused = Control { paused: true, ..Control::default() };
    assert!(links.set_control(&paused).await.is_err());
    assert_eq!(links.control().await.map(|control| control.version), Ok(1));
}
