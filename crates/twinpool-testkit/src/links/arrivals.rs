//! Arrivals, and what was tried how often.

use std::collections::BTreeMap;

use twinpool_core::arrival::{Allowance, Arrival, ArrivalStore, Invited, Limit, Mark, Tried};
use twinpool_core::id::{NewSub, Sub, Timestamp};
use twinpool_core::port::Answer;

use super::MemoryLinks;

/// What is known of everybody.
#[derive(Debug, Default)]
pub(super) struct Arrivals(BTreeMap<Sub, Known>);

#[derive(Debug, Default)]
struct Known {
    arrival: Arrival,
    counters: BTreeMap<&'static str, Counter>,
}

#[derive(Debug, Clone, Copy)]
struct Counter {
    times: u32,
    since: Timestamp,
}

impl Arrivals {
    /// Everybody of whom more is known than what was tried.
    pub(super) fn all(&self) -> Vec<(Sub, Arrival)> {
        let known = self.0.iter().map(|(sub, known)| (sub.clone(), known.arrival));
        known.filter(|(_, arrival)| *arrival != Arrival::default()).collect()
    }

    pub(super) fn forget(&mut self, who: &Sub) {
        self.0.remove(who);
    }

    fn note(&mut self, who: &Sub, mark: Mark, at: Timestamp) {
        let arrival = &mut self.0.entry(who.clone()).or_default().arrival;
        if matches!(mark, Mark::Bridged | Mark::BridgedChosen) {
            arrival.bridged_at = arrival.bridged_at.max(Some(at));
        }
        let latest = match mark {
            Mark::Chosen | Mark::BridgedChosen => Some(&mut arrival.chosen_at),
            Mark::OldPassword => Some(&mut arrival.old_password_at),
            Mark::CarriedBack => Some(&mut arrival.back_at),
            Mark::ResetInOld => Some(&mut arrival.reset_in_old_at),
            Mark::ResettingInOld => Some(&mut arrival.resetting_in_old_at),
            _ => None,
        };
        if let Some(latest) = latest {
            *latest = (*latest).max(Some(at));
        }
        let first = match mark {
            Mark::Bridged
            | Mark::BridgedChosen
            | Mark::OldPassword
            | Mark::CarriedBack
            | Mark::ResetInOld
            | Mark::ResettingInOld => return,
            Mark::Migrated => &mut arrival.migrated_at,
            Mark::Bridging => &mut arrival.bridging_at,
            Mark::Password | Mark::Chosen => &mut arrival.password_at,
            Mark::SecondFactor => &mut arrival.factor_at,
            Mark::Code => &mut arrival.code_at,
            Mark::Came => {
                if arrival.came_at.is_none_or(|came| came < at && arrival.came_is_stale()) {
                    arrival.came_at = Some(at);
                }
                return;
            }
            Mark::Invited => {
                let before = arrival.invited;
                let times = before.map_or(0, |before| before.times) + 1;
                let first = before.map_or(at, |before| before.first);
                arrival.invited = Some(Invited { first, last: at, times });
                return;
            }
            Mark::Inviting => {
                arrival.inviting_at = Some(at);
                return;
            }
            Mark::Withdrawn => {
                arrival.withdrawn_at = Some(at);
                return;
            }
        };
        first.get_or_insert(at);
    }

    fn inherit(&mut self, from: &Sub, to: &Sub) {
        let Some(Known { arrival: from, .. }) = self.0.get(from) else { return };
        let from = *from;
        let to = &mut self.0.entry(to.clone()).or_default().arrival;
        *to = Arrival {
            migrated_at: to.migrated_at.or(from.migrated_at),
            bridging_at: to.bridging_at.or(from.bridging_at),
            bridged_at: to.bridged_at.or(from.bridged_at),
            password_at: to.password_at.or(from.password_at),
            factor_at: to.factor_at.or(from.factor_at),
            code_at: to.code_at.or(from.code_at),
            came_at: to.came_at.or(from.came_at),
            invited: to.invited.or(from.invited),
            inviting_at: to.inviting_at.or(from.inviting_at),
            withdrawn_at: to.withdrawn_at.or(from.withdrawn_at),
            chosen_at: to.chosen_at.or(from.chosen_at),
            old_password_at: to.old_password_at.or(from.old_password_at),
            back_at: to.back_at.or(from.back_at),
            reset_in_old_at: to.reset_in_old_at.or(from.reset_in_old_at),
            resetting_in_old_at: to.resetting_in_old_at.or(from.resetting_in_old_at),
        };
    }

    fn try_once(&mut self, who: &Sub, what: Tried, limit: Limit, at: Timestamp) -> Allowance {
        if limit.most == 0 {
            return Allowance::Wait(limit.until(at));
        }
        let counters = &mut self.0.entry(who.clone()).or_default().counters;
        let counter = counters.entry(what.code()).or_insert(Counter { times: 0, since: at });
        let until = limit.until(counter.since);
        if at >= until {
            *counter = Counter { times: 0, since: at };
        } else if counter.times >= limit.most {
            return Allowance::Wait(until);
        }
        counter.times += 1;
        Allowance::Go
    }
}

impl ArrivalStore for MemoryLinks {
    async fn arrival(&self, who: &Sub) -> Answer<Arrival> {
        self.process.enter("GetItem").await?;
        let arrival = self.tables().arrivals.0.get(who).map(|known| known.arrival);
        self.process.leave("GetItem").await?;
        Ok(arrival.unwrap_or_default())
    }

    async fn note(&self, who: &Sub, mark: Mark, at: Timestamp) -> Answer<()> {
        self.process.enter("UpdateItem").await?;
        self.tables().arrivals.note(who, mark, at);
        self.process.leave("UpdateItem").await
    }

    async fn try_once(&self, who: &Sub, what: Tried, limit: Limit, at: Timestamp) -> Answer<Allowance> {
        self.process.enter("UpdateItem").await?;
        let allowance = self.tables().arrivals.try_once(who, what, limit, at);
        self.process.leave("UpdateItem").await?;
        Ok(allowance)
    }

    async fn forgive(&self, who: &Sub, what: Tried) -> Answer<()> {
        self.process.enter("UpdateItem").await?;
        if let Some(known) = self.tables().arrivals.0.get_mut(who) {
            known.counters.remove(what.code());
        }
        self.process.leave("UpdateItem").await
    }

    async fn inherit(&self, from: &Sub, to: &Sub) -> Answer<()> {
        self.process.enter("GetItem").await?;
        self.process.leave("GetItem").await?;
        if !self.tables().arrivals.0.contains_key(from) {
            return Ok(());
        }
        self.process.enter("UpdateItem").await?;
        self.tables().arrivals.inherit(from, to);
        self.process.leave("UpdateItem").await
    }

    async fn forget_came(&self, new: &NewSub) -> Answer<()> {
        self.process.enter("UpdateItem").await?;
        if let Some(back) = self.tables().back.get_mut(new) {
            back.came = false;
        }
        self.process.leave("UpdateItem").await
    }
}
