//! JSON of which nobody vouches yet.
//!
//! Not read by way of `Value`'s own `Deserialize`: built with `raw_value`, as whoever links this in may have it built, serde_json
//! reads an object with the key `$serde_json::private::RawValue` as one more document, with its limit of depth begun anew. Forty
//! kilobytes of that overflow a stack.

use std::cell::Cell;
use std::fmt;

use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

/// How serde_json shows numbers where it is built with `arbitrary_precision`.
const NUMBER: &str = "$serde_json::private::Number";

/// A text that is no JSON, or is too deep.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("it is not JSON")]
pub struct NotJson;

/// What was read.
#[derive(Debug, Clone, PartialEq)]
pub struct Read {
    /// The value. Of a name that stands in an object twice, the latter counts.
    pub value: Value,
    /// Whether some name stands in an object twice: another reader may have read another value.
    pub repeats: bool,
}

/// Reads one value, no deeper than serde_json allows, which is 127 levels.
///
/// # Errors
/// When the text is anything else.
pub fn read(json: &[u8]) -> Result<Read, NotJson> {
    let repeats = Cell::new(false);
    let mut reader = serde_json::Deserializer::from_slice(json);
    let value = Json(&repeats).deserialize(&mut reader).map_err(|_| NotJson)?;
    reader.end().map_err(|_| NotJson)?;
    Ok(Read { value, repeats: repeats.get() })
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_document_within_a_document_overflows_no_stack() {
        let mut document = "1".to_owned();
        while document.len() < 40_000 {
            let next = serde_json::json!({ "$serde_json::private::RawValue": document }).to_string();
            document = format!("{}{next}{}", "[".repeat(120), "]".repeat(120));
        }
        let read_it = move || read(document.as_bytes()).map(|read| read.repeats);
        let thread = std::thread::Builder::new().stack_size(1 << 20).spawn(read_it).unwrap();
        assert_eq!(thread.join().unwrap(), Ok(false));
    }

    #[test]
    fn what_is_read_is_what_serde_json_reads_of_honest_text() {
        let text = r#"{"a":[1,-2,3.5,1e3,18446744073709551615,true,null,"x\u00e9"],"b":{"c":{}},"":0}"#;
        let read = read(text.as_bytes()).unwrap();
        assert_eq!((read.value, read.repeats), (serde_json::from_str(text).unwrap(), false));
        assert_eq!(super::read(br#"{"a":1,"b":{"c":1,"c":2}}"#).map(|read| read.repeats), Ok(true));
        for broken in ["", "{", "{} {}", "[1,]", "\u{feff}{}", "{\"a\"}"] {
            assert_eq!(super::read(broken.as_bytes()), Err(NotJson), "{broken}");
        }
        assert_eq!(super::read("[".repeat(200).as_bytes()), Err(NotJson));
    }
}
