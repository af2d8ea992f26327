//! A change event that did not reach the queue: one line of log, which CloudWatch also counts.

use std::fmt;
use std::time::Duration;

use serde::Serialize;
use twinpool_core::change_event::{Cause, ChangeEvent, Unreadable};
use twinpool_core::id::{Sub, Timestamp};
use twinpool_core::port::{Class, PortError};

use twinpool_trigger::Count;

/// Why a change event was lost. Holds nothing of the trigger event.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Loss {
    /// A setting is missing or wrong: nothing can be sent until the function is deployed again.
    #[error("the function is misconfigured: {0}")]
    Misconfigured(String),
    /// The trigger event makes no sense.
    #[error("{0}")]
    Unreadable(Unreadable),
    /// The queue refused, or could not be reached.
    #[error("{0}")]
    NotSent(PortError),
    /// The deadline passed.
    #[error("the queue did not take it within {0:?}")]
    TooSlow(Duration),
    /// The former function took the time that Cognito gives (F§2), or nearly all of it.
    #[error("the former function of the trigger left no time to send it")]
    NoTimeLeft,
    /// A defect.
    #[error("the function has a defect: it panicked")]
    Panicked,
    /// The system gave no random number for the event's id.
    #[error("the system gave no random number")]
    NoRandomness,
}

impl Loss {
    /// The reason in one word, for queries.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Misconfigured(_) => "misconfigured",
            Self::Unreadable(_) => "unreadable",
            Self::NotSent(_) => "not_sent",
            Self::TooSlow(_) => "too_slow",
            Self::NoTimeLeft => "no_time_left",
            Self::Panicked => "panicked",
            Self::NoRandomness => "no_randomness",
        }
    }

    /// `ERROR` where it goes on until somebody acts.
    fn level(&self) -> &'static str {
        let lasting = match self {
            Self::Misconfigured(_) | Self::Panicked => true,
            Self::NotSent(error) => {
                matches!(error.class, Class::Denied | Class::NotFound | Class::Rejected)
            }
            Self::Unreadable(_) | Self::TooSlow(_) | Self::NoTimeLeft | Self::NoRandomness => false,
        };
        if lasting { "ERROR" } else { "WARN" }
    }
}

/// What is known of the trigger event when it is lost.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    cause: Option<Cause>,
    sub: Option<Sub>,
}

impl Seen {
    pub(crate) fn note(&mut self, event: &ChangeEvent) {
        self.cause = Some(event.cause.clone());
        self.sub.clone_from(&event.sub);
    }
}

/// The line, in CloudWatch's embedded metric format: `CaptureLost` in the namespace `twinpool`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LossLine(String);

impl fmt::Display for LossLine {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl LossLine {
    pub(crate) fn new(
        loss: &Loss,
        seen: &Seen,
        went_on: bool,
        function: &str,
        request_id: &str,
        at: Timestamp,
    ) -> Self {
        let outcome = if went_on { ", the sign-in went on" } else { "" };
        let fields = Fields {
            level: loss.level(),
            message: format!("a change event was lost{outcome}: {loss}"),
            reason: loss.reason(),
            trigger_source: seen.cause.as_ref().map(Cause::as_str),
            request_id,
            sub: seen.sub.as_ref(),
            function_name: function,
            capture_lost: 1,
            aws: Count::of("CaptureLost", at),
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
    trigger_source: Option<&'a str>,
    request_id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    sub: Option<&'a Sub>,
    #[serde(rename = "FunctionName")]
    function_name: &'a str,
    #[serde(rename = "CaptureLost")]
    capture_lost: u8,
    #[serde(rename = "_aws")]
    aws: Count,
}
