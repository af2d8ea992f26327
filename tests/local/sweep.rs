//! What nothing told of, by the deployed sweep: with its own role, over the queue and the mirror.

use serde_json::json;
use xtask::testbed::{MINISTACK, stack};

use crate::{arrived, until};

#[test]
fn the_sweep_finds_what_nothing_told() {
    let stack = stack(MINISTACK).unwrap();
    let old = stack.old();
    let sub = old.make("sweeper", &[("email", "sweeper@example.com"), ("email_verified", "true")]).unwrap();

    assert_eq!(stack.sweep().unwrap()["complete"], true);
    arrived(&stack, &sub);

    old.set("sweeper", &[("nickname", "S")]).unwrap();
    old.make_group("swept", "", 3).unwrap();
    old.join("sweeper", "swept").unwrap();
    stack.sweep().unwrap();
    until(&stack, &sub, "the nickname and the group", |person| {
        person.attributes.get("nickname").is_some_and(|it| it == "S") && person.groups.contains("swept")
    });
}

#[test]
fn a_few_users_are_compared_and_counted() {
    let stack = stack(MINISTACK).unwrap();
    let sub =
        stack.old().make("sampled", &[("email", "sampled@example.com"), ("email_verified", "true")]).unwrap();
    stack.sweep().unwrap();
    arrived(&stack, &sub);
    let found = stack.aws().invoke(&stack.addresses.sweep, &json!({ "task": "sample", "users": 5 })).unwrap();
    assert!(found["users"].as_u64().is_some_and(|users| users > 0), "{found}");
}
