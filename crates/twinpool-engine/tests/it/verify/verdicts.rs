//! Every verdict on small worlds.

use twinpool_core::decision::Decision;
use twinpool_core::held_back::Subject;
use twinpool_core::id::{OldSub, Sub};
use twinpool_core::snapshot::{Mfa, Status};
use twinpool_core::value::Value;
use twinpool_engine::{Marked, Verdict};
use twinpool_testkit::world::{attribute, group, person};
use twinpool_testkit::{Person, World};

use super::{quick, reads, thorough, verify};
use crate::support::{audited, decide, deliver, only, sign_in, tell};

fn verified(name: &str) -> Person {
    let email = format!("{name}@example.com");
    person(&format!("{name}-sub"), name, &[("email", &email), ("email_verified", "true")])
}

/// Jane in both pools.
fn world() -> World {
    let world = World::username_to_email().with_jane();
    sign_in(&world, "jane-sub");
    world
}

fn edit(world: &World, change: impl FnOnce(&mut Person)) {
    world.new.edit(&only(world).sub, change);
}

#[test]
fn who_agrees_is_equal_for_the_price_of_the_lists() {
    let found = verify(&world(), &quick());
    assert_eq!(found.said("jane-sub"), "equal");
    assert!(found.summary.is_equal() && !found.of("jane-sub").looked);
    let calls = reads(&found.calls);
    assert!(!calls.contains_key("AdminGetUser") && !calls.contains_key("BatchGetItem"), "{calls:?}");
}

#[test]
fn each_kind_of_difference_is_named() {
    type Change = fn(&mut Person);
    let cases: [(Change, &str); 9] = [
        (
            |new| drop(new.attributes.insert(attribute("name"), Value::new("Jean"))),
            "differs: attribute name differs",
        ),
        (|new| drop(new.attributes.remove(&attribute("name"))), "differs: attribute name not_there"),
        (
            |new| drop(new.attributes.insert(attribute("email"), Value::new("j@example.com"))),
            "differs: attribute email differs",
        ),
        (
            |new| drop(new.attributes.insert(attribute("email_verified"), Value::new("false"))),
            "differs: attribute email_verified differs",
        ),
        (
            |new| {
                new.groups.remove(&group("staff"));
            },
            "differs: group staff not_there",
        ),
        (|new| new.enabled = false, "differs: enabled differs"),
        (|new| new.status = Status::ForceChangePassword, "differs: password not_there"),
        (|new| drop(new.attributes.insert(attribute("locale"), Value::new("de"))), "equal"),
        (
            |new| {
                new.groups.insert(group("new-one"));
            },
            "equal",
        ),
    ];
    for (change, expected) in cases {
        let world = world();
        edit(&world, change);
        for looking in [quick(), thorough()] {
            let found = verify(&world, &looking);
            assert_eq!(found.said("jane-sub"), expected);
            assert_eq!(found.rows.len(), 1);
            reads(&found.calls);
        }
    }
}

#[test]
fn what_was_announced_and_is_no_more_in_the_old_pool_is_extra() {
    let world = world();
    world.old.edit(&Sub::parse("jane-sub").expect("a sub"), |old| {
        old.attributes.remove(&attribute("name"));
        old.groups.clear();
    });
    let found = verify(&world, &quick());
    assert_eq!(found.said("jane-sub"), "differs: group staff extra, attribute name extra");
    let shown = found.of("jane-sub").findings.iter().find_map(|finding| finding.masked.clone());
    assert_eq!(shown, Some([None, Some("J•••".to_owned())]));
}

#[test]
fn an_address_that_differs_in_case_only_is_equal_where_the_pool_does_not_tell_case_apart() {
    let world = world();
    edit(&world, |new| drop(new.attributes.insert(attribute("email"), Value::new("JANE@example.com"))));
    assert_eq!(verify(&world, &quick()).said("jane-sub"), "equal");
}

#[test]
fn who_is_in_one_pool_only_is_told_with_the_marker() {
    let world = world();
    world.old.put(verified("joe"));
    world.new.put(verified("stranger"));
    let gone = verified("gone");
    world.old.put(gone.clone());
    sign_in(&world, "gone-sub");
    world.old.remove(&gone.sub);
    let found = verify(&world, &quick());
    assert_eq!(found.said("joe-sub"), "only_in_old: user no_link");
    assert_eq!(found.said("gone-sub"), "only_in_new: user gone");
    assert_eq!(found.of("gone-sub").marked, Some(Marked::Own));
    let stranger = found.rows.iter().find(|row| row.old_sub.is_none()).expect("a row");
    assert_eq!(super::said(stranger), "only_in_new: user no_link");
    assert_eq!(stranger.marked, Some(Marked::No));
    assert_eq!(found.counted(), [("equal", 1), ("only_in_old", 1), ("only_in_new", 2)]);
    assert!(!found.summary.is_explained());
}

#[test]
fn who_was_deleted_from_the_new_pool_is_only_in_old_until_the_link_says_so() {
    let world = world();
    world.new.remove(&only(&world).sub);
    assert_eq!(verify(&world, &quick()).said("jane-sub"), "only_in_old: user not_there");
    for delivery in [1, 5] {
        drop(deliver(&world, &audited("AdminUpdateUserAttributes", "jane-sub"), delivery));
    }
    let found = verify(&world, &quick());
    assert_eq!(found.said("jane-sub"), "held_back: user missing");
    assert!(found.summary.is_explained() && !found.summary.is_equal());
}

#[test]
fn who_was_deleted_from_the_old_pool_is_as_the_rules_want() {
    for (rules, enabled, expected) in [
        ("", false, "held_back: user deleted"),
        ("", true, "differs: enabled differs"),
        ("[users]\ndeleted = \"keep\"", true, "held_back: user deleted"),
    ] {
        let world = world().under(rules);
        world.old.remove(&Sub::parse("jane-sub").expect("a sub"));
        tell(&world, "AdminDeleteUser", "jane-sub");
        edit(&world, |new| new.enabled = enabled);
        assert_eq!(verify(&world, &quick()).said("jane-sub"), expected, "{rules}");
    }
}

#[test]
fn who_waits_is_held_back_without_being_read() {
    let world = world().under("[users]\nleave_out_groups = [\"internal\"]");
    world.old.put(Person { status: Status::Unconfirmed, ..verified("new") });
    world.old.put(person("bare-sub", "bare", &[]));
    world.old.put(Person { groups: [group("internal")].into(), ..verified("insider") });
    world.old.put_group(twinpool_core::group::GroupDefinition {
        name: group("internal"),
        description: None,
        precedence: None,
    });
    for looking in [quick(), thorough()] {
        let found = verify(&world, &looking);
        assert_eq!(found.said("new-sub"), "held_back: user not_confirmed");
        assert_eq!(found.said("bare-sub"), "held_back: user no_sign_in_name");
        assert_eq!(found.said("insider-sub"), "held_back: user left_out");
        assert_eq!(found.summary.count(Verdict::Equal), 1);
    }
    assert!(!reads(&verify(&world, &quick()).calls).contains_key("AdminGetUser"));
}

#[test]
fn what_the_new_pool_refuses_is_held_back_until_the_old_value_changes() {
    let world = world();
    let jane = Sub::parse("jane-sub").expect("a sub");
    // Longer than a value can be (F§5).
    world
        .old
        .edit(&jane, |old| drop(old.attributes.insert(attribute("profile"), Value::new("x".repeat(3_000)))));
    sign_in(&world, "jane-sub");
    let found = verify(&world, &quick());
    assert_eq!(found.said("jane-sub"), "held_back: attribute profile refused");
    assert!(!found.of("jane-sub").looked, "the link tells");
    world.old.edit(&jane, |old| drop(old.attributes.insert(attribute("profile"), Value::new("short"))));
    assert_eq!(verify(&world, &quick()).said("jane-sub"), "differs: attribute profile not_there");
}

#[test]
fn decisions_are_reasons() {
    let world = world();
    edit(&world, |new| drop(new.attributes.insert(attribute("name"), Value::new("Jean"))));
    decide(&world, "jane-sub", Subject::Attribute(attribute("name")), Decision::KeepNew).expect("decided");
    world.old.put(verified("joe"));
    sign_in(&world, "joe-sub");
    world.old.put(person("twin-sub", "JOE2", &[("email", "joe@example.com"), ("email_verified", "true")]));
    sign_in(&world, "twin-sub");
    for (looking, expected) in [(quick(), "held_back: user twin"), (thorough(), "held_back: user twin")] {
        assert_eq!(verify(&world, &looking).said("twin-sub"), expected);
    }
    let into = OldSub::parse("joe-sub").expect("a sub");
    decide(&world, "twin-sub", Subject::User, Decision::MergeInto(into)).expect("decided");
    for looking in [quick(), thorough()] {
        let found = verify(&world, &looking);
        assert_eq!(found.said("jane-sub"), "held_back: attribute name new_wins");
        assert_eq!(found.said("twin-sub"), "held_back: user merged");
        assert_eq!(found.said("joe-sub"), "equal");
    }
}

#[test]
fn second_factors_are_compared_when_users_are_read() {
    let world = World::username_to_email().with_jane();
    let mut world = World { old: twinpool_testkit::MemoryPool::new(with_mfa(world.old.shape())), ..world };
    world.new = twinpool_testkit::MemoryPool::new(with_mfa(world.new.shape()));
    world.old.put(verified("jane"));
    sign_in(&world, "jane-sub");
    world.old.edit(&Sub::parse("jane-sub").expect("a sub"), |old| {
        old.mfa = Mfa { email: true, totp: true, ..Mfa::default() };
    });
    assert_eq!(verify(&world, &quick()).said("jane-sub"), "equal");
    assert_eq!(verify(&world, &thorough()).said("jane-sub"), "differs: factor email not_there");
    sign_in(&world, "jane-sub");
    tell(&world, "AdminSetUserMFAPreference", "jane-sub");
    assert_eq!(verify(&world, &thorough()).said("jane-sub"), "held_back: factor totp cannot_move");
}

fn with_mfa(shape: &twinpool_core::pool::PoolShape) -> twinpool_core::pool::PoolShape {
    twinpool_core::pool::PoolShape { mfa: twinpool_core::pool::MfaMode::Optional, ..shape.clone() }
}

#[test]
fn the_username_that_was_an_address_is_told() {
    use twinpool_testkit::world::{OLD_POOL, email_pool, username_pool};
    let world = World::new(email_pool(OLD_POOL), username_pool("eu-west-1_New")).with_jane();
    sign_in(&world, "jane-sub");
    assert_eq!(verify(&world, &quick()).said("jane-sub"), "equal");
    world.old.edit(&Sub::parse("jane-sub").expect("a sub"), |old| {
        old.attributes.insert(attribute("email"), Value::new("lovelace@example.com"));
    });
    sign_in(&world, "jane-sub");
    for looking in [quick(), thorough()] {
        assert_eq!(verify(&world, &looking).said("jane-sub"), "held_back: user sign_in_name_fixed");
    }
}
