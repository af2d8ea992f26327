//! By which way a user gets into the new pool: one answer, whoever asks.

use std::collections::BTreeSet;

use twinpool_core::arrival::Way;
use twinpool_core::held_back::Subject;
use twinpool_core::id::{ProviderName, Timestamp};
use twinpool_core::link::{Link, Linked};
use twinpool_core::snapshot::Snapshot;
use twinpool_rules::{Person, Rules};

/// What is known of a user who is to come in.
#[derive(Debug, Clone, Copy)]
pub struct Comer<'a> {
    /// The link, if there is one.
    pub link: Option<&'a Link>,
    /// The user, where the old pool was asked just now. Else the groups are those of the last mirror.
    pub old: Option<&'a Snapshot>,
    /// Providers that the caller knows of, as the old pool names them. The table has of providers only those that wait for a first
    /// sign-in: of the others it holds digests.
    pub providers: &'a BTreeSet<ProviderName>,
}

/// What the policy says of a user.
#[must_use]
pub fn way_of(rules: &Rules, comer: Comer<'_>, now: Timestamp) -> Way {
    let linked = comer.link.and_then(Link::linked);
    let waiting =
        linked.into_iter().flat_map(|linked| &linked.held_back).filter_map(|held| match &held.subject {
            Subject::Identity(provider) => Some(provider.clone()),
            _ => None,
        });
    let shown = comer.old.into_iter().flat_map(|old| &old.identities).map(|one| one.provider.clone());
    let providers: BTreeSet<_> = waiting.chain(shown).chain(comer.providers.iter().cloned()).collect();
    let nowhere = BTreeSet::new();
    let groups = comer.old.map(|old| &old.groups).or(linked.map(|linked| &linked.base.old.groups));
    let person =
        Person { groups: groups.unwrap_or(&nowhere), providers: &providers, seen_at: seen_at(comer, linked) };
    rules.sign_in().way(person, now)
}

/// When the user last showed in the old pool. Of whom twinpool has not seen there: when the user was made, or, where that is not known,
/// since when there is a link. From then on somebody would have seen the user.
fn seen_at(comer: Comer<'_>, linked: Option<&Linked>) -> Option<Timestamp> {
    let made_at = || comer.old.map(|old| old.created_at).filter(|at| at.0 > 0);
    comer.link.and_then(|link| link.seen_at).or_else(made_at).or_else(|| began(comer.link?, linked))
}

/// When the user last showed in the old pool, as far as the table knows: else since when there is a link.
#[must_use]
pub fn last_known(link: &Link) -> Option<Timestamp> {
    link.seen_at.or_else(|| began(link, link.linked()))
}

/// The first time that the link tells of: it forgets its oldest history.
fn began(link: &Link, linked: Option<&Linked>) -> Option<Timestamp> {
    let told = link.history.entries().next().map(|entry| entry.at);
    [told, link.unpaired_since(), linked.map(|linked| linked.mirrored_at)].into_iter().flatten().min()
}

#[cfg(test)]
mod tests {
    use twinpool_core::change_event::Cause;
    use twinpool_core::history::Entry;
    use twinpool_core::id::OldSub;
    use twinpool_core::link::Names;

    use super::*;

    const DAY: u64 = 24 * 60 * 60 * 1_000;

    fn day(days: u64) -> Timestamp {
        Timestamp(days * DAY)
    }

    /// Of a link that began on day 100.
    fn link(seen_on: Option<u64>) -> Link {
        let old = OldSub::parse("jane-sub").unwrap();
        let mut link = Link::intent(&old, Names::default(), day(150));
        let cause = Cause::operator("Sync");
        link.history.add(Entry { at: day(100), cause, did: "paired".to_owned() });
        link.seen_at = seen_on.map(day);
        link
    }

    #[test]
    fn who_was_never_seen_is_away_since_the_link_began_and_who_is_unknown_is_not() {
        let rules = "[[sign_in.policy]]\nnot_seen_for = \"30 days\"\nway = \"code\"";
        let rules = Rules::parse(rules).unwrap();
        let providers = BTreeSet::new();
        let way = |link: Option<&Link>, on: u64| {
            way_of(&rules, Comer { link, old: None, providers: &providers }, day(on))
        };
        assert_eq!(way(Some(&link(None)), 129), Way::Password);
        assert_eq!(way(Some(&link(None)), 130), Way::Code);
        assert_eq!(way(Some(&link(Some(120))), 149), Way::Password);
        assert_eq!(way(Some(&link(Some(120))), 150), Way::Code);
        assert_eq!(way(None, 20_000), Way::Password, "nothing at all is known");
    }
}
