//! What stands in the queue and cannot be mirrored: it ends in the DLQ or on the link, and never nowhere.

use serde_json::json;
use twinpool_core::change_event::{Captured, EventId, capture};
use twinpool_core::digest::DigestKey;
use twinpool_core::id::Timestamp;
use xtask::local::Stack;
use xtask::process::wait_for;
use xtask::testbed::{MINISTACK, stack};

use crate::arrived;

/// The body of an event that says this of a user in this pool.
pub(crate) fn body(pool: &str, sub: &str) -> String {
    let trigger = json!({
        "triggerSource": "TokenGeneration_Authentication",
        "userPoolId": pool,
        "userName": sub,
        "request": { "userAttributes": { "sub": sub } },
    });
    let key = DigestKey::new(&[1; 32]).unwrap();
    match capture(&trigger.to_string(), &key, EventId::from_random([7; 16]), Timestamp(0)) {
        Captured::Event(event) => event.to_body(),
        other => panic!("{other:?}"),
    }
}

fn dead_letter(stack: &Stack, body: &str) {
    wait_for("the dead letter", || {
        Ok(stack.dead_letters().bodies()?.into_iter().find(|found| found == body))
    })
    .unwrap();
}

#[test]
fn a_body_that_is_not_ours_ends_in_the_dlq_and_its_group_goes_on() {
    let stack = stack(MINISTACK).unwrap();
    let old = stack.old();
    let sub = old.sign_up("gil", &[("email", "gil@example.com"), ("email_verified", "true")]).unwrap();
    old.confirm("gil").unwrap();
    stack.queue().send(&sub, "{\"hello\":\"gil@example.com\"}").unwrap();
    old.sign_in("gil").unwrap();
    arrived(&stack, &sub);
    dead_letter(&stack, "{\"hello\":\"gil@example.com\"}");
}

#[test]
fn an_event_of_another_pool_ends_in_the_dlq() {
    let stack = stack(MINISTACK).unwrap();
    let body = body("eu-west-1_Elsewhere", "b0b7ab1e-0000-4000-8000-000000000001");
    stack.queue().send("elsewhere", &body).unwrap();
    dead_letter(&stack, &body);
}

#[test]
fn a_user_deleted_between_event_and_read_is_told_on_the_link() {
    let stack = stack(MINISTACK).unwrap();
    let sub = "b0b7ab1e-0000-4000-8000-000000000002";
    stack.queue().send(sub, &body(&stack.addresses.old_pool.id, sub)).unwrap();
    assert_eq!(wait_for("the tombstone", || stack.links().left(sub)).unwrap(), "nobody");
    assert_eq!(stack.links().new_sub(sub).unwrap(), None);
}

#[test]
fn the_logs_of_both_functions_hold_nothing_personal() {
    let stack = stack(MINISTACK).unwrap();
    let old = stack.old();
    let sub =
        old.sign_up("hal.secretson", &[("email", "hal@example.com"), ("email_verified", "true")]).unwrap();
    old.confirm("hal.secretson").unwrap();
    old.sign_in("hal.secretson").unwrap();
    arrived(&stack, &sub);
    let mirror =
        wait_for("the mirror's log", || Ok(Some(stack.log("mirror")?).filter(|log| log.contains(&sub))))
            .unwrap();
    for text in [mirror, stack.log("capture").unwrap()] {
        assert!(!text.contains("example.com") && !text.contains("secretson"), "{text}");
    }
}
