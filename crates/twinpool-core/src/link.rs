//! The record that ties one old sub to one new sub and to one user id.

use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use crate::decision::Decisions;
use crate::digest::{Digest, DigestKey};
use crate::held_back::{HeldBack, Reason};
use crate::history::History;
use crate::id::{
    AttributeName, ClientId, GroupName, NewSub, OldSub, Pool, RunId, Sub, Timestamp, UserId, Username,
};
use crate::reverse::Reverse;
use crate::snapshot::{Factor, Mfa, Snapshot};

/// Within so long of what is known, that a user showed again is no reason to write.
pub const SEEN_GRAIN: Duration = Duration::from_hours(24);

/// Everything the table says of one user. One item, `OLD#<old sub>`; `NEW#<new sub>` points back at it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// Who it is in the old pool.
    pub old_sub: OldSub,
    /// The id that applications store. Never changes, never given to anyone else.
    pub user_id: UserId,
    /// Grows with every write: a writer who read an older one has lost (the fence).
    pub version: u64,
    /// Under which name the user of the new pool is being made. Fixed by the first intent and dropped with the pair, so
    /// that whoever takes over finds what a dead or slow writer made under it, even if the user's address has changed.
    pub intended: Option<Username>,
    /// Every name that was ever announced before being written to the new pool.
    pub announced: Names,
    /// What people decided about conflicts.
    pub decisions: Decisions,
    /// Which run made, or was going to make, the user of the new pool; `None` where an event did, [`RunId::sign_in`] where Cognito
    /// did at a first sign-in.
    pub made_by: Option<RunId>,
    /// What became of the user of late.
    pub history: History,
    /// When the user was last seen to get a token of the old pool: at a sign-in or a refresh, and at most [`SEEN_GRAIN`] late.
    /// `None`: not since twinpool looks. Decides nothing here, and is not fenced: see
    /// [`note_seen`](crate::port::LinkStore::note_seen).
    pub seen_at: Option<Timestamp>,
    /// By which app client of the old pool the user was last seen there, as far as the event said.
    pub seen_by: Option<ClientId>,
    /// When the pair was written, the first time that both users were known; `None` where that was before twinpool kept it. Says
    /// nothing of a link that is no pair. Decides nothing.
    pub linked_at: Option<Timestamp>,
    /// What people's using both pools adds.
    pub reverse: Reverse,
    /// How far the user has come.
    pub state: LinkState,
}

/// How far a user has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LinkState {
    /// The intent: a user of the new pool is about to be made, or was made by someone who did not live to say so.
    Pending {
        /// When the latest intent was written.
        since: Timestamp,
    },
    /// Both users are known.
    Linked(Box<Linked>),
    /// Nothing in the new pool is ours, and why.
    Conflict {
        /// What stands in the way.
        reason: Reason,
        /// Since when.
        since: Timestamp,
        /// Who stands in the way, where somebody does.
        holder: Option<NewSub>,
    },
    /// The user was deleted. The user id is never given to anyone else.
    Tombstone {
        /// Who it was in the new pool.
        new_sub: Option<NewSub>,
        /// Which pool deleted its user: the new one, only where it had the say.
        by: Pool,
        /// What became of the other pool's user.
        left: Left,
        /// Since when.
        since: Timestamp,
    },
    /// The user is one person with another user of the old pool, whose user id counts.
    Merged {
        /// The other one.
        into: OldSub,
        /// Since when.
        since: Timestamp,
    },
}

/// What became of the user of one pool when the other one deleted its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Left {
    /// There was none.
    Nobody,
    /// Left as it was.
    Kept,
    /// Disabled.
    Disabled,
    /// Deleted.
    Deleted,
}

impl Left {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Nobody, Self::Kept, Self::Disabled, Self::Deleted];

    /// The word that is stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Nobody => "nobody",
            Self::Kept => "kept",
            Self::Disabled => "disabled",
            Self::Deleted => "deleted",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|left| left.code() == code)
    }
}

/// What is known of a user who exists in both pools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Linked {
    /// Who it is in the new pool.
    pub new_sub: NewSub,
    /// What both pools said at the last mirror.
    pub base: Base,
    /// What was held back at the last mirror, and why.
    pub held_back: Vec<HeldBack>,
    /// Attributes that the old pool has and its trigger events leave out, or the other way round: their absence says nothing.
    pub unseen: BTreeSet<AttributeName>,
    /// When both pools were last brought together.
    pub mirrored_at: Timestamp,
    /// Under which rules: with others, both pools are compared again.
    pub rules: String,
}

/// Names of attributes and groups: not values.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Names {
    /// Attributes.
    pub attributes: BTreeSet<AttributeName>,
    /// Groups.
    pub groups: BTreeSet<GroupName>,
    /// Digests of identities.
    pub identities: BTreeSet<Digest>,
}

impl Names {
    /// Whether all of the others are among these.
    #[must_use]
    pub fn contains(&self, others: &Self) -> bool {
        self.attributes.is_superset(&others.attributes)
            && self.groups.is_superset(&others.groups)
            && self.identities.is_superset(&others.identities)
    }

    /// Takes the others in.
    pub fn extend(&mut self, others: &Self) {
        self.attributes.extend(others.attributes.iter().cloned());
        self.groups.extend(others.groups.iter().cloned());
        self.identities.extend(others.identities.iter().cloned());
    }
}

/// What each pool said of the user at the last mirror, each in its own names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Base {
    /// The old pool.
    pub old: Side,
    /// The new pool.
    pub new: Side,
}

/// What one pool said: digests of attributes, groups in clear, the enabled flag.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Side {
    /// A digest per attribute, keyed with this pool's sub.
    pub attributes: BTreeMap<AttributeName, Digest>,
    /// The groups.
    pub groups: BTreeSet<GroupName>,
    /// Whether the user may sign in.
    pub enabled: bool,
    /// Digests of identities.
    pub identities: BTreeSet<Digest>,
    /// Second factors.
    pub mfa: Mfa,
    /// What the pool gives to nobody.
    pub factors: BTreeSet<Factor>,
}

impl Side {
    /// Whether it says nothing at all, but perhaps that the user may sign in.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self { enabled: self.enabled, ..Self::default() }
    }

    /// What a snapshot says.
    #[must_use]
    pub fn of(snapshot: &Snapshot, key: &DigestKey) -> Self {
        let digest =
            |(name, value): (&AttributeName, _)| (name.clone(), key.attribute(&snapshot.sub, name, value));
        Self {
            attributes: snapshot.attributes.iter().map(digest).collect(),
            groups: snapshot.groups.clone(),
            enabled: snapshot.enabled,
            identities: snapshot.identities.iter().map(|one| key.identity(&snapshot.sub, one)).collect(),
            mfa: snapshot.mfa,
            factors: snapshot.factors.clone(),
        }
    }
}

impl Link {
    /// Starts a link: the intent that is written before a user is created.
    #[must_use]
    pub fn intent(old_sub: &OldSub, announced: Names, since: Timestamp) -> Self {
        Self {
            user_id: UserId::from(old_sub),
            old_sub: old_sub.clone(),
            version: 0,
            intended: None,
            announced,
            decisions: Decisions::new(),
            made_by: None,
            history: History::default(),
            seen_at: None,
            seen_by: None,
            linked_at: None,
            reverse: Reverse::default(),
            state: LinkState::Pending { since },
        }
    }

    /// The user showed in the old pool at this time. Says whether that is worth a write of its own: it is not what is known, to a
    /// day.
    pub fn see(&mut self, at: Timestamp, by: Option<&ClientId>) -> bool {
        let before = self.seen_at;
        if before.is_none_or(|before| at > before) {
            self.seen_by = by.cloned();
        }
        let Some(before) = before else {
            self.seen_at = Some(at);
            return true;
        };
        self.seen_at = Some(before.max(at));
        u128::from(at.0.saturating_sub(before.0)) >= SEEN_GRAIN.as_millis()
    }

    /// What is known of the new side, if the user exists in both pools.
    #[must_use]
    pub fn linked(&self) -> Option<&Linked> {
        match &self.state {
            LinkState::Linked(linked) => Some(linked),
            LinkState::Pending { .. }
            | LinkState::Conflict { .. }
            | LinkState::Tombstone { .. }
            | LinkState::Merged { .. } => None,
        }
    }

    /// Who it is, or was, in the new pool.
    #[must_use]
    pub fn counterpart(&self) -> Option<&NewSub> {
        match &self.state {
            LinkState::Linked(linked) => Some(&linked.new_sub),
            LinkState::Tombstone { new_sub, .. } => new_sub.as_ref(),
            LinkState::Pending { .. } | LinkState::Conflict { .. } | LinkState::Merged { .. } => None,
        }
    }

    /// Since when the link says that there is no pair.
    #[must_use]
    pub fn unpaired_since(&self) -> Option<Timestamp> {
        match &self.state {
            LinkState::Pending { since }
            | LinkState::Conflict { since, .. }
            | LinkState::Tombstone { since, .. }
            | LinkState::Merged { since, .. } => Some(*since),
            LinkState::Linked(_) => None,
        }
    }

    /// Whether the user was born in the new pool, as this account of it: the user id is the account's own.
    #[must_use]
    pub fn is_birth_of(&self, new_sub: &NewSub) -> bool {
        self.user_id == UserId::from(new_sub)
    }

    /// Whether Cognito made, or was going to make, the user of the new pool at a first sign-in.
    #[must_use]
    pub fn is_of_sign_in(&self) -> bool {
        self.made_by.as_ref() == Some(&RunId::sign_in())
    }

    /// The sub of this user in the old pool, for digests.
    #[must_use]
    pub fn sub(&self) -> Sub {
        Sub::from(&self.old_sub)
    }
}
