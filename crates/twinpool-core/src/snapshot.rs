//! What one pool says of one user at one time.

use std::collections::BTreeSet;
use std::fmt;

use crate::attribute::{Contact, travels};
use crate::id::{GroupName, ProviderName, Sub, Timestamp, Username};
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

    /// Cognito's word; `OTHER` for those that have none of their own here.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Unconfirmed => "UNCONFIRMED",
            Self::Confirmed => "CONFIRMED",
            Self::ForceChangePassword => "FORCE_CHANGE_PASSWORD",
            Self::ResetRequired => "RESET_REQUIRED",
            Self::ExternalProvider => "EXTERNAL_PROVIDER",
            Self::Other => "OTHER",
        }
    }
}

/// Who a user is to an identity provider.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Identity {
    /// The provider, as its pool names it.
    pub provider: ProviderName,
    /// Who the user is there. Personal.
    pub subject: Value,
}

/// The second factors of a user.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Mfa {
    /// A code by text message.
    pub sms: bool,
    /// A code by e-mail.
    pub email: bool,
    /// Codes of an authenticator app.
    pub totp: bool,
    /// Which one Cognito asks for first.
    pub preferred: Option<Factor>,
}

impl Mfa {
    /// Whether this factor is on.
    #[must_use]
    pub fn has(&self, factor: Factor) -> bool {
        match factor {
            Factor::Sms => self.sms,
            Factor::Email => self.email,
            Factor::Totp => self.totp,
            Factor::Passkeys | Factor::Devices => false,
        }
    }
}

/// A way to prove oneself beside the password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Factor {
    /// A code by text message.
    Sms,
    /// A code by e-mail.
    Email,
    /// Codes of an authenticator app.
    Totp,
    /// Passkeys.
    Passkeys,
    /// Remembered devices.
    Devices,
}

impl Factor {
    /// All factors.
    pub const ALL: [Self; 5] = [Self::Sms, Self::Email, Self::Totp, Self::Passkeys, Self::Devices];

    /// The word that is stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Sms => "sms",
            Self::Email => "email",
            Self::Totp => "totp",
            Self::Passkeys => "passkeys",
            Self::Devices => "devices",
        }
    }

    /// The factor with this word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|factor| factor.code() == code)
    }
}

impl fmt::Display for Factor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
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
    /// With which identity providers the user signs in.
    pub identities: BTreeSet<Identity>,
    /// Second factors.
    pub mfa: Mfa,
    /// Other ways to prove oneself that the pool keeps and nobody can read out.
    pub factors: BTreeSet<Factor>,
    /// When the user was made, by the pool's clock; 0 where the pool does not say.
    pub created_at: Timestamp,
    /// When the user was last changed, by the pool's clock; 0 where the pool does not say. Whether groups and second factors
    /// count is not documented (F§4.6).
    pub modified_at: Timestamp,
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
