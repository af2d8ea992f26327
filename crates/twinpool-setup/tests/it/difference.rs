//! What counts as a difference, and what does not.

use serde_json::{Value, json};
use twinpool_setup::guest::Guest;
use twinpool_setup::settings::{difference, paths};
use twinpool_testkit::{Behaviour, Knobs};

use crate::matrix::full;
use crate::world::{World, function};

fn differing(before: Value, after: Value) -> Vec<String> {
    paths(&difference(before.as_object().expect("fields"), after.as_object().expect("fields")))
}

#[test]
fn only_two_fields_may_move() {
    assert!(differing(json!({"LastModifiedDate": 1}), json!({"LastModifiedDate": 2})).is_empty());
    assert!(differing(json!({"EstimatedNumberOfUsers": 1}), json!({})).is_empty());
    // Of the same name, but somewhere else.
    assert_eq!(differing(json!({"A": {"LastModifiedDate": 1}}), json!({"A": {}})), ["A.LastModifiedDate"]);
}

#[test]
fn every_single_value_that_is_lost_or_changed_is_seen() {
    fn leaves(value: &Value, path: &str, found: &mut Vec<String>) {
        match value.as_object() {
            Some(object) => {
                for (key, value) in object {
                    leaves(value, &format!("{path}/{key}"), found);
                }
            }
            None => found.push(path.to_owned()),
        }
    }
    let mut all = Vec::new();
    leaves(&full(), "", &mut all);
    assert!(all.len() > 60);
    for pointer in all.iter().filter(|it| *it != "/EstimatedNumberOfUsers") {
        let mut changed = full();
        *changed.pointer_mut(pointer).expect("a value") = json!("another");
        assert_eq!(differing(full(), changed.clone()), [pointer[1..].replace('/', ".")]);
        *changed.pointer_mut(pointer).expect("a value") = Value::Null;
        assert_eq!(differing(full(), changed), [pointer[1..].replace('/', ".")]);
    }
}

#[test]
fn nothing_said_in_two_ways_is_no_difference() {
    assert!(differing(json!({"LambdaConfig": {}}), json!({})).is_empty());
    assert!(differing(json!({"DeviceConfiguration": null}), json!({})).is_empty());
    assert!(
        differing(json!({"Verified": ["email", "phone"]}), json!({"Verified": ["phone", "email"]}))
            .is_empty()
    );
    assert_eq!(
        differing(json!({"Verified": ["email", "email"]}), json!({"Verified": ["email"]})),
        ["Verified"]
    );
    assert_eq!(differing(json!({"Verified": []}), json!({})), ["Verified"]);
    assert_eq!(differing(json!({"A": "1"}), json!({"A": 1})), ["A"]);
    assert_eq!(differing(json!({"A": {"B": 1}}), json!({"A": 1})), ["A"]);
}

#[tokio::test]
async fn another_alias_of_capture_is_replaced_and_the_former_state_is_kept() {
    let mut world = World::new(full(), Knobs::default()).await;
    world.attached().await;
    world.ours = function("ours:next");
    let mut chain = json!({});
    for slot in Guest::Capture.slots().iter().copied() {
        chain[slot.variable().expect("shared")] = world.original["LambdaConfig"][slot.name()].clone();
    }
    world.functions.put(&world.ours, chain, Behaviour::Echo);
    world.attached().await;
    world.detached().await;
    world.assert_as_before();
}
