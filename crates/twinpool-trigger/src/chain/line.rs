//! A trigger that failed for its former function: one line of log, which CloudWatch also counts.

use std::fmt;

use serde::Serialize;
use twinpool_aws::lambda::FunctionArn;
use twinpool_core::id::Timestamp;

use super::{Failure, Refusal};
use crate::metric::Count;

/// The line: `FormerError` where the former function itself failed, as it would have without capture; `ChainFailed` for
/// everything else.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChainLine(String);

impl fmt::Display for ChainLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl ChainLine {
    /// The line of one failed call.
    #[must_use]
    pub fn new(refusal: &Refusal, function: &str, request_id: &str, at: Timestamp) -> Self {
        let failure = &refusal.failure;
        let is_own = matches!(failure, Failure::Said);
        let fields = Fields {
            level: if is_own { "INFO" } else { "ERROR" },
            message: format!("a trigger failed: {failure}"),
            reason: failure.reason(),
            former: refusal.former.as_ref().map(FunctionArn::as_str),
            request_id,
            function_name: function,
            former_error: is_own.then_some(1),
            chain_failed: (!is_own).then_some(1),
            aws: Count::of(if is_own { "FormerError" } else { "ChainFailed" }, at),
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
    #[serde(skip_serializing_if = "Option::is_none")]
    former: Option<&'a str>,
    request_id: &'a str,
    #[serde(rename = "FunctionName")]
    function_name: &'a str,
    #[serde(rename = "FormerError", skip_serializing_if = "Option::is_none")]
    former_error: Option<u8>,
    #[serde(rename = "ChainFailed", skip_serializing_if = "Option::is_none")]
    chain_failed: Option<u8>,
    #[serde(rename = "_aws")]
    aws: Count,
}
