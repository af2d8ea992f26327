//! How often something may be tried.

use std::time::Duration;

use crate::id::Timestamp;

/// What can be tried too often.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tried {
    /// A password that the old pool is asked about.
    Password,
    /// A code that is sent.
    Code,
    /// An answer to a code.
    Answer,
    /// A reset of a forgotten password, which makes the user in the new pool and sends a code of Cognito's.
    Reset,
}

impl Tried {
    /// The word that is stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Code => "code",
            Self::Answer => "answer",
            Self::Reset => "reset",
        }
    }
}

/// How often within how long.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit {
    /// So many.
    pub most: u32,
    /// From the first one on.
    pub within: Duration,
}

impl Limit {
    /// Passwords that the old pool is asked about, of one user and by all ways together: fewer than it takes before it locks an account
    /// for long.
    pub const PASSWORDS: Self = Self { most: 5, within: Duration::from_mins(15) };
    /// Codes that are sent to one user.
    pub const CODES: Self = Self { most: 5, within: Duration::from_hours(1) };
    /// Answers that one user may give to codes, in however many sessions.
    pub const ANSWERS: Self = Self { most: 10, within: Duration::from_hours(1) };
    /// Resets of one user that begin at the user migration trigger: each sends a code of Cognito's.
    pub const RESETS: Self = Self { most: 5, within: Duration::from_hours(1) };

    /// When a count that began at this time is over.
    #[must_use]
    pub fn until(self, since: Timestamp) -> Timestamp {
        let within = u64::try_from(self.within.as_millis()).unwrap_or(u64::MAX);
        Timestamp(since.0.saturating_add(within))
    }
}

/// Whether one more is allowed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Allowance {
    /// It is, and is counted.
    Go,
    /// Not before this time.
    Wait(Timestamp),
}
