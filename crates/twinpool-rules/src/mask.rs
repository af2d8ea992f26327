//! Values as they may be shown: their shape, not what they say.

use twinpool_core::id::AttributeName;
use twinpool_core::snapshot::Snapshot;
use twinpool_core::value::Value;

use crate::Rules;
use crate::phone;

const DOTS: &str = "•••";

/// What becomes of one attribute of one user, masked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Example {
    /// In the old pool; `None` where the user has none.
    pub before: Option<String>,
    /// In the new pool; `None` where nothing is written.
    pub after: Option<String>,
}

/// The shape of a value: `j•••@e•••.com`, `+49•••••••`, `a•••`. How long it is does not show.
#[must_use]
pub fn masked(value: &str) -> String {
    if let Some(code) = phone::calling_code(value) {
        return format!("+{code}•••••••");
    }
    match value.rsplit_once('@') {
        Some((local, domain)) => {
            let (host, ending) = match domain.rsplit_once('.') {
                Some((host, ending)) if is_ending(ending) => (host, format!(".{ending}")),
                _ => (domain, String::new()),
            };
            format!("{}@{}{ending}", head(local), head(host))
        }
        None => head(value),
    }
}

/// Of a short text even one letter says much, and other characters than letters and digits may move a terminal's cursor.
fn head(text: &str) -> String {
    match text.chars().next() {
        Some(first) if first.is_alphanumeric() && text.chars().count() > 2 => format!("{first}{DOTS}"),
        _ => DOTS.to_owned(),
    }
}

fn is_ending(text: &str) -> bool {
    (2..=6).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_alphabetic())
}

impl Rules {
    /// What becomes of an attribute of this user, masked; `None` where there is nothing to show.
    #[must_use]
    pub fn example(&self, source: &AttributeName, user: &Snapshot) -> Option<Example> {
        let show = |value: &Value| masked(value.reveal());
        let rule = self.model.attributes.get(source);
        let target = rule.map_or(source, |rule| rule.target(source));
        let before = user.attributes.get(source).map(show);
        let is_own = rule.is_some() || self.model.writer(target).is_none();
        let written = is_own && !rule.is_some_and(|rule| rule.drop);
        let after = written.then(|| self.view(user).snapshot.attributes.get(target).map(show)).flatten();
        (before.is_some() || after.is_some()).then_some(Example { before, after })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::samples::{name, user};
    use proptest::prelude::*;

    #[test]
    fn a_mask_shows_the_shape() {
        let cases = [
            ("jane@example.com", "j•••@e•••.com"),
            ("jo@x.de", "•••@•••.de"),
            ("jane@example.secretname", "j•••@e•••"),
            ("jane@localhost", "j•••@l•••"),
            ("+491712345678", "+49•••••••"),
            ("+14155552671", "+1•••••••"),
            ("+123", "•••"),
            ("acme", "a•••"),
            ("Ülkü", "Ü•••"),
            ("f", "•••"),
            ("\u{1b}[2J", "•••"),
            ("", "•••"),
        ];
        for (value, expected) in cases {
            assert_eq!(masked(value), expected, "{value:?}");
        }
    }

    #[test]
    fn an_example_shows_before_and_after() {
        let rules = Rules::parse(
            "[attributes]\nnickname = { drop = true }\nlocale = { default = \"english\" }\n\"custom:company\" = { rename = \"custom:tenant\", prefix = \"t-\" }",
        )
        .unwrap();
        let user = user(&[("nickname", "jane"), ("custom:company", "acme")], &[]);
        let example = |attribute| rules.example(&name(attribute), &user).map(|one| (one.before, one.after));
        let some = |text: &str| Some(text.to_owned());
        assert_eq!(example("nickname"), Some((some("j•••"), None)));
        assert_eq!(example("locale"), Some((None, some("e•••"))));
        assert_eq!(example("custom:company"), Some((some("a•••"), some("t•••"))));
        assert_eq!(example("family_name"), None);
    }

    #[test]
    fn a_name_that_another_rule_writes_shows_no_value_of_the_other() {
        let rules = Rules::parse("[attributes]\n\"custom:nick\" = { rename = \"nickname\" }").unwrap();
        let user = user(&[("nickname", "jane"), ("custom:nick", "doris")], &[]);
        let shadowed = rules.example(&name("nickname"), &user).unwrap();
        assert_eq!((shadowed.before.as_deref(), shadowed.after), (Some("j•••"), None));
    }

    proptest! {
        #[test]
        fn a_mask_tells_no_more_than_first_letters_and_the_ending(value in "[a-z]{3,20}", host in "[a-z]{3,20}") {
            prop_assert_eq!(masked(&value), format!("{}•••", &value[..1]));
            prop_assert_eq!(masked(&format!("{value}@{host}.com")), format!("{}•••@{}•••.com", &value[..1], &host[..1]));
        }

        #[test]
        fn a_mask_never_fails(value in any::<String>()) {
            prop_assert!(masked(&value).contains(DOTS));
        }
    }
}
