//! What no trigger tells, by the audit trail: the record is ours, the rule, the functions and the pools are not.

use xtask::testbed::{MINISTACK, stack};

use crate::{arrived, until};

#[test]
fn changes_without_a_sign_in_arrive_by_the_audit_trail() {
    let stack = stack(MINISTACK).unwrap();
    let (old, trail) = (stack.old(), stack.audit_trail());
    let sub = old.sign_up("cleo", &[("email", "cleo@example.com"), ("email_verified", "true")]).unwrap();
    old.confirm("cleo").unwrap();
    trail.tell("AdminConfirmSignUp", &sub).unwrap();
    arrived(&stack, &sub);

    old.set("cleo", &[("nickname", "C")]).unwrap();
    trail.tell("AdminUpdateUserAttributes", &sub).unwrap();
    until(&stack, &sub, "the nickname", |person| {
        person.attributes.get("nickname").is_some_and(|it| it == "C")
    });

    old.make_group("auditors", "", 9).unwrap();
    old.join("cleo", "auditors").unwrap();
    trail.tell("AdminAddUserToGroup", &sub).unwrap();
    until(&stack, &sub, "the group", |person| person.groups.contains("auditors"));

    old.leave("cleo", "auditors").unwrap();
    trail.tell("AdminRemoveUserFromGroup", &sub).unwrap();
    until(&stack, &sub, "no group", |person| person.groups.is_empty());
}

#[test]
fn a_disabled_user_is_disabled_and_an_enabled_one_enabled() {
    let stack = stack(MINISTACK).unwrap();
    let (old, trail) = (stack.old(), stack.audit_trail());
    let sub = old.sign_up("dana", &[("email", "dana@example.com"), ("email_verified", "true")]).unwrap();
    old.confirm("dana").unwrap();
    trail.tell("ConfirmSignUp", &sub).unwrap();
    arrived(&stack, &sub);
    for (operation, enabled) in [("AdminDisableUser", false), ("AdminEnableUser", true)] {
        old.enable("dana", enabled).unwrap();
        trail.tell(operation, &sub).unwrap();
        until(&stack, &sub, operation, |person| person.enabled == enabled);
    }
}
