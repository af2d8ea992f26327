//! Users and groups that come and go.

use xtask::process::wait_for;
use xtask::testbed::{MINISTACK, stack};

use crate::{arrived, until};

#[test]
fn a_deleted_user_is_disabled_and_the_next_with_the_name_is_somebody_else() {
    let stack = stack(MINISTACK).unwrap();
    let (old, trail) = (stack.old(), stack.audit_trail());
    let profile = [("email", "erin@example.com"), ("email_verified", "true")];
    let first = old.sign_up("erin", &profile).unwrap();
    old.confirm("erin").unwrap();
    old.sign_in("erin").unwrap();
    let before = arrived(&stack, &first);
    old.delete("erin").unwrap();
    trail.tell("AdminDeleteUser", &first).unwrap();
    until(&stack, &first, "a disabled user", |person| !person.enabled);
    assert_eq!(wait_for("the tombstone", || stack.links().left(&first)).unwrap(), "disabled");

    let second = old.sign_up("erin", &profile).unwrap();
    assert_ne!(first, second);
    old.confirm("erin").unwrap();
    old.sign_in("erin").unwrap();
    let after = arrived(&stack, &second);
    assert!(after.enabled && after.sub != before.sub);
    assert_eq!(stack.new_pool().with("email", "erin@example.com").unwrap(), [after.sub]);
    assert_eq!(stack.links().left(&first).unwrap().as_deref(), Some("deleted"));
    let user_ids: Vec<_> = stack.links().all().unwrap().into_iter().map(|link| link.user_id).collect();
    assert!(user_ids.contains(&first) && user_ids.contains(&second), "each keeps the own user id");
}

#[test]
fn a_group_is_made_and_deleted_without_any_member() {
    let stack = stack(MINISTACK).unwrap();
    let (old, new, trail) = (stack.old(), stack.new_pool(), stack.audit_trail());
    old.make_group("pilots", "Who fly", 4).unwrap();
    trail.tell_of_group("CreateGroup", "pilots").unwrap();
    let made = wait_for("the group", || Ok(new.group("pilots").ok())).unwrap();
    assert_eq!(made, ("Who fly".to_owned(), 4));
    old.delete_group("pilots").unwrap();
    trail.tell_of_group("DeleteGroup", "pilots").unwrap();
    wait_for("no group", || Ok(new.group("pilots").is_err().then_some(()))).unwrap();
}

#[test]
fn a_user_made_by_an_administrator_arrives_before_the_first_sign_in() {
    let stack = stack(MINISTACK).unwrap();
    let profile = [("email", "faye@example.com"), ("email_verified", "true")];
    let sub = stack.old().make("faye", &profile).unwrap();
    stack.audit_trail().tell("AdminCreateUser", &sub).unwrap();
    assert_eq!(arrived(&stack, &sub).status, "CONFIRMED");
}
