//! Whether values fit what the new pool's schema says of an attribute.

use twinpool_core::pool::{AttributeKind, AttributeSchema, LONGEST_VALUE};

use super::verdict::Findings;
use crate::model::AttributeRule;

/// A plus and at most fifteen digits.
const LONGEST_E164: u32 = 16;
/// The digits of the longest whole number, and its sign.
const LONGEST_NUMBER: u32 = 20;

pub(super) fn check(
    found: &mut Findings,
    old: Option<&AttributeSchema>,
    new: Option<&AttributeSchema>,
    rule: Option<&AttributeRule>,
) {
    let kind = |schema: Option<&AttributeSchema>| schema.unwrap_or(&AttributeSchema::TEXT).kind;
    let (old, new) = (kind(old), kind(new));
    let none = AttributeRule::default();
    let rule = rule.unwrap_or(&none);
    check_written(found, new, rule);
    // Where every value stands in the rule, the old pool's schema says nothing.
    if rule.constant.is_none() && !rule.map_only {
        check_old(found, old, new, rule);
    }
}

/// The values that stand in the rule.
fn check_written(found: &mut Findings, new: AttributeKind, rule: &AttributeRule) {
    let fixed = [("constant", &rule.constant), ("default", &rule.default)];
    for (key, value) in fixed {
        if let Some(problem) = value.as_ref().and_then(|value| problem(new, value)) {
            found.refuse(format!("the {key} {problem}"));
        }
    }
    let mapped = |value: &String| match rule.dress(value) {
        Some(text) => problem(new, &text),
        None => Some("is no phone number".to_owned()),
    };
    if let Some(problem) = rule.map.values().find_map(mapped) {
        found.refuse(format!("a value of the map {problem}"));
    }
}

/// Why a value does not fit.
fn problem(kind: AttributeKind, value: &str) -> Option<String> {
    let length = value.chars().count();
    match kind {
        AttributeKind::Text { max, .. } if length > max as usize => {
            Some(format!("is longer than the {max} characters that the new pool takes"))
        }
        AttributeKind::Text { min, .. } if length < min as usize => {
            Some(format!("is shorter than the {min} characters that the new pool wants"))
        }
        AttributeKind::Text { .. } if value.len() > LONGEST_VALUE as usize => {
            Some(format!("is longer than the {LONGEST_VALUE} bytes that Cognito takes"))
        }
        AttributeKind::Number { min, max } => match value.parse::<i64>() {
            Err(_) => Some("is no whole number".to_owned()),
            Ok(number) if min.is_some_and(|min| number < min) || max.is_some_and(|max| number > max) => {
                Some("is a number outside of what the new pool takes".to_owned())
            }
            Ok(_) => None,
        },
        AttributeKind::Boolean if !["true", "false"].contains(&value) => {
            Some("is neither true nor false".to_owned())
        }
        AttributeKind::Text { .. } | AttributeKind::Boolean | AttributeKind::DateTime => None,
    }
}

/// The values that the old pool may hold.
fn check_old(found: &mut Findings, old: AttributeKind, new: AttributeKind, rule: &AttributeRule) {
    if let AttributeKind::Text { min, max } = new {
        check_length(found, old, (min, max), rule);
        return;
    }
    if rule.e164.is_some() {
        found.refuse(format!("a phone number is text, and the new pool wants {}", words(new)));
    } else if rule.prefix.as_ref().is_some_and(|prefix| !prefix_fits(new, prefix)) {
        found.refuse(format!("with this prefix no value is {}, which the new pool wants", words(new)));
    } else {
        check_kind(found, old, new, rule);
    }
}

fn check_kind(found: &mut Findings, old: AttributeKind, new: AttributeKind, rule: &AttributeRule) {
    match (old, new) {
        (AttributeKind::Number { min, max }, AttributeKind::Number { min: new_min, max: new_max }) => {
            let lower = new_min.is_some_and(|new| min.is_none_or(|old| old < new));
            let higher = new_max.is_some_and(|new| max.is_none_or(|old| old > new));
            if lower || higher {
                found.warn("the new pool takes fewer numbers than the old one: the others are held back");
            }
        }
        (AttributeKind::Boolean, AttributeKind::Boolean)
        | (AttributeKind::DateTime, AttributeKind::DateTime) => {}
        // Text may happen to be what is wanted, and a map may make it so.
        (old, new) if matches!(old, AttributeKind::Text { .. }) || !rule.map.is_empty() => {
            let (had, wanted) = (words(old), words(new));
            found.warn(format!(
                "the old pool has {had}, and the new pool wants {wanted}: other values are held back"
            ));
        }
        (old, new) => found.object(format!(
            "the old pool has {}, and the new pool wants {}: map the values, or drop it",
            words(old),
            words(new)
        )),
    }
}

fn prefix_fits(new: AttributeKind, prefix: &str) -> bool {
    matches!(new, AttributeKind::Number { .. })
        && prefix.trim_start_matches('-').bytes().all(|c| c.is_ascii_digit())
}

fn check_length(found: &mut Findings, old: AttributeKind, (min, max): (u32, u32), rule: &AttributeRule) {
    let (shortest, longest) = match old {
        // An empty value is no value.
        AttributeKind::Text { min, max } => (min.max(1), max),
        AttributeKind::Number { .. } => (1, LONGEST_NUMBER),
        AttributeKind::Boolean => (4, 5),
        AttributeKind::DateTime => return,
    };
    let prefix =
        rule.prefix.as_ref().map_or(0, |prefix| u32::try_from(prefix.chars().count()).unwrap_or(u32::MAX));
    let longest = if rule.e164.is_some() { LONGEST_E164 } else { longest.saturating_add(prefix) };
    if longest > max {
        found.warn(format!(
            "a value can have {longest} characters, and the new pool takes {max}: longer ones are held back"
        ));
    }
    if rule.e164.is_none() && shortest.saturating_add(prefix) < min {
        found.warn(format!("the new pool wants {min} characters: shorter values are held back"));
    }
}

fn words(kind: AttributeKind) -> &'static str {
    match kind {
        AttributeKind::Text { .. } => "text",
        AttributeKind::Number { .. } => "a number",
        AttributeKind::Boolean => "true or false",
        AttributeKind::DateTime => "a moment",
    }
}
