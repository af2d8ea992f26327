//! What is proposed for each attribute.

use std::collections::{BTreeMap, BTreeSet};
use std::mem::discriminant;

use twinpool_core::attribute::{Contact, is_folded, travels};
use twinpool_core::id::AttributeName;
use twinpool_core::pool::{AttributeKind, AttributeSchema, PoolShape};
use twinpool_rules::can_have_rule;

use super::{Pools, alike};

/// One attribute of the old pool.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) source: AttributeName,
    pub(super) rule: Rule,
    /// Sentences without a full stop.
    pub(super) notes: Vec<String>,
}

/// What a line of the file says. By default nothing: the attribute travels as it is.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Rule {
    pub(super) drop: bool,
    pub(super) fold_case: bool,
    pub(super) rename: Option<AttributeName>,
    /// A default is to be filled in.
    pub(super) undecided: bool,
}

pub(super) fn entries(pools: &Pools<'_>) -> Vec<Entry> {
    let renames = renames(pools);
    let given_up: BTreeSet<_> = renames.values().filter(|name| !is_custom(name)).copied().collect();
    let mut sources = sources(pools);
    sources.extend(&given_up);
    let mut entries: Vec<_> = sources
        .into_iter()
        .map(|source| {
            let mut notes = Vec::new();
            let rule = rule(pools, source, &renames, &given_up, &mut notes);
            Entry { source: source.clone(), rule, notes }
        })
        .collect();
    for entry in &mut entries {
        require(entry, pools);
    }
    entries
}

/// What the old pool tells of, what the new one requires, and what is to be folded.
fn sources<'a>(pools: &Pools<'a>) -> BTreeSet<&'a AttributeName> {
    let required = pools.new.attributes.iter().filter(|(name, schema)| schema.required && !is_custom(name));
    let all = pools.old.attributes.keys().chain(required.map(|(name, _)| name));
    let is_ours = |name: &&AttributeName| is_told(name) && *name != pools.marker && can_have_rule(name);
    all.filter(is_ours).collect()
}

fn rule(
    pools: &Pools<'_>,
    source: &AttributeName,
    renames: &BTreeMap<&AttributeName, &AttributeName>,
    given_up: &BTreeSet<&AttributeName>,
    notes: &mut Vec<String>,
) -> Rule {
    let dropped = || Rule { drop: true, ..Rule::default() };
    if let Some(target) = renames.get(source) {
        notes.push(format!("the new pool has no {source}, and {target} sounds like it"));
        return Rule { rename: Some((*target).clone()), ..Rule::default() };
    }
    if given_up.contains(source) {
        notes.push(format!(
            "another attribute is renamed to {source}, see there, and two cannot become one: drop the one that does not count"
        ));
        return dropped();
    }
    if !pools.new.has(source) {
        notes.push(format!(
            "the new pool has no such attribute: to keep it, add {source} there with add-custom-attributes and take this line out, \
             or write rename = \"<its name there>\""
        ));
        return dropped();
    }
    if !can_become(schema(pools.old, source).kind, schema(pools.new, source).kind) {
        notes.push(
            "the two pools have different types, and no value of the one is one of the other: write a map instead to keep it"
                .to_owned(),
        );
        return dropped();
    }
    let fold_case = folds(pools, source);
    if fold_case {
        notes.push(
            "the new pool takes upper and lower case for the same, and the old one does not".to_owned(),
        );
    }
    Rule { fold_case, ..Rule::default() }
}

/// Leaves to the owner what users get who have nothing that the new pool requires. An address and a way to sign in are one
/// user's, so nothing fits many there.
fn require(entry: &mut Entry, pools: &Pools<'_>) {
    let target = entry.rule.rename.as_ref().unwrap_or(&entry.source);
    let is_required = pools.new.attributes.get(target).is_some_and(|schema| schema.required);
    let may_lack = pools.old.attributes.get(&entry.source).is_none_or(|schema| !schema.required);
    let fits_many = Contact::of(target).is_none() && !pools.new.sign_in.is_unique(target);
    entry.rule.undecided = !entry.rule.drop && is_required && may_lack && fits_many;
}

/// Attributes of the old pool that the new one seems to have under another name.
fn renames<'a>(pools: &Pools<'a>) -> BTreeMap<&'a AttributeName, &'a AttributeName> {
    let (old, new) = (pools.old, pools.new);
    let is_ours = |name: &&AttributeName| *name != pools.marker && can_have_rule(name);
    let without: Vec<_> =
        old.attributes.keys().filter(is_ours).filter(|name| is_custom(name) && !new.has(name)).collect();
    let custom = new
        .attributes
        .keys()
        .filter(is_ours)
        .filter(|name| is_custom(name) && !old.attributes.contains_key(name));
    let mut found = alike::pairs(without.iter().copied(), custom, AttributeName::as_str);
    // A standard attribute, unless the old pool surely fills that one itself, or an address would be made of it.
    let standard = new.attributes.keys().filter(is_ours).filter(|name| {
        let filled = old.attributes.get(*name).is_some_and(|schema| schema.required);
        !is_custom(name) && !filled && Contact::of(name).is_none()
    });
    let left = without.iter().copied().filter(|name| !found.contains_key(name)).collect::<Vec<_>>();
    found.extend(alike::pairs(left, standard, AttributeName::as_str));
    found.retain(|from, to| can_become(schema(old, from).kind, schema(new, to).kind));
    found
}

/// Addresses and names to sign in with, where two spellings become one.
fn folds(pools: &Pools<'_>, name: &AttributeName) -> bool {
    let merges = pools.old.case_sensitive && !pools.new.case_sensitive;
    let is_way = pools.new.sign_in.is_unique(name) || pools.old.sign_in.is_unique(name);
    merges && is_way && is_folded(name)
}

/// Whether a value of the one may be one of the other. Text may be anything.
fn can_become(old: AttributeKind, new: AttributeKind) -> bool {
    let is_text = |kind| matches!(kind, AttributeKind::Text { .. });
    is_text(old) || is_text(new) || discriminant(&old) == discriminant(&new)
}

fn schema(pool: &PoolShape, name: &AttributeName) -> AttributeSchema {
    pool.attributes.get(name).copied().unwrap_or(AttributeSchema::TEXT)
}

/// Flags go with their contacts.
fn is_told(name: &AttributeName) -> bool {
    travels(name.as_str()) && !Contact::is_flag(name)
}

fn is_custom(name: &AttributeName) -> bool {
    name.as_str().starts_with("custom:")
}
