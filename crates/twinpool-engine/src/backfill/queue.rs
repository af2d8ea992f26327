//! Whose turn is next: the scarcest quota is never idle while there is work for it.

use std::collections::VecDeque;

use twinpool_core::snapshot::Snapshot;

use crate::need::Need;

/// How many users are worked on at a time, of each kind: enough for the default quotas, and few enough to be finished soon
/// when a run is stopped.
const FEWEST: usize = 48;

/// How many where no quota keeps them waiting.
const MOST: usize = 192;

/// How many users wait at most before no more pages are read.
const WAITING: usize = 1_200;

/// Whether a user takes of UserUpdate (F§5), of which there is least.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Lane {
    /// Groups, changes, disabling.
    Scarce,
    /// All others: making and a password.
    Ample,
}

/// One user whom something has to be done for.
#[derive(Debug)]
pub(super) struct Job {
    pub(super) user: Snapshot,
    pub(super) need: Need,
    pub(super) page: usize,
}

impl Job {
    pub(super) fn lane(&self) -> Lane {
        match self.need {
            Need::Make(0) | Need::Refuse(_) => Lane::Ample,
            _ => Lane::Scarce,
        }
    }
}

/// How many users of a kind are worked on at a time: more, one by one, while no quota keeps callers waiting.
#[derive(Debug)]
struct Width {
    users: usize,
}

impl Default for Width {
    fn default() -> Self {
        Self { users: FEWEST }
    }
}

impl Width {
    fn one_is_done(&mut self, waiting: usize) {
        let is_free = waiting < FEWEST / 4;
        self.users = if is_free { (self.users + 1).min(MOST) } else { (self.users - 1).max(FEWEST) };
    }
}

/// Users who wait and how many are worked on. Each kind has workers of its own, so that neither keeps the other from its quota.
#[derive(Debug, Default)]
pub(super) struct Queue {
    scarce: VecDeque<Job>,
    ample: VecDeque<Job>,
    working: [usize; 2],
    width: Width,
}

impl Queue {
    pub(super) fn push(&mut self, job: Job) {
        match job.lane() {
            Lane::Scarce => self.scarce.push_back(job),
            Lane::Ample => self.ample.push_back(job),
        }
    }

    /// The next user, if there is a worker for it.
    pub(super) fn next(&mut self) -> Option<Job> {
        for (lane, waiting) in [(Lane::Scarce, &mut self.scarce), (Lane::Ample, &mut self.ample)] {
            if self.working[lane as usize] < self.width.users
                && let Some(job) = waiting.pop_front()
            {
                self.working[lane as usize] += 1;
                return Some(job);
            }
        }
        None
    }

    /// A user is done, while so many callers wait for a quota.
    pub(super) fn done(&mut self, lane: Lane, waiting: usize) {
        self.working[lane as usize] = self.working[lane as usize].saturating_sub(1);
        self.width.one_is_done(waiting);
    }

    /// Whether more pages are to be read: until both kinds have work, or too many wait.
    pub(super) fn wants_more(&self) -> bool {
        let waiting = self.scarce.len() + self.ample.len();
        let short = self.scarce.len() < self.width.users || self.ample.len() < self.width.users;
        short && waiting < WAITING
    }

    /// Nobody waits any more.
    pub(super) fn drop_waiting(&mut self) {
        self.scarce.clear();
        self.ample.clear();
    }

    pub(super) fn is_idle(&self) -> bool {
        self.working == [0, 0]
    }

    pub(super) fn is_empty(&self) -> bool {
        self.is_idle() && self.scarce.is_empty() && self.ample.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_users_are_worked_on_while_nobody_waits_and_few_where_a_quota_binds() {
        let mut width = Width::default();
        assert_eq!(width.users, FEWEST, "what a stop has to wait for, before anything is known");
        for _ in 0..1_000 {
            width.one_is_done(1);
        }
        assert_eq!(width.users, MOST);
        for _ in 0..1_000 {
            width.one_is_done(40);
        }
        assert_eq!(width.users, FEWEST);
    }
}
