//! Sign-in names that change, are handed on, or cannot be looked up, at the worst moment.

use std::sync::Arc;
use std::task::Poll;

use twinpool_core::attribute::Contact;
use twinpool_core::change_event::ChangeEvent;
use twinpool_core::held_back::Reason;
use twinpool_core::id::Timestamp;
use twinpool_core::link::LinkState;
use twinpool_core::pool::SignIn;
use twinpool_core::value::Value;
use twinpool_engine::{INTENT_LASTS, Kind, SyncError};
use twinpool_testkit::world::{OLD_POOL, alias_pool, attribute, email_pool, event_of, person, username_pool};
use twinpool_testkit::{Moment, Process, World};

use crate::support::{
    NOW, SIGN_IN, assert_in_step, deliver, engine, engine_at, link, only, poll, run, sign_in,
};

fn edit(world: &World, sub: &str, name: &str, value: &str) {
    let person = world.old.person(sub).expect("the person");
    world.old.edit(&person.sub, |person| drop(person.attributes.insert(attribute(name), Value::new(value))));
}

/// The message comes back when nobody who read it before can be alive.
fn come_back(world: &World, event: &ChangeEvent) {
    let process = Arc::new(Process::healthy());
    run(engine_at(world, &process, later()).sync_user(event, 3)).expect("processed");
}

fn later() -> Timestamp {
    Timestamp(NOW.0 + u64::try_from(INTENT_LASTS.as_millis()).expect("a minute"))
}

#[test]
fn an_address_that_changes_after_a_crash_does_not_make_a_second_user() {
    for moment in [Moment::Before, Moment::After] {
        for call in 0.. {
            let world = World::username_to_email().with_jane();
            let event = event_of(&world.old, "jane-sub", SIGN_IN);
            let process = Arc::new(Process::dying_at(call, moment));
            drop(run(engine(&world, &process).sync_user(&event, 1)));
            edit(&world, "jane-sub", "email", "jane.doe@example.com");
            if !process.is_dead() {
                break;
            }
            come_back(&world, &event);
            assert_in_step(&world, "jane-sub");
            assert_eq!(link(&world, "jane-sub").intended, None);
        }
    }
}

#[test]
fn a_crash_while_an_earlier_name_is_taken_over_heals_with_the_next_event() {
    for call in 0.. {
        let world = World::username_to_email().with_jane();
        let event = event_of(&world.old, "jane-sub", SIGN_IN);
        let first = Arc::new(Process::dying_at(4, Moment::After));
        drop(run(engine(&world, &first).sync_user(&event, 1)));
        edit(&world, "jane-sub", "email", "jane.doe@example.com");
        let second = Arc::new(Process::dying_at(call, Moment::After));
        drop(run(engine_at(&world, &second, later()).sync_user(&event, 2)));
        if !second.is_dead() {
            assert!(call > 8, "taking over made {call} calls");
            break;
        }
        // The message is never seen again.
        let next = event_of(&world.old, "jane-sub", SIGN_IN);
        let third = Arc::new(Process::healthy());
        run(engine_at(&world, &third, later()).sync_user(&next, 1)).expect("processed");
        assert_in_step(&world, "jane-sub");
    }
}

#[test]
fn an_intent_is_left_for_a_while_to_whoever_wrote_it() {
    let world = World::username_to_email().with_jane();
    let event = event_of(&world.old, "jane-sub", SIGN_IN);
    let process = Arc::new(Process::dying_at(3, Moment::After));
    drop(run(engine(&world, &process).sync_user(&event, 1)));
    edit(&world, "jane-sub", "email", "jane.doe@example.com");
    assert_eq!(deliver(&world, &event, 2), Err(SyncError::BeingMade));
    assert_eq!(world.new.people(), []);
    come_back(&world, &event);
    assert_in_step(&world, "jane-sub");
}

#[test]
fn an_address_that_changes_between_two_racing_mirrors_does_not_make_a_second_user() {
    for calls in 1..10 {
        let world = World::username_to_email().with_jane();
        let event = event_of(&world.old, "jane-sub", SIGN_IN);
        let (one, two) = (Arc::new(Process::healthy()), Arc::new(Process::healthy()));
        let (first, second) = (engine(&world, &one), engine(&world, &two));
        let mut slow = Box::pin(first.sync_user(&event, 1));
        while one.calls().len() < calls && poll(&mut slow).is_pending() {}
        if one.calls().len() < calls {
            break;
        }
        edit(&world, "jane-sub", "email", "jane.doe@example.com");
        let quick = run(second.sync_user(&event, 2));
        let slow = loop {
            if let Poll::Ready(answer) = poll(&mut slow) {
                break answer;
            }
        };
        if quick.is_err() || slow.is_err() {
            come_back(&world, &event);
        }
        sign_in(&world, "jane-sub");
        assert_in_step(&world, "jane-sub");
    }
}

#[test]
fn a_user_made_under_a_phone_number_is_known_again() {
    let both = twinpool_core::pool::PoolShape {
        sign_in: SignIn::Contact(Contact::ALL.into()),
        ..email_pool("eu-west-1_New")
    };
    let world = World::new(username_pool(OLD_POOL), both).with_jane();
    edit(&world, "jane-sub", "phone_number", "+12025550123");
    edit(&world, "jane-sub", "phone_number_verified", "true");
    let event = event_of(&world.old, "jane-sub", SIGN_IN);
    let process = Arc::new(Process::dying_at(4, Moment::After));
    drop(run(engine(&world, &process).sync_user(&event, 1)));
    edit(&world, "jane-sub", "email", "jane.doe@example.com");
    come_back(&world, &event);
    assert_in_step(&world, "jane-sub");
}

#[test]
fn an_intended_name_that_went_to_somebody_else_is_given_up() {
    let world = World::username_to_email().with_jane();
    let event = event_of(&world.old, "jane-sub", SIGN_IN);
    // The intent is written, and nothing else.
    let process = Arc::new(Process::dying_at(3, Moment::After));
    drop(run(engine(&world, &process).sync_user(&event, 1)));
    assert!(matches!(link(&world, "jane-sub").state, LinkState::Pending { .. }));
    edit(&world, "jane-sub", "email", "jane.doe@example.com");
    world.old.put(person("bob-sub", "bob", &[("email", "jane@example.com"), ("email_verified", "true")]));
    assert_eq!(sign_in(&world, "bob-sub").kind, Kind::Created);
    come_back(&world, &event);
    let emails: Vec<_> =
        world.new.people().iter().map(|person| person.value("email").map(str::to_owned)).collect();
    assert_eq!(emails, [Some("jane@example.com".to_owned()), Some("jane.doe@example.com".to_owned())]);
}

#[test]
fn an_intended_name_that_no_user_can_have_is_given_up() {
    let world = World::username_to_email().with_jane();
    edit(&world, "jane-sub", "email", "jane\u{200b}@example.com");
    let event = event_of(&world.old, "jane-sub", SIGN_IN);
    let process = Arc::new(Process::dying_at(3, Moment::After));
    drop(run(engine(&world, &process).sync_user(&event, 1)));
    edit(&world, "jane-sub", "email", "jane@example.com");
    come_back(&world, &event);
    assert_in_step(&world, "jane-sub");
}

#[test]
fn an_address_handed_from_one_user_to_another_arrives_whoever_comes_first() {
    let world = World::username_to_email().with_jane();
    world.old.put(person("bob-sub", "bob", &[("email", "bob@example.com"), ("email_verified", "true")]));
    sign_in(&world, "jane-sub");
    sign_in(&world, "bob-sub");
    edit(&world, "jane-sub", "email", "jane.doe@example.com");
    edit(&world, "bob-sub", "email", "jane@example.com");
    assert_eq!(sign_in(&world, "bob-sub").held_back[0].reason, Reason::Twin);
    sign_in(&world, "jane-sub");
    assert_eq!(sign_in(&world, "bob-sub").held_back, []);
    let new_sub = link(&world, "bob-sub").linked().expect("a pair").new_sub.clone();
    assert_eq!(world.new.person(new_sub.as_str()).expect("bob").value("email"), Some("jane@example.com"));
}

#[test]
fn an_alias_that_is_too_long_to_look_up_is_not_taken_from_its_owner() {
    let long = format!("{}@example.com", "x".repeat(130));
    let world = World::new(username_pool(OLD_POOL), alias_pool("eu-west-1_New")).with_jane();
    sign_in(&world, "jane-sub");
    let owner = person("new-9", "joan", &[("email", &long), ("email_verified", "true")]);
    world.new.put(owner.clone());
    edit(&world, "jane-sub", "email", &long);
    assert_eq!(sign_in(&world, "jane-sub").held_back[0].reason, Reason::Refused);
    assert_eq!(world.new.person("joan"), Some(owner));
}

#[test]
fn a_username_that_was_an_address_and_cannot_follow_it_is_told() {
    let world = World::new(email_pool(OLD_POOL), username_pool("eu-west-1_New")).with_jane();
    assert_eq!(sign_in(&world, "jane-sub").held_back, []);
    edit(&world, "jane-sub", "email", "jane.doe@example.com");
    assert_eq!(sign_in(&world, "jane-sub").held_back[0].reason, Reason::SignInNameFixed);
    assert_eq!(only(&world).value("email"), Some("jane.doe@example.com"));
}
