use std::sync::Arc;

use twinpool_core::id::Timestamp;
use twinpool_core::snapshot::Status;
use twinpool_core::value::Value;
use twinpool_engine::{Kind, SyncError};
use twinpool_testkit::world::{
    OLD_POOL, alias_pool, attribute, email_pool, event_of, group, person, username_pool,
};
use twinpool_testkit::{Process, World};

use crate::support::{NOW, SIGN_IN, SIGN_UP, assert_in_step, deliver, engine_at, link, only, run, sign_in};

#[test]
fn a_sign_in_carries_the_user_with_groups_to_the_new_pool() {
    let world = World::username_to_email().with_jane();
    assert_eq!(sign_in(&world, "jane-sub").kind, Kind::Created);
    assert_in_step(&world, "jane-sub");
    let staff = world.new.group(&group("staff")).expect("the group was made");
    assert_eq!((staff.description.as_deref(), staff.precedence), (Some("People who work here"), Some(5)));
}

#[test]
fn a_user_can_reset_the_password_in_the_new_pool() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    assert!(only(&world).can_reset_password());
}

#[test]
fn every_kind_of_sign_in_name_can_follow_every_other() {
    let pools = [email_pool, username_pool, alias_pool];
    for old in pools {
        for new in pools {
            let world = World::new(old(OLD_POOL), new("eu-west-1_New")).with_jane();
            sign_in(&world, "jane-sub");
            assert_in_step(&world, "jane-sub");
        }
    }
}

#[test]
fn from_e_mail_sign_in_to_usernames_the_address_becomes_the_username() {
    let world = World::new(email_pool(OLD_POOL), username_pool("eu-west-1_New")).with_jane();
    sign_in(&world, "jane-sub");
    assert_eq!(only(&world).username.as_str(), "jane@example.com");
}

#[test]
fn a_username_that_looks_like_an_alias_gives_way_to_the_sub() {
    let world = World::new(username_pool(OLD_POOL), alias_pool("eu-west-1_New"));
    world.old.put(person(
        "s-1",
        "joe@example.com",
        &[("email", "joe@example.com"), ("email_verified", "true")],
    ));
    sign_in(&world, "s-1");
    assert_eq!(only(&world).username.as_str(), "s-1");
    assert_in_step(&world, "s-1");
}

#[test]
fn a_disabled_user_arrives_disabled() {
    let world = World::username_to_email().with_jane();
    let jane = world.old.person("jane").expect("jane");
    world.old.edit(&jane.sub, |jane| jane.enabled = false);
    let event = event_of(&world.old, "jane-sub", SIGN_UP);
    deliver(&world, &event, 1).expect("processed");
    assert_in_step(&world, "jane-sub");
}

#[test]
fn a_sign_up_that_is_not_confirmed_stays_in_the_old_pool() {
    let world = World::username_to_email().with_jane();
    let jane = world.old.person("jane").expect("jane");
    world.old.edit(&jane.sub, |jane| jane.status = Status::Unconfirmed);
    let event = event_of(&world.old, "jane-sub", "CustomMessage_SignUp");
    assert_eq!(deliver(&world, &event, 1).expect("processed").kind, Kind::NotConfirmed);
    assert!(world.new.people().is_empty() && world.links.all().is_empty());
}

#[test]
fn a_confirmed_sign_up_that_still_reads_unconfirmed_comes_back_later() {
    let world = World::username_to_email().with_jane();
    let jane = world.old.person("jane").expect("jane");
    world.old.edit(&jane.sub, |jane| jane.status = Status::Unconfirmed);
    let event = event_of(&world.old, "jane-sub", SIGN_UP);
    assert_eq!(deliver(&world, &event, 1), Err(SyncError::TooEarly));
    world.old.edit(&jane.sub, |jane| jane.status = Status::Confirmed);
    assert_eq!(deliver(&world, &event, 2).expect("processed").kind, Kind::Created);
    assert_in_step(&world, "jane-sub");
}

#[test]
fn an_event_of_a_third_pool_is_not_taken_for_ours() {
    let world = World::username_to_email().with_jane();
    let other = World::new(username_pool("eu-west-1_Other"), email_pool("eu-west-1_New")).with_jane();
    let event = event_of(&other.old, "jane-sub", SIGN_IN);
    assert_eq!(deliver(&world, &event, 1), Err(SyncError::OtherPool));
}

#[test]
fn a_user_born_in_the_old_pool_keeps_the_old_sub_as_user_id() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    assert_eq!(link(&world, "jane-sub").user_id.as_str(), "jane-sub");
}

#[test]
fn a_pair_keeps_when_it_was_written_whatever_is_mirrored_later() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    let jane = world.old.person("jane").expect("jane");
    world.old.edit(&jane.sub, |jane| drop(jane.attributes.insert(attribute("name"), Value::new("Jo"))));
    let (event, later) = (event_of(&world.old, "jane-sub", SIGN_IN), Timestamp(NOW.0 + 60_000));
    let engine = engine_at(&world, &Arc::new(Process::healthy()), later);
    run(engine.sync_user(&event, 1)).expect("processed");
    let link = link(&world, "jane-sub");
    assert_eq!((link.linked_at, link.linked().map(|linked| linked.mirrored_at)), (Some(NOW), Some(later)));
}
