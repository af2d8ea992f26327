//! What differs between two descriptions of a pool.

use std::collections::BTreeSet;
use std::fmt;

use serde_json::Value;

use crate::port::Json;

/// Two fields that move by themselves, and say nothing of the settings.
const MOVING: [&str; 2] = ["LastModifiedDate", "EstimatedNumberOfUsers"];

/// One setting that differs.
#[derive(Clone, PartialEq)]
pub struct Change {
    /// The names that lead to it, joined by dots.
    pub path: String,
    /// What was there.
    pub before: Option<Value>,
    /// What is there.
    pub after: Option<Value>,
}

/// The path alone: a value may be the address of a sender.
impl fmt::Debug for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Change").field(&self.path).finish()
    }
}

/// Every setting that differs, in the order of the names. An object without fields, a null and a missing field say the same;
/// the order in a list says nothing, because all lists of a pool are sets.
#[must_use]
pub fn difference(before: &Json, after: &Json) -> Vec<Change> {
    let mut changes = Vec::new();
    for key in keys(before, after).into_iter().filter(|key| !MOVING.contains(key)) {
        compare(key.to_owned(), before.get(key), after.get(key), &mut changes);
    }
    changes
}

/// The paths of changes.
#[must_use]
pub fn paths(changes: &[Change]) -> Vec<String> {
    changes.iter().map(|change| change.path.clone()).collect()
}

fn keys<'a>(one: &'a Json, other: &'a Json) -> BTreeSet<&'a str> {
    one.keys().chain(other.keys()).map(String::as_str).collect()
}

fn compare(path: String, before: Option<&Value>, after: Option<&Value>, changes: &mut Vec<Change>) {
    let (before, after) = (before.filter(|value| says(value)), after.filter(|value| says(value)));
    let empty = Json::new();
    let inner = |value: Option<&'_ Value>| match value {
        None => Some(None),
        Some(Value::Object(object)) => Some(Some(object.clone())),
        Some(_) => None,
    };
    match (inner(before), inner(after)) {
        (Some(None), Some(None)) => {}
        (Some(one), Some(other)) => {
            let (one, other) = (one.as_ref().unwrap_or(&empty), other.as_ref().unwrap_or(&empty));
            for key in keys(one, other) {
                compare(format!("{path}.{key}"), one.get(key), other.get(key), changes);
            }
        }
        _ if before.map(sorted) == after.map(sorted) => {}
        _ => changes.push(Change { path, before: before.cloned(), after: after.cloned() }),
    }
}

/// Whether a value says anything.
fn says(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Object(object) => object.values().any(says),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => true,
    }
}

/// A value with its lists in one order.
fn sorted(value: &Value) -> Value {
    match value {
        Value::Array(values) => {
            let mut values: Vec<_> = values.iter().map(sorted).collect();
            values.sort_by_key(Value::to_string);
            Value::Array(values)
        }
        Value::Object(object) => {
            Value::Object(object.iter().map(|(key, value)| (key.clone(), sorted(value))).collect())
        }
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}
