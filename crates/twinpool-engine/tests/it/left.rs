//! The old pool is left, and the move is reopened.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::Poll;

use twinpool_core::arrival::ArrivalStore as _;
use twinpool_core::change_event::{About, Cause, ChangeEvent, EventId};
use twinpool_core::id::{Pool, Sub, Timestamp};
use twinpool_core::link::LinkState;
use twinpool_core::phase::Step;
use twinpool_core::port::Clock;
use twinpool_engine::{Engine, Kind, Outcome};
use twinpool_testkit::world::event_of;
use twinpool_testkit::{MemoryPool, Process, World};

use crate::both_ways::world::{LATER, all, in_canary, jane_in, new_sub, set, step, told};
use crate::stand_ins::StandIns;
use crate::support::{NOW, SIGN_IN, assert_in_step, audited, engine_both_ways, link, poll, run, terms};

/// A clock that goes on when it is told to.
struct Hand(AtomicU64);

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::Relaxed))
    }
}

/// Everybody is sent to the new pool, and Jane has signed in there.
fn cut_over() -> World {
    let world = in_canary();
    step(&world, &all());
    told(&world, &event_of(&world.new, new_sub(&world).as_str(), SIGN_IN));
    world
}

/// An event that is being processed when the old pool is left, so many calls after its beginning. `false`: it was done before.
fn left_while_processing(world: &World, event: &ChangeEvent, delivery: u32, calls: usize) -> bool {
    let process = &Arc::new(Process::healthy());
    let ports = StandIns::of(world, process, Hand(AtomicU64::new(NOW.0)), true);
    let engine = run(Engine::start(ports, terms(world))).expect("the engine starts");
    let mut work = Box::pin(engine.sync_user(event, delivery));
    for _ in 0..calls {
        if poll(&mut work).is_ready() {
            return false;
        }
    }
    step(world, &Step::Complete);
    // Nobody goes by what was known before any more.
    engine.ports().clock.0.store(NOW.0 + 6_000, Ordering::Relaxed);
    while !matches!(poll(&mut work), Poll::Ready(_)) {}
    let again = run(engine_both_ways(world, &Arc::new(Process::healthy()), LATER).sync_user(event, delivery));
    assert_eq!(again.expect("processed").kind, Kind::Over);
    true
}

#[test]
fn what_is_being_processed_when_the_old_pool_is_left_changes_nobody_back() {
    for calls in 0.. {
        let world = cut_over();
        world.new.edit(&new_sub(&world), |jane| set(jane, "name", "Joan"));
        if !left_while_processing(&world, &audited("AdminUpdateUserAttributes", "jane-sub"), 1, calls) {
            assert!(calls > 5, "the event took {calls} calls");
            break;
        }
        assert_eq!(jane_in(&world.new).value("name"), Some("Joan"), "left after {calls} calls");
    }
}

#[test]
fn who_is_deleted_from_the_old_pool_when_it_is_left_goes_on_signing_in() {
    for calls in 0.. {
        let world = cut_over();
        world.old.remove(&jane_in(&world.old).sub);
        if !left_while_processing(&world, &audited("AdminDeleteUser", "jane-sub"), 9, calls) {
            assert!(calls > 3, "the event took {calls} calls");
            break;
        }
        assert!(jane_in(&world.new).enabled, "left after {calls} calls");
    }
}

fn found(world: &World, pool: &MemoryPool, sub: &Sub, found: &str) -> Outcome {
    let id = EventId::from_random([5; 16]);
    let about = About::User(sub.clone());
    let event = ChangeEvent::hint(id, pool.shape().id.clone(), about, Cause::sweep(found), LATER);
    let process = Arc::new(Process::healthy());
    run(engine_both_ways(world, &process, LATER).sync_user(&event, 9)).expect("processed")
}

/// The old pool is left while Jane has never signed in to the new one.
fn left() -> World {
    let world = in_canary();
    step(&world, &all());
    step(&world, &Step::Complete);
    world
}

#[test]
fn what_was_changed_after_the_move_is_brought_back_once_it_is_reopened_and_the_new_pool_has_the_say() {
    let world = left();
    let jane = new_sub(&world);
    world.new.edit(&jane, |jane| {
        set(jane, "name", "Joan");
        set(jane, "nickname", "JJ");
    });
    world.old.edit(&jane_in(&world.old).sub, |jane| set(jane, "name", "Jo"));
    assert_eq!(told(&world, &event_of(&world.new, jane.as_str(), SIGN_IN)).kind, Kind::Over);
    step(&world, &Step::Reopen);
    let outcome = found(&world, &world.new, &jane, "Changed");
    assert_eq!(outcome.overruled.len(), 1, "of what both changed the old pool lost");
    let in_old = jane_in(&world.old);
    assert_eq!((in_old.value("name"), in_old.value("nickname")), (Some("Joan"), Some("JJ")));
    assert_in_step(&world, "jane-sub");
}

#[test]
fn who_is_deleted_after_the_move_does_not_come_back_with_it() {
    let world = left();
    let jane = new_sub(&world);
    world.new.remove(&jane);
    step(&world, &Step::Reopen);
    assert_eq!(found(&world, &world.new, &jane, "Missing").kind, Kind::Gone);
    assert!(!jane_in(&world.old).enabled);
    assert!(matches!(link(&world, "jane-sub").state, LinkState::Tombstone { by: Pool::New, .. }));
}

#[test]
fn who_was_missing_before_the_old_pool_was_left_keeps_the_old_account() {
    let world = in_canary();
    let jane = new_sub(&world);
    world.new.remove(&jane);
    found(&world, &world.new, &jane, "Missing");
    for next in [all(), Step::Complete, Step::Reopen] {
        step(&world, &next);
    }
    found(&world, &world.new, &jane, "Missing");
    assert!(jane_in(&world.old).enabled, "the old pool had the say when the account went");
}

#[test]
fn a_password_that_is_chosen_after_the_move_is_known_once_it_is_reopened() {
    let world = left();
    let jane = new_sub(&world);
    let (id, cause) = (EventId::from_random([6; 16]), Cause::audit_trail("ChangePassword"));
    let event = ChangeEvent::hint(id, world.new.shape().id.clone(), About::User(jane), cause, LATER);
    assert_eq!(told(&world, &event).kind, Kind::Over);
    let sub = Sub::parse("jane-sub").expect("a sub");
    assert_eq!(run(world.links.arrival(&sub)).expect("an arrival").chosen_at, Some(LATER));
}
