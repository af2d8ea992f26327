//! JSON of which nobody vouches: read as serde_json reads it, and no deeper.

use std::fmt;

use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::Value;
use serde_json::value::RawValue;
use twinpool_core::json::read;

/// Names by which serde_json passes its own types on, which our reader knows not, or reads in its own way.
const PRIVATE: &str = "$serde_json";

pub(crate) fn json(input: &[u8]) {
    let ours = read(input);
    if let Err(why) = &ours {
        assert_eq!(why.to_string(), "it is not JSON");
    }
    let theirs = serde_json::from_slice::<Value>(input).ok();
    let is_private = |value: &Value| value.to_string().contains(PRIVATE);
    if ours.iter().any(|read| is_private(&read.value)) || theirs.iter().any(is_private) {
        return;
    }
    let Ok(ours) = ours else {
        assert!(theirs.is_none(), "serde_json reads it");
        return;
    };
    assert_eq!(Some(&ours.value), theirs.as_ref(), "two readers, two values");
    let again = read(ours.value.to_string().as_bytes()).expect("what was read can be written");
    assert!(!again.repeats, "a value has a name twice");
}

/// The members of an object, as they are written; `None` where the text is none.
pub(crate) fn members(text: &str) -> Option<Vec<(String, &str)>> {
    struct Members;

    impl<'de> Visitor<'de> for Members {
        type Value = Vec<(String, &'de str)>;

        fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
            f.write_str("an object")
        }

        fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
            let mut members = Vec::new();
            while let Some((name, value)) = map.next_entry::<String, &'de RawValue>()? {
                members.push((name, value.get()));
            }
            Ok(members)
        }
    }

    let mut reader = serde_json::Deserializer::from_str(text);
    let members = reader.deserialize_map(Members).ok()?;
    reader.end().is_ok().then_some(members)
}
