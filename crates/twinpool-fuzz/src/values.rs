//! A value of a user under every step that rules know: what comes out is of the form that was asked for, comes back only where it comes
//! out again, and is shown behind a mask.

use std::sync::LazyLock;

use twinpool_core::id::AttributeName;
use twinpool_core::merge::WayBack;
use twinpool_core::value::Value;
use twinpool_rules::{Rules, masked};

use crate::rules::with;
use crate::text::text;

const STEPS: &str = r#"
[attributes]
email = { fold_case = true }
phone_number = { e164 = "DE" }
nickname = { fold_case = true, prefix = "T-", map = { "a" = "b", "c" = "b" } }
"custom:us" = { e164 = "US" }
"custom:gb" = { e164 = "GB", rename = "custom:phone" }
"custom:mapped" = { map = { "1" = "acme", "acme" = "2" }, map_only = true }
"custom:prefixed" = { prefix = "t-" }
"custom:empty" = { default = "x" }
"#;

const NAMES: [&str; 9] = [
    "email",
    "phone_number",
    "nickname",
    "custom:us",
    "custom:gb",
    "custom:mapped",
    "custom:prefixed",
    "custom:empty",
    "custom:plain",
];

static RULES: LazyLock<Rules> = LazyLock::new(|| Rules::parse(STEPS).expect("the rules can be read"));

pub(crate) fn values(input: &[u8]) {
    let Some(text) = text(input).filter(|text| !text.is_empty()) else { return };
    mask(text);
    let name = |name: &str| AttributeName::parse(name).expect("a name");
    let old = with(NAMES.map(|attribute| (name(attribute), Value::new(text))));
    let view = RULES.view(&old);
    for (attribute, value) in &view.snapshot.attributes {
        let value = value.reveal();
        match attribute.as_str() {
            "phone_number" | "custom:us" | "custom:phone" => {
                let digits = value.strip_prefix('+').unwrap_or_default();
                let is_number =
                    (1..=15).contains(&digits.len()) && digits.bytes().all(|c| c.is_ascii_digit());
                assert!(is_number, "{attribute} is no E.164");
                assert!(masked(value).starts_with('+'), "a number is not masked as one");
            }
            "email" => assert_eq!(value.to_lowercase(), value, "{attribute} is not in lower case"),
            "custom:plain" => assert_eq!(value, text, "what has no rule changed"),
            _ => {}
        }
        mask(value);
        comes_back(attribute, value);
    }
    let silent = format!("{view:?}");
    assert!(text.chars().count() < 40 || !silent.contains(text), "what is logged shows a value");
}

/// What goes back to the old pool becomes the same again.
fn comes_back(attribute: &AttributeName, value: &str) {
    let Some(source) = RULES.source(attribute) else { return };
    let Some(back) = RULES.value(attribute, &Value::new(value)) else { return };
    let forth = RULES.view(&with([(source, back)])).snapshot;
    let again = forth.attributes.get(attribute).map(Value::reveal);
    assert_eq!(again, Some(value), "{attribute} goes back as something else");
}

fn mask(value: &str) {
    let shown = masked(value);
    assert!(shown.contains("•••"), "{shown:?} hides nothing");
    assert!(shown.chars().count() <= 20, "a mask shows how long a value is");
    assert!(!shown.chars().any(char::is_control), "a mask moves the cursor");
}
