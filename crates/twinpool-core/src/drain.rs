//! Who still uses the old pool: when its users were last seen to get a token there, by app client.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::id::{ClientId, Timestamp};
use crate::link::{Link, LinkState};
use crate::readiness::InOld;

/// How long ago somebody was last seen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Ago {
    /// Within 24 hours.
    Day,
    /// Within 7 days, and not within one.
    Week,
    /// Within 30 days, and not within 7.
    Month,
    /// Longer ago.
    Longer,
}

impl Ago {
    /// All of them, the latest first.
    pub const ALL: [Self; 4] = [Self::Day, Self::Week, Self::Month, Self::Longer];

    /// In one word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Month => "30d",
            Self::Longer => "longer",
        }
    }

    fn of(at: Timestamp, now: Timestamp) -> Self {
        const DAY: Duration = Duration::from_hours(24);
        let ago = Duration::from_millis(now.0.saturating_sub(at.0));
        match ago {
            ago if ago <= DAY => Self::Day,
            ago if ago <= DAY * 7 => Self::Week,
            ago if ago <= DAY * 30 => Self::Month,
            _ => Self::Longer,
        }
    }
}

/// Whom one app client of the old pool still serves. Each user counts for the client that was used last.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Served {
    /// How many users, by how long ago they were last seen.
    pub users: BTreeMap<Ago, u64>,
    /// When the last of them was seen.
    pub last: Option<Timestamp>,
}

impl Served {
    /// How many were last seen so long ago.
    #[must_use]
    pub fn count(&self, ago: Ago) -> u64 {
        self.users.get(&ago).copied().unwrap_or_default()
    }

    /// How many there are.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.users.values().sum()
    }
}

/// Who still uses the old pool.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Drain {
    /// By app client; `None`: by which one no event said.
    pub clients: BTreeMap<Option<ClientId>, Served>,
    /// Users of the old pool who were never seen there since twinpool looks.
    pub never: u64,
}

impl Drain {
    /// Takes a link in, if its user is in the old pool.
    pub fn add(&mut self, link: &Link, now: Timestamp) {
        if matches!(link.state, LinkState::Tombstone { .. }) || InOld::of(link) == InOld::Gone {
            return;
        }
        let Some(at) = link.seen_at else {
            self.never += 1;
            return;
        };
        let served = self.clients.entry(link.seen_by.clone()).or_default();
        *served.users.entry(Ago::of(at, now)).or_default() += 1;
        served.last = served.last.max(Some(at));
    }

    /// All clients together.
    #[must_use]
    pub fn total(&self) -> Served {
        let mut total = Served::default();
        for served in self.clients.values() {
            for (ago, users) in &served.users {
                *total.users.entry(*ago).or_default() += users;
            }
            total.last = total.last.max(served.last);
        }
        total
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::{OldSub, Pool};
    use crate::link::{Left, Names};

    const NOW: Timestamp = Timestamp(1_795_219_200_000);
    const HOUR: u64 = 3_600_000;

    fn seen(hours: u64, by: Option<&str>) -> Link {
        let intent = Link::intent(&OldSub::parse("old-1").unwrap(), Names::default(), Timestamp(0));
        let seen_by = by.map(|id| ClientId::parse(id).unwrap());
        Link { seen_at: Some(Timestamp(NOW.0 - hours * HOUR)), seen_by, ..intent }
    }

    #[test]
    fn each_user_counts_once_for_the_client_that_was_used_last() {
        let mut drain = Drain::default();
        for (hours, by) in
            [(1, Some("web")), (24, Some("web")), (25, Some("web")), (169, Some("app")), (721, None)]
        {
            drain.add(&seen(hours, by), NOW);
        }
        drain.add(&Link { seen_at: None, ..seen(0, None) }, NOW);
        let buried = LinkState::Tombstone { new_sub: None, by: Pool::Old, left: Left::Nobody, since: NOW };
        drain.add(&Link { state: buried, ..seen(1, Some("web")) }, NOW);
        let client = |id: &str| drain.clients.get(&Some(ClientId::parse(id).unwrap())).unwrap();
        assert_eq!((client("web").count(Ago::Day), client("web").count(Ago::Week)), (2, 1));
        assert_eq!(client("web").last, Some(Timestamp(NOW.0 - HOUR)));
        assert_eq!((client("app").count(Ago::Month), client("app").all()), (1, 1));
        assert_eq!(drain.clients.get(&None).map(|served| served.count(Ago::Longer)), Some(1));
        assert_eq!((drain.total().all(), drain.total().last, drain.never), (5, client("web").last, 1));
    }

    #[test]
    fn a_time_that_is_still_to_come_is_now() {
        let mut drain = Drain::default();
        drain.add(&Link { seen_at: Some(Timestamp(NOW.0 + HOUR)), ..seen(0, None) }, NOW);
        assert_eq!(drain.total().count(Ago::Day), 1);
    }
}
