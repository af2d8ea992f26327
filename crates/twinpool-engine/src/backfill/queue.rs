//! Whose turn is next: the scarcest quota is never idle while there is work for it.

use std::collections::VecDeque;

use twinpool_core::snapshot::Snapshot;

use crate::need::Need;

/// How many users are worked on at a time, of each kind.
const AT_A_TIME: usize = 48;

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

/// Users who wait and how many are worked on. Each kind has workers of its own, so that neither keeps the other from its quota.
#[derive(Debug, Default)]
pub(super) struct Queue {
    scarce: VecDeque<Job>,
    ample: VecDeque<Job>,
    working: [usize; 2],
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
            if self.working[lane as usize] < AT_A_TIME
                && let Some(job) = waiting.pop_front()
            {
                self.working[lane as usize] += 1;
                return Some(job);
            }
        }
        None
    }

    pub(super) fn done(&mut self, lane: Lane) {
        self.working[lane as usize] = self.working[lane as usize].saturating_sub(1);
    }

    /// Whether more pages are to be read: until both kinds have work, or too many wait.
    pub(super) fn wants_more(&self) -> bool {
        let waiting = self.scarce.len() + self.ample.len();
        let short = self.scarce.len() < AT_A_TIME || self.ample.len() < AT_A_TIME;
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
