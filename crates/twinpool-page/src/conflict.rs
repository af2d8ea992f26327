//! What twinpool does not decide alone.

use std::collections::BTreeMap;

use twinpool_core::decision::Decision;
use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::id::{GroupName, NewSub, OldSub, Sub, Timestamp};

/// What waits for a decision, of everybody.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Conflicts {
    /// In the order in which they are shown.
    pub all: Vec<Conflict>,
    /// Items of the table that could not be read.
    pub unreadable: u64,
}

/// One thing that is held back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Conflict {
    /// Who has it.
    pub whose: Whose,
    /// What is held back.
    pub subject: Subject,
    /// Why.
    pub reason: Reason,
    /// Since when, of a user who is no pair. Else: when it was last seen.
    pub at: Timestamp,
    /// Whether the user is in both pools.
    pub is_pair: bool,
    /// Who has what this user should have, where that is known.
    pub holder: Option<NewSub>,
    /// The user of the old pool whose counterpart the holder is. `None` beside a holder: a stranger to twinpool.
    pub holder_old: Option<OldSub>,
    /// What was decided.
    pub decided: Option<Decision>,
    /// What can help. A list of many conflicts may leave this out.
    pub choices: Vec<Choice>,
}

/// Who has a conflict.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Whose {
    /// A user of the old pool.
    User(OldSub),
    /// A group of the old pool, which is nobody's.
    Group(GroupName),
    /// Somebody born in the new pool, for whom nobody can be made in the old one.
    Born(NewSub),
}

/// What a person can decide.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Choice {
    /// This counts from now on.
    Decide(Decision),
    /// What was decided counts no more.
    Forget,
}

impl Conflicts {
    /// How many there are, by reason.
    pub(crate) fn counts(&self) -> BTreeMap<Reason, usize> {
        let mut counts = BTreeMap::new();
        for one in &self.all {
            *counts.entry(one.reason).or_default() += 1;
        }
        counts
    }
}

impl Whose {
    /// Under which id the user is found; `None` for a group.
    pub(crate) fn sub(&self) -> Option<Sub> {
        match self {
            Self::User(sub) => Some(Sub::from(sub)),
            Self::Born(sub) => Some(Sub::from(sub)),
            Self::Group(_) => None,
        }
    }
}

impl Choice {
    /// As a button says it.
    pub(crate) fn words(&self, subject: &Subject) -> String {
        let is_user = *subject == Subject::User;
        match self {
            Self::Decide(Decision::KeepOld) => "Keep the old pool's value".to_owned(),
            Self::Decide(Decision::KeepNew) if is_user => {
                "Leave the user of the new pool as it is".to_owned()
            }
            Self::Decide(Decision::KeepNew) => "Keep the new pool's value".to_owned(),
            Self::Decide(Decision::LinkTo(sub)) => format!("Link to {sub} of the new pool"),
            Self::Decide(Decision::MergeInto(sub)) => format!("Merge into {sub} of the old pool"),
            Self::Decide(Decision::LeaveOut) if is_user => "Leave this user out".to_owned(),
            Self::Decide(Decision::LeaveOut) => format!("Leave {subject} out"),
            Self::Forget => "Take the decision back".to_owned(),
        }
    }

    /// What has to be known before; twinpool cannot know whether two accounts are one person.
    pub(crate) fn caution(&self) -> Option<&'static str> {
        match self {
            Self::Decide(Decision::LinkTo(_) | Decision::MergeInto(_)) => {
                Some("only if both are one person: whoever signs in as one is the other from then on")
            }
            Self::Decide(Decision::KeepOld) => Some("whoever signs in with it in the new pool now loses it"),
            Self::Decide(Decision::KeepNew | Decision::LeaveOut) | Self::Forget => None,
        }
    }
}
