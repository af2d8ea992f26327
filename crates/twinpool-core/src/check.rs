//! What is checked before the phase changes, and what comes of it: decided from what the caller found, without looking itself.

use std::fmt;

mod facts;
mod judge;
#[cfg(test)]
mod tests;

pub use facts::{Chain, Facts, Lag, Look, Marker, Open};

use crate::id::Timestamp;
use crate::phase::{Share, Standing, Step};

/// What is checked.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// The table is the one that the phase was written in.
    Table,
    /// This machine's clock is right.
    Clock,
    /// The mirror may write to the old pool.
    ReverseSync,
    /// The old pool can prove who was made by twinpool.
    Marker,
    /// A change in the new pool was seen in the old one.
    WayBack,
    /// Sign-ins to the new pool are heard of.
    Heard,
    /// Both pools agree.
    Verified,
    /// Change events are worked off.
    Queue,
    /// Nothing was given up.
    DeadLetters,
    /// Functions, triggers and permissions of both pools.
    Chain,
    /// Nobody waits for a decision.
    Conflicts,
    /// No alarm of the stack is on.
    Alarms,
    /// Nobody uses the old pool any more.
    Drained,
}

impl What {
    /// For programs, and for the history.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Table => "table",
            Self::Clock => "clock",
            Self::ReverseSync => "reverse-sync",
            Self::Marker => "marker",
            Self::WayBack => "way-back",
            Self::Heard => "heard",
            Self::Verified => "verified",
            Self::Queue => "queue",
            Self::DeadLetters => "dead-letters",
            Self::Chain => "chain",
            Self::Conflicts => "conflicts",
            Self::Alarms => "alarms",
            Self::Drained => "drained",
        }
    }
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.code().replace('-', " "))
    }
}

/// How it is with one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// As it should be, and what was seen.
    Holds(String),
    /// Not as it should be.
    Fails {
        /// What was seen.
        why: String,
        /// What to do.
        remedy: String,
    },
    /// Nobody could look.
    Unknown(String),
}

/// One check.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What was looked at.
    pub what: What,
    /// What came of it.
    pub verdict: Verdict,
    /// Where it fails, no reason of an operator helps.
    pub hard: bool,
}

impl Check {
    /// Whether it holds.
    #[must_use]
    pub fn holds(&self) -> bool {
        matches!(self.verdict, Verdict::Holds(_))
    }

    /// Whether the step is refused for it, whatever reason is given.
    #[must_use]
    pub fn bars(&self) -> bool {
        self.hard && matches!(self.verdict, Verdict::Fails { .. })
    }
}

/// The checks of a step, in the order in which they are shown. Those of a rollback are few, look at nobody, and bar nothing: it must not
/// wait.
#[must_use]
pub fn checks(step: &Step, standing: &Standing, facts: &Facts, now: Timestamp) -> Vec<Check> {
    let hard = |what, verdict| Check { what, verdict, hard: true };
    let soft = |what, verdict| Check { what, verdict, hard: false };
    let table = judge::table(standing, facts);
    let queue = soft(What::Queue, judge::queue(step, facts));
    let dead = soft(What::DeadLetters, judge::dead_letters(facts));
    let everybody = || {
        [
            soft(What::Verified, judge::verified(step, standing, facts, now)),
            soft(What::Chain, judge::chain(facts)),
            soft(What::Conflicts, judge::conflicts(facts)),
            soft(What::Alarms, judge::alarms(facts)),
        ]
    };
    match step {
        Step::Rollback => vec![soft(What::Table, table), queue, dead],
        Step::Switch { share, .. } => {
            let reverse = hard(What::ReverseSync, judge::reverse_sync(facts));
            let marker = hard(What::Marker, judge::marker(facts));
            let way_back = soft(What::WayBack, judge::way_back(standing, facts, now));
            // Who sends everybody at once can do without a way back, and nobody tries a way that cannot be seen.
            let heard = Check { what: What::Heard, verdict: judge::heard(facts), hard: *share != Share::ALL };
            let table = hard(What::Table, table);
            // Once changes travel both ways nobody asks when they began to.
            let clock = standing.two_way_since.is_none().then(|| hard(What::Clock, judge::clock(facts)));
            let next = [reverse, marker, way_back, heard, queue, dead];
            [table].into_iter().chain(clock).chain(next).chain(everybody()).collect()
        }
        Step::Complete => {
            let drained = soft(What::Drained, judge::drained(facts));
            [hard(What::Table, table), drained, queue, dead].into_iter().chain(everybody()).collect()
        }
        // Who is where is looked at afterwards: the pools did not follow each other.
        Step::Reopen => vec![
            hard(What::Table, table),
            hard(What::ReverseSync, judge::reverse_sync(facts)),
            hard(What::Marker, judge::marker(facts)),
            soft(What::Heard, judge::heard(facts)),
            dead,
            soft(What::Chain, judge::chain(facts)),
            soft(What::Alarms, judge::alarms(facts)),
        ],
    }
}
