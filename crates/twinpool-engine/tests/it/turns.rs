//! Whoever waits long for a turn in the budget, and what others do meanwhile.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::{Instant, sleep};
use twinpool_core::port::Class;
use twinpool_engine::{Budget, Category, Engine, Governor, Governors, Kind, SyncError, Wired};
use twinpool_testkit::world::event_of;
use twinpool_testkit::{MemoryLinks, PoolHandle, Process, World};

use crate::both_ways::world::{in_canary, jane_in, new_sub, set};
use crate::first_sign_ins::{JANE, PASSWORD, Seen, comes, healthy, jane, later};
use crate::support::{SIGN_IN, assert_in_step, door, terms};
use crate::waits::Ticking;

type Bound = Engine<Wired<PoolHandle, PoolHandle, MemoryLinks, Ticking>>;

fn governor(percent: u8) -> Arc<Governor> {
    Arc::new(Governor::new(Budget { percent, processes: NonZeroU32::MIN }))
}

/// Who calls in this share of the quotas, with a clock that began then.
async fn engine(world: &World, process: &Arc<Process>, governor: &Arc<Governor>, begun: Instant) -> Bound {
    let governors = Governors::from(Arc::clone(governor));
    let (old, new) = (world.old.called_by(process), world.new.called_by(process));
    let ports = Wired::new(old, new, world.links.seen_by(process), Ticking(begun), &governors);
    Engine::start(ports.both_ways(true), terms(world)).await.expect("the engine starts")
}

/// So many others wait for the same quota.
async fn crowd(governor: &Governor, category: Category, count: usize) {
    join_all((0..count).map(|_| governor.admit(category))).await;
}

#[tokio::test(start_paused = true)]
async fn whoever_gets_no_turn_before_others_may_take_over_does_not_write_after_them() {
    let world = in_canary();
    let (begun, new) = (Instant::now(), new_sub(&world));
    let change = |name: &str| {
        world.new.edit(&new, |jane| set(jane, "name", name));
        event_of(&world.new, new.as_str(), SIGN_IN)
    };
    // One call in four seconds.
    let (slow, process) = (governor(1), healthy());
    let (event, first) = (change("Joan"), engine(&world, &process, &slow, begun).await);
    let second = async {
        sleep(Duration::from_secs(70)).await;
        let event = change("Jo");
        engine(&world, &healthy(), &governor(100), begun).await.sync_user(&event, 2).await
    };
    let crowd = crowd(&slow, Category::UserUpdate, 20);
    let ((), first, second) = tokio::join!(crowd, first.sync_user(&event, 1), second);
    assert!(begun.elapsed() > Duration::from_secs(75), "the turn would have come after the second's");
    assert!(
        matches!(&first, Err(SyncError::Port(error)) if error.class == Class::Throttled),
        "it is tried again: {first:?}"
    );
    assert!(!process.calls().contains(&"AdminUpdateUserAttributes"));
    assert_eq!(second.map(|outcome| outcome.kind), Ok(Kind::Updated));
    assert_eq!(jane_in(&world.old).value("name"), Some("Jo"));
    assert_in_step(&world, "jane-sub");
}

#[tokio::test(start_paused = true)]
async fn nobody_is_let_in_over_whoever_waits_to_make_the_user() {
    let world = jane("");
    let (begun, slow) = (Instant::now(), governor(1));
    let mirror = engine(&world, &healthy(), &slow, begun).await;
    let event = event_of(&world.old, "jane-sub", SIGN_IN);
    let person = async {
        sleep(Duration::from_secs(100)).await;
        assert_eq!(world.new.people().len(), 0, "it waits still");
        comes(&world, &door(&world, &healthy(), later(100)), JANE, PASSWORD).await
    };
    // Two seconds for each.
    let crowd = crowd(&slow, Category::UserCreation, 60);
    let ((), made, seen) = tokio::join!(crowd, mirror.sync_user(&event, 1), person);
    assert_eq!(seen, Seen::Later);
    assert_eq!(made.map(|outcome| outcome.kind), Ok(Kind::Created));
    assert_in_step(&world, "jane-sub");
}
