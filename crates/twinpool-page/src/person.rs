//! One user told whole: names and reasons, no values.

use twinpool_core::held_back::Reason;
use twinpool_core::history::Entry;
use twinpool_core::id::{NewSub, OldSub, Pool, UserId};
use twinpool_core::snapshot::Status;

use crate::conflict::Conflict;

/// All that is told of one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Person {
    /// The id that applications store; `None` where there is no link yet.
    pub user_id: Option<UserId>,
    /// Who it is in the old pool.
    pub old_sub: Option<OldSub>,
    /// Who it is in the new pool.
    pub new_sub: Option<NewSub>,
    /// The one whose user id counts, where this user was merged into somebody.
    pub merged_into: Option<OldSub>,
    /// How far the link has come, in a sentence without an end.
    pub state: String,
    /// Why it is as it is, in a sentence without an end.
    pub in_short: String,
    /// Which pool has the say for this user; `None` where nobody can tell.
    pub say: Option<Pool>,
    /// In the old pool; `None`: not there.
    pub old: Option<Side>,
    /// In the new pool; `None`: not there.
    pub new: Option<Side>,
    /// Both sides compared, a line each.
    pub rows: Vec<Row>,
    /// What is held back.
    pub conflicts: Vec<Conflict>,
    /// What became of the user of late, the oldest first.
    pub history: Vec<Entry>,
}

/// What one pool says of the user as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Side {
    /// The status.
    pub status: Status,
    /// Whether the user may sign in.
    pub enabled: bool,
    /// What is known of the password there, in a clause.
    pub password: &'static str,
}

/// One line of the comparison.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Such as `attribute`; empty for what has no name of its own.
    pub kind: &'static str,
    /// In the new pool.
    pub name: String,
    /// Whether the old pool has it.
    pub in_old: bool,
    /// Whether the new pool has it.
    pub in_new: bool,
    /// How both stand.
    pub stands: Stands,
    /// From which name of the old pool it is made, where that is another one.
    pub made_of: Option<String>,
}

/// How both sides of one line stand.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stands {
    /// Both say the same, or what the rules make of it.
    Same,
    /// They do not, and nothing is known to stand in the way: such as `missing`.
    Differs(String),
    /// They do not, and this stands in the way.
    HeldBack(Reason),
    /// They do not, and that is all right: such as `left out by a rule`.
    Settled(String),
}

impl Row {
    /// What it is.
    pub(crate) fn what(&self) -> String {
        format!("{} {}", self.kind, self.name).trim().to_owned()
    }

    /// What wants a look first.
    pub(crate) fn rank(&self) -> u8 {
        match self.stands {
            Stands::Differs(_) => 0,
            Stands::HeldBack(reason) if reason.is_open() => 1,
            Stands::HeldBack(_) => 2,
            Stands::Settled(_) => 3,
            Stands::Same => 4,
        }
    }
}
