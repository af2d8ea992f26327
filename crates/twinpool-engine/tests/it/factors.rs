//! Second factors, passkeys and devices.

use std::sync::Arc;

use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::pool::PoolShape;
use twinpool_core::port::Class;
use twinpool_core::snapshot::{Factor, Mfa};
use twinpool_core::value::Value;
use twinpool_engine::Outcome;
use twinpool_testkit::world::{OLD_POOL, alias_pool, attribute, email_pool, person, username_pool};
use twinpool_testkit::{Person, Process, World};

use crate::support::{assert_in_step, audited, calls_of_sign_in, engine, link, only, run, sign_in, tell};

const SET_MFA: &str = "AdminSetUserMFAPreference";
const BY_EMAIL: Mfa = Mfa { email: true, sms: false, totp: false, preferred: Some(Factor::Email) };

fn world(new_has_mfa: bool, edit: impl FnOnce(&mut Person)) -> World {
    let mut old = username_pool(OLD_POOL);
    (old.mfa, old.passkeys, old.devices) = (twinpool_core::pool::MfaMode::Optional, true, true);
    let mut new = email_pool("eu-west-1_New");
    new.mfa =
        if new_has_mfa { twinpool_core::pool::MfaMode::Optional } else { twinpool_core::pool::MfaMode::Off };
    let world = World::new(old, new).with_jane();
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, edit);
    world
}

fn held(factor: Factor, reason: Reason) -> HeldBack {
    HeldBack { subject: Subject::Factor(factor), reason }
}

#[test]
fn what_cognito_gives_to_nobody_is_told_for_each_user() {
    let world = world(true, |jane| {
        jane.mfa = Mfa { totp: true, preferred: Some(Factor::Totp), ..Mfa::default() };
        jane.factors = [Factor::Passkeys, Factor::Devices].into();
    });
    let expected = [Factor::Totp, Factor::Passkeys, Factor::Devices].map(|it| held(it, Reason::CannotMove));
    assert_eq!(sign_in(&world, "jane-sub").held_back, expected);
    assert_eq!(link(&world, "jane-sub").linked().expect("a pair").held_back, expected);
    assert_eq!(only(&world).mfa, Mfa::default());
}

#[test]
fn a_passkey_that_is_added_later_is_told_too() {
    let world = world(true, |_| {});
    assert_eq!(sign_in(&world, "jane-sub").held_back, []);
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| jane.factors = [Factor::Passkeys].into());
    let told = tell(&world, "CompleteWebAuthnRegistration", "jane-sub");
    assert_eq!(told.held_back, [held(Factor::Passkeys, Reason::CannotMove)]);
}

#[test]
fn an_authenticator_app_set_up_again_in_the_new_pool_is_left_alone() {
    let world = world(true, |jane| jane.mfa.totp = true);
    sign_in(&world, "jane-sub");
    let totp = Mfa { totp: true, preferred: Some(Factor::Totp), ..Mfa::default() };
    world.new.edit(&only(&world).sub, |new| new.mfa = totp);
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| drop(jane.attributes.insert(attribute("name"), Value::new("Joan"))));
    assert_eq!(sign_in(&world, "jane-sub").held_back, []);
    assert_eq!(only(&world).mfa, totp);
}

#[test]
fn a_code_by_email_travels_and_one_that_has_nowhere_to_go_is_held_back() {
    let world = world(true, |jane| {
        jane.mfa = Mfa { sms: true, email: true, totp: false, preferred: Some(Factor::Email) };
    });
    // The pool would refuse both together, as one of them has no number.
    assert_eq!(sign_in(&world, "jane-sub").held_back, [held(Factor::Sms, Reason::CannotMove)]);
    assert_eq!(only(&world).mfa, BY_EMAIL);
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| jane.mfa.sms = false);
    assert_eq!(tell(&world, SET_MFA, "jane-sub").held_back, []);
    assert_eq!(only(&world).mfa, BY_EMAIL);
}

#[test]
fn where_the_new_pool_has_no_second_factors_that_is_told_and_nothing_else_waits() {
    let world = world(false, |jane| jane.mfa = Mfa { email: true, ..Mfa::default() });
    assert_eq!(sign_in(&world, "jane-sub").held_back, [held(Factor::Email, Reason::MfaOff)]);
    assert_in_step(&world, "jane-sub");
}

#[test]
fn passkeys_and_devices_cost_one_more_read_and_only_where_the_pool_has_them() {
    let world = world(true, |_| {});
    let calls = calls_of_sign_in(&world, "jane-sub");
    assert_eq!(calls.iter().filter(|call| **call == "AdminGetUserAuthFactors").count(), 1);
    let plain = World::username_to_email().with_jane();
    assert!(!calls_of_sign_in(&plain, "jane-sub").contains(&"AdminGetUserAuthFactors"));
}

/// Jane changes from these factors to text messages, with a number that somebody else has in the new pool.
fn codes_to_a_taken_number(before: Mfa) -> (World, Outcome) {
    let world = World::new(
        PoolShape { mfa: twinpool_core::pool::MfaMode::Optional, ..username_pool(OLD_POOL) },
        PoolShape { mfa: twinpool_core::pool::MfaMode::Optional, ..alias_pool("eu-west-1_New") },
    );
    let phone = |number: &str| {
        [("phone_number", number), ("phone_number_verified", "true")]
            .map(|(name, value)| (attribute(name), Value::new(value)))
    };
    let world = world.with_jane();
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| {
        jane.attributes.extend(phone("+4915100000001"));
        jane.mfa = before;
    });
    sign_in(&world, "jane-sub");
    assert_eq!(world.new.person("jane").expect("jane").mfa, before);
    let joan =
        person("n-9", "joan", &[("phone_number", "+4915100000002"), ("phone_number_verified", "true")]);
    world.new.put(joan);
    world.old.edit(&jane.sub, |jane| {
        jane.attributes.extend(phone("+4915100000002"));
        jane.mfa = Mfa { sms: true, preferred: Some(Factor::Sms), ..Mfa::default() };
    });
    let outcome = tell(&world, SET_MFA, "jane-sub");
    (world, outcome)
}

#[test]
fn codes_never_go_to_an_address_that_is_not_the_user_s_any_more() {
    let (world, outcome) = codes_to_a_taken_number(Mfa::default());
    let reasons: Vec<_> =
        outcome.held_back.iter().map(|held| (held.subject.to_string(), held.reason)).collect();
    let taken = |subject: &str| (subject.to_owned(), Reason::Taken);
    assert_eq!(reasons, [taken("attribute phone_number"), taken("factor sms")]);
    assert_eq!(world.new.person("jane").expect("jane").mfa, Mfa::default());
}

#[test]
fn a_factor_that_was_turned_off_does_not_stay_on_because_the_one_instead_is_held_back() {
    let (world, outcome) = codes_to_a_taken_number(BY_EMAIL);
    assert_eq!(outcome.held_back.last(), Some(&held(Factor::Sms, Reason::Taken)));
    assert_eq!(world.new.person("jane").expect("jane").mfa, Mfa::default());
}

#[test]
fn a_factor_that_the_new_pool_does_not_turn_off_is_told_and_not_taken_for_off() {
    let world = world(true, |jane| jane.mfa = BY_EMAIL);
    sign_in(&world, "jane-sub");
    let jane = world.old.person("jane-sub").expect("jane");
    world.old.edit(&jane.sub, |jane| jane.mfa = Mfa::default());
    let process = Arc::new(Process::healthy());
    process.fail_next(SET_MFA, Class::Rejected);
    let told = run(engine(&world, &process).sync_user(&audited(SET_MFA, "jane-sub"), 1)).expect("processed");
    assert_eq!(told.held_back, [held(Factor::Email, Reason::Refused)]);
    assert_eq!(link(&world, "jane-sub").linked().expect("a pair").base.new.mfa, BY_EMAIL);
}
