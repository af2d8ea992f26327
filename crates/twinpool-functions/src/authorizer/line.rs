//! A request that does not go on: one line of log, which CloudWatch also counts. Nothing of the token, nothing of the user.

use std::fmt;

use twinpool_core::id::Timestamp;
use twinpool_resolver::{Denied, NoPrincipal};

use super::Why;
use crate::emf;

/// The line: `AuthorizerRefused` for what the caller has to put right, `AuthorizerNotYet` for a user who has no user id yet,
/// `AuthorizerFailed` for everything else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line(String);

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Refused,
    NotYet,
    Failed,
}

impl Kind {
    fn of(why: Why) -> Self {
        match why {
            Why::NoPrincipal(NoPrincipal::Denied(Denied::NotYet)) => Self::NotYet,
            Why::NoPrincipal(why) if !why.passes() => Self::Refused,
            Why::NoPrincipal(_) | Why::Unusable(_) => Self::Failed,
        }
    }

    fn level(self) -> &'static str {
        match self {
            Self::Refused => "INFO",
            Self::NotYet => "WARN",
            Self::Failed => "ERROR",
        }
    }

    fn metric(self) -> &'static str {
        match self {
            Self::Refused => "AuthorizerRefused",
            Self::NotYet => "AuthorizerNotYet",
            Self::Failed => "AuthorizerFailed",
        }
    }
}

impl Line {
    pub(super) fn new(why: Why, function: &str, request_id: &str, at: Timestamp) -> Self {
        let kind = Kind::of(why);
        let reason = match why {
            Why::NoPrincipal(why) => why.code(),
            Why::Unusable(why) => why.code(),
        };
        let message = format!("a request does not go on: {why}");
        let line = emf::Line::of(function, at)
            .text("level", kind.level())
            .text("message", &message)
            .text("reason", reason)
            .text("request_id", request_id)
            .count(kind.metric(), 1);
        Self(line.to_string())
    }
}
