//! Names that mean the same to a person.

use std::collections::BTreeMap;

/// Without prefix, case, underscores and hyphens.
fn simple(name: &str) -> String {
    let name = name.strip_prefix("custom:").unwrap_or(name);
    name.chars().filter(|c| !matches!(c, '_' | '-' | '.')).flat_map(char::to_lowercase).collect()
}

/// For each of `from` the one of `to` that is alike, where neither has a second one.
pub(super) fn pairs<'a, T: Ord>(
    from: impl IntoIterator<Item = &'a T>,
    to: impl IntoIterator<Item = &'a T>,
    text: fn(&T) -> &str,
) -> BTreeMap<&'a T, &'a T> {
    let mut alike: BTreeMap<String, (Vec<&T>, Vec<&T>)> = BTreeMap::new();
    for name in from {
        alike.entry(simple(text(name))).or_default().0.push(name);
    }
    for name in to {
        alike.entry(simple(text(name))).or_default().1.push(name);
    }
    let pair = |(from, to): (Vec<&'a T>, Vec<&'a T>)| match (from.as_slice(), to.as_slice()) {
        ([from], [to]) => Some((*from, *to)),
        _ => None,
    };
    alike.into_values().filter_map(pair).collect()
}
