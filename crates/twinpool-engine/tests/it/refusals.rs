//! What Cognito refuses at creation, and must not cost the user more than that.

use std::sync::Arc;

use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::pool::{AttributeSchema, PoolShape};
use twinpool_core::port::Class;
use twinpool_core::value::Value;
use twinpool_engine::Kind;
use twinpool_testkit::world::{
    OLD_POOL, alias_pool, attribute, email_pool, event_of, group, person, username_pool,
};
use twinpool_testkit::{Process, World};

use crate::support::{SIGN_IN, assert_in_step, calls_of_sign_in, engine, link, only, run, sign_in};

fn held(name: &str, reason: Reason) -> HeldBack {
    HeldBack { subject: Subject::Attribute(attribute(name)), reason }
}

fn edit(world: &World, name: &str, value: &str) {
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| drop(jane.attributes.insert(attribute(name), Value::new(value))));
}

/// Usernames to aliases: what was a mere attribute becomes a way to sign in.
fn to_alias_pool() -> World {
    World::new(username_pool(OLD_POOL), alias_pool("eu-west-1_New")).with_jane()
}

#[test]
fn a_preferred_username_that_is_an_alias_follows_once_the_user_is_confirmed() {
    let world = to_alias_pool();
    edit(&world, "preferred_username", "jj");
    let outcome = sign_in(&world, "jane-sub");
    assert_eq!((outcome.kind, outcome.held_back), (Kind::Created, vec![]));
    assert_in_step(&world, "jane-sub");
    edit(&world, "preferred_username", "joan");
    sign_in(&world, "jane-sub");
    assert_in_step(&world, "jane-sub");
}

#[test]
fn a_preferred_username_that_is_the_username_is_held_back_and_the_rest_follows() {
    let world = to_alias_pool();
    edit(&world, "preferred_username", "Jane");
    let outcome = sign_in(&world, "jane-sub");
    assert_eq!(
        (outcome.kind, outcome.held_back),
        (Kind::Created, vec![held("preferred_username", Reason::Refused)])
    );
    assert_eq!(only(&world).value("name"), Some("Jane"));
    edit(&world, "name", "Joan");
    let outcome = sign_in(&world, "jane-sub");
    assert_eq!(outcome.held_back, [held("preferred_username", Reason::Refused)]);
    assert_eq!(only(&world).value("name"), Some("Joan"));
}

#[test]
fn the_history_does_not_say_that_the_pool_took_what_it_refused() {
    let world = to_alias_pool();
    sign_in(&world, "jane-sub");
    edit(&world, "name", &"x".repeat(3_000));
    edit(&world, "nickname", "JJ");
    sign_in(&world, "jane-sub");
    let link = link(&world, "jane-sub");
    let did = &link.history.entries().last().expect("a line").did;
    assert_eq!(did, "set name, nickname (refused, at least in part)");
}

#[test]
fn a_preferred_username_stays_with_its_owner_while_a_user_is_made() {
    let world = to_alias_pool();
    edit(&world, "preferred_username", "jj");
    world.new.put(person("other", "josephine", &[("preferred_username", "jj")]));
    let outcome = sign_in(&world, "jane-sub");
    assert_eq!(
        (outcome.kind, outcome.held_back),
        (Kind::Created, vec![held("preferred_username", Reason::Taken)])
    );
    assert_eq!(world.new.person("other").expect("josephine").value("preferred_username"), Some("jj"));
    world.new.remove(&world.new.person("other").expect("josephine").sub);
    sign_in(&world, "jane-sub");
    assert_in_step(&world, "jane-sub");
}

fn with_immutable(names: &[&str]) -> PoolShape {
    let mut new = email_pool("eu-west-1_New");
    let fixed = AttributeSchema { mutable: false, ..AttributeSchema::TEXT };
    new.attributes.extend(names.iter().map(|name| (attribute(name), fixed)));
    new
}

/// `custom:born` and `birthdate` can be written at creation only.
fn with_immutable_attributes() -> World {
    let new = with_immutable(&["birthdate"]);
    let world = World::new(username_pool(OLD_POOL), new).with_jane();
    edit(&world, "custom:born", "Ulm");
    edit(&world, "birthdate", "1990-01-01");
    world
}

#[test]
fn one_refused_value_does_not_cost_what_can_be_written_at_creation_only() {
    let world = with_immutable_attributes();
    edit(&world, "name", &"x".repeat(3_000));
    let outcome = sign_in(&world, "jane-sub");
    assert_eq!(outcome.held_back, [held("name", Reason::Refused)]);
    let new = only(&world);
    assert_eq!((new.value("custom:born"), new.value("birthdate")), (Some("Ulm"), Some("1990-01-01")));
    assert_eq!(new.value("custom:tenant"), Some("acme"));
}

#[test]
fn one_refused_value_that_can_be_written_at_creation_only_does_not_cost_the_others() {
    let world = with_immutable_attributes();
    edit(&world, "birthdate", &"x".repeat(3_000));
    let outcome = sign_in(&world, "jane-sub");
    assert_eq!(outcome.held_back, [held("birthdate", Reason::Immutable)]);
    let new = only(&world);
    assert_eq!((new.value("custom:born"), new.value("birthdate")), (Some("Ulm"), None));
}

#[test]
fn two_refused_values_that_can_be_written_at_creation_only_do_not_cost_the_third() {
    let new = with_immutable(&["birthdate", "locale"]);
    let world = World::new(username_pool(OLD_POOL), new).with_jane();
    for (name, value) in
        [("custom:born", "Ulm"), ("birthdate", &"x".repeat(3_000)), ("locale", &"x".repeat(3_000))]
    {
        edit(&world, name, value);
    }
    sign_in(&world, "jane-sub");
    let new = only(&world);
    assert_eq!(
        (new.value("custom:born"), new.value("birthdate"), new.value("locale")),
        (Some("Ulm"), None, None)
    );
}

#[test]
fn a_refused_phone_number_keeps_nobody_out_who_signs_in_with_an_address() {
    let world = World::username_to_email().with_jane();
    edit(&world, "phone_number", &"0".repeat(3_000));
    let both = |name| held(name, Reason::Refused);
    let outcome = sign_in(&world, "jane-sub");
    assert_eq!(
        (outcome.kind, outcome.held_back),
        (Kind::Created, vec![both("phone_number"), both("phone_number_verified")])
    );
    assert_eq!(only(&world).value("email"), Some("jane@example.com"));
}

#[test]
fn a_name_that_cannot_be_looked_up_is_held_back_and_the_rest_follows() {
    let world = to_alias_pool();
    edit(&world, "preferred_username", "j\u{200d}j");
    let outcome = sign_in(&world, "jane-sub");
    assert_eq!(
        (outcome.kind, outcome.held_back),
        (Kind::Created, vec![held("preferred_username", Reason::Refused)])
    );
    assert_eq!(calls_of_sign_in(&world, "jane-sub"), ["GetItem"], "nobody can free it");
    edit(&world, "name", "Joan");
    sign_in(&world, "jane-sub");
    assert_eq!(only(&world).value("name"), Some("Joan"));
}

#[test]
fn a_group_that_the_new_pool_has_no_room_for_is_held_back_and_the_rest_follows() {
    let world = World::username_to_email().with_jane();
    let (process, event) = (Arc::new(Process::healthy()), event_of(&world.old, "jane-sub", SIGN_IN));
    process.fail_all("CreateGroup", Class::Rejected);
    let outcome = run(engine(&world, &process).sync_user(&event, 1)).expect("processed");
    let staff = HeldBack { subject: Subject::Group(group("staff")), reason: Reason::Refused };
    assert_eq!((outcome.kind, outcome.held_back), (Kind::Created, vec![staff]));
    assert!(only(&world).can_reset_password());
    edit(&world, "name", "Joan");
    let outcome = sign_in(&world, "jane-sub");
    assert!(outcome.overruled.is_empty(), "nobody else took the user out");
    assert_in_step(&world, "jane-sub");
}
