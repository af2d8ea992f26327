//! A trigger event goes back with an answer in it; what is not the answer stays as it came.

use std::borrow::Cow;

use serde::Serialize;
use serde::ser::SerializeMap as _;
use serde_json::value::RawValue;

/// The members of an object, in their order.
struct Members<'a>(Vec<(Cow<'a, str>, &'a RawValue)>);

impl<'de: 'a, 'a> serde::Deserialize<'de> for Members<'a> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Visit;

        /// Serde borrows a text from the input only where it is asked to.
        #[derive(serde::Deserialize)]
        struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

        impl<'de> serde::de::Visitor<'de> for Visit {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("a trigger event")
            }

            fn visit_map<M: serde::de::MapAccess<'de>>(self, mut map: M) -> Result<Self::Value, M::Error> {
                let mut members = Vec::new();
                while let Some((Name(name), value)) = map.next_entry::<Name<'de>, &'de RawValue>()? {
                    members.push((name, value));
                }
                Ok(Members(members))
            }
        }

        deserializer.deserialize_map(Visit)
    }
}

/// The event with this answer as its `response`: what was there before is replaced, everything else stays as it came. `None` where the
/// text is no object of JSON.
#[must_use]
pub fn with_response(event: &str, response: &impl Serialize) -> Option<Box<RawValue>> {
    let Members(members) = serde_json::from_str(event).ok()?;
    let mut text = Vec::with_capacity(event.len() + 256);
    let mut serializer = serde_json::Serializer::new(&mut text);
    let mut map = serde::Serializer::serialize_map(&mut serializer, None).ok()?;
    for (name, value) in members.iter().filter(|(name, _)| name != "response") {
        map.serialize_entry(name, value).ok()?;
    }
    map.serialize_entry("response", response).ok()?;
    map.end().ok()?;
    RawValue::from_string(String::from_utf8(text).ok()?).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn the_answer_takes_the_place_of_the_response_and_the_rest_stays_as_it_came() {
        let event =
            r#"{"version":"1","n":1.0,"request":{"a":"\u0041"},"response":{"answerCorrect":null},"new":[ ]}"#;
        let said = with_response(event, &json!({"answerCorrect": true})).unwrap();
        assert_eq!(
            said.get(),
            r#"{"version":"1","n":1.0,"request":{"a":"\u0041"},"new":[ ],"response":{"answerCorrect":true}}"#
        );
    }

    #[test]
    fn what_is_no_event_has_no_answer() {
        for text in ["", "[]", "null", "{", "\"a\""] {
            assert!(with_response(text, &json!({})).is_none(), "{text}");
        }
    }
}
