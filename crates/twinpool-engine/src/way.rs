//! By which way a user gets into the new pool, from what the table knows of the old one.

use std::collections::BTreeSet;

use twinpool_core::arrival::Way;
use twinpool_core::held_back::Subject;
use twinpool_core::id::{ProviderName, Timestamp};
use twinpool_core::link::Link;
use twinpool_rules::{Person, Rules};

/// What the policy says of a user. The table has the groups, and of providers only those that wait for a first sign-in: of the
/// others it holds digests. `also`: providers that the caller knows of, as the old pool names them.
#[must_use]
pub fn way_of(rules: &Rules, link: &Link, also: &BTreeSet<ProviderName>, now: Timestamp) -> Way {
    let linked = link.linked();
    let waiting =
        linked.into_iter().flat_map(|linked| &linked.held_back).filter_map(|held| match &held.subject {
            Subject::Identity(provider) => Some(provider.clone()),
            _ => None,
        });
    let providers: BTreeSet<_> = waiting.chain(also.iter().cloned()).collect();
    let nowhere = BTreeSet::new();
    let groups = linked.map_or(&nowhere, |linked| &linked.base.old.groups);
    rules.sign_in().way(Person { groups, providers: &providers, seen_at: link.seen_at }, now)
}

/// When the user last showed in the old pool, as far as the table knows. Of who has not shown since twinpool looks, nobody knows
/// it: the last mirror stands for it, so that nobody counts as long away who was never looked for.
#[must_use]
pub fn last_known(link: &Link) -> Option<Timestamp> {
    link.seen_at.or_else(|| link.linked().map(|linked| linked.mirrored_at))
}
