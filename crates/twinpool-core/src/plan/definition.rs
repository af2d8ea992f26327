//! Groups themselves: made, described and deleted as the source says.

use super::GroupMode;
use crate::group::GroupDefinition;

/// All that a decision about a group depends on.
#[derive(Debug, Clone, Copy)]
pub struct GroupInput<'a> {
    /// The group in the source, under the target's name.
    pub source: Option<&'a GroupDefinition>,
    /// The group in the target.
    pub target: Option<&'a GroupDefinition>,
    /// Whether twinpool made the target's group, and nobody has changed it since.
    pub ours: bool,
    /// How groups follow.
    pub mode: GroupMode,
}

/// One change to a group of the target.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum GroupOperation {
    /// Make it.
    Create(GroupDefinition),
    /// Give it this description and precedence.
    Update(GroupDefinition),
    /// Delete it.
    Delete,
}

/// Decides. Only groups that twinpool made are deleted.
#[must_use]
pub fn plan_group(input: &GroupInput<'_>) -> Option<GroupOperation> {
    match (input.source, input.target, input.mode) {
        (_, _, GroupMode::None) | (None, None, _) => None,
        (Some(source), None, _) => Some(GroupOperation::Create(source.clone())),
        (Some(source), Some(target), GroupMode::Mirror) => {
            // A precedence cannot be taken away: what the call leaves out stays.
            let precedence = source.precedence.or(target.precedence);
            let wanted = GroupDefinition { precedence, ..source.clone() };
            (wanted != *target).then_some(GroupOperation::Update(wanted))
        }
        (Some(_), Some(_), _) => None,
        (None, Some(_), GroupMode::Mirror) if input.ours => Some(GroupOperation::Delete),
        (None, Some(_), _) => None,
    }
}
