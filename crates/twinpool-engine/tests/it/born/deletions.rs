//! Users who are deleted from one pool while people use both.

use std::sync::Arc;

use twinpool_core::change_event::{About, Cause};
use twinpool_core::held_back::Reason;
use twinpool_core::id::{Pool, Sub, Timestamp};
use twinpool_core::link::{Left, LinkState};
use twinpool_core::phase::Step;
use twinpool_core::port::LinkScan as _;
use twinpool_engine::{Kind, SyncError};
use twinpool_testkit::world::{event_of, person};
use twinpool_testkit::{Process, World};

use super::{
    LATER, audited_in, held_user, nina, old_sub_of, only_link, only_old, shows, step, switch, told, told_at,
    with_nina,
};
use crate::support::{NOW, SIGN_IN, SIGN_UP, asked, engine_both_ways, hint, run};

const RULES: [(&str, Left); 3] = [
    ("", Left::Disabled),
    ("[users]\ndeleted = \"delete\"", Left::Deleted),
    ("[users]\ndeleted = \"keep\"", Left::Kept),
];

/// Jane of the old pool, mirrored; in the new pool under this sub.
fn jane() -> (World, String) {
    let world = World::username_to_email().with_jane();
    told(&world, &event_of(&world.old, "jane-sub", SIGN_IN), 1);
    switch(&world);
    let new = world.new.people().remove(0).sub.to_string();
    (world, new)
}

/// Jane has signed in to the new pool.
pub(super) fn moved() -> (World, String) {
    let (world, new) = jane();
    shows(&world, &new, SIGN_IN);
    (world, new)
}

fn delete_new(world: &World, sub: &str) {
    let user = world.new.person(sub).expect("the account");
    world.new.remove(&user.sub);
}

pub(super) fn delete_old(world: &World, sub: &str) {
    let user = world.old.person(sub).expect("the user");
    world.old.remove(&user.sub);
}

fn tombstone(world: &World) -> (Pool, Left) {
    match only_link(world).state {
        LinkState::Tombstone { by, left, .. } => (by, left),
        other => panic!("expected a tombstone, got {other:?}"),
    }
}

#[test]
fn where_the_new_pool_has_the_say_its_deletion_reaches_the_old_one_as_the_rules_say() {
    for (rules, left) in RULES {
        let (world, new) = moved();
        let world = world.under(rules);
        delete_new(&world, &new);
        let outcome = told(&world, &audited_in(&world.new, "AdminDeleteUser", &new, NOW), 1);
        assert_eq!(outcome.kind, Kind::Gone);
        assert_eq!(tombstone(&world), (Pool::New, left));
        assert_eq!(only_link(&world).user_id.as_str(), "jane-sub", "the user id stays taken");
        match left {
            Left::Disabled => assert!(!only_old(&world).enabled),
            Left::Kept => assert!(only_old(&world).enabled),
            Left::Deleted | Left::Nobody => assert_eq!(world.old.people().len(), 0),
        }
        // Nobody is made anew, whatever the old pool shows, nor is the tombstone another.
        let events = [
            audited_in(&world.new, "AdminDeleteUser", &new, NOW),
            audited_in(&world.old, "AdminDisableUser", "jane-sub", NOW),
            audited_in(&world.old, "AdminDeleteUser", "jane-sub", NOW),
        ];
        for event in events {
            assert_eq!(told(&world, &event, 5).kind, Kind::Gone);
        }
        assert_eq!((world.new.people().len(), tombstone(&world)), (0, (Pool::New, left)));
    }
}

#[test]
fn who_deleted_the_account_in_the_new_pool_is_not_made_anew_by_a_repair_or_a_replay() {
    for (rules, left) in RULES.into_iter().filter(|(_, left)| *left != Left::Deleted) {
        let (world, new) = moved();
        let world = world.under(rules);
        delete_new(&world, &new);
        told(&world, &audited_in(&world.new, "AdminDeleteUser", &new, NOW), 1);
        for command in ["Verify", "Redrive"] {
            let event = hint(About::User(Sub::parse("jane-sub").expect("a sub")), Cause::operator(command));
            assert_eq!(told(&world, &event, 5).kind, Kind::Gone, "{command}");
        }
        assert_eq!((world.new.people().len(), tombstone(&world)), (0, (Pool::New, left)));
        // A person may ask for one user by name.
        assert_eq!(told(&world, &asked("jane-sub"), 1).kind, Kind::Created);
    }
}

#[test]
fn where_the_old_pool_has_the_say_a_deletion_in_the_new_one_is_reported_and_takes_nobody_away() {
    let (world, new) = jane();
    delete_new(&world, &new);
    let outcome = told(&world, &audited_in(&world.new, "AdminDeleteUser", &new, NOW), 1);
    assert_eq!(outcome.held_back, held_user(Reason::Missing));
    assert!(only_old(&world).enabled);
    assert!(only_link(&world).linked().is_some());
}

#[test]
fn an_account_that_seems_to_be_gone_is_not_believed_at_once() {
    let (world, new) = moved();
    let event = audited_in(&world.new, "AdminUpdateUserAttributes", &new, NOW);
    delete_new(&world, &new);
    assert_eq!(told_at(&world, &event, 1, LATER), Err(SyncError::TooEarly));
    assert!(only_old(&world).enabled);
    assert_eq!(told(&world, &event, 5).kind, Kind::Gone);
    assert!(!only_old(&world).enabled);
}

#[test]
fn where_the_new_pool_has_the_say_a_deletion_in_the_old_one_takes_nobody_s_account_away() {
    let (world, new) = moved();
    delete_old(&world, "jane-sub");
    let deleted = audited_in(&world.old, "AdminDeleteUser", "jane-sub", Timestamp(20));
    let outcome = told(&world, &deleted, 1);
    assert_eq!(outcome.held_back, held_user(Reason::GoneFromOld));
    let link = only_link(&world);
    assert!(link.linked().is_some());
    assert_eq!(link.reverse.held_back, held_user(Reason::GoneFromOld));
    assert!(world.new.person(&new).expect("jane").enabled);
    // Told again, and shown by the new pool, nothing is written any more.
    let before = only_link(&world).version;
    told(&world, &deleted, 2);
    shows(&world, &new, SIGN_IN);
    assert_eq!(only_link(&world).version, before);
    // A rollback gives the old pool the say, and takes nobody away either, however late the record comes.
    step(&world, &Step::Rollback, NOW);
    for event in [deleted, asked("jane-sub"), audited_in(&world.new, "AdminGetUser", &new, NOW)] {
        told(&world, &event, 5);
    }
    assert!(world.new.person(&new).expect("jane").enabled);
    assert!(only_link(&world).linked().is_some());
    // Only what is told anew counts.
    let anew = audited_in(&world.old, "AdminDeleteUser", "jane-sub", LATER);
    assert_eq!(told(&world, &anew, 1).kind, Kind::Gone);
    assert!(!world.new.person(&new).expect("jane").enabled);
    assert_eq!(tombstone(&world), (Pool::Old, Left::Disabled));
}

#[test]
fn a_deletion_in_the_old_pool_counts_that_was_before_the_user_moved_however_late_it_is_told() {
    let (world, new) = jane();
    let mut token = event_of(&world.new, &new, SIGN_IN);
    token.at = Timestamp(200_000);
    told(&world, &token, 1);
    assert_eq!(only_link(&world).reverse.moved_at, Some(Timestamp(200_000)));
    delete_old(&world, "jane-sub");
    told(&world, &audited_in(&world.old, "AdminDeleteUser", "jane-sub", Timestamp(199_000)), 1);
    assert_eq!(tombstone(&world), (Pool::Old, Left::Disabled));
    assert!(!world.new.person(&new).expect("jane").enabled);
}

#[test]
fn a_deletion_that_the_audit_trail_tells_only_after_the_rollback_is_of_the_time_before() {
    let (world, new) = moved();
    delete_old(&world, "jane-sub");
    step(&world, &Step::Rollback, NOW);
    told(&world, &audited_in(&world.old, "AdminDeleteUser", "jane-sub", Timestamp(20)), 1);
    assert!(world.new.person(&new).expect("jane").enabled);
    assert_eq!(only_link(&world).reverse.held_back, held_user(Reason::GoneFromOld));
}

#[test]
fn a_deletion_just_after_a_rollback_counts_for_a_process_that_has_not_heard_of_it() {
    let (world, new) = moved();
    let process = Arc::new(Process::healthy());
    let engine = engine_both_ways(&world, &process, LATER);
    run(engine.sync_user(&event_of(&world.new, &new, SIGN_IN), 1)).expect("processed");
    step(&world, &Step::Rollback, NOW);
    delete_old(&world, "jane-sub");
    let outcome = run(engine.sync_user(&audited_in(&world.old, "AdminDeleteUser", "jane-sub", LATER), 1));
    assert_eq!(outcome.expect("processed").kind, Kind::Gone);
    assert!(!world.new.person(&new).expect("jane").enabled);
}

#[test]
fn a_deletion_in_the_new_pool_just_after_a_rollback_takes_no_old_user_away_whoever_has_not_heard_of_it() {
    let (world, new) = moved();
    let process = Arc::new(Process::healthy());
    let engine = engine_both_ways(&world, &process, LATER);
    run(engine.sync_user(&event_of(&world.new, &new, SIGN_IN), 1)).expect("processed");
    step(&world, &Step::Rollback, NOW);
    delete_new(&world, &new);
    let outcome = run(engine.sync_user(&audited_in(&world.new, "AdminDeleteUser", &new, LATER), 1));
    assert_eq!(outcome.expect("processed").held_back, held_user(Reason::Missing));
    assert!(only_old(&world).enabled);
}

#[test]
fn who_never_moved_goes_with_the_old_pool_as_ever() {
    let (world, new) = jane();
    delete_old(&world, "jane-sub");
    told(&world, &audited_in(&world.old, "AdminDeleteUser", "jane-sub", Timestamp(20)), 1);
    assert_eq!(tombstone(&world), (Pool::Old, Left::Disabled));
    assert!(!world.new.person(&new).expect("jane").enabled);
}

#[test]
fn who_is_deleted_from_both_is_gone() {
    let (world, new) = moved();
    delete_old(&world, "jane-sub");
    delete_new(&world, &new);
    told(&world, &audited_in(&world.old, "AdminDeleteUser", "jane-sub", Timestamp(20)), 1);
    assert_eq!(tombstone(&world).1, Left::Deleted);
}

#[test]
fn a_born_user_who_is_deleted_goes_from_the_old_pool_too() {
    let world = with_nina();
    shows(&world, "n-1", SIGN_UP);
    world.new.remove(&nina().sub);
    told(&world, &audited_in(&world.new, "DeleteUser", "n-1", NOW), 1);
    assert!(!only_old(&world).enabled);
    assert_eq!(tombstone(&world), (Pool::New, Left::Disabled));
    let old = old_sub_of(&world).to_string();
    assert_eq!(told(&world, &audited_in(&world.old, "AdminDisableUser", &old, NOW), 1).kind, Kind::Gone);
    assert_eq!(world.new.people().len(), 0);
}

#[test]
fn who_could_not_be_made_in_the_old_pool_and_leaves_the_new_one_is_listed_no_more() {
    let world = with_nina();
    world.old.put(person("o-9", "nina@example.com", &[("name", "Somebody else")]));
    assert_eq!(shows(&world, "n-1", SIGN_UP).held_back, held_user(Reason::Taken));
    world.new.remove(&nina().sub);
    // The record of a deletion by oneself names no pool: it may be of either.
    told(&world, &audited_in(&world.old, "DeleteUser", "n-1", NOW), 1);
    assert_eq!(run(world.links.page(None)).expect("a page").births, []);
    assert!(only_old(&world).enabled);
}

#[test]
fn who_is_deleted_while_the_old_user_is_being_made_leaves_nobody_who_can_sign_in() {
    use twinpool_testkit::Moment;

    for moment in [Moment::Before, Moment::After] {
        for call in 0..14 {
            let world = with_nina();
            let event = event_of(&world.new, "n-1", SIGN_UP);
            let process = Arc::new(Process::dying_at(call, moment));
            drop(run(engine_both_ways(&world, &process, NOW).sync_user(&event, 1)));
            world.new.remove(&nina().sub);
            for delivery in [5, 6] {
                drop(told_at(&world, &event, delivery, LATER));
                for old in world.old.people() {
                    let event = audited_in(&world.old, "AdminCreateUser", old.sub.as_str(), NOW);
                    drop(told_at(&world, &event, delivery, LATER));
                }
            }
            assert!(world.old.people().iter().all(|old| !old.enabled), "call {call}, {moment:?}");
            assert_eq!(world.new.people().len(), 0);
        }
    }
}
