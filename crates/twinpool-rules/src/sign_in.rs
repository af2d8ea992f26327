//! By which way each user gets into the new pool: `[sign_in]`.

use std::collections::BTreeSet;
use std::time::Duration;

use twinpool_core::arrival::Way;
use twinpool_core::id::{GroupName, ProviderName, Timestamp};

use crate::pattern::Pattern;

/// Who gets in by which way. The first policy that fits counts; else the default way.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SignInPolicy {
    pub(crate) way: Way,
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
    /// When the user last showed in the old pool, as far as anybody knows.
    pub seen_at: Option<Timestamp>,
}

impl SignInPolicy {
    /// The way of one user, at this time.
    #[must_use]
    pub fn way(&self, person: Person<'_>, now: Timestamp) -> Way {
        let fitting = self.policies.iter().find(|policy| policy.fits(person, now));
        fitting.map_or(self.way, |policy| policy.way)
    }
}

impl Policy {
    fn fits(&self, person: Person<'_>, now: Timestamp) -> bool {
        let of_group = |name: &GroupName| self.groups.iter().any(|pattern| pattern.fits(name.as_str()));
        let in_group = self.groups.is_empty() || person.groups.iter().any(of_group);
        let of_provider = self.providers.is_empty() || !self.providers.is_disjoint(person.providers);
        let is_away = self.not_seen_for.is_none_or(|long| {
            let seen = person.seen_at.map_or(0, |seen| seen.0);
            u128::from(now.0.saturating_sub(seen)) >= long.as_millis()
        });
        in_group && of_provider && is_away
    }
}
