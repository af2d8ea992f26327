//! What it takes to carry a pool over: calls, time, active users. Pure arithmetic; what it counts is what the backfill calls.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::quota::{Category, MARGIN, Quotas};

/// Of ListUsers, ListUsersInGroup and ListGroups: so many on a page (F§4.6).
const PAGE: u64 = 60;
/// Of an import job (F§7).
const JOB: u64 = 500_000;

/// Whom there is to carry over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Crowd {
    /// All users of the old pool.
    pub users: u64,
    /// Those who were carried over, or decided on, before.
    pub known: u64,
    /// Those who cannot be carried over ahead: sign-ups that nobody confirmed, profiles of identity providers.
    pub waiting: u64,
    /// Groups of the old pool.
    pub groups: u64,
    /// Memberships of all users.
    pub memberships: u64,
    /// Users with at least one.
    pub grouped: u64,
    /// Users who may not sign in.
    pub disabled: u64,
    /// Whether each user must be read with AdminGetUser, because the pool has second factors, passkeys or devices, which
    /// lists do not tell (F§4.6).
    pub has_factors: bool,
}

impl Crowd {
    /// Those who are still to come, and can.
    #[must_use]
    pub fn coming(&self) -> u64 {
        self.users.saturating_sub(self.known).saturating_sub(self.waiting)
    }

    /// The part of a number that falls to those who are coming, if they are as everybody is.
    fn part(&self, number: u64) -> u64 {
        if self.users == 0 {
            return 0;
        }
        let part = (u128::from(number) * u128::from(self.coming())).div_ceil(u128::from(self.users));
        u64::try_from(part).unwrap_or(u64::MAX)
    }
}

/// How users come over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Way {
    /// Each with their next event.
    Events,
    /// `twinpool backfill`: AdminCreateUser.
    Create,
    /// `twinpool backfill --via csv`: import jobs.
    Csv,
    /// Each with their first sign-in to the new pool: a user migration trigger.
    FirstSignIn,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Events, Self::Create, Self::Csv, Self::FirstSignIn];

    /// Whether twinpool walks through the pool, rather than waiting for the users.
    #[must_use]
    pub fn is_walk(self) -> bool {
        matches!(self, Self::Create | Self::Csv)
    }
}

/// How many users become billable in a month because of it (F§0.4).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mau {
    /// So many, whether they act or not.
    Of(u64),
    /// Whoever acts, and at most so many.
    WhoActs(u64),
}

/// What one way takes.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// Which way.
    pub way: Way,
    /// Calls by category; none that is 0. Where users come by themselves, those of all who could come.
    pub calls: BTreeMap<Category, u64>,
    /// The least time in the budget, and the category that takes it. `None` where the users set the pace, or nothing is to do.
    pub takes: Option<(Duration, Category)>,
    /// In the old pool, beyond those who act there anyway.
    pub mau_old: Mau,
    /// In the new pool.
    pub mau_new: Mau,
}

/// Calls a second that a budget allows.
#[must_use]
pub fn rate(category: Category, quotas: &Quotas, percent: u8) -> f64 {
    f64::from(quotas.reachable(category)) * f64::from(percent.clamp(1, 100)) / 100.0 * MARGIN
}

/// What a way takes within a share of the quotas.
#[must_use]
pub fn forecast(way: Way, crowd: &Crowd, quotas: &Quotas, percent: u8) -> Forecast {
    let mut calls = calls(way, crowd);
    calls.retain(|_, number| *number > 0);
    let takes = if way.is_walk() { longest(&calls, quotas, percent) } else { None };
    let coming = crowd.coming();
    let (mau_old, mau_new) = match way {
        Way::Events => (Mau::Of(0), Mau::WhoActs(coming)),
        // Their password is tried in the old pool.
        Way::FirstSignIn => (Mau::WhoActs(coming), Mau::WhoActs(coming)),
        Way::Create => (Mau::Of(read_whole(crowd)), Mau::Of(coming)),
        // Groups and disabling count, the import itself does not.
        Way::Csv => {
            let changed = crowd.part(crowd.grouped.saturating_add(crowd.disabled)).min(coming);
            (Mau::Of(read_whole(crowd)), Mau::Of(changed))
        }
    };
    Forecast { way, calls, takes, mau_old, mau_new }
}

/// AdminGetUser on the old pool.
fn read_whole(crowd: &Crowd) -> u64 {
    if crowd.has_factors { crowd.coming() } else { 0 }
}

fn calls(way: Way, crowd: &Crowd) -> BTreeMap<Category, u64> {
    let coming = crowd.coming();
    // Memberships, and those who may not sign in.
    let changes = crowd.part(crowd.memberships).saturating_add(crowd.part(crowd.disabled));
    let groups = [
        // The list of them; the definition of each that the new pool lacks.
        (Category::UserPoolResourceRead, crowd.groups.div_ceil(PAGE) + crowd.groups),
        (Category::UserPoolResourceUpdate, crowd.groups),
    ];
    let walk = crowd.users.div_ceil(PAGE) + crowd.memberships.div_ceil(PAGE) + crowd.groups;
    let mut all = BTreeMap::new();
    let mut add = |category, number| *all.entry(category).or_insert(0) += number;
    match way {
        Way::Events | Way::FirstSignIn => {
            add(Category::UserRead, coming);
            add(Category::UserResourceRead, coming);
            add(Category::UserUpdate, changes);
            if way == Way::Events {
                add(Category::UserCreation, coming);
                add(Category::UserAccountRecovery, coming);
            }
        }
        Way::Create | Way::Csv => {
            add(Category::UserList, walk);
            // Proves that the user is still there.
            add(Category::UserResourceRead, coming);
            add(Category::UserRead, read_whole(crowd));
            add(Category::UserUpdate, changes);
            groups.into_iter().for_each(|(category, number)| add(category, number));
        }
    }
    match way {
        Way::Create => {
            add(Category::UserCreation, coming);
            add(Category::UserAccountRecovery, coming);
        }
        Way::Csv => {
            let jobs = coming.div_ceil(JOB);
            // The new subs.
            add(Category::UserList, crowd.users.div_ceil(PAGE));
            // The header; each job is made and started, and looked at until it ends.
            add(Category::UserPoolResourceRead, jobs.min(1) + jobs);
            add(Category::UserPoolResourceUpdate, 2 * jobs);
        }
        Way::Events | Way::FirstSignIn => {}
    }
    all
}

/// All categories run beside each other, so the slowest counts.
fn longest(calls: &BTreeMap<Category, u64>, quotas: &Quotas, percent: u8) -> Option<(Duration, Category)> {
    let times = calls.iter().map(|(category, number)| {
        #[expect(clippy::cast_precision_loss, reason = "nobody has 2^53 users")]
        let seconds = *number as f64 / rate(*category, quotas, percent);
        (Duration::try_from_secs_f64(seconds).unwrap_or(Duration::MAX), *category)
    });
    times.max_by_key(|(time, _)| *time)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A million users, one group each: the example of the facts (F§5).
    const MILLION: Crowd = Crowd {
        users: 1_000_000,
        known: 0,
        waiting: 0,
        groups: 10,
        memberships: 1_000_000,
        grouped: 1_000_000,
        disabled: 20_000,
        has_factors: false,
    };

    fn of(way: Way, crowd: &Crowd) -> Forecast {
        forecast(way, crowd, &Quotas::default(), 50)
    }

    fn hours(forecast: &Forecast) -> u64 {
        forecast.takes.unwrap().0.as_secs() / 3_600
    }

    #[test]
    fn a_million_users_with_a_group_each_take_a_day_whichever_way_and_memberships_bind() {
        for way in [Way::Create, Way::Csv] {
            let forecast = of(way, &MILLION);
            assert_eq!(forecast.takes.unwrap().1, Category::UserUpdate, "{way:?}");
            assert_eq!(hours(&forecast), 23, "{way:?}");
        }
    }

    #[test]
    fn what_backfill_calls_for_each_user_is_counted() {
        let calls = of(Way::Create, &MILLION).calls;
        let expected = [
            (Category::UserResourceRead, 1_000_000),
            (Category::UserCreation, 1_000_000),
            (Category::UserAccountRecovery, 1_000_000),
            (Category::UserUpdate, 1_020_000),
            // Pages of sixty users; pages of sixty memberships; one more for each group.
            (Category::UserList, 16_667 + 16_667 + 10),
            (Category::UserPoolResourceRead, 11),
            (Category::UserPoolResourceUpdate, 10),
        ];
        assert_eq!(calls, expected.into());
    }

    #[test]
    fn without_groups_the_password_binds_and_csv_is_several_times_faster() {
        let crowd = Crowd { groups: 0, memberships: 0, grouped: 0, disabled: 0, ..MILLION };
        let (create, csv) = (of(Way::Create, &crowd), of(Way::Csv, &crowd));
        assert_eq!((hours(&create), create.takes.unwrap().1), (18, Category::UserAccountRecovery));
        assert_eq!((hours(&csv), csv.takes.unwrap().1), (11, Category::UserResourceRead));
        assert_eq!((create.mau_new, csv.mau_new), (Mau::Of(1_000_000), Mau::Of(0)));
    }

    #[test]
    fn second_factors_make_everybody_active_in_the_old_pool_too() {
        let crowd = Crowd { has_factors: true, ..MILLION };
        let forecast = of(Way::Create, &crowd);
        assert_eq!(forecast.mau_old, Mau::Of(1_000_000));
        assert_eq!(forecast.calls[&Category::UserRead], 1_000_000);
        assert_eq!(of(Way::Create, &MILLION).mau_old, Mau::Of(0));
    }

    #[test]
    fn an_import_makes_those_active_whom_groups_or_disabling_touch() {
        let crowd = Crowd { grouped: 100_000, memberships: 300_000, ..MILLION };
        assert_eq!(of(Way::Csv, &crowd).mau_new, Mau::Of(120_000));
        assert_eq!(of(Way::Csv, &crowd).calls[&Category::UserUpdate], 320_000);
    }

    #[test]
    fn who_is_known_or_cannot_come_costs_the_walk_only() {
        let crowd = Crowd { known: 700_000, waiting: 200_000, ..MILLION };
        let forecast = of(Way::Create, &crowd);
        assert_eq!(forecast.calls[&Category::UserCreation], 100_000);
        assert_eq!(forecast.calls[&Category::UserUpdate], 102_000);
        assert_eq!(forecast.calls[&Category::UserList], 33_344);
        let done = Crowd { known: 1_000_007, ..MILLION };
        assert_eq!((of(Way::Create, &done).mau_new, done.coming()), (Mau::Of(0), 0));
    }

    #[test]
    fn a_raised_quota_and_a_larger_share_are_faster() {
        let crowd = Crowd { groups: 0, memberships: 0, grouped: 0, disabled: 0, ..MILLION };
        let whole = forecast(Way::Create, &crowd, &Quotas::default(), 100);
        assert_eq!(hours(&whole), 9);
        let quotas: Quotas = ["UserResourceRead=500".parse().unwrap()].into_iter().collect();
        let csv = forecast(Way::Csv, &crowd, &quotas, 50);
        assert_eq!((hours(&csv), csv.takes.unwrap().1), (1, Category::UserResourceRead));
    }

    #[test]
    fn nobody_takes_nothing_and_everybody_there_could_be_does_not_overflow() {
        for way in Way::ALL {
            assert_eq!(of(way, &Crowd::default()).takes, None, "{way:?}");
            let most = u64::MAX / 8;
            let crowd = Crowd {
                users: most,
                groups: most,
                memberships: most,
                grouped: most,
                disabled: most,
                ..MILLION
            };
            of(way, &crowd);
        }
    }
}
