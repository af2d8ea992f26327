//! What became of a password, and why nothing could be said.

use twinpool_core::id::{Pool, Timestamp};
use twinpool_core::port::PortError;

/// What became of a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// It is set in the new pool: plain sign-in works from now on.
    Bridged {
        /// Whether either pool knows a second factor of the user, or asks everybody for one: tokens must come from a plain sign-in then, which asks for it.
        second_factor: bool,
    },
    /// It is right, and cannot be carried over: the new pool's policy refuses it, or it was temporary. The person chooses another one.
    NewPasswordNeeded,
    /// It is wrong, or the user cannot be bridged: nobody is told which, so that nobody can be probed.
    Wrong,
    /// Too many were wrong.
    TooMany {
        /// When the next one is taken.
        until: Timestamp,
    },
}

/// Why nothing can be said now. The person may try again in a moment.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Trouble {
    /// A pool did not answer.
    #[error("the {0} could not be asked: {1}")]
    Pool(Pool, #[source] PortError),
    /// The table did not answer.
    #[error("the table could not be asked: {0}")]
    Table(#[source] PortError),
    /// A code could not be sent.
    #[error("a one-time code could not be sent: {0}")]
    Message(#[source] PortError),
    /// The system gave no random number for a code.
    #[error("the system gave no random number for a one-time code")]
    NoRandomness,
}
