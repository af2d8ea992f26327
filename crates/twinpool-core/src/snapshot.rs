//! What one pool says of one user at one time.

use std::collections::BTreeSet;

use crate::attribute::{Contact, travels};
use crate::id::{GroupName, Sub, Timestamp, Username};
use crate::value::{Attributes, Value};

/// The status of a user, as Cognito names it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// `UNCONFIRMED`: signed up, not confirmed.
    Unconfirmed,
    /// `CONFIRMED`.
    Confirmed,
    /// `FORCE_CHANGE_PASSWORD`: made by an administrator, never signed in.
    ForceChangePassword,
    /// `RESET_REQUIRED`: must reset the password.
    ResetRequired,
    /// `EXTERNAL_PROVIDER`: a federated profile.
    ExternalProvider,
    /// Anything else that Cognito says or will say.
    Other,
}

impl Status {
    /// Reads Cognito's word.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "UNCONFIRMED" => Self::Unconfirmed,
            "CONFIRMED" => Self::Confirmed,
            "FORCE_CHANGE_PASSWORD" => Self::ForceChangePassword,
            "RESET_REQUIRED" => Self::ResetRequired,
            "EXTERNAL_PROVIDER" => Self::ExternalProvider,
            _ => Self::Other,
        }
    }
}

/// One user in one pool. `Debug` shows names of attributes, never values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// The user's sub in this pool.
    pub sub: Sub,
    /// The user's username in this pool.
    pub username: Username,
    /// Confirmed or not, and how.
    pub status: Status,
    /// Whether the user may sign in.
    pub enabled: bool,
    /// All attributes that travel. An empty value is no value (F§4.2).
    pub attributes: Attributes,
    /// All groups of the user.
    pub groups: BTreeSet<GroupName>,
    /// When the user was made, by the pool's clock; 0 where the pool does not say.
    pub created_at: Timestamp,
}

impl Snapshot {
    /// Keeps of what a pool returned the attributes that travel and have a value.
    #[must_use]
    pub fn attributes_that_travel(all: Attributes) -> Attributes {
        all.into_iter().filter(|(name, value)| travels(name.as_str()) && !value.reveal().is_empty()).collect()
    }

    /// The value of a contact.
    #[must_use]
    pub fn contact(&self, contact: Contact) -> Option<&Value> {
        self.attribute(contact.name())
    }

    /// Whether a contact is verified.
    #[must_use]
    pub fn is_verified(&self, contact: Contact) -> bool {
        self.attribute(contact.flag()).is_some_and(Value::is_true)
    }

    /// The value of an attribute.
    #[must_use]
    pub fn attribute(&self, name: &str) -> Option<&Value> {
        self.attributes.iter().find_map(|(key, value)| (key.as_str() == name).then_some(value))
    }
}
