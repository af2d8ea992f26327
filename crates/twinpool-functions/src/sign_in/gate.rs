//! What the triggers of newcomers have in common: what is read of an event, and how it is refused.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::time::Duration;

use lambda_runtime::Diagnostic;
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::time::Instant;
use twinpool_core::id::{AttributeName, Username};
use twinpool_core::value::{Attributes, Value};
use twinpool_engine::{No, NotNow};

/// Whatever is asked, Cognito has its answer by then and does not call again (F§2).
const ANSWERED_WITHIN: Duration = Duration::from_secs(4);

/// What goes back to Cognito.
#[derive(Debug)]
pub struct Said {
    /// The trigger event with the answer.
    pub event: Box<RawValue>,
    /// For the log.
    pub outcome: Outcome,
}

/// What becomes of a person who comes to the new pool for the first time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Made there, and let in.
    LetIn,
    /// Made there; the code of a reset comes first.
    ResetFirst,
    /// Not made, for this reason. The person is not told.
    Nobody(No),
}

/// Why the trigger fails. The client gets the first word of it, in a UserLambdaValidationException.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Something did not answer.
    #[error("TRY_LATER")]
    NotNow(NotNow),
    /// It took longer than Cognito waits.
    #[error("TRY_LATER")]
    TooSlow,
    /// An event that Cognito does not send.
    #[error("TRY_LATER")]
    Unreadable,
    /// Too many attempts, here or in the old pool's own count.
    #[error("TOO_MANY")]
    TooMany(No),
    /// A user of the old pool has the name.
    #[error("SIGN_IN_INSTEAD: an account with this name exists already, sign in with its password")]
    SignInInstead,
}

impl From<&Refusal> for Diagnostic {
    fn from(refusal: &Refusal) -> Self {
        let error_type = match refusal {
            Refusal::NotNow(_) | Refusal::TooSlow | Refusal::Unreadable => "TryLater",
            Refusal::TooMany(_) => "TooMany",
            Refusal::SignInInstead => "SignInInstead",
        };
        Self { error_type: error_type.to_owned(), error_message: refusal.to_string() }
    }
}

impl Refusal {
    /// What happened, for the log: without a name or an address.
    pub(super) fn why(&self) -> String {
        match self {
            Self::NotNow(why) => format!("nothing could be said: {why}"),
            Self::TooSlow => "nothing could be said: no answer in time".to_owned(),
            Self::Unreadable => "nothing could be said: the trigger event cannot be read".to_owned(),
            Self::TooMany(no) => format!("nobody is made in the new pool: {no}"),
            Self::SignInInstead => "a user of the old pool has the name of this sign-up".to_owned(),
        }
    }
}

/// When the answer is due: at this time, or 4 s from now.
pub(super) fn due(until: Instant) -> Instant {
    until.min(Instant::now() + ANSWERED_WITHIN)
}

/// What is read of a trigger event.
#[derive(Deserialize)]
pub(super) struct Event<'a> {
    #[serde(rename = "triggerSource", borrow)]
    pub(super) source: Cow<'a, str>,
    #[serde(rename = "userName", default)]
    username: Option<String>,
    #[serde(default)]
    pub(super) request: Request,
}

#[derive(Deserialize, Default)]
pub(super) struct Request {
    #[serde(default)]
    pub(super) password: Option<String>,
    #[serde(rename = "userAttributes", default)]
    attributes: Option<BTreeMap<String, serde_json::Value>>,
}

impl<'a> Event<'a> {
    pub(super) fn read(raw: &'a str) -> Result<Self, Refusal> {
        serde_json::from_str(raw).map_err(|_| Refusal::Unreadable)
    }

    /// What the person typed, or the pool made up. A text that is no username is nobody's.
    pub(super) fn username(&self) -> Option<Username> {
        self.username.as_ref().and_then(|name| Username::parse(name.as_str()).ok())
    }

    /// Attribute values are text, but the documentation's own samples hold booleans (F§1.0).
    pub(super) fn attributes(&self) -> Attributes {
        let all = self.request.attributes.iter().flatten();
        all.filter_map(|(name, value)| {
            let text = match value {
                serde_json::Value::String(text) => text.clone(),
                serde_json::Value::Bool(_) | serde_json::Value::Number(_) => value.to_string(),
                serde_json::Value::Null | serde_json::Value::Array(_) | serde_json::Value::Object(_) => {
                    return None;
                }
            };
            Some((AttributeName::parse(name.as_str()).ok()?, Value::new(text)))
        })
        .collect()
    }
}

#[cfg(test)]
mod tests;
