//! As much of JSON Schema as the description uses. What it does not know, it refuses.

use regex::Regex;
use serde_json::Value;

/// What a reference points at; else the value itself.
pub(super) fn followed<'a>(all: &'a Value, value: &'a Value) -> &'a Value {
    match value["$ref"].as_str() {
        None => value,
        Some(reference) => {
            let pointer = reference.strip_prefix('#').unwrap();
            all.pointer(pointer).unwrap_or_else(|| panic!("{reference} points at nothing"))
        }
    }
}

/// Stops unless the value is as the schema says.
pub(super) fn check(all: &Value, schema: &Value, value: &Value, place: &str) {
    if let Err(why) = fits(all, schema, value) {
        panic!("{place}: {why}: {value:#}");
    }
}

pub(super) fn fits(all: &Value, schema: &Value, value: &Value) -> Result<(), String> {
    let schema = followed(all, schema);
    for (keyword, wanted) in schema.as_object().expect("a schema is an object") {
        fits_one(all, (keyword, wanted), schema, value)?;
    }
    Ok(())
}

fn fits_one(
    all: &Value,
    (keyword, wanted): (&str, &Value),
    schema: &Value,
    value: &Value,
) -> Result<(), String> {
    let list = || wanted.as_array().expect("a list");
    let holds = match keyword {
        "description" | "example" => true,
        "type" if wanted.is_array() => list().iter().any(|kind| is(value, kind)),
        "type" => is(value, wanted),
        "enum" => list().contains(value),
        "const" => value == wanted,
        "pattern" => {
            value.as_str().is_some_and(|text| Regex::new(wanted.as_str().unwrap()).unwrap().is_match(text))
        }
        "maxItems" => value.as_array().is_some_and(|items| items.len() as u64 <= wanted.as_u64().unwrap()),
        "oneOf" => list().iter().filter(|schema| fits(all, schema, value).is_ok()).count() == 1,
        "required" => list().iter().all(|name| value.get(name.as_str().unwrap()).is_some()),
        "additionalProperties" => {
            assert_eq!(wanted, &Value::Bool(false));
            let known = schema["properties"].as_object().unwrap();
            value.as_object().is_some_and(|fields| fields.keys().all(|name| known.contains_key(name)))
        }
        "properties" => {
            for (name, schema) in wanted.as_object().unwrap() {
                value
                    .get(name)
                    .map_or(Ok(()), |value| fits(all, schema, value))
                    .map_err(|why| format!("{name}: {why}"))?;
            }
            true
        }
        "items" => {
            for (number, item) in value.as_array().into_iter().flatten().enumerate() {
                fits(all, wanted, item).map_err(|why| format!("[{number}]: {why}"))?;
            }
            true
        }
        other => panic!("the checker does not know {other}"),
    };
    if holds { Ok(()) } else { Err(format!("{keyword} should be {wanted}")) }
}

fn is(value: &Value, kind: &Value) -> bool {
    match kind.as_str().unwrap() {
        "object" => value.is_object(),
        "array" => value.is_array(),
        "string" => value.is_string(),
        "boolean" => value.is_boolean(),
        "integer" => value.is_u64() || value.is_i64(),
        "null" => value.is_null(),
        other => panic!("the checker does not know the type {other}"),
    }
}

#[test]
fn the_checker_sees_what_does_not_fit() {
    let all = super::description::parsed();
    let user = serde_json::json!({ "$ref": "#/components/schemas/User" });
    let sound = serde_json::json!({ "user_id": "a", "state": null, "old_subs": ["a"], "new_subs": [] });
    assert_eq!(fits(&all, &user, &sound), Ok(()));
    for (field, odd) in [
        ("user_id", Value::from("two words")),
        ("user_id", Value::from(1)),
        ("state", Value::from("well")),
        ("old_subs", serde_json::json!(["a", ""])),
        ("email", Value::from("a")),
    ] {
        let mut value = sound.clone();
        value[field] = odd;
        assert!(fits(&all, &user, &value).is_err(), "{value}");
    }
    assert!(fits(&all, &user, &serde_json::json!({ "user_id": "a" })).is_err());
}

/// Holds every example of a description against its schema; gives how many there are.
pub(super) fn check_examples(all: &Value) -> usize {
    let (mut left, mut seen) = (vec![all], 0);
    while let Some(value) = left.pop() {
        if let (Some(example), false) = (value.get("example"), value["schema"].is_null()) {
            check(all, &value["schema"], example, "an example");
            seen += 1;
        }
        left.extend(value.as_object().into_iter().flat_map(|object| object.values()));
        left.extend(value.as_array().into_iter().flatten());
    }
    seen
}
