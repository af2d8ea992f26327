//! What lists do to a backfill: a place that is forgotten, the same user twice, and what they do not tell.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;

use twinpool_core::id::{RunId, Sub};
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_core::run::{Control, Run, RunKind, RunStore};
use twinpool_engine::{
    Backfill, Budget, Governor, Keeper, OfPool, Ports as _, Selection, Source, SourceError, Stretch, Walk,
    memberships,
};
use twinpool_testkit::{MemoryLinks, Process};

use crate::backfills::{Asked, Looker, backfill, counts, done, populated, run_id, somebody, whole};
use crate::support::{NOW, assert_in_step_all, engine};

#[tokio::test(start_paused = true)]
async fn a_place_that_is_forgotten_meanwhile_makes_the_walk_begin_anew_and_nobody_twice() {
    let world = populated(30);
    let asked = Asked { limit: Some(12), ..Asked::default() };
    let process = Arc::new(Process::healthy());
    let part = backfill(&world, &process, "one", &asked).await.expect("it stops in order");
    world.old.expire(&part.run.place.expect("a place"));
    // From the new beginning on pages end elsewhere.
    world.old.list_late(&Sub::parse("sub-0000").expect("a sub"), true);
    let process = Arc::new(Process::healthy());
    let rest = Asked::default();
    let last = backfill(&world, &process, "two", &rest).await.expect("it ends");
    assert_eq!((rest.looker.anew(), last.run.id.clone()), (1, run_id("one")));
    assert_eq!(done(&last), counts(&[("created", 30)]));
    assert_in_step_all(&world, 30);
}

/// Shows each user twice: on its page, and on the next one.
struct Stutters<S> {
    source: S,
    last: Option<Stretch>,
}

impl<S: Source> Source for Stutters<S> {
    async fn next(&mut self) -> Result<Option<Stretch>, SourceError> {
        let stretch = self.source.next().await?;
        let again = self.last.take();
        let Some(mut stretch) = stretch else {
            return Ok(again);
        };
        let copy = stretch.users.clone();
        stretch.users.extend(again.into_iter().flat_map(|last| last.users));
        self.last = Some(Stretch { users: copy, unreadable: 0, next: None, is_new_beginning: false });
        Ok(Some(stretch))
    }
}

#[tokio::test(start_paused = true)]
async fn who_is_listed_twice_is_made_once() {
    let world = populated(20);
    let (process, looker) = (Arc::new(Process::healthy()), Looker::default());
    let engine = engine(&world, &process);
    let ports = engine.ports();
    let governor = Arc::new(Governor::new(Budget { percent: 100, processes: NonZeroU32::MIN }));
    let fresh = Run::new(run_id("one"), RunKind::Backfill, "everybody".to_owned(), NOW);
    let groups = memberships(ports.old(), &looker).await.expect("the groups");
    let keeper = Keeper::begin(ports.links(), governor, 100, fresh, true, NOW).await.expect("a run");
    let source = Stutters { source: OfPool::new(Walk::new(ports.old(), None, &looker), &groups), last: None };
    let work = Backfill { engine: &engine, watcher: &looker, selection: Selection::default(), limit: None };
    let report = work.run(source, keeper, std::future::pending()).await.expect("it ends");
    assert_eq!((report.run.tally.all(), report.run.tally.failed.len()), (40, 0));
    assert_in_step_all(&world, 20);
    assert_eq!(done(&whole(&world, "two").await), counts(&[("in step", 20)]));
}

#[tokio::test(start_paused = true)]
async fn second_factors_are_carried_over_although_no_list_tells_of_them() {
    let mut world = populated(3);
    world.old = twinpool_testkit::MemoryPool::new(twinpool_core::pool::PoolShape {
        mfa: twinpool_core::pool::MfaMode::Optional,
        ..world.old.shape().clone()
    });
    world.new = twinpool_testkit::MemoryPool::new(twinpool_core::pool::PoolShape {
        mfa: twinpool_core::pool::MfaMode::Optional,
        ..world.new.shape().clone()
    });
    let mut jane = somebody(1);
    jane.mfa.email = true;
    jane.groups = BTreeSet::new();
    world.old.put(jane);
    whole(&world, "one").await;
    assert!(world.new.people()[0].mfa.email);
}

/// A table in which no run can be read.
#[derive(Debug)]
struct OfAnotherVersion(MemoryLinks);

impl RunStore for OfAnotherVersion {
    async fn run(&self, _id: &RunId) -> Answer<Option<Run>> {
        Err(PortError::new(Class::Unreadable, "GetItem", "DamagedItem.beyond"))
    }
    async fn run_ids(&self) -> Answer<Vec<RunId>> {
        Ok(vec![run_id("older")])
    }
    async fn add_run_id(&self, id: &RunId) -> Answer<()> {
        self.0.add_run_id(id).await
    }
    async fn write_run(&self, run: &Run) -> Answer<u64> {
        self.0.write_run(run).await
    }
    async fn control(&self) -> Answer<Control> {
        self.0.control().await
    }
    async fn set_control(&self, control: &Control) -> Answer<()> {
        self.0.set_control(control).await
    }
}

#[tokio::test]
async fn a_run_that_cannot_be_read_keeps_no_other_from_running() {
    let store = OfAnotherVersion(populated(0).links);
    let governor = Arc::new(Governor::new(Budget { percent: 100, processes: NonZeroU32::MIN }));
    let fresh = Run::new(run_id("one"), RunKind::Backfill, "everybody".to_owned(), NOW);
    let keeper = Keeper::begin(&store, governor, 100, fresh, true, NOW).await.expect("a run");
    assert_eq!(keeper.run.id, run_id("one"));
    assert_eq!(keeper.listen(NOW).await.map(|control| control.paused), Ok(false));
}
