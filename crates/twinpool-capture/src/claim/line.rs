//! A token without the claim: one line of log, which CloudWatch also counts.

use std::fmt;

use serde::Serialize;
use twinpool_core::claim::NotAdded;
use twinpool_core::id::Timestamp;
use twinpool_trigger::Count;

use super::Missing;

/// The line, in CloudWatch's embedded metric format: `ClaimNotAdded` in the namespace `twinpool`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClaimLine(String);

impl fmt::Display for ClaimLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ClaimLine {
    pub(crate) fn new(missing: &Missing, function: &str, request_id: &str, at: Timestamp) -> Self {
        let fields = Fields {
            level: missing.level(),
            message: format!("a token went without the user id, the sign-in went on: {missing}"),
            reason: missing.reason(),
            request_id,
            function_name: function,
            claim_not_added: 1,
            aws: Count::of("ClaimNotAdded", at),
        };
        // Text and numbers: serialisation has no way to fail.
        Self(serde_json::to_string(&fields).unwrap_or_default())
    }
}

impl Missing {
    fn reason(&self) -> &'static str {
        match self {
            Self::Misconfigured(_) => "misconfigured",
            Self::NotAdded(why) => why.reason(),
            Self::Panicked => "panicked",
        }
    }

    /// `ERROR` where it goes on until somebody acts.
    fn level(&self) -> &'static str {
        match self {
            Self::Misconfigured(_) | Self::Panicked | Self::NotAdded(NotAdded::Taken) => "ERROR",
            Self::NotAdded(_) => "WARN",
        }
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
    #[serde(rename = "ClaimNotAdded")]
    claim_not_added: u8,
    #[serde(rename = "_aws")]
    aws: Count,
}
