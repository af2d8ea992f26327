//! How much is kept, and how long.

use std::time::Duration;

/// How many answers a resolver keeps, and how long it gives them without asking again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// How many answers are kept, up to 15 more; those asked for least go first. 0: nothing is kept.
    pub entries: usize,
    /// How long a user id is given without asking again. What it bounds is how long a merge of two users, or the hand-over of an
    /// account, goes unseen: nothing else changes a user id.
    pub known_for: Duration,
    /// How long an account of the new pool is taken to have no user id. Shorter than the second after which somebody who was told
    /// to come again does so.
    pub unknown_for: Duration,
    /// How long an account of the old pool is taken to be unknown to the table. Longer, because its user id does not wait for
    /// the table: whoever is born in the old pool has the sub as user id.
    pub unknown_old_for: Duration,
    /// For how long after `known_for` a user id is still given where the table cannot be read. Zero: never.
    pub stale_for: Duration,
}

impl Default for Limits {
    /// 100,000 answers. User ids for an hour, and for a day more while the table cannot be read; unknown accounts for half a second
    /// in the new pool, half a minute in the old one.
    fn default() -> Self {
        Self {
            entries: 100_000,
            known_for: Duration::from_secs(60 * 60),
            unknown_for: Duration::from_millis(500),
            unknown_old_for: Duration::from_secs(30),
            stale_for: Duration::from_secs(24 * 60 * 60),
        }
    }
}
