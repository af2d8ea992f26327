//! By which way people come into the new pool, and whether they have: times, and nothing else.
//!
//! Kept by the old sub; of a user born in the new pool by its own.

use std::future::Future;

use crate::answer::Answer;
use crate::id::{NewSub, Sub, Timestamp};

mod attempts;
mod invitation;

pub use attempts::{Allowance, Limit, Tried};
pub use invitation::{Invitation, Invited, LONGEST_INVITATION};

/// By which way a user gets into the new pool, as the owner says it (`[sign_in]` in `twinpool.toml`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Way {
    /// The password of the old pool goes on working: by migration at the first sign-in, or by the bridge for users mirrored ahead.
    #[default]
    Password,
    /// A one-time code, to a verified address or number.
    Code,
    /// A temporary password by mail, when the owner sends it (`twinpool invite`).
    Invite,
    /// By resetting the password, and in no other way.
    Reset,
}

impl Way {
    /// All of them.
    pub const ALL: [Self; 4] = [Self::Password, Self::Code, Self::Invite, Self::Reset];

    /// The word of the file.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Code => "code",
            Self::Invite => "invite",
            Self::Reset => "reset",
        }
    }
}

/// What is known of one user.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Arrival {
    /// When the user migration trigger let the user be made with the old password.
    pub migrated_at: Option<Timestamp>,
    /// When the bridge was first about to set a password. Without [`Arrival::bridged_at`], nobody lived to say whether it was set.
    pub bridging_at: Option<Timestamp>,
    /// When the old password was last set in the new pool, or one that was chosen in its place.
    pub bridged_at: Option<Timestamp>,
    /// When the user was seen to have chosen a password in the new pool: a reset, or a temporary one that was changed.
    pub password_at: Option<Timestamp>,
    /// When the old pool was first seen to ask for a second factor of which the link knows nothing.
    pub factor_at: Option<Timestamp>,
    /// When the user first came in with a one-time code of twinpool's.
    pub code_at: Option<Timestamp>,
    /// When the new pool first issued a token to the user, whatever the way; where a bridging was begun since and not said to be
    /// over, the first token after its beginning.
    pub came_at: Option<Timestamp>,
    /// The invitations by mail.
    pub invited: Option<Invited>,
    /// When the latest invitation was begun: from then on the user may have a temporary password and no mail.
    pub inviting_at: Option<Timestamp>,
    /// When the latest temporary password was taken back, so that a reset works again.
    pub withdrawn_at: Option<Timestamp>,
    /// When the user was last seen to choose a password in the new pool.
    pub chosen_at: Option<Timestamp>,
    /// When the user was last seen to choose a password in the old pool, once people use both.
    pub old_password_at: Option<Timestamp>,
    /// When the password of the new pool was last found right there and set in the old one.
    pub back_at: Option<Timestamp>,
    /// When the old pool was last made to ask the user for a reset, as a password of the new pool is not known there.
    pub reset_in_old_at: Option<Timestamp>,
    /// When the old pool was last about to be made to do so.
    pub resetting_in_old_at: Option<Timestamp>,
}

impl Arrival {
    /// Whether the user may have a password in the new pool that somebody knows. The old pool's must not go over it then: whoever
    /// changed a password that leaked would be open again.
    #[must_use]
    pub fn has_password(&self) -> bool {
        self.migrated_at.is_some()
            || self.bridged_at.is_some()
            || self.password_at.is_some()
            || self.came_after_bridging()
    }

    /// Whether the password of the old pool must not go over one of the new pool: somebody may know that one, and was not seen to choose
    /// one in the old pool since, as people do after a rollback.
    #[must_use]
    pub fn keeps_password(&self) -> bool {
        let came = self.came_at.filter(|_| self.came_after_bridging());
        let known = [self.migrated_at, self.bridged_at, self.password_at, self.chosen_at, came];
        let latest = known.into_iter().flatten().max();
        latest.is_some_and(|latest| self.old_password_at.is_none_or(|old| old <= latest))
    }

    /// Whether a password that the bridge set is the latest one of the new pool.
    #[must_use]
    pub fn is_as_bridged(&self) -> bool {
        let Some(bridged) = self.bridged_at else { return false };
        self.password_at.is_none_or(|first| first < bridged)
            && self.chosen_at.is_none_or(|last| last <= bridged)
    }

    /// The same of somebody whom Cognito made at a first sign-in, or not. A migration that was answered is noted before Cognito makes the
    /// user; where it did not, and the mirror has made the user since, nobody knows a password.
    #[must_use]
    pub fn as_made(self, of_sign_in: bool) -> Self {
        Self { migrated_at: self.migrated_at.filter(|_| of_sign_in), ..self }
    }

    /// Whether the user came in after the bridge may have set a password and could not say so: with it, perhaps, and a password
    /// that is changed by somebody who is signed in runs no trigger (F§1.4).
    fn came_after_bridging(&self) -> bool {
        self.bridging_at.zip(self.came_at).is_some_and(|(bridging, came)| came >= bridging)
    }

    /// Whether a bridging was begun after the user came, and nobody lived to say that it is over: the next token counts, for it may
    /// come from the password that was set.
    #[must_use]
    pub fn came_is_stale(&self) -> bool {
        self.bridged_at.is_none()
            && self.bridging_at.zip(self.came_at).is_some_and(|(bridging, came)| came < bridging)
    }

    /// Whether the user has come, or may have a password in the new pool that somebody knows: no invitation goes over that.
    #[must_use]
    pub fn is_settled(&self) -> bool {
        self.has_password() || self.bridging_at.is_some() || self.code_at.is_some() || self.came_at.is_some()
    }

    /// When the user came in, by the way that counts.
    #[must_use]
    pub fn came_in_at(&self) -> Option<Timestamp> {
        match self.stage() {
            Stage::Bridged => self.bridged_at,
            Stage::Migrated | Stage::Came => self.came_at,
            Stage::Passwordless => self.code_at,
            Stage::Invited | Stage::NotYet => None,
        }
    }

    /// Where the user stands.
    #[must_use]
    pub fn stage(&self) -> Stage {
        match self {
            Self { bridged_at: Some(_), .. } => Stage::Bridged,
            Self { migrated_at: Some(_), came_at: Some(_), .. } => Stage::Migrated,
            Self { code_at: Some(_), .. } => Stage::Passwordless,
            Self { came_at: Some(_), .. } => Stage::Came,
            Self { invited: Some(_), .. } => Stage::Invited,
            Self { .. } => Stage::NotYet,
        }
    }
}

/// Where a user stands on the way into the new pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Stage {
    /// The old password was carried over by the bridge.
    Bridged,
    /// Made at the first sign-in, with the old password.
    Migrated,
    /// Came in with a one-time code of twinpool's.
    Passwordless,
    /// Came in by another way: a reset, an identity provider, a code of Cognito's.
    Came,
    /// Was sent a temporary password and has not come.
    Invited,
    /// Has not come.
    NotYet,
}

/// What is written down.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mark {
    /// [`Arrival::migrated_at`].
    Migrated,
    /// [`Arrival::bridging_at`].
    Bridging,
    /// [`Arrival::bridged_at`]: the latest time counts.
    Bridged,
    /// [`Arrival::password_at`].
    Password,
    /// [`Arrival::password_at`], and [`Arrival::chosen_at`], of which the latest time counts.
    Chosen,
    /// [`Arrival::bridged_at`] by a password that the person chose, and so [`Arrival::chosen_at`]: of both the latest time counts.
    BridgedChosen,
    /// [`Arrival::old_password_at`]: the latest time counts.
    OldPassword,
    /// [`Arrival::back_at`]: the latest time counts.
    CarriedBack,
    /// [`Arrival::reset_in_old_at`]: the latest time counts.
    ResetInOld,
    /// [`Arrival::resetting_in_old_at`]: the latest time counts.
    ResettingInOld,
    /// [`Arrival::factor_at`].
    SecondFactor,
    /// [`Arrival::code_at`].
    Code,
    /// [`Arrival::came_at`].
    Came,
    /// [`Arrival::invited`]: one more.
    Invited,
    /// [`Arrival::inviting_at`]: the latest counts.
    Inviting,
    /// [`Arrival::withdrawn_at`]: the latest counts.
    Withdrawn,
}

/// Keeps arrivals. Strong reads.
pub trait ArrivalStore: Send + Sync {
    /// What is known of a user; nothing where nothing was written.
    fn arrival(&self, who: &Sub) -> impl Future<Output = Answer<Arrival>> + Send;

    /// Writes a mark down. Safe to repeat: the first one counts, or the latest where the mark says so; of invitations the latest that
    /// was written, and how many were sent. That somebody
    /// came counts once more after a bridging that was begun since and not said to be over ([`Arrival::came_is_stale`]).
    fn note(&self, who: &Sub, mark: Mark, at: Timestamp) -> impl Future<Output = Answer<()>> + Send;

    /// Counts one more, if it is allowed. Of many at once no more than allowed get [`Allowance::Go`].
    fn try_once(
        &self,
        who: &Sub,
        what: Tried,
        limit: Limit,
        at: Timestamp,
    ) -> impl Future<Output = Answer<Allowance>> + Send;

    /// Begins the count anew: the last one was right.
    fn forgive(&self, who: &Sub, what: Tried) -> impl Future<Output = Answer<()>> + Send;

    /// Gives somebody what is known of another, and does not know yet, but for what was tried: who was born in the new pool is kept by
    /// the old sub from the pair on. Safe to repeat.
    fn inherit(&self, from: &Sub, to: &Sub) -> impl Future<Output = Answer<()>> + Send;

    /// Takes back what is written beside the user id ([`crate::account::AccountStore::note_came`]): the next token says anew that the
    /// user came. Safe to repeat; nothing happens where there is no user id.
    fn forget_came(&self, new: &NewSub) -> impl Future<Output = Answer<()>> + Send;
}

impl<S: ArrivalStore> ArrivalStore for &S {
    fn arrival(&self, who: &Sub) -> impl Future<Output = Answer<Arrival>> + Send {
        (*self).arrival(who)
    }

    fn note(&self, who: &Sub, mark: Mark, at: Timestamp) -> impl Future<Output = Answer<()>> + Send {
        (*self).note(who, mark, at)
    }

    fn try_once(
        &self,
        who: &Sub,
        what: Tried,
        limit: Limit,
        at: Timestamp,
    ) -> impl Future<Output = Answer<Allowance>> + Send {
        (*self).try_once(who, what, limit, at)
    }

    fn forgive(&self, who: &Sub, what: Tried) -> impl Future<Output = Answer<()>> + Send {
        (*self).forgive(who, what)
    }

    fn inherit(&self, from: &Sub, to: &Sub) -> impl Future<Output = Answer<()>> + Send {
        (*self).inherit(from, to)
    }

    fn forget_came(&self, new: &NewSub) -> impl Future<Output = Answer<()>> + Send {
        (*self).forget_came(new)
    }
}
