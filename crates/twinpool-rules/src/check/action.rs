//! What a rule does, in words.

use crate::model::AttributeRule;

/// What becomes of the attribute that twinpool itself writes.
pub(super) fn mark() -> String {
    "left out: twinpool writes its own".to_owned()
}

/// What is said where there is no source.
pub(super) fn nothing() -> String {
    "not written".to_owned()
}

pub(super) fn of(rule: Option<&AttributeRule>) -> String {
    let Some(rule) = rule else {
        return "as it is".to_owned();
    };
    let e164 = rule.e164.map(|country| format!("as E.164, by default of {}", country.code()));
    let map = if rule.map_only { "mapped, other values held back" } else { "mapped" };
    let steps = [
        (rule.drop, "dropped"),
        (!rule.map.is_empty(), map),
        (rule.prefix.is_some(), "prefixed"),
        (rule.fold_case, "in lower case"),
        (e164.is_some(), e164.as_deref().unwrap_or_default()),
        (rule.rename.is_some(), "renamed"),
        (rule.default.is_some(), "default where it is missing"),
        (rule.constant.is_some(), "set to a constant"),
        (rule.new_wins, "the new pool's value wins"),
    ];
    let steps: Vec<_> = steps.into_iter().filter_map(|(is_on, words)| is_on.then_some(words)).collect();
    steps.join(", ")
}
