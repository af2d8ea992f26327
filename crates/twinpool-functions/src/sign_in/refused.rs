//! Why nobody was let in at a round of the challenge.

use twinpool_bridge::Trouble;
use twinpool_bridge::challenge::{Kind, NoAnswer};
use twinpool_core::id::Pool;
use twinpool_core::port::PortError;
use twinpool_engine::{No, NotNow, StartError};

use super::gate::Refusal;
use super::missing::is_lasting;

/// Why nobody was let in. Holds nothing of the answer, and nothing of the user.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refused {
    /// The answer to this question is wrong.
    #[error("the answer to {} is wrong", .0.code())]
    Wrong(Kind),
    /// No question of ours was answered.
    #[error("the answer is to no question of this function")]
    NoQuestion,
    /// The password was right, and cannot be used: the person chooses another one.
    #[error(
        "the password is right, and the new pool's policy refuses it, or it was temporary: another one is asked for"
    )]
    NewPasswordNeeded,
    /// Too many passwords, codes or answers of this user.
    #[error("the user has tried too often")]
    TooMany,
    /// Nobody is made in the new pool at this first sign-in.
    #[error("nobody is made in the new pool: {0}")]
    Newcomer(No),
    /// The door for newcomers is shut: somebody has the name, or nothing can be said now.
    #[error("{}", .0.why())]
    Gate(Refusal),
    /// A pool, the table or a sender did not answer.
    #[error("nothing could be said: {0}")]
    Later(Trouble),
    /// The policy of ways could not be read.
    #[error("nothing could be said: the table could not be asked: {0}")]
    Table(PortError),
    /// It took longer than Cognito waits.
    #[error("nothing could be said in time: a pool or the table is slow")]
    TooSlow,
    /// The trigger is attached to a pool that is not the new one.
    #[error(
        "the event is of another pool: attach the function to the new pool of this stack, and to no other"
    )]
    OtherPool,
    /// Not an event of such a trigger.
    #[error("the trigger event cannot be read")]
    Unreadable,
    /// A setting is missing or wrong: nobody is let in until the function is deployed again.
    #[error("the function is misconfigured: {0}")]
    Misconfigured(String),
    /// A defect.
    #[error("the function has a defect: it panicked")]
    Panicked,
}

impl From<NoAnswer> for Refused {
    fn from(why: NoAnswer) -> Self {
        match why {
            NoAnswer::TooMany { .. } => Self::TooMany,
            NoAnswer::Later(trouble) => Self::Later(trouble),
        }
    }
}

impl Refused {
    /// The reason in one word, for queries.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Wrong(Kind::Password) => "wrong_password",
            Self::Wrong(Kind::NewPassword) => "wrong_new_password",
            Self::Wrong(Kind::Code(_)) => "wrong_code",
            Self::Wrong(Kind::SignIn) | Self::NoQuestion => "no_question",
            Self::NewPasswordNeeded => "new_password_needed",
            Self::TooMany => "too_many",
            Self::Newcomer(no) => word(*no),
            Self::Gate(Refusal::SignInInstead) => "sign_in_instead",
            Self::Gate(Refusal::TooMany(no)) => word(*no),
            Self::Gate(Refusal::NotNow(why)) => not_now(why),
            Self::Gate(Refusal::TooSlow) => "too_slow",
            Self::Gate(Refusal::Unreadable) => "unreadable",
            Self::Later(Trouble::Pool(Pool::Old, _)) => "old_pool",
            Self::Later(Trouble::Pool(Pool::New, _)) => "new_pool",
            Self::Later(Trouble::Table(_)) | Self::Table(_) => "table",
            Self::Later(Trouble::Message(_)) => "message",
            Self::Later(Trouble::NoRandomness) => "no_randomness",
            Self::TooSlow => "too_slow",
            Self::OtherPool => "other_pool",
            Self::Unreadable => "unreadable",
            Self::Misconfigured(_) => "misconfigured",
            Self::Panicked => "panicked",
        }
    }

    /// `ERROR` where it goes on until somebody acts.
    pub(super) fn level(&self) -> &'static str {
        let lasting = match self {
            Self::Wrong(_)
            | Self::NoQuestion
            | Self::NewPasswordNeeded
            | Self::TooMany
            | Self::Newcomer(_)
            | Self::Gate(Refusal::SignInInstead | Refusal::TooMany(_)) => return "INFO",
            Self::Gate(Refusal::NotNow(why)) => lasts(why),
            Self::Later(Trouble::Pool(_, error) | Trouble::Table(error) | Trouble::Message(error))
            | Self::Table(error) => is_lasting(error),
            Self::OtherPool | Self::Misconfigured(_) | Self::Panicked => true,
            Self::Gate(Refusal::TooSlow | Refusal::Unreadable)
            | Self::Later(Trouble::NoRandomness)
            | Self::TooSlow
            | Self::Unreadable => false,
        };
        if lasting { "ERROR" } else { "WARN" }
    }
}

fn not_now(why: &NotNow) -> &'static str {
    match why {
        NotNow::Start(StartError::Shape(Pool::Old, _)) | NotNow::OldPool(_) => "old_pool",
        NotNow::Start(StartError::Shape(Pool::New, _)) | NotNow::NewPool(_) => "new_pool",
        NotNow::Start(StartError::Links(_)) | NotNow::Table(_) => "table",
        NotNow::Start(_) => "misconfigured",
        NotNow::BeingMade => "being_made",
        NotNow::MadeAlready => "made_already",
        NotNow::Contended => "contended",
        NotNow::TooManySearches => "too_many_searches",
    }
}

fn lasts(why: &NotNow) -> bool {
    match why {
        NotNow::Start(StartError::Shape(_, error) | StartError::Links(error))
        | NotNow::OldPool(error)
        | NotNow::NewPool(error)
        | NotNow::Table(error) => is_lasting(error),
        NotNow::Start(_) => true,
        NotNow::BeingMade | NotNow::MadeAlready | NotNow::Contended | NotNow::TooManySearches => false,
    }
}

fn word(no: No) -> &'static str {
    match no {
        No::Nobody => "nobody",
        No::Several => "several_users",
        No::Federated => "federated",
        No::Disabled => "disabled",
        No::NotConfirmed => "not_confirmed",
        No::LeftOut => "left_out",
        No::HasLink(_) => "has_link",
        No::Taken => "taken",
        No::OtherWay => "other_way",
        No::TooMany => "too_many",
        No::WrongPassword => "wrong_password",
        No::Locked => "locked",
        No::ResetRequired => "reset_required",
        No::Unclear => "unclear",
        No::NoContact => "no_contact",
    }
}
