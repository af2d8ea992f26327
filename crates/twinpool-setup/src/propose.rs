//! A first `twinpool.toml`, proposed from what two pools were made like. Pure.
//!
//! What nobody can know from two schemas stands in it as `default = ""`, which [`Rules::parse`] refuses with its line: nothing
//! runs before the owner has decided.

use std::collections::{BTreeMap, BTreeSet};

use twinpool_core::id::{AttributeName, ProviderName};
use twinpool_core::pool::PoolShape;
use twinpool_rules::{Rules, Site, Verdict};

mod alike;
mod attributes;
mod federation;
mod notes;
#[cfg(test)]
mod tests;
mod write;

/// What the proposal is made from.
#[derive(Debug, Clone, Copy)]
pub struct Pools<'a> {
    /// The pool being left.
    pub old: &'a PoolShape,
    /// The pool being moved to.
    pub new: &'a PoolShape,
    /// The attribute of the new pool that twinpool itself writes.
    pub marker: &'a AttributeName,
    /// Identity providers; `None` where they could not be listed.
    pub providers: Option<&'a Providers>,
}

/// The identity providers of both pools.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Providers {
    /// Of the old pool.
    pub old: BTreeSet<ProviderName>,
    /// Of the new pool.
    pub new: BTreeSet<ProviderName>,
}

/// A `twinpool.toml`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proposal {
    /// Its text.
    pub text: String,
    /// Of which attributes the owner has to decide something before anything runs.
    pub undecided: Vec<AttributeName>,
}

/// Proposes a file for these pools at these places.
#[must_use]
pub fn propose(site: &Site, pools: &Pools<'_>) -> Proposal {
    let mut entries = attributes::entries(pools);
    let warnings = warnings(&entries, pools);
    for entry in &mut entries {
        entry.notes.extend(warnings.get(&entry.source).cloned());
    }
    let sections = [
        write::site(site),
        write::attributes(&entries, &notes::of(pools)),
        federation::section(pools.providers),
        write::REST.to_owned(),
    ];
    let undecided = entries.into_iter().filter(|entry| entry.rule.undecided).map(|entry| entry.source);
    Proposal { text: sections.concat(), undecided: undecided.collect() }
}

/// What `twinpool rules check` would say, with nothing left to decide.
fn warnings(entries: &[attributes::Entry], pools: &Pools<'_>) -> BTreeMap<AttributeName, String> {
    let Ok(rules) = Rules::parse(&write::decided(entries)) else {
        return BTreeMap::new();
    };
    let said = rules.check(pools.old, pools.new, pools.marker).into_iter();
    let warning = said.filter_map(|row| match row.verdict {
        Verdict::Fine => None,
        Verdict::Warning(said) | Verdict::Refused(said) => Some((row.source.or(row.target)?, said)),
    });
    warning.collect()
}
