//! What the checks are made of.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::drain::Drain;
use crate::held_back::Reason;
use crate::phase::YoungerHistory;
use crate::verified::Verified;

/// What was found, or in a clause why nobody could look.
pub type Look<T> = Result<T, String>;

/// What was found. A step that does not ask for something leaves it unknown.
#[derive(Debug, Clone)]
pub struct Facts {
    /// The id that AWS gives the table now; `None` where it gives none.
    pub table: Look<Option<String>>,
    /// Whether AWS says that the table came out of a backup once (DynamoDB `TableDescription`, `RestoreSummary`).
    pub restored: bool,
    /// Where the history goes on that the phase does not count.
    pub younger: Look<Option<YoungerHistory>>,
    /// How many seconds this machine's clock is ahead of AWS's.
    pub ahead: Look<i64>,
    /// Whether the stack was deployed with `ReverseSync=on`.
    pub reverse_sync: Look<bool>,
    /// The marker attribute of the old pool.
    pub marker: Look<Marker>,
    /// The user with whom the way back will be proven before anybody else is sent, if one is named; or why that one will not do.
    pub prover: Option<Look<String>>,
    /// Whether sign-ins to the new pool are heard of: a function in another account or Region is none of the stack's.
    pub heard: Look<bool>,
    /// The last verify of everybody.
    pub verified: Look<Option<Verified>>,
    /// For so long it counts.
    pub fresh: Duration,
    /// The queue of change events.
    pub queue: Look<Lag>,
    /// The DLQs, and how many messages each holds.
    pub dead_letters: Look<BTreeMap<String, u64>>,
    /// Functions, triggers and permissions.
    pub chain: Look<Chain>,
    /// Whoever waits for a decision.
    pub conflicts: Look<Open>,
    /// The alarms of the stack that are on.
    pub alarms: Look<Vec<String>>,
    /// Who still uses the old pool.
    pub drain: Look<Drain>,
}

impl Facts {
    /// Nothing is known, for this reason.
    #[must_use]
    pub fn unknown(why: &str) -> Self {
        let why = || why.to_owned();
        Self {
            table: Err(why()),
            restored: false,
            younger: Err(why()),
            ahead: Err(why()),
            reverse_sync: Err(why()),
            marker: Err(why()),
            prover: None,
            heard: Err(why()),
            verified: Err(why()),
            fresh: Duration::from_secs(24 * 60 * 60),
            queue: Err(why()),
            dead_letters: Err(why()),
            chain: Err(why()),
            conflicts: Err(why()),
            alarms: Err(why()),
            drain: Err(why()),
        }
    }
}

/// The attribute that proves that a user of the old pool was made by twinpool.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Marker {
    /// There, and nobody can change it.
    Fine,
    /// Not in the schema, and how it gets there.
    Missing(String),
    /// There, and can be changed, so it proves nothing.
    Changeable,
}

/// How far the mirror is behind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Lag {
    /// Messages that wait or are being worked on.
    pub waiting: u64,
    /// The age of the oldest; `None` where nobody knows.
    pub oldest: Option<Duration>,
}

/// The parts between triggers and pools.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Chain {
    /// How many are fine.
    pub fine: usize,
    /// The broken ones, and why.
    pub broken: Vec<String>,
    /// Those that could not be looked at.
    pub unseen: Vec<String>,
}

/// Whoever waits for a decision.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Open {
    /// By reason.
    pub by_reason: BTreeMap<Reason, u64>,
    /// Items of the table that could not be read.
    pub unreadable: u64,
}
