//! What a run made is taken back, unless somebody uses it.

use std::collections::BTreeMap;
use std::sync::Arc;

use twinpool_core::id::{OldSub, Sub};
use twinpool_core::phase::Step;
use twinpool_core::value::Value;
use twinpool_engine::Undone;
use twinpool_testkit::world::attribute;
use twinpool_testkit::{Moment, Process};

use crate::backfills::{populated, run_id, whole};
use crate::both_ways::world::{all, step};
use crate::support::{engine, link, sign_in};

#[tokio::test(start_paused = true)]
async fn what_a_run_made_can_be_taken_back_unless_it_is_used() {
    let world = populated(6);
    sign_in(&world, "sub-0005");
    whole(&world, "one").await;
    let used = link(&world, "sub-0002").linked().unwrap().new_sub.clone();
    world.new.edit(&Sub::from(&used), |person| {
        person.attributes.insert(attribute("name"), Value::new("I was here"));
    });
    let engine = engine(&world, &Arc::new(Process::healthy()));
    let mut became = BTreeMap::new();
    for number in 0..6 {
        let sub = OldSub::parse(format!("sub-{number:04}")).unwrap();
        let undone = engine.undo(&sub, &run_id("one")).await.expect("it is taken back");
        *became.entry(undone).or_insert(0) += 1;
    }
    // One was made by the sign-in, one was used.
    assert_eq!(became, [(Undone::TakenBack, 4), (Undone::NotOfRun, 1), (Undone::Changed, 1)].into());
    assert_eq!((world.new.people().len(), world.links.all().len(), world.links.back().len()), (2, 2, 2));
    // Whoever was taken back can be made again, under the same user id.
    whole(&world, "two").await;
    assert_eq!(world.new.people().len(), 6);
    assert!(world.links.all().iter().all(|link| link.user_id.as_str() == link.old_sub.as_str()));
}

#[tokio::test(start_paused = true)]
async fn nobody_is_taken_back_once_users_are_sent_to_the_new_pool() {
    for steps in [&[all()][..], &[all(), Step::Rollback], &[all(), Step::Complete]] {
        let world = populated(1);
        whole(&world, "one").await;
        steps.iter().for_each(|next| step(&world, next));
        let engine = engine(&world, &Arc::new(Process::healthy()));
        let undone = engine.undo(&OldSub::parse("sub-0000").unwrap(), &run_id("one")).await;
        assert_eq!((undone, world.new.people().len()), (Ok(Undone::Moving), 1), "{steps:?}");
    }
}

#[tokio::test(start_paused = true)]
async fn an_undo_that_dies_anywhere_is_finished_by_the_next() {
    for moment in [Moment::Before, Moment::After] {
        for call in 0..8 {
            let world = populated(1);
            whole(&world, "one").await;
            let sub = OldSub::parse("sub-0000").unwrap();
            let dying = Arc::new(Process::dying_at(call, moment));
            let _ = engine(&world, &dying).undo(&sub, &run_id("one")).await;
            let healthy = Arc::new(Process::healthy());
            engine(&world, &healthy).undo(&sub, &run_id("one")).await.expect("it is taken back");
            assert_eq!(
                (world.new.people().len(), world.links.all().len(), world.links.back().len()),
                (0, 0, 0)
            );
        }
    }
}
