//! A token without user id: one line of log, which CloudWatch also counts.

use std::fmt;

use serde::Serialize;
use twinpool_core::change_event::ChangeEvent;
use twinpool_core::id::{Sub, Timestamp};
use twinpool_trigger::Count;

use super::Missing;
use super::hint::Told;

/// What a line says of the event that it is about.
#[derive(Debug)]
pub(super) struct Call<'a> {
    pub(super) event: Option<&'a ChangeEvent>,
    pub(super) function: &'a str,
    pub(super) request_id: &'a str,
    pub(super) at: Timestamp,
}

/// The line, in CloudWatch's embedded metric format, in the namespace `twinpool`: `ClaimMissing`, or `HintLost` where the token has
/// its claim and only the mirror does not know of a new pair.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line(String);

impl fmt::Display for Line {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Line {
    pub(super) fn missing(missing: &Missing, told: Told, call: &Call<'_>) -> Self {
        let mirror = match told {
            Told::Nothing => "",
            Told::Sent => "; the mirror looks at the account",
            Told::Lost => "; the mirror could not be told",
        };
        Self::of(Fields {
            claim_missing: Some(1),
            ..Fields::new(
                missing.level(),
                format!("a token was issued without user id: {missing}{mirror}"),
                missing.reason(),
                "ClaimMissing",
                call,
            )
        })
    }

    pub(super) fn hint_lost(call: &Call<'_>) -> Self {
        let message =
            "the mirror could not be told of a pair: it is made when the user next shows in the old pool";
        Self::of(Fields {
            hint_lost: Some(1),
            ..Fields::new("WARN", message.to_owned(), "hint_lost", "HintLost", call)
        })
    }

    fn of(fields: Fields<'_>) -> Self {
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
    trigger_source: Option<&'a str>,
    request_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a Sub>,
    #[serde(rename = "FunctionName")]
    function_name: &'a str,
    #[serde(rename = "ClaimMissing", skip_serializing_if = "Option::is_none")]
    claim_missing: Option<u8>,
    #[serde(rename = "HintLost", skip_serializing_if = "Option::is_none")]
    hint_lost: Option<u8>,
    #[serde(rename = "_aws")]
    aws: Count,
}

impl<'a> Fields<'a> {
    fn new(
        level: &'static str,
        message: String,
        reason: &'static str,
        metric: &'static str,
        call: &Call<'a>,
    ) -> Self {
        Self {
            level,
            message,
            reason,
            trigger_source: call.event.map(|event| event.cause.as_str()),
            request_id: call.request_id,
            sub: call.event.and_then(|event| event.sub.as_ref()),
            function_name: call.function,
            claim_missing: None,
            hint_lost: None,
            aws: Count::of(metric, call.at),
        }
    }
}
