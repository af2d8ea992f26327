//! cognito-local as old pool: it fires the triggers of sign-up and confirmation.

use xtask::process::wait_for;
use xtask::testbed::{COGNITO_LOCAL, stack};

use crate::{arrived, until};

#[test]
fn a_confirmed_sign_up_arrives_and_an_unconfirmed_one_does_not() {
    let stack = stack(COGNITO_LOCAL).unwrap();
    let old = stack.old();
    let waiting = old.sign_up("cleo@example.com", &[("email", "cleo@example.com")]).unwrap();
    let confirmed = old.sign_up("dora@example.com", &[("email", "dora@example.com")]).unwrap();
    old.confirm("dora@example.com").unwrap();

    let dora = arrived(&stack, &confirmed);
    assert_eq!((dora.status.as_str(), dora.attributes["email"].as_str()), ("CONFIRMED", "dora@example.com"));
    wait_for("an empty queue", || Ok(stack.queue().is_empty()?.then_some(()))).unwrap();
    assert_eq!(stack.links().keys_of(&waiting).unwrap(), Vec::<String>::new());
    assert!(stack.new_pool().with("email", "cleo@example.com").unwrap().is_empty());

    old.confirm("cleo@example.com").unwrap();
    assert_eq!(arrived(&stack, &waiting).attributes["email"], "cleo@example.com");
}

#[test]
fn a_change_of_address_arrives_with_the_next_sign_in() {
    let stack = stack(COGNITO_LOCAL).unwrap();
    let old = stack.old();
    let sub = old.sign_up("flo@example.com", &[("email", "flo@example.com")]).unwrap();
    old.confirm("flo@example.com").unwrap();
    let before = arrived(&stack, &sub);
    old.set("flo@example.com", &[("email", "florence@example.com"), ("email_verified", "true")]).unwrap();
    old.sign_in("florence@example.com").unwrap();
    let after =
        until(&stack, &sub, "the new address", |person| person.attributes["email"] == "florence@example.com");
    assert_eq!(after.sub, before.sub);
    assert_eq!(after.attributes["email_verified"], "true");
}
