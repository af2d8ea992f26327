//! What people changed, as the drill itself writes it down.

use std::collections::BTreeMap;
use std::fmt;
use std::time::{SystemTime, UNIX_EPOCH};

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

/// Everything that was changed.
#[derive(Debug, Default)]
pub(super) struct Log {
    /// By username and what; the latest last.
    pub(super) changes: BTreeMap<(String, What), Vec<Change>>,
    /// Who was deleted, from which pool.
    pub(super) deleted: BTreeMap<String, Pool>,
}

impl Log {
    pub(super) fn note(&mut self, username: &str, what: What, pool: Pool, value: &str, at: u64) {
        let changes = self.changes.entry((username.to_owned(), what)).or_default();
        changes.push(Change { pool, value: value.to_owned(), at });
    }
}

/// In milliseconds since 1970.
pub(super) fn now() -> u64 {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    u64::try_from(since.as_millis()).unwrap_or(u64::MAX)
}
