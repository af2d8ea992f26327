//! Where a move stands at one time, as `twinpool status`, the page and the report show it: counts, times and reasons, and nothing of any
//! user. What could not be looked at says why.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::check::Look;
use crate::drain::Drain;
use crate::held_back::Reason;
use crate::id::{PoolId, Timestamp};
use crate::phase::{Change, Standing};
use crate::quota::Category;
use crate::readiness::Readiness;
use crate::verdict::Judgement;
use crate::verified::Verified;

mod curve;
mod findings;
mod words;

pub use curve::{Curve, Growth};
pub use findings::{Finding, Health, Severity};

/// All of it.
#[derive(Debug, Clone)]
pub struct Overview {
    /// When it was looked at.
    pub at: Timestamp,
    /// The name of the stack.
    pub stack: String,
    /// The old and the new pool, where the table says.
    pub pools: Look<Option<(PoolId, PoolId)>>,
    /// The phase.
    pub standing: Look<Standing>,
    /// Every change of the phase, the oldest first.
    pub history: Look<Vec<Change>>,
    /// Who is where.
    pub people: Look<People>,
    /// The last verify of everybody.
    pub verified: Look<Option<Verified>>,
    /// The queue of change events.
    pub queue: Look<Queue>,
    /// How many messages each DLQ holds, by what it is of: `mirror`, `audit trail`.
    pub dead_letters: BTreeMap<&'static str, Look<u64>>,
    /// The function that mirrors.
    pub mirror: Look<Mirror>,
    /// What the criteria say of the last minutes.
    pub judgement: Look<Judgement>,
    /// How much of each quota is used, over the newest minute that CloudWatch knows.
    pub budget: Look<BTreeMap<Category, Used>>,
    /// The alarms of the stack that are on.
    pub alarms: Look<Vec<String>>,
    /// What CloudWatch counted over the last hours.
    pub curves: Look<Curves>,
}

/// Who is where, from one walk over the table.
#[derive(Debug, Clone, Default)]
pub struct People {
    /// When the walk was made: a large table is not walked over for every look.
    pub at: Timestamp,
    /// How long it took.
    pub took: Duration,
    /// About how many users the old pool has; `None` where it does not say.
    pub in_old: Option<u64>,
    /// Pairs: in both pools.
    pub linked: u64,
    /// Being made.
    pub pending: u64,
    /// Waiting for a decision, by the code of the reason ([`crate::held_back::Reason::code`]).
    pub conflicts: BTreeMap<&'static str, u64>,
    /// Left out of the move, by a rule or a decision; or no twinpool can make them.
    pub left_out: u64,
    /// What is held back of pairs, on either way, of groups, and of who was born in the new pool, by the code of the reason.
    pub held_back: BTreeMap<&'static str, u64>,
    /// Deleted.
    pub deleted: u64,
    /// Merged into somebody else.
    pub merged: u64,
    /// Born in the new pool, and not in the old one, or not yet.
    pub born: u64,
    /// Has signed in to the new pool in the running round, which has the say for them.
    pub moved: u64,
    /// Came into the new pool, ever.
    pub came: u64,
    /// Items of the table that could not be read.
    pub unreadable: u64,
    /// Who still uses the old pool.
    pub drain: Drain,
    /// What a rollback would mean now.
    pub readiness: Readiness,
    /// How many were linked, over time.
    pub linked_over_time: Growth,
    /// How many came into the new pool, over time.
    pub came_over_time: Growth,
}

impl People {
    /// Whose link is open for a decision.
    #[must_use]
    pub fn in_conflict(&self) -> u64 {
        self.conflicts.values().sum()
    }

    /// What somebody should decide or repair, by the code of the reason: whole users, and what is held back.
    #[must_use]
    pub fn open(&self) -> BTreeMap<&'static str, u64> {
        let mut open = self.conflicts.clone();
        for (code, number) in &self.held_back {
            if Reason::from_code(code).is_some_and(Reason::is_open) {
                *open.entry(code).or_default() += number;
            }
        }
        open
    }

    /// About how many users of the old pool nobody has looked at yet; `None` where the pool does not say how many it has.
    #[must_use]
    pub fn not_yet(&self) -> Option<u64> {
        let known = self.linked + self.pending + self.in_conflict() + self.left_out + self.merged;
        Some(self.in_old?.saturating_sub(known))
    }

    fn known(&self) -> u64 {
        self.linked + self.pending + self.in_conflict()
    }

    /// About how many users the old pool has; `None` where it does not say. What it says is hours old: those who are known are more.
    #[must_use]
    pub fn about(&self) -> Option<u64> {
        self.in_old.map(|all| all.max(self.known()))
    }

    /// In hundredths of a percent, how many users of the old pool are in the new one too; `None` where nobody is known.
    #[must_use]
    pub fn share_linked(&self) -> Option<u64> {
        let all = self.about().unwrap_or_else(|| self.known());
        (self.linked.saturating_mul(10_000)).checked_div(all)
    }
}

/// The queue of change events.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Queue {
    /// Messages that wait.
    pub waiting: u64,
    /// Messages that somebody works on.
    pub under_way: u64,
    /// The age of the oldest; `None` where CloudWatch does not say.
    pub oldest: Option<Duration>,
    /// For so long messages were seen to wait with nobody at work on any; `None`: they are worked on, or this is the first look.
    pub stands_for: Option<Duration>,
}

/// The function that mirrors.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Mirror {
    /// Why it gets no events, if so: its event source is off, it may not run at all, it is not there. A clause.
    pub stopped: Option<String>,
    /// How many events it handled in the newest minutes; `None` where CloudWatch does not say.
    pub handled: Option<u64>,
    /// From a change to its being mirrored, over the newest minutes.
    pub lag: Option<Lag>,
}

/// From a change to its being mirrored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lag {
    /// Half of the changes took no longer.
    pub p50: Duration,
    /// 95 of 100 took no longer.
    pub p95: Duration,
    /// 99 of 100 took no longer.
    pub p99: Duration,
}

/// How much of one quota is used: calls a second.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Used {
    /// All calls of the account.
    pub calls: f64,
    /// Those that were refused because there were too many.
    pub throttled: f64,
    /// What AWS allows.
    pub quota: f64,
}

impl Used {
    /// How much of what AWS allows is used: 1 is all.
    #[must_use]
    pub fn share(&self) -> f64 {
        if self.quota > 0.0 { self.calls / self.quota } else { 0.0 }
    }
}

/// What CloudWatch counted, by the minute.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Curves {
    /// 95 of 100 changes took no longer, in seconds.
    pub lag: Curve,
    /// Messages that waited.
    pub backlog: Curve,
    /// Events that were handled.
    pub handled: Curve,
    /// What failed: lost events, conflicts, errors of functions.
    pub errors: Curve,
    /// Sign-ins to the old pool.
    pub sign_ins_old: Curve,
    /// Sign-ins to the new pool.
    pub sign_ins_new: Curve,
}
