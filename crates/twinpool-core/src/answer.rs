//! What a call of a port gives: an answer, or why there is none and what can be done about that.

/// What the caller can do about a failed call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// The user, group or queue is not there.
    NotFound,
    /// Someone holds the name already.
    Taken,
    /// The pool refuses this input, and will again.
    Rejected,
    /// Too many calls: slower.
    Throttled,
    /// A time-out, a lost connection, an error of the service: later.
    Unavailable,
    /// Our role may not do this.
    Denied,
    /// Someone else wrote first: read again.
    Stale,
    /// An answer or a stored item that cannot be read.
    Unreadable,
}

impl Class {
    /// Whether it passes by itself.
    #[must_use]
    pub fn passes(self) -> bool {
        matches!(self, Self::Throttled | Self::Unavailable | Self::Stale)
    }
}

/// A call that failed. Holds the operation and the error code, never the message: messages of Cognito quote values.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{operation} failed: {code}")]
pub struct PortError {
    /// What to do about it.
    pub class: Class,
    /// The operation, in the words of the service.
    pub operation: &'static str,
    /// The code that the service gave, or ours where it gave none.
    pub code: String,
}

impl PortError {
    /// A failed call.
    #[must_use]
    pub fn new(class: Class, operation: &'static str, code: impl Into<String>) -> Self {
        Self { class, operation, code: code.into() }
    }
}

/// The answer of a port.
pub type Answer<T> = Result<T, PortError>;
