use std::sync::Arc;

use twinpool_core::held_back::Reason;
use twinpool_core::link::LinkState;
use twinpool_core::port::Class;
use twinpool_core::snapshot::Status;
use twinpool_core::value::Value;
use twinpool_engine::{Kind, SyncError};
use twinpool_testkit::world::{OLD_POOL, alias_pool, attribute, event_of, person, username_pool};
use twinpool_testkit::{Person, Process, World};

use crate::support::{SIGN_IN, assert_in_step, deliver, engine, link, only, run, sign_in};

fn reason(world: &World, sub: &str) -> Reason {
    match link(world, sub).state {
        LinkState::Conflict { reason, .. } => reason,
        other => panic!("expected a conflict, got {other:?}"),
    }
}

#[test]
fn a_stranger_with_the_same_address_is_never_adopted() {
    let world = World::username_to_email().with_jane();
    let stranger = person("new-9", "new-9", &[("email", "jane@example.com"), ("email_verified", "true")]);
    world.new.put(stranger.clone());
    assert_eq!(sign_in(&world, "jane-sub").kind, Kind::Conflict);
    assert_eq!(reason(&world, "jane-sub"), Reason::Taken);
    assert_eq!(world.new.people(), [stranger], "the stranger is as before");
}

#[test]
fn a_marker_of_another_user_proves_nothing() {
    let world = World::username_to_email().with_jane();
    let forged = [
        ("email", "jane@example.com"),
        ("email_verified", "true"),
        ("custom:twinpool", "jane-sub.AAAAAAAAAAAAAAAAAAAAAA"),
    ];
    world.new.put(person("new-9", "new-9", &forged));
    sign_in(&world, "jane-sub");
    assert_eq!(reason(&world, "jane-sub"), Reason::Taken);
}

#[test]
fn an_alias_is_never_taken_from_its_owner() {
    let world = World::new(username_pool(OLD_POOL), alias_pool("eu-west-1_New")).with_jane();
    sign_in(&world, "jane-sub");
    let owner = person("new-9", "joan", &[("email", "joan@example.com"), ("email_verified", "true")]);
    world.new.put(owner.clone());
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| {
        jane.attributes.insert(attribute("email"), Value::new("joan@example.com"));
        jane.attributes.insert(attribute("name"), Value::new("Joan"));
    });
    let outcome = sign_in(&world, "jane-sub");
    assert_eq!(outcome.held_back[0].reason, Reason::Taken);
    assert_eq!(world.new.person("joan"), Some(owner), "the owner keeps the alias");
    let new = world.new.person("jane").expect("jane is in the new pool");
    assert_eq!((new.value("email"), new.value("name")), (Some("jane@example.com"), Some("Joan")));
}

#[test]
fn an_unverified_address_does_not_become_a_sign_in_name() {
    let world = World::username_to_email();
    world.old.put(person("m-1", "mallory", &[("email", "jane@example.com"), ("email_verified", "false")]));
    sign_in(&world, "m-1");
    assert_eq!(reason(&world, "m-1"), Reason::UnverifiedSignInName);
    let world = world.with_jane();
    sign_in(&world, "jane-sub");
    assert_eq!(only(&world).value("email"), Some("jane@example.com"), "the address is free for its owner");
}

#[test]
fn an_address_that_turns_out_to_be_unproven_is_in_nobody_s_way() {
    let world = World::new(username_pool(OLD_POOL), alias_pool("eu-west-1_New")).with_jane();
    world.new.put(person("new-9", "carol", &[("email", "jane@example.com"), ("email_verified", "true")]));
    sign_in(&world, "jane-sub");
    assert_eq!(reason(&world, "jane-sub"), Reason::Taken);
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| {
        jane.attributes.insert(attribute("email_verified"), Value::new("false"));
    });
    assert_eq!(sign_in(&world, "jane-sub").kind, Kind::Created);
    assert_eq!(world.new.person("carol").expect("carol").value("email_verified"), Some("true"));
}

#[test]
fn a_conflict_heals_with_the_next_event_once_the_cause_is_gone() {
    let world = World::username_to_email();
    world.old.put(person("s-1", "joe", &[("name", "Joe")]));
    sign_in(&world, "s-1");
    assert_eq!(reason(&world, "s-1"), Reason::NoSignInName);
    let joe = world.old.person("s-1").expect("joe");
    world.old.edit(&joe.sub, |joe| {
        joe.attributes.insert(attribute("email"), Value::new("joe@example.com"));
        joe.attributes.insert(attribute("email_verified"), Value::new("true"));
    });
    sign_in(&world, "s-1");
    assert_in_step(&world, "s-1");
}

#[test]
fn a_federated_profile_is_left_to_its_identity_provider() {
    let world = World::username_to_email();
    let profile = person("g-1", "Google_12", &[("email", "g@example.com")]);
    world.old.put(Person { status: Status::ExternalProvider, ..profile });
    sign_in(&world, "g-1");
    assert_eq!(reason(&world, "g-1"), Reason::Federated);
}

#[test]
fn a_user_deleted_from_the_new_pool_is_reported_and_not_made_again() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    let new = only(&world);
    world.new.remove(&new.sub);
    assert_eq!(deliver(&world, &event_of(&world.old, "jane-sub", SIGN_IN), 2), Err(SyncError::TooEarly));
    deliver(&world, &event_of(&world.old, "jane-sub", SIGN_IN), 5).expect("processed");
    let linked = link(&world, "jane-sub");
    assert_eq!(linked.linked().expect("still a pair").held_back[0].reason, Reason::Missing);
    assert!(world.new.people().is_empty());
}

#[test]
fn a_username_that_was_given_to_somebody_else_is_not_taken_for_the_old_user() {
    let world = World::username_to_email().with_jane();
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| drop(jane.attributes.insert(attribute("identities"), Value::new("[]"))));
    let event = event_of(&world.old, "jane-sub", SIGN_IN);
    world.old.remove(&jane.sub);
    world.old.put(person("other-sub", "jane", &[("email", "other@example.com"), ("email_verified", "true")]));
    assert_eq!(deliver(&world, &event, 5).expect("processed").kind, Kind::Gone);
    assert!(world.new.people().is_empty());
}

#[test]
fn a_deletion_that_the_pool_refuses_keeps_back_that_attribute_and_no_other() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| {
        for name in ["name", "custom:tenant"] {
            drop(jane.attributes.remove(&attribute(name)));
        }
    });
    let process = Arc::new(Process::healthy());
    // Both at once, then the first of the two alone.
    process.fail_next("AdminDeleteUserAttributes", Class::Rejected);
    process.fail_next("AdminDeleteUserAttributes", Class::Rejected);
    let event = event_of(&world.old, "jane-sub", SIGN_IN);
    let outcome = run(engine(&world, &process).sync_user(&event, 1)).expect("processed");
    let kept: Vec<_> = outcome.held_back.iter().map(|held| (held.subject.to_string(), held.reason)).collect();
    assert_eq!(kept, [("attribute custom:tenant".to_owned(), Reason::Refused)]);
    let new = only(&world);
    assert_eq!((new.value("custom:tenant"), new.value("name")), (Some("acme"), None));
}

#[test]
fn somebody_whose_username_is_the_sub_of_another_is_not_taken_for_the_other() {
    let world = World::new(username_pool(OLD_POOL), username_pool("eu-west-1_New")).with_jane();
    sign_in(&world, "jane-sub");
    let new_sub = link(&world, "jane-sub").linked().expect("a pair").new_sub.clone();
    // First in the order of subs, as a pool might look usernames up before subs.
    let mallory = person("a-sub", new_sub.as_str(), &[("name", "Mallory")]);
    world.new.put(mallory.clone());
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| drop(jane.attributes.insert(attribute("name"), Value::new("Joan"))));
    let event = event_of(&world.old, "jane-sub", SIGN_IN);
    assert_eq!(deliver(&world, &event, 1), Err(SyncError::TooEarly));
    assert_eq!(world.new.person("a-sub"), Some(mallory));
}
