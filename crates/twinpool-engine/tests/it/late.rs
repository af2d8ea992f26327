//! Reads and writes that come too early or too late.

use std::sync::Arc;

use twinpool_core::account::IdStore as _;
use twinpool_core::change_event::ChangeEvent;
use twinpool_core::digest::Digest;
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::{NewSub, UserId, Username};
use twinpool_core::link::LinkState;
use twinpool_core::port::Class;
use twinpool_core::value::Value;
use twinpool_engine::SyncError;
use twinpool_testkit::world::{attribute, event_of, group};
use twinpool_testkit::{Moment, Person, Process, World};

use crate::support::{NOW, SIGN_IN, assert_in_step, deliver, engine, link, only, poll, run, sign_in};

fn edit(world: &World, name: &str, value: Option<&str>) {
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| {
        drop(match value {
            Some(value) => jane.attributes.insert(attribute(name), Value::new(value)),
            None => jane.attributes.remove(&attribute(name)),
        });
    });
}

#[test]
fn a_redelivered_message_that_writes_what_is_old_by_now_is_found_out() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    let (earlier, slow) = (event_of(&world.old, "jane-sub", SIGN_IN), Arc::new(Process::healthy()));
    let first = engine(&world, &slow);
    let mut first = Box::pin(first.sync_user(&earlier, 2));
    while slow.calls().len() < 3 {
        assert!(poll(&mut first).is_pending());
    }
    edit(&world, "name", Some("Joan"));
    let (later, quick) = (event_of(&world.old, "jane-sub", SIGN_IN), Arc::new(Process::healthy()));
    let second = engine(&world, &quick);
    let mut second = Box::pin(second.sync_user(&later, 1));
    while !quick.calls().contains(&"AdminUpdateUserAttributes") {
        assert!(poll(&mut second).is_pending());
    }
    // The new name is written and not recorded; the slow one reads it and plans to undo it.
    let mut is_over = false;
    while !is_over && !slow.calls().contains(&"AdminUpdateUserAttributes") {
        is_over = poll(&mut first).is_ready();
    }
    while poll(&mut second).is_pending() {}
    while !is_over {
        is_over = poll(&mut first).is_ready();
    }
    sign_in(&world, "jane-sub");
    assert_in_step(&world, "jane-sub");
}

/// Jane is made by one mirror while another sleeps between its intent and the creation; her address changes, so that the first one is
/// free again, and the slow one makes her too. `meanwhile` happens before it writes that down.
fn made_twice(meanwhile: impl Fn(&World)) -> World {
    let world = World::username_to_email().with_jane();
    let (event, slow) = (event_of(&world.old, "jane-sub", SIGN_IN), Arc::new(Process::healthy()));
    let first = engine(&world, &slow);
    let mut first = Box::pin(first.sync_user(&event, 1));
    while !slow.calls().contains(&"PutItem") {
        assert!(poll(&mut first).is_pending());
    }
    deliver(&world, &event, 1).expect("another mirror makes the user");
    edit(&world, "email", Some("joan@example.com"));
    sign_in(&world, "jane-sub");
    while world.new.people().len() < 2 {
        assert!(poll(&mut first).is_pending());
    }
    meanwhile(&world);
    while poll(&mut first).is_pending() {}
    sign_in(&world, "jane-sub");
    world
}

#[test]
fn whoever_makes_a_user_after_somebody_else_did_leaves_no_second_account() {
    let world = made_twice(|_| {});
    assert_eq!(world.new.people().len(), 1);
    assert_in_step(&world, "jane-sub");
}

#[test]
fn a_second_account_that_has_a_user_id_is_somebody_s_and_stays() {
    let world = made_twice(|world| {
        let pair = link(world, "jane-sub").linked().expect("a pair").new_sub.clone();
        let subs = world.new.people().into_iter().map(|person| NewSub::from(person.sub));
        let second = subs.into_iter().find(|sub| *sub != pair).expect("a second account");
        run(world.links.assign(&second, &UserId::from(&second), None)).expect("it gets its id");
    });
    assert_eq!(world.new.people().len(), 2);
}

#[test]
fn a_message_that_comes_back_from_the_dlq_undoes_what_it_had_done_by_half() {
    let value = |name: &'static str, value: &'static str| {
        move |jane: &mut Person| drop(jane.attributes.insert(attribute(name), Value::new(value)))
    };
    let joins = |jane: &mut Person| {
        jane.groups.insert(group("admins"));
    };
    let forgets = |jane: &mut Person| drop(jane.attributes.remove(&attribute("name")));
    let disappears = |jane: &mut Person| jane.enabled = false;
    type Change<'a> = &'a dyn Fn(&mut Person);
    let halves: [(&str, Change<'_>); 5] = [
        ("a change", &value("name", "Joan")),
        ("a new attribute", &value("nickname", "JJ")),
        ("a deletion", &forgets),
        ("a group", &joins),
        ("a disabling and a group", &|jane| (disappears(jane), joins(jane)).0),
    ];
    for (what, change) in halves {
        let world = World::username_to_email().with_jane();
        sign_in(&world, "jane-sub");
        let before = world.old.person("jane-sub").expect("jane");
        world.old.put_group(GroupDefinition { name: group("admins"), description: None, precedence: None });
        world.old.edit(&before.sub, change);
        let event = event_of(&world.old, "jane-sub", SIGN_IN);
        for delivery in 1..=10 {
            let process = Arc::new(Process::healthy());
            // What was written before is not recorded.
            process.fail_all("PutItem", Class::Throttled);
            assert!(run(engine(&world, &process).sync_user(&event, delivery)).is_err(), "{what}");
        }
        world.old.put(before);
        // The next token finds everything as agreed. A redrive counts deliveries from one again.
        sign_in(&world, "jane-sub");
        deliver(&world, &event, 1).expect("processed");
        assert_in_step(&world, "jane-sub");
    }
}

/// An event of a moment that the pool does not show yet.
fn ahead(world: &World, change: impl FnOnce(&mut Person)) -> ChangeEvent {
    let before = world.old.person("jane-sub").expect("jane");
    world.old.edit(&before.sub, change);
    let mut event = event_of(&world.old, "jane-sub", SIGN_IN);
    event.at = NOW;
    world.old.put(before);
    event
}

#[test]
fn an_event_ahead_of_the_pool_is_tried_again_once() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    let event = ahead(&world, |jane| drop(jane.attributes.insert(attribute("name"), Value::new("Joan"))));
    assert_eq!(deliver(&world, &event, 1), Err(SyncError::TooEarly));
    edit(&world, "name", Some("Joan"));
    deliver(&world, &event, 2).expect("processed");
    assert_in_step(&world, "jane-sub");
}

#[test]
fn an_event_is_ahead_of_the_pool_whatever_else_has_changed_or_is_new() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    let event = ahead(&world, |jane| drop(jane.attributes.insert(attribute("nickname"), Value::new("JJ"))));
    assert_eq!(deliver(&world, &event, 1), Err(SyncError::TooEarly), "an attribute more");
    let event = ahead(&world, |jane| jane.groups.clear());
    assert_eq!(deliver(&world, &event, 1), Err(SyncError::TooEarly), "a group less");
    let event = ahead(&world, |jane| drop(jane.attributes.insert(attribute("name"), Value::new("Joan"))));
    edit(&world, "custom:tenant", Some("umbrella"));
    assert_eq!(deliver(&world, &event, 1), Err(SyncError::TooEarly), "another change");
}

#[test]
fn an_attribute_that_came_back_after_the_event_is_not_taken_for_one_that_events_leave_out() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    edit(&world, "name", None);
    let event = event_of(&world.old, "jane-sub", SIGN_IN);
    edit(&world, "name", Some("Joan"));
    deliver(&world, &event, 1).expect("processed");
    sign_in(&world, "jane-sub");
    edit(&world, "name", None);
    sign_in(&world, "jane-sub");
    assert_in_step(&world, "jane-sub");
}

#[test]
fn an_attribute_that_came_after_a_token_in_the_backlog_is_not_taken_for_one_that_events_leave_out() {
    let world = World::username_to_email().with_jane();
    let token = event_of(&world.old, "jane-sub", SIGN_IN);
    edit(&world, "nickname", Some("JJ"));
    deliver(&world, &event_of(&world.old, "jane-sub", "PostConfirmation_ConfirmSignUp"), 1)
        .expect("processed");
    deliver(&world, &token, 1).expect("processed");
    edit(&world, "nickname", None);
    sign_in(&world, "jane-sub");
    assert_in_step(&world, "jane-sub");
}

#[test]
fn an_event_without_a_sub_is_never_ahead_of_the_pool() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    edit(&world, "name", Some("Joan"));
    let mut event = event_of(&world.old, "jane-sub", SIGN_IN);
    (event.at, event.sub, event.username) = (NOW, None, Username::parse("jane").ok());
    event.attributes.values_mut().for_each(|digest| *digest = Digest::stored("of something else"));
    deliver(&world, &event, 1).expect("processed");
    assert_in_step(&world, "jane-sub");
}

#[test]
fn a_user_who_cannot_be_read_yet_is_not_given_up() {
    let world = World::username_to_email().with_jane();
    for cause in ["CustomMessage_AdminCreateUser", "CustomMessage_SignUp", SIGN_IN] {
        let event = event_of(&world.old, "jane-sub", cause);
        let jane = world.old.person("jane-sub").expect("jane");
        world.old.remove(&jane.sub);
        assert_eq!(deliver(&world, &event, 1), Err(SyncError::TooEarly), "{cause}");
        world.old.put(jane);
    }
    assert!(world.links.all().is_empty());
}

#[test]
fn an_attribute_that_was_set_after_the_event_is_not_taken_for_one_that_events_leave_out() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    edit(&world, "name", Some("Joan"));
    let event = event_of(&world.old, "jane-sub", SIGN_IN);
    edit(&world, "nickname", Some("JJ"));
    deliver(&world, &event, 1).expect("processed");
    sign_in(&world, "jane-sub");
    edit(&world, "nickname", None);
    sign_in(&world, "jane-sub");
    assert_in_step(&world, "jane-sub");
}

#[test]
fn a_group_that_vanishes_while_its_member_is_mirrored_is_not_recorded() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    let jane = world.old.person("jane-sub").expect("jane");
    // Read as a member, and by then the group is gone.
    world.old.edit(&jane.sub, |jane| {
        jane.groups.insert(group("brief"));
    });
    assert!(deliver(&world, &event_of(&world.old, "jane-sub", SIGN_IN), 1).is_err());
    world.old.put_group(GroupDefinition { name: group("brief"), description: None, precedence: None });
    sign_in(&world, "jane-sub");
    assert_in_step(&world, "jane-sub");
}

#[test]
fn a_crash_while_a_user_is_made_without_a_refused_attribute_heals() {
    for call in 0..10 {
        let world = World::username_to_email().with_jane();
        edit(&world, "custom:tenant", Some(&"x".repeat(3_000)));
        let event = event_of(&world.old, "jane-sub", SIGN_IN);
        let process = Arc::new(Process::dying_at(call, Moment::After));
        drop(run(engine(&world, &process).sync_user(&event, 1)));
        deliver(&world, &event, 2).expect("processed");
        assert!(matches!(link(&world, "jane-sub").state, LinkState::Linked(_)), "call {call}");
        assert!(only(&world).can_reset_password());
    }
}
