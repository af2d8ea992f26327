//! What a link holds besides once people use both pools: who has the say, what is being written, and what did not arrive.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::digest::Digest;
use crate::held_back::{HeldBack, Reason, Subject};
use crate::id::{AttributeName, GroupName, Pool, Timestamp};
use crate::phase::Round;
use crate::snapshot::Mfa;

/// How long what is being written is left to whoever announced it. Longer than any process goes on writing: the mirror is ended
/// after 30 s, and everybody else stops by [`WRITES_FOR`].
pub const WORK_LASTS: Duration = Duration::from_mins(1);

/// Whoever announced a work begins no further call after this long: somebody else may soon take over.
pub const WRITES_FOR: Duration = Duration::from_secs(30);

/// How many overruled changes a link remembers.
pub const MOST_OVERRULED: usize = 20;

/// What a link says of the way back.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reverse {
    /// In which round the user signed in to the new pool, which has the say in that round from then on.
    pub moved_in: Option<Round>,
    /// When that sign-in was.
    pub moved_at: Option<Timestamp>,
    /// What is being written to the pools now, or was when somebody died.
    pub work: Option<Box<Work>>,
    /// What stays as it is in the old pool although it changed in the new one, in the new pool's names. It remains a change until
    /// it is carried back or overruled.
    pub held_back: Vec<HeldBack>,
    /// Attributes that the new pool has and its trigger events leave out: their absence says nothing.
    pub unseen: BTreeSet<AttributeName>,
    /// Changes that were lost because both pools changed the same: the latest last, at most [`MOST_OVERRULED`].
    pub overruled: Vec<Overruled>,
}

/// What somebody is about to write. Announced before the first call, so that nobody takes it for a change that a user made, and so
/// that two never write at once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Work {
    /// When it was announced.
    pub at: Timestamp,
    /// In the old pool.
    pub old: Written,
    /// In the new pool.
    pub new: Written,
}

/// What of one user is being written in one pool, in that pool's names.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// A digest per attribute that is set; nothing where it is deleted.
    pub attributes: BTreeMap<AttributeName, Option<Digest>>,
    /// Groups that the user is put into, or taken out of.
    pub groups: BTreeMap<GroupName, bool>,
    /// Whether the user may sign in.
    pub enabled: Option<bool>,
    /// Identities that are linked, or unlinked.
    pub identities: BTreeMap<Digest, bool>,
    /// Second factors.
    pub mfa: Option<Mfa>,
}

/// A change that was lost because the other pool, which has the say, changed the same.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overruled {
    /// What, in the names of the pool that lost.
    pub subject: Subject,
    /// Which pool lost it.
    pub pool: Pool,
    /// When.
    pub at: Timestamp,
}

impl Reverse {
    /// Remembers what was lost.
    pub fn note_overruled(&mut self, lost: impl IntoIterator<Item = Overruled>) {
        self.overruled.extend(lost);
        let old = self.overruled.len().saturating_sub(MOST_OVERRULED);
        self.overruled.drain(..old);
    }

    /// What still waits to be carried back.
    #[must_use]
    pub fn pending(&self) -> BTreeSet<Subject> {
        // Of the whole user something is told here, and nothing waits.
        let subjects = self.held_back.iter().map(|held| held.subject.clone());
        subjects.filter(|subject| *subject != Subject::User).collect()
    }

    /// Whether the old pool deleted the user while the new one had the say.
    #[must_use]
    pub fn is_gone_from_old(&self) -> bool {
        self.held_back.iter().any(|held| held.reason == Reason::GoneFromOld)
    }

    /// Whether there is a reason to look that no event tells of: somebody did not finish, or who holds a name may have given it up.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.work.is_some() || self.held_back.iter().any(HeldBack::may_pass)
    }
}

impl Work {
    /// The same, left to whoever comes: nothing is on its way to a pool any more, and what arrived is known by it.
    #[must_use]
    pub fn given_up(self) -> Self {
        Self { at: Timestamp(0), ..self }
    }

    /// Whether whoever announced it may still be at it.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        u128::from(now.0.saturating_sub(self.at.0)) < WORK_LASTS.as_millis()
    }
}
