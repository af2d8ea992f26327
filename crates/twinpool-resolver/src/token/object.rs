//! JSON of which nobody vouches yet.
//!
//! Not read by way of `Value`'s own `Deserialize`: built with `raw_value`, as whoever links this in may have it built, serde_json
//! reads an object with the key `$serde_json::private::RawValue` as one more document, with its limit of depth begun anew. Forty
//! kilobytes of that overflow a stack.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::Refusal;

/// How serde_json shows numbers where it is built with `arbitrary_precision`.
const NUMBER: &str = "$serde_json::private::Number";

/// The fields of an object. Neither in it nor in what it holds does a name stand twice; and it is no deeper than serde_json
/// allows, which is 127 levels.
pub(super) fn object(json: &[u8]) -> Result<Map<String, Value>, Refusal> {
    let repeats = Cell::new(false);
    let mut reader = serde_json::Deserializer::from_slice(json);
    let value = Json(&repeats).deserialize(&mut reader).map_err(|_| Refusal::Malformed)?;
    reader.end().map_err(|_| Refusal::Malformed)?;
    match value {
        Value::Object(_) if repeats.get() => Err(Refusal::DuplicateClaim),
        Value::Object(fields) => Ok(fields),
        _ => Err(Refusal::Malformed),
    }
}

/// Any value. Notes whether a name stands in an object twice.
#[derive(Clone, Copy)]
struct Json<'r>(&'r Cell<bool>);

impl<'de> DeserializeSeed<'de> for Json<'_> {
    type Value = Value;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Json<'_> {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E: Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Value, E> {
        Ok(value.into())
    }

    fn visit_str<E: Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Value, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element_seed(self)? {
            array.push(item);
        }
        Ok(Value::Array(array))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Value, A::Error> {
        let mut fields = Map::new();
        while let Some(name) = entries.next_key::<String>()? {
            let value = entries.next_value_seed(self)?;
            if name == NUMBER
                && let Value::String(digits) = &value
            {
                return digits.parse::<Number>().map(Value::Number).map_err(Error::custom);
            }
            if fields.insert(name, value).is_some() {
                self.0.set(true);
            }
        }
        Ok(Value::Object(fields))
    }
}
