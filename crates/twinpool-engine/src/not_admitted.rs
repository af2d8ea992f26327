//! Why somebody is not let into the new pool.

use twinpool_core::port::PortError;

use crate::engine::StartError;

/// Why nobody is made in the new pool.
#[derive(Debug, thiserror::Error)]
pub enum NotAdmitted {
    /// It stays so. The person is told what everybody is told who types a wrong name or password.
    #[error(transparent)]
    No(#[from] No),
    /// It passes.
    #[error(transparent)]
    NotNow(#[from] NotNow),
}

impl From<StartError> for NotAdmitted {
    fn from(error: StartError) -> Self {
        Self::NotNow(NotNow::Start(error))
    }
}

/// Why nobody is made in the new pool, and trying again does not help. For logs: people are not told.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum No {
    /// The old pool has nobody who would have this name in the new one.
    #[error("nobody of the old pool would have this name in the new one")]
    Nobody,
    /// Several users of the old pool have proven this contact.
    #[error("several users of the old pool have this contact: which of them it is, is not guessed")]
    Several,
    /// It is the profile of an identity provider.
    #[error("the user has no password: an identity provider made it")]
    Federated,
    /// The user is disabled in the old pool.
    #[error("the user is disabled in the old pool")]
    Disabled,
    /// The sign-up was never confirmed.
    #[error("the sign-up was never confirmed in the old pool")]
    NotConfirmed,
    /// The rules or a person leave the user out.
    #[error("the user is left out")]
    LeftOut,
    /// The user has had an account in the new pool, or a person decided who it is there.
    #[error("the link says who the user is in the new pool: {0}")]
    HasLink(&'static str),
    /// Somebody else has the name, or an alias, in the new pool.
    #[error("somebody else of the new pool has the name or another way to sign in")]
    Taken,
    /// The policy lets the user in by another way (`[sign_in]`).
    #[error("the policy has another way for this user")]
    OtherWay,
    /// Too many passwords or resets in too short a time.
    #[error("too many attempts")]
    TooMany,
    /// The password is wrong.
    #[error("the old pool says that the password is wrong")]
    WrongPassword,
    /// The old pool takes no password of the user for a while.
    #[error("the old pool takes no password of this user for a while")]
    Locked,
    /// The password must be reset in the old pool.
    #[error("the password must be reset")]
    ResetRequired,
    /// The old pool asks something of which it is not known that it follows a right password only.
    #[error("the old pool answered with a challenge that proves nothing")]
    Unclear,
    /// The password must be reset, and there is no verified contact to send a code to.
    #[error("the user has no verified contact to reset the password by")]
    NoContact,
}

/// Why nobody is made in the new pool at this time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotNow {
    /// The pools cannot be read, or do not fit.
    #[error("the pools cannot be used: {0}")]
    Start(StartError),
    /// The old pool did not answer.
    #[error("the old pool could not be asked: {0}")]
    OldPool(PortError),
    /// This process has searched for too many contacts within too short a time.
    #[error("the old pool is not searched for a contact more than twice a second")]
    TooManySearches,
    /// The new pool did not answer.
    #[error("the new pool could not be asked: {0}")]
    NewPool(PortError),
    /// The table did not answer.
    #[error("the table could not be asked: {0}")]
    Table(PortError),
    /// A mirror is making the user.
    #[error("a mirror may be making this user now")]
    BeingMade,
    /// The user is there: made a moment ago.
    #[error("the user has been made in the new pool in the meantime")]
    MadeAlready,
    /// Others wrote the link each time.
    #[error("others kept changing the link")]
    Contended,
}
