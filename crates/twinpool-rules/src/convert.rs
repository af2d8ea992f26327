//! What a rule makes of one value.

use crate::model::AttributeRule;
use crate::phone;

impl AttributeRule {
    /// The value in the new pool; `None` if the rule cannot make anything of it. A value that the map lacks stays as it is,
    /// unless the map is all there is.
    pub(crate) fn convert(&self, value: &str) -> Option<String> {
        let mapped = match self.map.get(value) {
            Some(mapped) => mapped,
            None if self.map_only => return None,
            None => value,
        };
        self.dress(mapped)
    }

    /// What becomes of a value after the map.
    pub(crate) fn dress(&self, mapped: &str) -> Option<String> {
        let mut text = format!("{}{mapped}", self.prefix.as_deref().unwrap_or_default());
        if self.fold_case {
            text = text.to_lowercase();
        }
        match self.e164 {
            Some(country) => phone::e164(&text, country),
            None => Some(text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn company() -> AttributeRule {
        let map = [("1".to_owned(), "Acme".to_owned())].into();
        AttributeRule { map, prefix: Some("T-".to_owned()), fold_case: true, ..AttributeRule::default() }
    }

    #[test]
    fn a_value_is_mapped_then_prefixed_then_folded() {
        assert_eq!(company().convert("1").as_deref(), Some("t-acme"));
    }

    #[test]
    fn a_value_that_the_map_lacks_stays_unless_the_map_is_all_there_is() {
        assert_eq!(company().convert("2").as_deref(), Some("t-2"));
        assert_eq!(AttributeRule { map_only: true, ..company() }.convert("2"), None);
        assert_eq!(AttributeRule { map_only: true, ..company() }.convert("1").as_deref(), Some("t-acme"));
    }

    #[test]
    fn folding_is_of_all_letters() {
        let fold = AttributeRule { fold_case: true, ..AttributeRule::default() };
        assert_eq!(fold.convert("JÜRGEN.ΣΊΣΥΦΟΣ@Example.COM").as_deref(), Some("jürgen.σίσυφος@example.com"));
    }

    proptest! {
        #[test]
        fn folding_twice_is_folding_once(text in "\\PC{0,30}") {
            let fold = AttributeRule { fold_case: true, ..AttributeRule::default() };
            let once = fold.convert(&text).unwrap();
            prop_assert_eq!(fold.convert(&once).unwrap(), once);
        }
    }
}
