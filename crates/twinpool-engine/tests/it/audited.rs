//! Each row of the table in F§1.4: the change arrives in the new pool, by which path.

use std::collections::BTreeSet;

use twinpool_core::attribute::Contact;
use twinpool_core::snapshot::{Factor, Mfa, Status};
use twinpool_core::value::Value;
use twinpool_engine::Kind;
use twinpool_testkit::world::{OLD_POOL, attribute, email_pool, event_of, group, person, username_pool};
use twinpool_testkit::{Person, World};

use crate::support::{SIGN_IN, SIGN_UP, assert_in_step, calls_of, deliver, link, only, sign_in, tell};

fn mirrored() -> World {
    let mut old = username_pool(OLD_POOL);
    let mut new = email_pool("eu-west-1_New");
    (old.mfa, new.mfa) = (twinpool_core::pool::MfaMode::Optional, twinpool_core::pool::MfaMode::Optional);
    let world = World::new(old, new).with_jane();
    sign_in(&world, "jane-sub");
    world
}

fn change(world: &World, change: impl FnOnce(&mut Person)) {
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, change);
}

/// What no trigger tells: a record of the audit trail does.
fn arrives_by_audit_trail(operation: &str, edit: impl FnOnce(&mut Person)) -> World {
    let world = mirrored();
    change(&world, edit);
    assert_eq!(tell(&world, operation, "jane-sub").kind, Kind::Updated, "{operation}");
    assert_in_step(&world, "jane-sub");
    let jane = world.old.person("jane-sub").expect("jane");
    assert_eq!(only(&world).mfa, jane.mfa);
    world
}

fn set(name: &'static str, value: &'static str) -> impl FnOnce(&mut Person) {
    move |jane| drop(jane.attributes.insert(attribute(name), Value::new(value)))
}

#[test]
fn sign_up_waits_for_confirmation_and_arrives_with_it() {
    let world = World::username_to_email();
    let jane = person("j", "jane", &[("email", "jane@example.com"), ("email_verified", "false")]);
    world.old.put(Person { status: Status::Unconfirmed, ..jane.clone() });
    assert_eq!(tell(&world, "SignUp", "j").kind, Kind::NotConfirmed);
    let dirty = event_of(&world.old, "j", "CustomMessage_SignUp");
    assert_eq!(deliver(&world, &dirty, 1).expect("processed").kind, Kind::NotConfirmed);
    world.old.edit(&jane.sub, |jane| {
        jane.status = Status::Confirmed;
        jane.attributes.insert(attribute("email_verified"), Value::new("true"));
    });
    assert_eq!(
        deliver(&world, &event_of(&world.old, "j", SIGN_UP), 1).expect("processed").kind,
        Kind::Created
    );
    assert_in_step(&world, "j");
}

#[test]
fn a_confirmation_by_an_administrator_arrives_by_either_way() {
    for by_trigger in [true, false] {
        let world = World::username_to_email().with_jane();
        let outcome = if by_trigger {
            deliver(&world, &event_of(&world.old, "jane-sub", SIGN_UP), 1).expect("processed")
        } else {
            tell(&world, "AdminConfirmSignUp", "jane-sub")
        };
        assert_eq!(outcome.kind, Kind::Created);
        assert_in_step(&world, "jane-sub");
    }
}

#[test]
fn a_user_made_by_an_administrator_arrives_before_the_first_sign_in() {
    let world = World::username_to_email().with_jane();
    change(&world, |jane| jane.status = Status::ForceChangePassword);
    assert_eq!(tell(&world, "AdminCreateUser", "jane-sub").kind, Kind::Created);
    assert_in_step(&world, "jane-sub");
}

#[test]
fn a_user_of_an_import_job_arrives_with_the_first_sign_in() {
    let world = World::username_to_email().with_jane();
    change(&world, |jane| jane.status = Status::ResetRequired);
    assert_eq!(sign_in(&world, "jane-sub").kind, Kind::Created);
    assert_in_step(&world, "jane-sub");
}

#[test]
fn attributes_arrive_by_audit_trail_or_with_the_next_token() {
    arrives_by_audit_trail("AdminUpdateUserAttributes", set("name", "Joan"));
    arrives_by_audit_trail("UpdateUserAttributes", set("custom:tenant", "umbrella"));
    arrives_by_audit_trail("AdminUpdateUserAttributes", set("email", "joan@example.com"));
    let world = mirrored();
    change(&world, set("name", "Joan"));
    assert_eq!(sign_in(&world, "jane-sub").kind, Kind::Updated);
    assert_in_step(&world, "jane-sub");
}

#[test]
fn a_verification_arrives_by_audit_trail() {
    let world = World::new(email_pool(OLD_POOL), email_pool("eu-west-1_New")).with_jane();
    change(&world, set("email_verified", "false"));
    sign_in(&world, "jane-sub");
    change(&world, set("email_verified", "true"));
    tell(&world, "VerifyUserAttribute", "jane-sub");
    assert_in_step(&world, "jane-sub");
}

#[test]
fn deleted_attributes_arrive_by_audit_trail_although_no_event_shows_them() {
    arrives_by_audit_trail("AdminDeleteUserAttributes", |jane| {
        jane.attributes.remove(&attribute("name"));
    });
    arrives_by_audit_trail("DeleteUserAttributes", |jane| {
        jane.attributes.remove(&attribute("custom:tenant"));
    });
}

#[test]
fn groups_arrive_by_audit_trail() {
    arrives_by_audit_trail("AdminRemoveUserFromGroup", |jane| jane.groups = BTreeSet::new());
    let world = arrives_by_audit_trail("AdminRemoveUserFromGroup", |jane| jane.groups = BTreeSet::new());
    change(&world, |jane| jane.groups = [group("staff")].into());
    tell(&world, "AdminAddUserToGroup", "jane-sub");
    assert_in_step(&world, "jane-sub");
}

#[test]
fn disabling_and_enabling_arrive_by_audit_trail() {
    let world = arrives_by_audit_trail("AdminDisableUser", |jane| jane.enabled = false);
    change(&world, |jane| jane.enabled = true);
    tell(&world, "AdminEnableUser", "jane-sub");
    assert_in_step(&world, "jane-sub");
}

#[test]
fn a_deletion_arrives_by_audit_trail_at_once() {
    for operation in ["AdminDeleteUser", "DeleteUser"] {
        let world = mirrored();
        let jane = world.old.person("jane-sub").expect("jane");
        world.old.remove(&jane.sub);
        assert_eq!(tell(&world, operation, "jane-sub").kind, Kind::Gone);
        assert!(!only(&world).enabled);
    }
}

#[test]
fn second_factors_arrive_by_audit_trail() {
    let sms = Mfa { sms: true, preferred: Some(Factor::Sms), ..Mfa::default() };
    let world = arrives_by_audit_trail("SetUserMFAPreference", |jane| {
        for (name, value) in [("phone_number", "+4915112345678"), ("phone_number_verified", "true")] {
            jane.attributes.insert(attribute(name), Value::new(value));
        }
        jane.mfa = sms;
    });
    change(&world, |jane| jane.mfa = Mfa::default());
    tell(&world, "AdminSetUserMFAPreference", "jane-sub");
    assert_eq!(only(&world).mfa, Mfa::default());
}

#[test]
fn passwords_never_arrive_and_change_nothing() {
    let world = mirrored();
    // The latter two may come with another change: a code verifies an address.
    for (operation, kind) in [
        ("ChangePassword", Kind::Unchanged),
        ("AdminResetUserPassword", Kind::Unchanged),
        ("AdminSetUserPassword", Kind::Converged),
        ("ConfirmForgotPassword", Kind::Converged),
    ] {
        assert_eq!(tell(&world, operation, "jane-sub").kind, kind, "{operation}");
    }
    assert!(only(&world).can_reset_password());
}

#[test]
fn a_record_that_changes_nothing_costs_a_look_at_both_pools() {
    let world = mirrored();
    let calls = calls_of(&world, &crate::support::audited("AdminEnableUser", "jane-sub"), 1);
    let look = ["AdminGetUser", "AdminListGroupsForUser"];
    assert_eq!(calls, [&["GetItem"], &look[..], &look[..]].concat());
}

#[test]
fn records_of_other_pools_leave_nothing_behind() {
    let world = mirrored();
    let before = world.links.all();
    for operation in ["UpdateUserAttributes", "DeleteUser", "AdminDeleteUser"] {
        assert_eq!(tell(&world, operation, "somebody-else").kind, Kind::Unknown);
    }
    assert_eq!(world.links.all(), before);
}

#[test]
fn the_link_tells_what_happened_of_late() {
    let world = arrives_by_audit_trail("AdminDisableUser", |jane| jane.enabled = false);
    let link = link(&world, "jane-sub");
    let told: Vec<_> =
        link.history.entries().map(|entry| (entry.cause.as_str(), entry.did.as_str())).collect();
    assert_eq!(told, [(SIGN_IN, "paired"), ("CloudTrail_AdminDisableUser", "disable")]);
}

#[test]
fn an_unverified_address_of_a_pool_that_signs_in_with_addresses_stays_a_name() {
    let world = World::new(email_pool(OLD_POOL), email_pool("eu-west-1_New")).with_jane();
    change(&world, set("email_verified", "false"));
    sign_in(&world, "jane-sub");
    assert!(!only(&world).is_verified(Contact::Email));
}
