//! Why a token has no user id.

use std::time::Duration;

use twinpool_core::claim::NotAdded;
use twinpool_core::port::{Class, PortError};
use twinpool_engine::NotYet;

/// Why a token has no user id. Holds nothing of the trigger event but subs.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Missing {
    /// The account has none yet.
    #[error(transparent)]
    NotYet(NotYet),
    /// The claim has no place in the answer.
    #[error("{0}")]
    NotAdded(NotAdded),
    /// The deadline passed.
    #[error("it was not known within {0:?}")]
    TooSlow(Duration),
    /// The former function took the time that Cognito gives (F§2), or nearly all of it.
    #[error("the former function of the trigger left no time to look it up")]
    NoTimeLeft,
    /// The trigger is attached to a pool that is not the new one.
    #[error(
        "the event is of another pool: attach the function to the new pool of this stack, and to no other"
    )]
    OtherPool,
    /// The event names nobody, or the answer is no text of JSON.
    #[error("the trigger event cannot be read")]
    Unreadable,
    /// A setting is missing or wrong: no token gets the claim until the function is deployed again.
    #[error("the function is misconfigured: {0}")]
    Misconfigured(String),
    /// A defect.
    #[error("the function has a defect: it panicked")]
    Panicked,
    /// The system gave no random number for an event's id.
    #[error("the system gave no random number")]
    NoRandomness,
}

impl Missing {
    /// The reason in one word, for queries.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::NotYet(NotYet::Gone) => "gone",
            Self::NotYet(NotYet::LinkPending { .. }) => "link_pending",
            Self::NotYet(NotYet::NotConfirmed) => "not_confirmed",
            Self::NotYet(NotYet::SeveralUsers) => "several_users",
            Self::NotYet(NotYet::OldPool(_)) => "old_pool",
            Self::NotYet(NotYet::NewPool(_)) => "new_pool",
            Self::NotYet(NotYet::Table(_)) => "table",
            Self::NotAdded(why) => why.reason(),
            Self::TooSlow(_) => "too_slow",
            Self::NoTimeLeft => "no_time_left",
            Self::OtherPool => "other_pool",
            Self::Unreadable => "unreadable",
            Self::Misconfigured(_) => "misconfigured",
            Self::Panicked => "panicked",
            Self::NoRandomness => "no_randomness",
        }
    }

    /// `ERROR` where it goes on until somebody acts.
    pub(super) fn level(&self) -> &'static str {
        let lasting = match self {
            Self::NotYet(NotYet::OldPool(error) | NotYet::NewPool(error) | NotYet::Table(error)) => {
                is_lasting(error)
            }
            Self::NotYet(NotYet::SeveralUsers)
            | Self::NotAdded(_)
            | Self::OtherPool
            | Self::Misconfigured(_)
            | Self::Panicked => true,
            Self::NotYet(NotYet::Gone | NotYet::LinkPending { .. } | NotYet::NotConfirmed)
            | Self::TooSlow(_)
            | Self::NoTimeLeft
            | Self::Unreadable
            | Self::NoRandomness => false,
        };
        if lasting { "ERROR" } else { "WARN" }
    }
}

pub(super) fn is_lasting(error: &PortError) -> bool {
    matches!(error.class, Class::Denied | Class::NotFound | Class::Rejected | Class::Unreadable)
}
