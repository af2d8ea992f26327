//! The message that says "this user may have changed". A hint: it holds digests, never values.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

use crate::digest::{Digest, DigestKey};
use crate::id::{AttributeName, ClientId, GroupName, PoolId, Sub, Timestamp, Username};

mod cause;
mod cloudtrail;
mod trigger;

pub use cause::{Cause, Channel, PasswordNews};
pub use cloudtrail::{
    Audited, Followed, GROUP_OPERATIONS, Ignored, USER_OPERATIONS, UnreadableRecord, audit,
};
pub use trigger::{Captured, Unreadable, capture, client_id, trigger_source};

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

    /// An id that was written down before.
    #[must_use]
    pub fn stored(text: impl Into<String>) -> Self {
        Self(text.into())
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
    /// Set where the event is about a group itself, and about no user.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub group_name: Option<GroupName>,
    /// What made twinpool look: a trigger source, an operation of the audit trail, an operator.
    pub cause: Cause,
    /// By which app client, where the trigger said so.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub client: Option<ClientId>,
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
    /// Neither sub nor username, nor a group.
    #[error("the change event names no user and no group")]
    NoUser,
}

/// Whom or what a hint is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum About {
    /// A user, by sub.
    User(Sub),
    /// A user, by sub and username: federated users are reached by their username only (F§4).
    Profile(Sub, Username),
    /// A user, by username, where no sub is known.
    Named(Username),
    /// A group itself.
    Group(GroupName),
}

impl ChangeEvent {
    /// A hint without digests: whoever gets it reads the pool.
    #[must_use]
    pub fn hint(id: EventId, pool: PoolId, about: About, cause: Cause, at: Timestamp) -> Self {
        let (sub, username, group_name) = match about {
            About::User(sub) => (Some(sub), None, None),
            About::Profile(sub, username) => (Some(sub), Some(username), None),
            About::Named(username) => (None, Some(username), None),
            About::Group(name) => (None, None, Some(name)),
        };
        let (attributes, groups, client) = (BTreeMap::new(), None, None);
        Self { format: FORMAT, id, pool, sub, username, group_name, cause, client, at, attributes, groups }
    }

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
        if event.sub.is_none() && event.username.is_none() && event.group_name.is_none() {
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
            (None, None) => match &self.group_name {
                Some(name) => key.group_name(name).as_str().to_owned(),
                None => self.id.as_str().to_owned(),
            },
        }
    }

    /// Whom or what the event is about; nothing if it names nobody.
    #[must_use]
    pub fn about(&self) -> Option<About> {
        if let Some(name) = &self.group_name {
            return Some(About::Group(name.clone()));
        }
        match (self.sub.clone(), self.username.clone()) {
            (Some(sub), Some(username)) => Some(About::Profile(sub, username)),
            (Some(sub), None) => Some(About::User(sub)),
            (None, Some(username)) => Some(About::Named(username)),
            (None, None) => None,
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
    fn a_hint_is_about_what_it_was_made_for() {
        let sub = || Sub::parse("s").unwrap();
        let name = || Username::parse("jane").unwrap();
        let group = About::Group(GroupName::parse("staff").unwrap());
        for about in [About::User(sub()), About::Profile(sub(), name()), About::Named(name()), group] {
            let pool = PoolId::parse("eu-west-1_A").unwrap();
            let id = EventId::from_random([1; 16]);
            let hint = ChangeEvent::hint(id, pool, about.clone(), Cause::operator("Redrive"), Timestamp(5));
            assert_eq!(hint.about(), Some(about));
        }
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
}
