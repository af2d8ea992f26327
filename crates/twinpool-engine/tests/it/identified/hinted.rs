//! Hints about accounts of the new pool, in the mirror.

use std::sync::Arc;

use twinpool_core::change_event::{About, Cause, ChangeEvent, EventId};
use twinpool_core::held_back::Reason;
use twinpool_core::id::Sub;
use twinpool_core::port::{Class, PortError};
use twinpool_core::snapshot::Status;
use twinpool_engine::{Kind, Outcome, SyncError};
use twinpool_testkit::world::{event_of, person};
use twinpool_testkit::{Moment, Person, Process, World};

use super::{gina, healthy, id_of, identity, jane_linked, known, profile};
use crate::support::{NOW, SIGN_IN, deliver, engine, link, only, run};

/// What the trigger function sends about an account.
fn hint(world: &World, sub: &str) -> ChangeEvent {
    let about = match world.new.person(sub) {
        Some(user) if !user.identities.is_empty() => About::Profile(user.sub, user.username),
        _ => About::User(Sub::parse(sub).expect("a sub")),
    };
    let pool = world.new.shape().id.clone();
    ChangeEvent::hint(EventId::from_random([3; 16]), pool, about, Cause::new_pool("UserId"), NOW)
}

fn hinted(world: &World, sub: &str) -> Outcome {
    deliver(world, &hint(world, sub), 1).expect("the hint is processed")
}

#[test]
fn an_account_gets_the_id_that_its_first_token_did_not_get() {
    let world = World::username_to_email();
    world.new.put(person("n-1", "n-1", &[]));
    assert_eq!(hinted(&world, "n-1").kind, Kind::Identified);
    assert_eq!(known(&world, "n-1").expect("an id").as_str(), "n-1");
    assert_eq!(hinted(&world, "n-1").kind, Kind::Identified);
    assert_eq!(world.new.people().len(), 1);
}

#[test]
fn a_user_who_was_made_by_half_gets_the_link() {
    let world = World::username_to_email().with_jane();
    let event = event_of(&world.old, "jane-sub", SIGN_IN);
    for call in 0.. {
        let process = Arc::new(Process::dying_at(call, Moment::After));
        let _ = run(engine(&world, &process).sync_user(&event, 1));
        if !world.new.people().is_empty() {
            break;
        }
    }
    let sub = only(&world).sub;
    assert_eq!(known(&world, sub.as_str()), None);
    assert_eq!(hinted(&world, sub.as_str()).kind, Kind::Created);
    assert_eq!(id_of(&world, sub.as_str()), "jane-sub");
}

#[test]
fn a_federated_user_of_the_old_pool_follows_whenever_the_mirror_dies() {
    for moment in [Moment::Before, Moment::After] {
        for call in 0.. {
            let world = gina("");
            let event = hint(&world, "n-9");
            let process = Arc::new(Process::dying_at(call, moment));
            let first = run(engine(&world, &process).sync_user(&event, 1));
            if !process.is_dead() {
                assert_eq!(first.expect("processed").kind, Kind::Created);
                break;
            }
            deliver(&world, &event, 2).expect("redelivery succeeds");
            assert_eq!(link(&world, "g-sub").linked().expect("a pair").new_sub.as_str(), "n-9");
            assert_eq!(id_of(&world, "n-9"), "g-sub");
        }
    }
}

#[test]
fn a_second_account_of_a_linked_user_has_its_id_and_the_pair_stays() {
    let world = jane_linked();
    let before = link(&world, "jane-sub").linked().expect("a pair").new_sub.clone();
    hinted(&world, "n-9");
    assert_eq!(id_of(&world, "n-9"), "jane-sub");
    assert_eq!(link(&world, "jane-sub").linked().expect("a pair").new_sub, before);
    assert_eq!(hinted(&world, "n-9").kind, Kind::Identified);
}

#[test]
fn who_is_not_there_is_looked_for_again_and_then_believed_gone() {
    let world = World::username_to_email();
    let event = hint(&world, "n-1");
    assert_eq!(deliver(&world, &event, 4), Err(SyncError::TooEarly));
    assert_eq!(deliver(&world, &event, 5).expect("processed").kind, Kind::Unknown);
    assert_eq!(known(&world, "n-1"), None);
}

#[test]
fn who_gets_no_id_is_told_apart() {
    let world = gina("");
    world.new.put(Person { status: Status::Unconfirmed, ..person("n-1", "n-1", &[]) });
    assert_eq!(hinted(&world, "n-1").kind, Kind::NotConfirmed);
    world.old.put(profile("o-sub", "Okta", "x"));
    let both = [identity("Google", "117"), identity("Okta", "x")];
    let gina = world.new.person("n-9").expect("gina");
    world.new.edit(&gina.sub, |gina| gina.identities = both.into());
    let outcome = hinted(&world, "n-9");
    assert_eq!((outcome.kind, outcome.held_back[0].reason), (Kind::Conflict, Reason::Twin));
}

#[test]
fn a_pool_that_does_not_answer_sends_the_hint_back() {
    let world = gina("");
    let process = healthy();
    let engine = engine(&world, &process);
    process.fail_all("AdminGetUser", Class::Throttled);
    let failed = run(engine.sync_user(&hint(&world, "n-9"), 1));
    assert!(matches!(failed, Err(SyncError::Port(PortError { class: Class::Throttled, .. }))), "{failed:?}");
    assert_eq!(known(&world, "n-9"), None);
}
