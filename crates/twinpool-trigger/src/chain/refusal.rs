//! Why there is no answer of the former function, and what Cognito is told instead.

use std::fmt;

use lambda_runtime::Diagnostic;
use serde::Deserialize;
use serde_json::Value;
use twinpool_aws::lambda::FunctionArn;
use twinpool_core::port::PortError;

/// What went wrong. Holds nothing of the trigger event, and nothing of what the former function said.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// It ended with an error of its own, which was passed on.
    #[error("the former function of the trigger ended with an error, which was passed on")]
    Said,
    /// Lambda did not call it.
    #[error("the former function of the trigger could not be called: {0}")]
    NotCalled(PortError),
    /// Cognito's time is over.
    #[error("the former function of the trigger did not answer within 5 s")]
    TooSlow,
    /// Its answer is no JSON.
    #[error("the former function of the trigger answered with something that is not JSON")]
    Unreadable,
    /// The way leads back.
    #[error(
        "the function is chained to itself: set the former function, or none, in the parameters of the stack"
    )]
    Loop,
    /// The slot cannot be told.
    #[error("the trigger event has a triggerSource that nobody knows: it cannot be told whom to call first")]
    UnknownTrigger,
    /// A setting is wrong: nothing can be called until the function is deployed again.
    #[error("the former function of the trigger cannot be called, as the function is misconfigured: {0}")]
    Misconfigured(String),
    /// A defect.
    #[error("the function has a defect: it panicked")]
    Panicked,
}

impl Failure {
    /// The reason in one word, for queries.
    #[must_use]
    pub fn reason(&self) -> &'static str {
        match self {
            Self::Said => "error",
            Self::NotCalled(_) => "not_called",
            Self::TooSlow => "too_slow",
            Self::Unreadable => "unreadable",
            Self::Loop => "loop",
            Self::UnknownTrigger => "unknown_trigger",
            Self::Misconfigured(_) => "misconfigured",
            Self::Panicked => "panicked",
        }
    }

    /// What the user's application gets to read, in Cognito's words for its own troubles: no names of ours.
    fn told(&self) -> Diagnostic {
        let (kind, message) = match self {
            Self::NotCalled(error) => {
                (error.code.as_str(), format!("invocation failed due to error {}", error.code))
            }
            Self::TooSlow => (
                "TimedOut",
                "invocation failed due to error Socket timeout while invoking Lambda function".to_owned(),
            ),
            Self::Unreadable => ("InvalidLambdaResponseException", "Unrecognizable lambda output".to_owned()),
            Self::Said | Self::Loop | Self::UnknownTrigger | Self::Misconfigured(_) | Self::Panicked => {
                ("ConfigurationError", "invocation failed due to configuration".to_owned())
            }
        };
        Diagnostic { error_type: kind.to_owned(), error_message: message }
    }
}

/// A trigger that fails, as the former function wanted it or because it could not be called.
#[derive(Clone, PartialEq, Eq)]
pub struct Refusal {
    /// For the log.
    pub failure: Failure,
    /// The former function, where one was about to be called.
    pub former: Option<FunctionArn>,
    /// For Cognito.
    pub told: Diagnostic,
}

impl fmt::Debug for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Refusal").field("failure", &self.failure).finish_non_exhaustive()
    }
}

impl From<Failure> for Box<Refusal> {
    fn from(failure: Failure) -> Self {
        Self::new(Refusal { told: failure.told(), failure, former: None })
    }
}

#[derive(Default, Deserialize)]
struct Said {
    #[serde(rename = "errorMessage", default)]
    message: Value,
    #[serde(rename = "errorType", default)]
    kind: Value,
}

impl Refusal {
    /// The former function's own error: message and type as it gave them.
    pub(super) fn said(body: &[u8]) -> Box<Self> {
        let said: Said = serde_json::from_slice(body).unwrap_or_default();
        let text = |value: Value, otherwise: &str| match value {
            Value::String(text) => text,
            Value::Null => otherwise.to_owned(),
            other => other.to_string(),
        };
        let told = Diagnostic {
            error_type: text(said.kind, "Error"),
            error_message: text(said.message, "the function failed"),
        };
        Box::new(Self { failure: Failure::Said, told, former: None })
    }

    pub(super) fn of(mut self: Box<Self>, former: &FunctionArn) -> Box<Self> {
        self.former = Some(former.clone());
        self
    }
}
