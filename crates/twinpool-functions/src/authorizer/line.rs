//! A request that does not go on: one line of log, which CloudWatch also counts. Nothing of the token, nothing of the user.

use std::fmt;

use serde::Serialize;
use twinpool_core::id::Timestamp;
use twinpool_resolver::{Denied, NoPrincipal};
use twinpool_trigger::Count;

use super::Why;

/// The line: `AuthorizerRefused` for what the caller has to put right, `AuthorizerNotYet` for a user who has no user id yet,
/// `AuthorizerFailed` for everything else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line(String);

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
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

    /// 1 in the field that is counted.
    fn one(self, of: Self) -> Option<u8> {
        (self == of).then_some(1)
    }
}

impl Line {
    pub(super) fn new(why: Why, function: &str, request_id: &str, at: Timestamp) -> Self {
        let kind = Kind::of(why);
        let fields = Fields {
            level: kind.level(),
            message: format!("a request does not go on: {why}"),
            reason: match why {
                Why::NoPrincipal(why) => why.code(),
                Why::Unusable(why) => why.code(),
            },
            request_id,
            function_name: function,
            refused: kind.one(Kind::Refused),
            not_yet: kind.one(Kind::NotYet),
            failed: kind.one(Kind::Failed),
            aws: Count::of(kind.metric(), at),
        };
        // Text and numbers: serialisation has no way to fail.
        Self(serde_json::to_string(&fields).unwrap_or_default())
    }
}

#[derive(Serialize)]
struct Fields<'a> {
    level: &'static str,
    message: String,
    reason: &'static str,
    request_id: &'a str,
    #[serde(rename = "FunctionName")]
    function_name: &'a str,
    #[serde(rename = "AuthorizerRefused", skip_serializing_if = "Option::is_none")]
    refused: Option<u8>,
    #[serde(rename = "AuthorizerNotYet", skip_serializing_if = "Option::is_none")]
    not_yet: Option<u8>,
    #[serde(rename = "AuthorizerFailed", skip_serializing_if = "Option::is_none")]
    failed: Option<u8>,
    #[serde(rename = "_aws")]
    aws: Count,
}
