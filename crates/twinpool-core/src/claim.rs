//! The claim that carries the user id in a token, and how it gets there: into the answer of a PreTokenGeneration trigger.

mod birth;
mod groups;
mod name;
mod splice;

pub use birth::may_be_born_elsewhere;
pub use groups::with_groups;
pub use name::{ClaimName, ClaimNameError};
pub use splice::{in_answer, whose};

/// Why no claim was added. The answer is then to go back as it is. Holds nothing of the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, thiserror::Error)]
pub enum NotAdded {
    /// Not an event of PreTokenGeneration.
    #[error("the trigger event is about no token")]
    NoToken,
    /// A machine's token: no user has it (F§1.2).
    #[error("the token is a machine's")]
    Machine,
    /// The event names no user.
    #[error("the trigger event has no sub")]
    NoUser,
    /// A former function of the trigger gives the claim another value, or suppresses it.
    #[error("a former function of the trigger has its own say about the claim")]
    Taken,
    /// Not a JSON object, or a name in it is no text.
    #[error("the trigger event is not a JSON object")]
    Unreadable,
    /// Neither the event's version nor its response tells which token takes claims where.
    #[error("the trigger event has an unknown version")]
    UnknownVersion,
    /// A part of the response on the way to the claim stands there twice or has another shape than Cognito's.
    #[error("the trigger event's response has a part of another shape than Cognito's")]
    Odd,
}

impl NotAdded {
    /// The reason in one word, for queries.
    #[must_use]
    pub fn reason(self) -> &'static str {
        match self {
            Self::NoToken => "no_token",
            Self::Machine => "machine",
            Self::NoUser => "no_user",
            Self::Taken => "taken",
            Self::Unreadable => "unreadable",
            Self::UnknownVersion => "unknown_version",
            Self::Odd => "odd",
        }
    }
}
