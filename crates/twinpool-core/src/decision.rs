//! What people decided about conflicts: stands on the link, and is carried out by the mirror.

use std::collections::BTreeMap;
use std::fmt;

use crate::held_back::Subject;
use crate::id::{NewSub, OldSub};

/// What to do about one subject of one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Decision {
    /// The old pool's value counts, also where the new pool's owner of an alias loses it.
    KeepOld,
    /// The new pool's value stands, and is not reported any more.
    KeepNew,
    /// This user of the new pool is the one.
    LinkTo(NewSub),
    /// One person with another user of the old pool, whose user id counts.
    MergeInto(OldSub),
    /// Not carried over.
    LeaveOut,
}

/// Decisions by subject; the whole user is a subject too.
pub type Decisions = BTreeMap<Subject, Decision>;

impl Decision {
    /// The word that is stored, and whom it is about.
    #[must_use]
    pub fn code(&self) -> (&'static str, Option<&str>) {
        match self {
            Self::KeepOld => ("keep_old", None),
            Self::KeepNew => ("keep_new", None),
            Self::LinkTo(sub) => ("link_to", Some(sub.as_str())),
            Self::MergeInto(sub) => ("merge_into", Some(sub.as_str())),
            Self::LeaveOut => ("leave_out", None),
        }
    }

    /// The decision of these words.
    #[must_use]
    pub fn from_code(code: &str, about: Option<&str>) -> Option<Self> {
        match (code, about) {
            ("keep_old", None) => Some(Self::KeepOld),
            ("keep_new", None) => Some(Self::KeepNew),
            ("leave_out", None) => Some(Self::LeaveOut),
            ("link_to", Some(sub)) => NewSub::parse(sub).ok().map(Self::LinkTo),
            ("merge_into", Some(sub)) => OldSub::parse(sub).ok().map(Self::MergeInto),
            _ => None,
        }
    }
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::KeepOld => f.write_str("keep old"),
            Self::KeepNew => f.write_str("keep new"),
            Self::LinkTo(sub) => write!(f, "link to {sub}"),
            Self::MergeInto(sub) => write!(f, "merge into {sub}"),
            Self::LeaveOut => f.write_str("leave out"),
        }
    }
}
