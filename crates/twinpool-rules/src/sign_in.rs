//! By which way each user gets into the new pool: `[sign_in]`.

use std::collections::BTreeSet;
use std::time::Duration;

use twinpool_core::arrival::Way;
use twinpool_core::id::{GroupName, ProviderName, Timestamp};

use crate::pattern::Pattern;
use crate::time::DAY;

/// Who gets in by which way. The first policy that fits counts; else the default way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignInPolicy {
    pub(crate) way: Way,
    pub(crate) code_subject: Option<String>,
    pub(crate) code_message: Option<String>,
    pub(crate) policies: Vec<Policy>,
}

/// One `[[sign_in.policy]]`: all that it names must fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Policy {
    /// Any of these groups of the old pool; empty: whatever the groups.
    pub(crate) groups: BTreeSet<Pattern>,
    /// Any of these identity providers of the old pool; empty: whatever the providers.
    pub(crate) providers: BTreeSet<ProviderName>,
    /// Not seen in the old pool for so long.
    pub(crate) not_seen_for: Option<Duration>,
    pub(crate) way: Way,
}

/// What a policy looks at.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// The groups in the old pool.
    pub groups: &'a BTreeSet<GroupName>,
    /// The identity providers, as the old pool names them.
    pub providers: &'a BTreeSet<ProviderName>,
    /// When the user last showed in the old pool, as far as anybody knows. Where nothing is known, nobody is taken to be away.
    pub seen_at: Option<Timestamp>,
}

impl SignInPolicy {
    /// The way of one user, at this time.
    #[must_use]
    pub fn way(&self, person: Person<'_>, now: Timestamp) -> Way {
        let fitting = self.policies.iter().find(|policy| policy.fits(person, now));
        fitting.map_or(self.way, |policy| policy.way)
    }

    /// The way of everybody whom no policy fits.
    #[must_use]
    pub fn default_way(&self) -> Way {
        self.way
    }

    /// Each policy in words, and its way, in the order in which they are tried.
    #[must_use]
    pub fn policies(&self) -> Vec<(String, Way)> {
        self.policies.iter().map(|policy| (policy.words(), policy.way)).collect()
    }

    /// Whether somebody may have this way.
    #[must_use]
    pub fn has(&self, way: Way) -> bool {
        self.way == way || self.policies.iter().any(|policy| policy.way == way)
    }

    /// Whether a policy looks at identity providers.
    #[must_use]
    pub fn names_providers(&self) -> bool {
        self.policies.iter().any(|policy| !policy.providers.is_empty())
    }

    /// The subject of an e-mail with a code, where the owner gave one.
    #[must_use]
    pub fn code_subject(&self) -> Option<&str> {
        self.code_subject.as_deref()
    }

    /// The text of a message with a code, `{code}` in it once, where the owner gave one.
    #[must_use]
    pub fn code_message(&self) -> Option<&str> {
        self.code_message.as_deref()
    }
}

impl Policy {
    /// Whether it fits everybody whom the other one fits. May say no where it does.
    pub(crate) fn covers(&self, other: &Self) -> bool {
        let groups = self.groups.is_empty()
            || (!other.groups.is_empty()
                && other.groups.iter().all(|name| self.groups.iter().any(|wider| wider.covers(name))));
        let providers = self.providers.is_empty()
            || (!other.providers.is_empty() && other.providers.is_subset(&self.providers));
        let away = self.not_seen_for.is_none_or(|long| other.not_seen_for.is_some_and(|other| other >= long));
        groups && providers && away
    }

    fn words(&self) -> String {
        let any = |what: &str, names: Vec<&str>| {
            (!names.is_empty()).then(|| format!("{what} {}", names.join(" or ")))
        };
        let away = self.not_seen_for.map(|long| match long.as_secs() / DAY.as_secs() {
            1 => "not seen for 1 day".to_owned(),
            days => format!("not seen for {days} days"),
        });
        let groups = any("in", self.groups.iter().map(Pattern::as_str).collect());
        let providers = any("by", self.providers.iter().map(ProviderName::as_str).collect());
        [groups, providers, away].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }

    fn fits(&self, person: Person<'_>, now: Timestamp) -> bool {
        let of_group = |name: &GroupName| self.groups.iter().any(|pattern| pattern.fits(name.as_str()));
        let in_group = self.groups.is_empty() || person.groups.iter().any(of_group);
        let of_provider = self.providers.is_empty() || !self.providers.is_disjoint(person.providers);
        let is_away = self.not_seen_for.is_none_or(|long| {
            let away = person.seen_at.map(|seen| u128::from(now.0.saturating_sub(seen.0)));
            away.is_some_and(|away| away >= long.as_millis())
        });
        in_group && of_provider && is_away
    }
}
