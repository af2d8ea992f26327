//! What people changed, as the drill itself writes it down.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

use super::enter::Known;

/// One of the two pools.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Pool {
    Old,
    New,
}

impl Pool {
    /// As the table and the API write it.
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
        }
    }
}

impl fmt::Display for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// What of a user was changed.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum What {
    Attribute(&'static str),
    Group(&'static str),
    Enabled,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Attribute(name) => write!(f, "attribute {name}"),
            Self::Group(name) => write!(f, "group {name}"),
            Self::Enabled => f.write_str("enabled"),
        }
    }
}

/// One change.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub(super) pool: Pool,
    /// The value; `true` and `false` for groups and enabled.
    pub(super) value: String,
    /// In milliseconds since 1970, before the call.
    pub(super) at: u64,
}

/// Everybody, and everything that was changed.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// By user id: everybody who ever came, by username.
    pub(super) people: BTreeMap<String, String>,
    /// By username and what; the latest last. What somebody came with is the first.
    pub(super) changes: BTreeMap<(String, What), Vec<Change>>,
    /// How many of the changes are what people came with.
    came_with: usize,
    /// Who was deleted, by username.
    pub(super) deleted: BTreeMap<String, Gone>,
}

/// Somebody who was deleted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Gone {
    pub(super) user_id: String,
    /// From which pool.
    pub(super) pool: Pool,
}

impl Log {
    /// Somebody came to a pool.
    pub(super) fn comes(&mut self, known: &Known) {
        self.people.insert(known.user_id.clone(), known.username.clone());
        for (what, value) in &known.with {
            self.note(&known.username, what.clone(), known.born, value, known.at);
        }
        self.came_with += known.with.len();
    }

    pub(super) fn note(&mut self, username: &str, what: What, pool: Pool, value: &str, at: u64) {
        let changes = self.changes.entry((username.to_owned(), what)).or_default();
        changes.push(Change { pool, value: value.to_owned(), at });
    }

    /// Somebody was deleted.
    pub(super) fn goes(&mut self, username: &str, user_id: &str, pool: Pool) {
        self.deleted.insert(username.to_owned(), Gone { user_id: user_id.to_owned(), pool });
    }

    pub(super) fn is_deleted(&self, user_id: &str) -> bool {
        self.deleted.values().any(|gone| gone.user_id == user_id)
    }

    /// How many changes there were, without what people came with.
    pub(super) fn count(&self) -> usize {
        self.changes.values().map(Vec::len).sum::<usize>() - self.came_with
    }
}

/// In milliseconds since 1970.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
