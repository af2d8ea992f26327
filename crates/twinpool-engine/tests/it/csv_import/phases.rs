//! Imports where nothing may be written.

use twinpool_core::id::Timestamp;
use twinpool_core::phase::Step;
use twinpool_engine::SyncError;

use super::*;
use crate::both_ways::world::all;
use crate::support::run;

/// Longer ago than it takes everybody to know of it.
const BEFORE: Timestamp = Timestamp(10);

#[tokio::test(start_paused = true)]
async fn no_job_is_begun_where_nothing_may_be_written() {
    let import = async |steps: &[Step]| {
        let bench = Bench::of(world(2));
        for step in steps {
            bench.world.links.step(step, BEFORE).await;
        }
        let process = Arc::new(Process::healthy());
        let problem = bench.import(&process, Limits::default(), &Watching::default()).await.map(drop);
        let written = (bench.jobs.files().len(), bench.world.new.people().len(), bench.pairs().len());
        assert_eq!(written, (0, 0, 0));
        problem.expect_err("nobody is imported")
    };
    assert!(matches!(import(&[all(), Step::Complete]).await, CsvImportError::Over));
    assert!(matches!(import(&[all()]).await, CsvImportError::NotNow(SyncError::NoWayBack)));
}

#[tokio::test(start_paused = true)]
async fn whom_a_job_made_is_not_paired_once_the_move_is_complete() {
    let bench = Bench::of(world(3));
    let (world, gone) = (bench.world.clone(), Sub::parse("old-2").unwrap());
    let meanwhile = move || {
        // Of whom the source shows nothing any more.
        world.old.remove(&gone);
        run(world.links.step(&all(), BEFORE));
        run(world.links.step(&Step::Complete, BEFORE));
    };
    let watching = Watching { meanwhile: Some(Box::new(meanwhile)), ..Watching::default() };
    let process = Arc::new(Process::healthy());
    let (_, settled) = bench.import(&process, Limits::default(), &watching).await.unwrap();
    assert_eq!((settled.paired, settled.overtaken, settled.buried, settled.failed.len()), (0, 3, 0, 0));
    assert!(bench.world.links.all().is_empty());
}
