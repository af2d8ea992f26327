//! Attribute values: personal, so they neither print nor serialise.

use std::collections::BTreeMap;
use std::fmt;

use crate::id::AttributeName;

/// The value of one attribute of one person. `Debug` shows `«redacted»`; there is no `Display` and no `Serialize`.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Value(String);

impl Value {
    /// Takes a value as Cognito gave it.
    #[must_use]
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The value itself, for the call that carries it to a pool, and for nothing else.
    #[must_use]
    pub fn reveal(&self) -> &str {
        &self.0
    }

    /// Whether this is the text `true`, as Cognito writes the `_verified` flags.
    #[must_use]
    pub fn is_true(&self) -> bool {
        self.0.eq_ignore_ascii_case("true")
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("«redacted»")
    }
}

/// The attributes of one user by name.
pub type Attributes = BTreeMap<AttributeName, Value>;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_redacted_wherever_it_is_debugged() {
        let name = AttributeName::parse("email").unwrap();
        let attributes: Attributes = [(name, Value::new("jane@example.com"))].into();
        let shown = format!("{attributes:?}");
        assert!(shown.contains("email") && shown.contains("«redacted»"), "{shown}");
        assert!(!shown.contains("jane"), "{shown}");
    }
}
