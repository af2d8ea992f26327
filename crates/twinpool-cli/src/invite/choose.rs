//! Who is invited, and who first. Pure.

use std::collections::BTreeMap;
use std::time::Duration;

use twinpool_core::arrival::Invitation;
use twinpool_core::id::{OldSub, Timestamp};
use twinpool_core::link::Link;
use twinpool_engine::{InviteTerms, Standing, Tie, Which, last_known};

/// Whom the work is about.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Chosen {
    /// In the order of the work.
    pub(super) who: Vec<OldSub>,
    /// How many more there are, beyond the batch.
    pub(super) more: usize,
    /// How many were being invited when a run died.
    pub(super) halfway: usize,
    /// How many were invited before.
    pub(super) again: usize,
    /// Whose invitation has expired, or was never sent, and who gets no other one now.
    pub(super) expired: Vec<OldSub>,
    /// Who has not come and is not chosen, by the way that the policy gives.
    pub(super) other_ways: BTreeMap<&'static str, usize>,
}

impl Chosen {
    /// These, whatever the table says of them: that is looked at one by one.
    pub(super) fn named(who: &[OldSub]) -> Self {
        Self { who: who.to_vec(), ..Self::default() }
    }

    /// Who has not come and whose way it is: first who was left half-way, then who had no invitation, then the longest ago.
    pub(super) fn to_invite(
        all: impl Iterator<Item = Standing>,
        terms: &InviteTerms,
        now: Timestamp,
        batch: u32,
    ) -> Self {
        let mut chosen = Self::default();
        let mut due = Vec::new();
        for standing in all {
            let Some((who, way)) = open(&standing) else { continue };
            if !terms.ways.contains(&way) {
                *chosen.other_ways.entry(way.code()).or_default() += 1;
                chosen.expired.extend(is_stuck(&standing, terms, now).then_some(who));
            } else if terms.is_due(standing.invitation, now) {
                due.push((rank(standing.invitation), who));
            } else {
                chosen.expired.extend(is_stuck(&standing, terms, now).then_some(who));
            }
        }
        due.sort_unstable();
        let most = usize::try_from(batch).unwrap_or(usize::MAX);
        let late = due.split_off(most.min(due.len()));
        chosen.halfway = due.iter().filter(|(rank, _)| rank.0 == 0).count();
        chosen.again = due.iter().filter(|(rank, _)| rank.0 > 1).count();
        chosen.more = late.len();
        // Sent invitations that are due have expired, unless everybody is invited anew.
        let over =
            late.into_iter().filter(|((kind, sent), _)| *kind == 2 && terms.is_over(Timestamp(*sent), now));
        chosen.expired.extend(over.map(|(_, who)| who));
        chosen.who = due.into_iter().map(|(_, who)| who).collect();
        chosen
    }

    /// Whose temporary password is taken back.
    pub(super) fn to_withdraw(
        all: impl Iterator<Item = Standing>,
        terms: &InviteTerms,
        which: Which,
        now: Timestamp,
    ) -> Self {
        let is_meant = |standing: &Standing| match which {
            Which::Expired => is_stuck(standing, terms, now),
            Which::All => matches!(standing.invitation, Invitation::Sent(_) | Invitation::Begun(_)),
        };
        let mut who: Vec<_> =
            all.filter(is_meant).filter_map(|standing| open(&standing).map(|(who, _)| who)).collect();
        who.sort_unstable();
        Self { who, ..Self::default() }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.who.is_empty() && self.expired.is_empty()
    }
}

/// Whether the user has not shown in the old pool for so long, as far as the table knows.
pub(super) fn is_away(link: &Link, long: Duration, now: Timestamp) -> bool {
    last_known(link).is_some_and(|at| u128::from(now.0.saturating_sub(at.0)) >= long.as_millis())
}

/// A user of both pools who has not come.
fn open(standing: &Standing) -> Option<(OldSub, twinpool_core::arrival::Way)> {
    match standing.tie {
        // Who is disabled is listed with the reason.
        Some((Tie::Pair | Tie::Disabled, way)) if !standing.is_settled => {
            Some((OldSub::parse(standing.who.as_str()).ok()?, way))
        }
        _ => None,
    }
}

/// Whether the user may have a temporary password that does not work, or that nobody was told.
fn is_stuck(standing: &Standing, terms: &InviteTerms, now: Timestamp) -> bool {
    match standing.invitation {
        Invitation::Begun(_) => true,
        Invitation::Sent(sent) => terms.is_over(sent, now),
        Invitation::None | Invitation::Withdrawn => false,
    }
}

fn rank(invitation: Invitation) -> (u8, u64) {
    match invitation {
        Invitation::Begun(at) => (0, at.0),
        Invitation::None => (1, 0),
        Invitation::Sent(at) => (2, at.0),
        Invitation::Withdrawn => (3, 0),
    }
}

#[cfg(test)]
mod tests;
