//! The message that says "this user may have changed". A hint: it holds digests, never values.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::digest::{Digest, DigestKey};
use crate::id::{AttributeName, PoolId, Sub, Timestamp, Username};

mod trigger;

pub use trigger::{Captured, Unreadable, capture};

/// The only wire format there is.
const FORMAT: u8 = 1;

/// What made one change event: unique per capture, so that the queue never takes A, B, A for A, B (F§10).
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EventId(String);

impl EventId {
    /// An id of 128 random bits.
    #[must_use]
    pub fn from_random(bytes: [u8; 16]) -> Self {
        Self(format!("{:032x}", u128::from_be_bytes(bytes)))
    }

    /// The id as text: 32 hexadecimal digits.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for EventId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "EventId({})", self.0)
    }
}

/// What Cognito called the moment: a trigger source, kept only if it looks like one.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Cause(String);

impl From<String> for Cause {
    fn from(text: String) -> Self {
        let sound = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if !text.is_empty() && text.len() <= 64 && text.chars().all(sound) {
            Self(text)
        } else {
            Self("unknown".to_owned())
        }
    }
}

impl From<Cause> for String {
    fn from(cause: Cause) -> Self {
        cause.0
    }
}

impl Cause {
    /// The trigger source.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether a token is made, which every sign-in and refresh does.
    #[must_use]
    pub fn is_token(&self) -> bool {
        self.0.starts_with("TokenGeneration_")
    }

    /// Whether Cognito says this only of users who are confirmed.
    #[must_use]
    pub fn implies_confirmed(&self) -> bool {
        self.is_token() || self.0.starts_with("PostConfirmation_")
    }
}

impl fmt::Debug for Cause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// How a pool is asked for one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum UserRef {
    /// By sub: enough for local users (F§4).
    Sub(Sub),
    /// By username: federated users, and events without a sub.
    Username(Username),
}

impl UserRef {
    /// What goes into the `Username` parameter of a call. May be personal: not for logs.
    #[must_use]
    pub fn parameter(&self) -> &str {
        match self {
            Self::Sub(sub) => sub.as_str(),
            Self::Username(username) => username.as_str(),
        }
    }
}

/// One hint, as it stands in the queue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChangeEvent {
    #[serde(rename = "v")]
    format: u8,
    /// Unique per capture.
    pub id: EventId,
    /// The pool that the user is in.
    pub pool: PoolId,
    /// The user, where the trigger said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sub: Option<Sub>,
    /// Only where a sub cannot name the user: federated users, and events without a sub.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub username: Option<Username>,
    /// The trigger source.
    pub cause: Cause,
    /// When it was captured, in milliseconds since 1970.
    pub at: Timestamp,
    /// A digest per attribute that the trigger showed. What is missing is unknown, not deleted (F§1.1).
    #[serde(default)]
    pub attributes: BTreeMap<AttributeName, Digest>,
    /// A digest of all groups, where the trigger showed them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub groups: Option<Digest>,
}

/// Why a message is not a change event. Holds nothing of the message.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NotAChangeEvent {
    /// Not JSON, or not the fields of a change event.
    #[error("the message is not a change event")]
    Shape,
    /// Written by a newer twinpool.
    #[error(
        "the change event has format {0}, and this twinpool reads format {FORMAT}: deploy the mirror before the capture"
    )]
    Format(u8),
    /// Neither sub nor username.
    #[error("the change event names no user")]
    NoUser,
}

impl ChangeEvent {
    /// Reads the body of a message.
    ///
    /// # Errors
    /// When the body is not a change event that this version can read.
    pub fn parse(body: &str) -> Result<Self, NotAChangeEvent> {
        #[derive(Deserialize)]
        struct Format {
            v: u8,
        }
        let Format { v } = serde_json::from_str(body).map_err(|_| NotAChangeEvent::Shape)?;
        if v != FORMAT {
            return Err(NotAChangeEvent::Format(v));
        }
        let event: Self = serde_json::from_str(body).map_err(|_| NotAChangeEvent::Shape)?;
        if event.sub.is_none() && event.username.is_none() {
            return Err(NotAChangeEvent::NoUser);
        }
        Ok(event)
    }

    /// The body of a message.
    #[must_use]
    pub fn to_body(&self) -> String {
        // Strings, numbers and string-keyed maps: serialisation has no way to fail.
        serde_json::to_string(self).unwrap_or_default()
    }

    /// What the queue keeps in order: the sub, or a digest of the username where there is no sub (F§10: ≤ 128 ASCII characters).
    #[must_use]
    pub fn group(&self, key: &DigestKey) -> String {
        match (&self.sub, &self.username) {
            (Some(sub), _) => sub.as_str().to_owned(),
            (None, Some(username)) => key.username(username.as_str()).as_str().to_owned(),
            (None, None) => self.id.as_str().to_owned(),
        }
    }

    /// How to ask the pool for this user; nothing if the event names none.
    #[must_use]
    pub fn user(&self) -> Option<UserRef> {
        match (&self.username, &self.sub) {
            (Some(username), _) => Some(UserRef::Username(username.clone())),
            (None, Some(sub)) => Some(UserRef::Sub(sub.clone())),
            (None, None) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BODY: &str =
        r#"{"v":1,"id":"0","pool":"eu-west-1_A","sub":"s","cause":"PostConfirmation_ConfirmSignUp","at":5}"#;

    #[test]
    fn a_change_event_survives_the_queue() {
        let event = ChangeEvent::parse(BODY).unwrap();
        assert_eq!(ChangeEvent::parse(&event.to_body()), Ok(event));
    }

    #[test]
    fn what_is_not_ours_is_refused_without_quoting_it() {
        for body in ["", "[]", "{}", "not json jane@example.com", r#"{"v":1}"#] {
            assert_eq!(ChangeEvent::parse(body), Err(NotAChangeEvent::Shape));
        }
        let newer = BODY.replace(r#""v":1"#, r#""v":2"#);
        assert_eq!(ChangeEvent::parse(&newer), Err(NotAChangeEvent::Format(2)));
        let nobody = BODY.replace(r#""sub":"s","#, "");
        assert_eq!(ChangeEvent::parse(&nobody), Err(NotAChangeEvent::NoUser));
    }

    #[test]
    fn a_cause_that_is_not_a_trigger_source_is_not_kept() {
        assert_eq!(Cause::from("jane@example.com".to_owned()).as_str(), "unknown");
    }
}
