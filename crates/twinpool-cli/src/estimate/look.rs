//! What there is to carry over: counted, or judged by the first pages.

use twinpool_core::attribute::Contact;
use twinpool_core::change_event::UserRef;
use twinpool_core::forecast::Crowd;
use twinpool_core::listing::{LinkBatch, PoolList, Stage};
use twinpool_core::pool::PoolShape;
use twinpool_core::port::PortError;
use twinpool_core::snapshot::{Snapshot, Status};
use twinpool_engine::{Deaf, Walk, WalkError, group_names, memberships, persist};

/// Users who are looked at, unless everybody is.
const SAMPLE: usize = 300;
/// Of them, users whose groups are asked for: a call each.
const GROUPS_OF: usize = 60;

/// What was found in the old pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) crowd: Crowd,
    /// Users without a verified address or number: they cannot reset a password.
    pub(super) unreachable: u64,
    pub(super) basis: Basis,
}

/// What the numbers rest on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Basis {
    /// So many users were looked at; `None` if all.
    pub(super) users: Option<usize>,
    /// The groups of so many users were looked at; `None` if all.
    pub(super) groups_of: Option<usize>,
}

pub(super) async fn look<P: PoolList>(pool: &P, shape: &PoolShape, exact: bool) -> Result<Found, WalkError> {
    let size = persist(|| pool.size(), &Deaf).await?;
    let (tally, is_whole) = tally(pool, exact).await?;
    // Cognito counts now and then: who was counted here counts more.
    let users = if is_whole { tally.users() } else { size.max(tally.users()) };
    let groups = group_names(pool, &Deaf).await?.len();
    let (memberships, grouped, groups_of) = if groups == 0 {
        (0, 0, None)
    } else if exact {
        let all = memberships(pool, &Deaf).await?;
        (wide(all.len()), wide(all.people()), None)
    } else {
        let some = sample_groups(pool, &tally.seen).await?;
        let scale = |number| scaled(number, some.asked, users);
        (
            scale(some.memberships),
            scale(some.grouped),
            (some.asked < tally.seen.len() || !is_whole).then_some(some.asked),
        )
    };
    let scale = |number| scaled(number, tally.seen.len(), users);
    let crowd = Crowd {
        users,
        known: 0,
        waiting: scale(tally.waiting),
        groups: wide(groups),
        memberships,
        grouped,
        disabled: scale(tally.disabled),
        has_factors: shape.mfa.is_on() || shape.passkeys || shape.devices,
    };
    let basis = Basis { users: (!is_whole).then_some(tally.seen.len()), groups_of };
    Ok(Found { crowd, unreachable: scale(tally.unreachable), basis })
}

/// How many users of the old pool were carried over, or have become one with another. Whoever is in conflict is tried again.
pub(super) async fn known(links: &impl LinkBatch) -> Result<u64, PortError> {
    let (mut known, mut place) = (0, None);
    loop {
        let page = persist(|| links.pairs(place.as_ref()), &Deaf).await?;
        let is_known = |stage| matches!(stage, Stage::Linked | Stage::Merged);
        known += wide(page.items.iter().filter(|pair| is_known(pair.stage)).count());
        place = page.next;
        if place.is_none() {
            return Ok(known);
        }
    }
}

#[derive(Debug, Default)]
struct Tally {
    /// How to ask for each.
    seen: Vec<UserRef>,
    disabled: usize,
    waiting: usize,
    unreachable: usize,
}

impl Tally {
    fn users(&self) -> u64 {
        wide(self.seen.len())
    }

    fn add(&mut self, user: &Snapshot) {
        let federated = user.status == Status::ExternalProvider;
        self.seen.push(if federated {
            UserRef::Username(user.username.clone())
        } else {
            UserRef::Sub(user.sub.clone())
        });
        let waits = federated || user.status == Status::Unconfirmed;
        self.waiting += usize::from(waits);
        self.disabled += usize::from(!user.enabled && !waits);
        self.unreachable += usize::from(!waits && !Contact::ALL.into_iter().any(|one| user.is_verified(one)));
    }
}

/// The first users, or all. Says whether it was all.
async fn tally<P: PoolList>(pool: &P, exact: bool) -> Result<(Tally, bool), WalkError> {
    let mut walk = Walk::new(pool, None, &Deaf);
    let mut tally = Tally::default();
    while let Some(stretch) = walk.next().await? {
        if stretch.is_new_beginning {
            tally = Tally::default();
        }
        stretch.users.iter().for_each(|user| tally.add(user));
        if !exact && tally.seen.len() >= SAMPLE && stretch.next.is_some() {
            return Ok((tally, false));
        }
    }
    Ok((tally, true))
}

#[derive(Debug, Default)]
struct Groups {
    asked: usize,
    memberships: usize,
    grouped: usize,
}

async fn sample_groups<P: PoolList>(pool: &P, seen: &[UserRef]) -> Result<Groups, PortError> {
    let mut found = Groups::default();
    // From all over what was seen.
    for who in seen.iter().step_by(seen.len().div_ceil(GROUPS_OF).max(1)) {
        // Whoever has gone meanwhile says nothing.
        if let Some(groups) = persist(|| pool.groups(who), &Deaf).await? {
            found.asked += 1;
            found.memberships += groups.len();
            found.grouped += usize::from(!groups.is_empty());
        }
    }
    Ok(found)
}

/// What a number among some is among all.
fn scaled(number: usize, some: usize, all: u64) -> u64 {
    let some = wide(some).max(1);
    let scaled = (u128::from(wide(number)) * u128::from(all) + u128::from(some / 2)) / u128::from(some);
    u64::try_from(scaled).unwrap_or(u64::MAX)
}

fn wide(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

#[cfg(test)]
mod tests;
