//! A backfill where nothing may be written, or not yet.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use tokio::time::{Instant, sleep};
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::Timestamp;
use twinpool_core::phase::{ROUTES_AFTER, Step};
use twinpool_core::run::{Run, RunKind};
use twinpool_engine::{
    Backfill, Broken, Budget, Ending, Engine, Governor, Keeper, OfPool, Ports as _, Report, Selection,
    SyncError, Walk, memberships,
};
use twinpool_testkit::world::group;
use twinpool_testkit::{Process, World};

use crate::backfills::{Looker, counts, done, populated, run_id};
use crate::both_ways::world::all;
use crate::stand_ins::StandIns;
use crate::support::{NOW, assert_in_step_all, terms};
use crate::waits::Ticking;

/// Longer ago than it takes everybody to know of it.
const BEFORE: Timestamp = Timestamp(NOW.0 - 60_000);

/// Four people, whose groups the new pool has or lacks.
async fn world(has_groups: bool, steps: &[Step], at: Timestamp) -> World {
    let world = populated(4);
    for name in ["staff", "beta"].into_iter().filter(|_| has_groups) {
        world.new.put_group(GroupDefinition { name: group(name), description: None, precedence: None });
    }
    for step in steps {
        world.links.step(step, at).await;
    }
    world
}

async fn backfill(world: &World, may_write_old: bool) -> Result<Report, Broken> {
    let process = Arc::new(Process::healthy());
    let ports = StandIns::of(world, &process, Ticking(Instant::now()), may_write_old);
    let engine = Engine::start(ports, terms(world)).await.expect("the engine starts");
    let (old, looker) = (engine.ports().old(), Looker::default());
    let groups = memberships(old, &looker).await?;
    let governor = Arc::new(Governor::new(Budget { percent: 100, processes: NonZeroU32::MIN }));
    let fresh = Run::new(run_id("one"), RunKind::Backfill, Selection::default().to_string(), NOW);
    let keeper = Keeper::begin(engine.ports().links(), governor, 100, fresh, false, NOW).await?;
    engine.prepare_groups(groups.names(), &keeper.run.id, &looker).await?;
    let source = OfPool::new(Walk::new(old, None, &looker), &groups);
    let work = Backfill { engine: &engine, watcher: &looker, selection: Selection::default(), limit: None };
    work.run(source, keeper, std::future::pending()).await
}

fn assert_nothing_written(world: &World) {
    assert_eq!((world.new.people().len(), world.links.all().len()), (0, 0));
}

#[tokio::test(start_paused = true)]
async fn nobody_is_carried_over_once_the_move_is_complete() {
    let world = world(false, &[all(), Step::Complete], BEFORE).await;
    let report = backfill(&world, true).await.expect("it ends");
    assert_eq!(report.ending, Ending::Finished);
    assert_eq!(done(&report), counts(&[("the move is complete", 4)]));
    assert_nothing_written(&world);
    assert_eq!(world.new.group(&group("staff")), None, "nor is a group");
}

#[tokio::test(start_paused = true)]
async fn nobody_is_carried_over_by_whom_the_old_pool_may_not_be_written_while_people_use_both() {
    let lacking = world(false, &[all()], BEFORE).await;
    let broken = backfill(&lacking, false).await.expect_err("it stops at the first group");
    assert!(matches!(broken, Broken::Group(_, SyncError::NoWayBack)), "{broken:?}");
    assert_nothing_written(&lacking);

    let world = world(true, &[all()], BEFORE).await;
    let report = backfill(&world, false).await.expect("it ends");
    assert_eq!((done(&report), report.run.tally.failed.values().sum()), (counts(&[]), 4_u64));
    assert_nothing_written(&world);
}

#[tokio::test(start_paused = true)]
async fn a_backfill_waits_until_everybody_knows_that_changes_travel_both_ways() {
    for has_groups in [true, false] {
        let world = world(has_groups, &[all()], NOW).await;
        let early = async {
            sleep(ROUTES_AFTER - Duration::from_secs(1)).await;
            assert_nothing_written(&world);
            assert_eq!(world.new.group(&group("staff")).is_some(), has_groups);
        };
        let (report, ()) = tokio::join!(backfill(&world, true), early);
        let report = report.expect("it ends");
        assert_eq!((report.ending, done(&report)), (Ending::Finished, counts(&[("created", 4)])));
        assert_in_step_all(&world, 4);
    }
}
