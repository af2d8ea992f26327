use std::sync::Arc;

use twinpool_core::attribute::Contact;
use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::value::Value;
use twinpool_engine::Kind;
use twinpool_testkit::world::{OLD_POOL, attribute, email_pool, event_of, group, username_pool};
use twinpool_testkit::{Process, World};

use crate::support::{SIGN_IN, assert_in_step, deliver, engine, link, only, run, sign_in};

fn mirrored() -> World {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    world
}

fn edit(world: &World, name: &str, value: &str) {
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| {
        jane.attributes.insert(attribute(name), Value::new(value));
    });
}

#[test]
fn a_changed_email_reaches_the_new_pool() {
    let world = mirrored();
    edit(&world, "email", "jane.doe@example.com");
    assert_eq!(sign_in(&world, "jane-sub").kind, Kind::Updated);
    assert_in_step(&world, "jane-sub");
}

#[test]
fn a_then_b_then_a_ends_at_a() {
    let world = mirrored();
    for name in ["Joan", "Jane", "Joan", "Jane"] {
        edit(&world, "name", name);
        sign_in(&world, "jane-sub");
    }
    assert_eq!(only(&world).value("name"), Some("Jane"));
}

#[test]
fn an_old_event_that_comes_late_changes_nothing() {
    let world = mirrored();
    let stale = event_of(&world.old, "jane-sub", SIGN_IN);
    edit(&world, "name", "Joan");
    sign_in(&world, "jane-sub");
    deliver(&world, &stale, 1).expect("processed");
    assert_eq!(only(&world).value("name"), Some("Joan"));
}

#[test]
fn group_changes_reach_the_new_pool() {
    let world = mirrored();
    let jane = world.old.person("jane-sub").expect("jane");
    let admins =
        twinpool_core::group::GroupDefinition { name: group("admins"), description: None, precedence: None };
    world.old.put_group(admins);
    world.old.edit(&jane.sub, |jane| jane.groups = [group("admins")].into());
    sign_in(&world, "jane-sub");
    assert_in_step(&world, "jane-sub");
}

#[test]
fn a_deleted_attribute_is_deleted_although_events_never_say_so() {
    let world = mirrored();
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| drop(jane.attributes.remove(&attribute("name"))));
    sign_in(&world, "jane-sub");
    assert_eq!(only(&world).value("name"), None);
    assert_in_step(&world, "jane-sub");
}

#[test]
fn a_deletion_shows_in_tokens_although_another_trigger_had_left_the_attribute_out() {
    let world = mirrored();
    let mut partial = event_of(&world.old, "jane-sub", "CustomMessage_ForgotPassword");
    partial.attributes.remove(&attribute("name"));
    deliver(&world, &partial, 1).expect("processed");
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| drop(jane.attributes.remove(&attribute("name"))));
    sign_in(&world, "jane-sub");
    assert_in_step(&world, "jane-sub");
}

#[test]
fn what_only_the_new_pool_has_is_left_alone() {
    let world = mirrored();
    let new = only(&world);
    world.new.edit(&new.sub, |new| {
        new.attributes.insert(attribute("nickname"), Value::new("JJ"));
        new.groups.insert(group("beta"));
    });
    edit(&world, "name", "Joan");
    sign_in(&world, "jane-sub");
    let new = only(&world);
    assert_eq!((new.value("nickname"), new.value("name")), (Some("JJ"), Some("Joan")));
    assert!(new.groups.contains(&group("beta")));
}

#[test]
fn a_change_in_the_new_pool_is_overruled_and_reported() {
    let world = mirrored();
    let new = only(&world);
    world.new.edit(&new.sub, |new| {
        new.attributes.insert(attribute("name"), Value::new("Somebody"));
    });
    edit(&world, "name", "Joan");
    let outcome = sign_in(&world, "jane-sub");
    assert_eq!(outcome.overruled, [Subject::Attribute(attribute("name"))].into());
    assert_in_step(&world, "jane-sub");
}

#[test]
fn a_user_disabled_in_the_new_pool_is_enabled_again_and_that_is_reported() {
    let world = mirrored();
    let new = only(&world);
    world.new.edit(&new.sub, |new| new.enabled = false);
    edit(&world, "name", "Joan");
    assert_eq!(sign_in(&world, "jane-sub").overruled, [Subject::User].into());
    assert_in_step(&world, "jane-sub");
}

#[test]
fn an_unverified_email_waits_where_the_new_pool_would_message_the_user() {
    let mut shape = email_pool("eu-west-1_New");
    shape.verifies.insert(Contact::Email);
    let world = World::new(email_pool(OLD_POOL), shape).with_jane();
    sign_in(&world, "jane-sub");
    edit(&world, "email", "jane.doe@example.com");
    edit(&world, "email_verified", "false");
    let outcome = sign_in(&world, "jane-sub");
    assert_eq!(outcome.held_back[0].reason, Reason::WouldMessage);
    let new = only(&world);
    assert_eq!((new.value("email"), new.messages), (Some("jane@example.com"), 0));
    edit(&world, "email_verified", "true");
    sign_in(&world, "jane-sub");
    assert_in_step(&world, "jane-sub");
    assert!(link(&world, "jane-sub").linked().expect("linked").held_back.is_empty());
}

#[test]
fn an_attribute_that_the_new_schema_lacks_is_held_back_and_the_rest_follows() {
    let mut shape = username_pool("eu-west-1_New");
    shape.attributes.remove(&attribute("custom:tenant"));
    let world = World::new(username_pool(OLD_POOL), shape).with_jane();
    let outcome = sign_in(&world, "jane-sub");
    assert_eq!(outcome.held_back[0].reason, Reason::NotInSchema);
    assert_eq!(only(&world).value("name"), Some("Jane"));
    assert_eq!(link(&world, "jane-sub").linked().expect("linked").held_back, outcome.held_back);
    assert_eq!(sign_in(&world, "jane-sub").kind, Kind::Unchanged);
}

#[test]
fn one_refused_value_does_not_keep_the_others_back() {
    let world = mirrored();
    edit(&world, "name", "Joan");
    edit(&world, "custom:tenant", &"x".repeat(3_000));
    let outcome = sign_in(&world, "jane-sub");
    assert_eq!(outcome.held_back[0].reason, Reason::Refused);
    let new = only(&world);
    assert_eq!((new.value("name"), new.value("custom:tenant")), (Some("Joan"), Some("acme")));
}

#[test]
fn a_user_with_one_refused_value_is_made_without_it() {
    let world = World::username_to_email().with_jane();
    edit(&world, "custom:tenant", &"x".repeat(3_000));
    let outcome = sign_in(&world, "jane-sub");
    assert_eq!((outcome.kind, outcome.held_back[0].reason), (Kind::Created, Reason::Refused));
    let new = only(&world);
    assert_eq!((new.value("name"), new.value("custom:tenant")), (Some("Jane"), None));
    assert!(new.can_reset_password());
}

#[test]
fn a_user_who_is_enabled_again_and_signs_in_is_enabled_in_the_new_pool() {
    let world = mirrored();
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| jane.enabled = false);
    deliver(&world, &event_of(&world.old, "jane-sub", "CustomMessage_ForgotPassword"), 2).expect("processed");
    assert!(!only(&world).enabled);
    world.old.edit(&jane.sub, |jane| jane.enabled = true);
    sign_in(&world, "jane-sub");
    assert!(only(&world).enabled);
}

#[test]
fn nobody_is_messaged_by_a_mirror_that_started_before_the_pool_began_to_verify() {
    let world = World::new(email_pool(OLD_POOL), email_pool("eu-west-1_New")).with_jane();
    sign_in(&world, "jane-sub");
    let process = Arc::new(Process::healthy());
    let started_before = engine(&world, &process);
    world.new.verify_from_now_on(Contact::Email);
    edit(&world, "email", "jane.doe@example.com");
    edit(&world, "email_verified", "false");
    let event = event_of(&world.old, "jane-sub", SIGN_IN);
    let outcome = run(started_before.sync_user(&event, 1)).expect("processed");
    assert_eq!(outcome.held_back[0].reason, Reason::WouldMessage);
    let new = only(&world);
    assert_eq!((new.value("email"), new.messages), (Some("jane@example.com"), 0));
}
