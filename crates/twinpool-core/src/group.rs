//! Groups themselves, beside their members.

use crate::digest::Digest;
use crate::held_back::Reason;
use crate::id::{GroupName, Timestamp};

/// What makes a group, beside its members. Roles do not travel: they belong to an account.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupDefinition {
    /// The name.
    pub name: GroupName,
    /// For people.
    pub description: Option<String>,
    /// Lower wins.
    pub precedence: Option<i32>,
}

/// What is recorded of a group that was carried over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GroupRecord {
    /// The name in the old pool.
    pub name: GroupName,
    /// The name in the new pool.
    pub new_name: GroupName,
    /// Whether twinpool made the group of the new pool: only then it may delete it.
    pub made: bool,
    /// What the old pool said when it was carried over.
    pub old: Digest,
    /// What the new pool said then.
    pub new: Digest,
    /// Why the new pool's group does not follow, if it does not.
    pub held_back: Option<Reason>,
    /// When.
    pub mirrored_at: Timestamp,
    /// Whether the old pool had it when that was last looked at.
    pub stands: bool,
    /// When the group of the new pool was last found gone, or deleted with the old one: who was in it then did not leave it. `None`:
    /// never.
    pub gone_at: Option<Timestamp>,
    /// Grows with every write (the fence).
    pub version: u64,
}
