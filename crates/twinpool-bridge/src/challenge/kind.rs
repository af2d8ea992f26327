//! The kinds of questions.

use std::fmt;

use twinpool_core::id::Timestamp;

/// What a round asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kind {
    /// The password of the old pool.
    Password,
    /// Another password: the one before was right and cannot be used.
    NewPassword,
    /// A code that was sent.
    Code(SentCode),
    /// Nothing: the password is set, and a plain sign-in asks for the second factor.
    SignIn,
}

/// What is kept of a code, in the challenge session alone.
#[derive(Clone, PartialEq, Eq)]
pub struct SentCode {
    /// Until when it is taken.
    pub(crate) until: Timestamp,
    /// A digest that is keyed, as text.
    pub(crate) digest: String,
}

impl Kind {
    /// What clients see as `type`.
    #[must_use]
    pub fn code(&self) -> &'static str {
        match self {
            Self::Password => "PASSWORD",
            Self::NewPassword => "NEW_PASSWORD",
            Self::Code(_) => "CODE",
            Self::SignIn => "SIGN_IN",
        }
    }

    /// What goes into `challengeMetadata`, and under `kind` into `privateChallengeParameters`: no client sees either.
    #[must_use]
    pub fn metadata(&self) -> String {
        match self {
            Self::Code(sent) => format!("CODE:{}:{}", sent.until.0, sent.digest),
            Self::Password | Self::NewPassword | Self::SignIn => self.code().to_owned(),
        }
    }

    /// The kind that was written so.
    #[must_use]
    pub fn parse(metadata: &str) -> Option<Self> {
        match metadata {
            "PASSWORD" => Some(Self::Password),
            "NEW_PASSWORD" => Some(Self::NewPassword),
            "SIGN_IN" => Some(Self::SignIn),
            other => {
                let (until, digest) = other.strip_prefix("CODE:")?.split_once(':')?;
                let sent = SentCode { until: Timestamp(until.parse().ok()?), digest: digest.to_owned() };
                Some(Self::Code(sent))
            }
        }
    }
}

impl fmt::Debug for SentCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SentCode(until {}, «redacted»)", self.until.0)
    }
}
