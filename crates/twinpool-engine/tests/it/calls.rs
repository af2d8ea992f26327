//! What each event costs: quotas and money belong to the production app.

use twinpool_core::snapshot::Status;
use twinpool_core::value::Value;
use twinpool_engine::SyncError;
use twinpool_testkit::World;
use twinpool_testkit::world::{attribute, event_of, group, person};

use crate::support::{NOW, SIGN_IN, calls_of, calls_of_sign_in, deliver, only, sign_in};

#[test]
fn the_first_mirror_of_a_user_in_two_groups() {
    let world = World::username_to_email().with_jane();
    let jane = world.old.person("jane-sub").expect("jane");
    for name in ["staff", "admins"] {
        let definition =
            twinpool_core::group::GroupDefinition { name: group(name), description: None, precedence: None };
        world.old.put_group(definition.clone());
        world.new.put_group(definition);
    }
    world.old.edit(&jane.sub, |jane| jane.groups = [group("admins"), group("staff")].into());
    let expected = [
        "GetItem",
        "AdminGetUser",
        "AdminListGroupsForUser",
        "PutItem",
        "AdminCreateUser",
        "AdminSetUserPassword",
        "AdminAddUserToGroup",
        "AdminAddUserToGroup",
        "TransactWriteItems",
    ];
    assert_eq!(calls_of_sign_in(&world, "jane-sub"), expected);
}

#[test]
fn an_unchanged_user_costs_one_read_of_the_table() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    assert_eq!(calls_of_sign_in(&world, "jane-sub"), ["GetItem"]);
}

#[test]
fn a_changed_attribute_costs_one_update() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| {
        jane.attributes.insert(attribute("name"), Value::new("Joan"));
        jane.attributes.insert(attribute("custom:tenant"), Value::new("umbrella"));
    });
    let expected = [
        "GetItem",
        "AdminGetUser",
        "AdminListGroupsForUser",
        "AdminGetUser",
        "AdminListGroupsForUser",
        // What is about to be written, and what was.
        "PutItem",
        "AdminUpdateUserAttributes",
        "PutItem",
    ];
    assert_eq!(calls_of_sign_in(&world, "jane-sub"), expected);
    assert_eq!(only(&world).value("custom:tenant"), Some("umbrella"));
}

#[test]
fn an_attribute_that_events_leave_out_costs_a_look_at_both_pools_and_then_none() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    let full = event_of(&world.old, "jane-sub", SIGN_IN);
    let mut partial = full;
    partial.at = NOW;
    partial.attributes.retain(|name, _| name.as_str() != "custom:tenant");
    let look = ["AdminGetUser", "AdminListGroupsForUser"];
    let costs = |delivery| calls_of(&world, &partial, delivery);
    assert_eq!(costs(1), [&["GetItem"], &look[..], &look[..], &["PutItem"]].concat());
    assert_eq!(costs(1), ["GetItem"]);
    assert_eq!(only(&world).value("custom:tenant"), Some("acme"), "absence is not deletion");
}

#[test]
fn a_user_whose_name_is_taken_costs_a_look_at_who_has_it() {
    let world = World::username_to_email().with_jane();
    world.new.put(person("new-9", "new-9", &[("email", "jane@example.com"), ("email_verified", "true")]));
    sign_in(&world, "jane-sub");
    let look = ["AdminGetUser", "AdminListGroupsForUser"];
    let expected = [&["GetItem"], &look[..], &look[..], &["GetItem"]].concat();
    assert_eq!(calls_of_sign_in(&world, "jane-sub"), expected);
}

#[test]
fn a_federated_user_costs_the_reads_of_the_old_pool() {
    let world = World::username_to_email().with_jane();
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| jane.status = Status::ExternalProvider);
    sign_in(&world, "jane-sub");
    assert_eq!(calls_of_sign_in(&world, "jane-sub"), ["GetItem", "AdminGetUser", "AdminListGroupsForUser"]);
}

#[test]
fn an_attribute_that_only_events_show_is_tried_again_once_and_then_costs_nothing() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    let before = world.old.person("jane-sub").expect("jane");
    world.old.edit(&before.sub, |jane| drop(jane.attributes.insert(attribute("locale"), Value::new("de"))));
    let mut event = event_of(&world.old, "jane-sub", SIGN_IN);
    event.at = NOW;
    world.old.put(before);
    assert_eq!(deliver(&world, &event, 1), Err(SyncError::TooEarly));
    deliver(&world, &event, 2).expect("processed");
    assert_eq!(calls_of(&world, &event, 1), ["GetItem"]);
}
