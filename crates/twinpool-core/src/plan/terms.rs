//! What the owner's rules and decisions ask of a plan, beside what the source says.

use std::collections::{BTreeMap, BTreeSet};

use crate::id::{AttributeName, ProviderName};
use crate::link::{Names, Side};
use crate::snapshot::Factor;

/// The terms of one plan. All names are the target's.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Terms {
    /// Attributes in which the target has the say: what it changed, or what both changed, stays.
    pub target_wins: BTreeSet<AttributeName>,
    /// Of which attribute of the source each is made, where the names differ.
    pub made_of: BTreeMap<AttributeName, AttributeName>,
    /// What the rules keep out: neither brought nor removed.
    pub left_alone: Names,
    /// How memberships follow.
    pub groups: GroupMode,
    /// The identity providers whose sign-in follows: linked, and unlinked again. The others are the target's own business.
    pub providers: BTreeSet<ProviderName>,
    /// Second factors that a person decided to leave as they are.
    pub left_factors: BTreeSet<Factor>,
    /// Attributes that a person decided to bring although somebody else signs in with the value.
    pub forced: BTreeSet<AttributeName>,
}

/// How memberships follow.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum GroupMode {
    /// The target follows.
    #[default]
    Mirror,
    /// Added, never taken away.
    AddOnly,
    /// Left alone.
    None,
}

impl Terms {
    /// Whether the source changed what an attribute is made of.
    pub(super) fn source_changed(&self, name: &AttributeName, agreed: Option<&Side>, now: &Side) -> bool {
        let source = self.made_of.get(name).unwrap_or(name);
        agreed.is_none_or(|agreed| agreed.attributes.get(source) != now.attributes.get(source))
    }
}
