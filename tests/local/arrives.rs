//! MiniStack as old pool: a pool of usernames moves to e-mail addresses, with the functions' roles enforced.

use xtask::testbed::{MINISTACK, stack};

use crate::{arrived, until};

#[test]
fn a_sign_in_brings_the_profile_the_groups_and_the_link() {
    let stack = stack(MINISTACK).unwrap();
    let old = stack.old();
    let profile = [
        ("email", "ada@example.com"),
        ("email_verified", "true"),
        ("given_name", "Ada"),
        ("custom:tenant", "acme"),
    ];
    let sub = old.sign_up("ada", &profile).unwrap();
    old.confirm("ada").unwrap();
    old.make_group("pioneers", "The first of all", 7).unwrap();
    old.join("ada", "pioneers").unwrap();
    old.sign_in("ada").unwrap();

    let ada = arrived(&stack, &sub);
    assert_eq!(ada.status, "CONFIRMED");
    for (name, value) in profile {
        assert_eq!(ada.attributes.get(name).map(String::as_str), Some(value), "{name}");
    }
    assert_eq!(ada.groups, ["pioneers".to_owned()].into());
    assert_eq!(stack.new_pool().group("pioneers").unwrap(), ("The first of all".to_owned(), 7));
    assert_eq!(stack.links().old_sub(&ada.sub).unwrap(), Some(sub.clone()));
    assert_eq!(stack.links().keys_of(&sub).unwrap(), [format!("NEW#{}", ada.sub), format!("OLD#{sub}")]);
    assert_eq!(stack.new_pool().with("email", "ada@example.com").unwrap(), [ada.sub]);
}

#[test]
fn changes_of_attributes_and_groups_arrive_with_the_next_sign_in() {
    let stack = stack(MINISTACK).unwrap();
    let old = stack.old();
    let sub = old.sign_up("bea", &[("email", "bea@example.com"), ("email_verified", "true")]).unwrap();
    old.confirm("bea").unwrap();
    old.make_group("readers", "", 1).unwrap();
    old.make_group("writers", "", 2).unwrap();
    old.join("bea", "readers").unwrap();
    old.sign_in("bea").unwrap();
    let before = arrived(&stack, &sub);

    old.set("bea", &[("email", "beatrix@example.com"), ("email_verified", "true"), ("nickname", "B")])
        .unwrap();
    old.leave("bea", "readers").unwrap();
    old.join("bea", "writers").unwrap();
    old.sign_in("bea").unwrap();

    let after = until(&stack, &sub, "the new address", |person| {
        person.attributes["email"] == "beatrix@example.com" && person.groups == ["writers".to_owned()].into()
    });
    assert_eq!(after.sub, before.sub);
    assert_eq!(after.attributes["email_verified"], "true");
    assert_eq!(after.attributes["nickname"], "B");
    assert!(stack.new_pool().with("email", "bea@example.com").unwrap().is_empty());
}

#[test]
fn a_user_without_a_verified_address_gets_no_sign_in_name_from_us() {
    let stack = stack(MINISTACK).unwrap();
    let old = stack.old();
    let sub =
        old.sign_up("eve", &[("email", "someone.else@example.com"), ("email_verified", "false")]).unwrap();
    old.confirm("eve").unwrap();
    old.sign_in("eve").unwrap();
    xtask::process::wait_for("the conflict", || stack.links().conflict(&sub)).unwrap();
    assert!(stack.new_pool().with("email", "someone.else@example.com").unwrap().is_empty());
}
