//! When a round cannot be answered.

use twinpool_core::id::Timestamp;

use crate::outcome::Trouble;

/// Why there is no answer. What it shows is the text that clients get, in the message of a UserLambdaValidationException.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NoAnswer {
    /// Too many passwords or answers of one user.
    #[error("TOO_MANY")]
    TooMany {
        /// When the next one is taken.
        until: Timestamp,
    },
    /// It cannot be said now. The cause is for logs.
    #[error("TRY_LATER")]
    Later(#[from] Trouble),
}
