//! A user who was deleted from the source.

use super::{Operation, Plan};
use crate::snapshot::Snapshot;

/// What becomes of the target's user when the source's is deleted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum WhenDeleted {
    /// The user cannot sign in any more; everything stays.
    #[default]
    Disable,
    /// The user is deleted.
    Delete,
    /// Nothing.
    Keep,
}

/// Decides what a deletion asks of the target's user, if there is one.
#[must_use]
pub fn farewell(target: Option<&Snapshot>, policy: WhenDeleted) -> Plan {
    let operations = match (target, policy) {
        (None, _) | (_, WhenDeleted::Keep) => Vec::new(),
        (Some(_), WhenDeleted::Delete) => vec![Operation::DeleteUser],
        (Some(user), WhenDeleted::Disable) if user.enabled => vec![Operation::SetEnabled(false)],
        (Some(_), WhenDeleted::Disable) => Vec::new(),
    };
    Plan { operations, ..Plan::default() }
}
