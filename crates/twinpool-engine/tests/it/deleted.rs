//! Users whom the old pool has deleted.

use std::sync::Arc;

use twinpool_core::account::IdStore;
use twinpool_core::held_back::Reason;
use twinpool_core::id::{NewSub, OldSub, Timestamp, UserId};
use twinpool_core::link::{Left, LinkState};
use twinpool_engine::{INTENT_LASTS, Kind, SyncError};
use twinpool_testkit::world::{event_of, person};
use twinpool_testkit::{Moment, Process, World};

use crate::support::{
    NOW, SIGN_IN, SIGN_UP, asked, assert_in_step, deliver, engine, engine_at, link, only, run, sign_in, tell,
};

const RULES: [(&str, Left); 3] = [
    ("", Left::Disabled),
    ("[users]\ndeleted = \"delete\"", Left::Deleted),
    ("[users]\ndeleted = \"keep\"", Left::Kept),
];

fn left(world: &World, sub: &str) -> Left {
    match link(world, sub).state {
        LinkState::Tombstone { left, .. } => left,
        other => panic!("expected a tombstone, got {other:?}"),
    }
}

fn delete(world: &World, sub: &str) {
    let user = world.old.person(sub).expect("the user");
    world.old.remove(&user.sub);
}

/// Mirrored, then deleted from the old pool, which the audit trail tells.
fn buried(rules: &str) -> World {
    let world = World::username_to_email().with_jane().under(rules);
    sign_in(&world, "jane-sub");
    delete(&world, "jane-sub");
    tell(&world, "AdminDeleteUser", "jane-sub");
    world
}

#[test]
fn the_rules_say_what_becomes_of_the_counterpart_and_the_user_id_stays_taken() {
    for (rules, expected) in RULES {
        let world = buried(rules);
        assert_eq!(left(&world, "jane-sub"), expected);
        assert_eq!(link(&world, "jane-sub").user_id.as_str(), "jane-sub");
        assert_eq!(world.links.back().len(), 1, "the new sub still leads to the user id");
        let people = world.new.people();
        match expected {
            Left::Disabled => assert!(!people[0].enabled),
            Left::Kept => assert!(people[0].enabled),
            Left::Deleted | Left::Nobody => assert!(people.is_empty()),
        }
    }
}

#[test]
fn telling_of_a_deletion_again_changes_nothing() {
    for (rules, expected) in RULES {
        let world = buried(rules);
        let (links, people) = (world.links.all(), world.new.people());
        tell(&world, "AdminDeleteUser", "jane-sub");
        assert_eq!((world.links.all(), world.new.people()), (links, people));
        assert_eq!(left(&world, "jane-sub"), expected);
    }
}

#[test]
fn a_deletion_interrupted_at_any_call_is_carried_out_the_next_time() {
    for (rules, expected) in RULES {
        for call in 0..6 {
            for moment in [Moment::Before, Moment::After] {
                let world = World::username_to_email().with_jane().under(rules);
                sign_in(&world, "jane-sub");
                delete(&world, "jane-sub");
                let event = crate::support::audited("AdminDeleteUser", "jane-sub");
                let dying = Arc::new(Process::dying_at(call, moment));
                drop(run(engine(&world, &dying).sync_user(&event, 1)));
                deliver(&world, &event, 2).expect("processed");
                assert_eq!(left(&world, "jane-sub"), expected, "{call} {moment:?}");
            }
        }
    }
}

#[test]
fn a_user_who_vanished_before_the_read_is_believed_gone_on_the_fifth_delivery() {
    let world = World::username_to_email().with_jane();
    let event = event_of(&world.old, "jane-sub", SIGN_UP);
    delete(&world, "jane-sub");
    for delivery in 1..5 {
        assert_eq!(deliver(&world, &event, delivery), Err(SyncError::TooEarly));
    }
    assert_eq!(deliver(&world, &event, 5).expect("processed").kind, Kind::Gone);
    assert_eq!(left(&world, "jane-sub"), Left::Nobody);
}

#[test]
fn a_user_deleted_while_being_made_does_not_stay_behind() {
    let world = World::username_to_email().with_jane();
    let event = event_of(&world.old, "jane-sub", SIGN_IN);
    let dying = Arc::new(Process::dying_at(4, Moment::After));
    drop(run(engine(&world, &dying).sync_user(&event, 1)));
    assert_eq!(dying.calls().last(), Some(&"AdminCreateUser"));
    delete(&world, "jane-sub");
    let later = Timestamp(NOW.0 + u64::try_from(INTENT_LASTS.as_millis()).expect("a minute"));
    let healthy = Arc::new(Process::healthy());
    run(engine_at(&world, &healthy, later).sync_user(&event, 5)).expect("processed");
    assert_eq!(left(&world, "jane-sub"), Left::Disabled);
    assert!(!only(&world).enabled);
    let back = (NewSub::from(only(&world).sub), OldSub::parse("jane-sub").expect("a sub"));
    assert_eq!(world.links.back(), [back], "who was made by half leads to the user id too");
}

/// Somebody else signs up with the name and the address of a deleted user.
fn successor(world: &World) {
    world.old.put(person(
        "heir-sub",
        "jane",
        &[("email", "jane@example.com"), ("email_verified", "true"), ("name", "Jane II")],
    ));
}

#[test]
fn a_name_that_was_given_to_somebody_else_is_theirs_in_the_new_pool_too() {
    for (rules, _) in &RULES[..2] {
        let world = buried(rules);
        successor(&world);
        assert_eq!(sign_in(&world, "heir-sub").kind, Kind::Created);
        let linked = link(&world, "heir-sub").linked().expect("a pair").clone();
        let people = world.new.people();
        assert_eq!(people.len(), 1, "the name has one holder");
        assert_eq!(people[0].sub.as_str(), linked.new_sub.as_str());
        assert_eq!(people[0].value("name"), Some("Jane II"));
        assert_eq!(left(&world, "jane-sub"), Left::Deleted);
        assert_eq!(link(&world, "heir-sub").user_id.as_str(), "heir-sub", "user ids are not inherited");
        assert_eq!(link(&world, "jane-sub").user_id.as_str(), "jane-sub");
    }
}

#[test]
fn an_account_that_twinpool_did_not_make_is_not_taken_down_with_a_dead_owner() {
    for rules in ["", "[users]\ndeleted = \"delete\""] {
        let world = World::username_to_email().with_jane().under(rules);
        sign_in(&world, "jane-sub");
        let other = [("email", "second@example.com"), ("email_verified", "true")];
        world.new.put(person("further-sub", "further-sub", &other));
        let (further, jane) = (NewSub::parse("further-sub").unwrap(), OldSub::parse("jane-sub").unwrap());
        run(world.links.assign(&further, &UserId::from(&jane), Some(&jane))).expect("an id");
        delete(&world, "jane-sub");
        tell(&world, "AdminDeleteUser", "jane-sub");
        world.old.put(person("other-sub", "other", &other));
        let event = event_of(&world.old, "other-sub", SIGN_IN);
        assert_eq!(deliver(&world, &event, 8).expect("processed").kind, Kind::Conflict);
        let account = world.new.person("further-sub").expect("it is still there");
        assert_eq!(account.value("email"), Some("second@example.com"));
    }
}

#[test]
fn a_name_given_on_by_a_mirror_that_died_at_any_call_is_no_longer_said_to_be_the_dead_one_s() {
    let mut deaths = 0;
    for call in 0..20 {
        for moment in [Moment::Before, Moment::After] {
            let world = buried("");
            successor(&world);
            let event = event_of(&world.old, "heir-sub", SIGN_IN);
            let dying = Arc::new(Process::dying_at(call, moment));
            drop(run(engine(&world, &dying).sync_user(&event, 1)));
            deaths += usize::from(dying.is_dead());
            deliver(&world, &event, 2).expect("processed");
            assert_eq!(left(&world, "jane-sub"), Left::Deleted, "{call} {moment:?} {:?}", dying.calls());
            let heir = link(&world, "heir-sub").linked().expect("a pair").new_sub.clone();
            assert_eq!(only(&world).sub.as_str(), heir.as_str());
        }
    }
    assert!(deaths > 20, "{deaths}");
}

#[test]
fn a_name_is_given_on_although_nobody_told_of_the_deletion() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    delete(&world, "jane-sub");
    successor(&world);
    let event = event_of(&world.old, "heir-sub", SIGN_IN);
    for delivery in 1..8 {
        assert_eq!(deliver(&world, &event, delivery), Err(SyncError::OwnerVanished));
        assert!(only(&world).enabled, "nobody is taken for deleted at first sight");
    }
    assert_eq!(deliver(&world, &event, 8).expect("processed").kind, Kind::Created);
    assert_eq!(left(&world, "jane-sub"), Left::Deleted);
}

#[test]
fn where_deleted_users_are_kept_their_names_are_too() {
    let world = buried(RULES[2].0);
    successor(&world);
    assert_eq!(sign_in(&world, "heir-sub").held_back[0].reason, Reason::Taken);
    assert!(only(&world).enabled);
}

#[test]
fn a_user_who_was_never_gone_comes_back_under_the_same_user_id() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    let jane = world.old.person("jane-sub").expect("jane");
    delete(&world, "jane-sub");
    tell(&world, "AdminDeleteUser", "jane-sub");
    world.old.put(jane);
    assert_eq!(sign_in(&world, "jane-sub").kind, Kind::Created);
    assert_in_step(&world, "jane-sub");
}

#[test]
fn a_pool_that_is_gone_is_no_reason_to_touch_anybody() {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    let (links, people) = (world.links.all(), world.new.people());
    let process = Arc::new(Process::healthy());
    let engine = engine(&world, &process);
    world.old.delete();
    for event in [crate::support::audited("AdminDeleteUser", "jane-sub"), asked("jane-sub")] {
        assert!(matches!(run(engine.sync_user(&event, 9)), Err(SyncError::Port(_))));
    }
    assert_eq!((world.links.all(), world.new.people()), (links, people));
}
