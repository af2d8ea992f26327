//! What a pool was made like: sign-in options and schema, which cannot be changed afterwards (F§6).

use std::collections::{BTreeMap, BTreeSet};

use crate::attribute::{Contact, is_folded};
use crate::id::{AttributeName, PoolId};
use crate::value::{Attributes, Value};

/// How people of a pool sign in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SignIn {
    /// `UsernameAttributes`: the contact is the name to sign in with; the pool makes up the username, equal to the sub (F§4.1).
    Contact(BTreeSet<Contact>),
    /// A username that the person chose, and perhaps aliases: contacts, which work once verified, and `preferred_username`.
    Username {
        /// Contacts in `AliasAttributes`.
        contacts: BTreeSet<Contact>,
        /// Whether `AliasAttributes` has `preferred_username`.
        preferred_username: bool,
    },
}

impl SignIn {
    /// Whether people sign in with this contact instead of a username.
    #[must_use]
    pub fn is_name(&self, contact: Contact) -> bool {
        matches!(self, Self::Contact(names) if names.contains(&contact))
    }

    /// Whether at most one user can hold a value of this attribute, because it is a way to sign in.
    #[must_use]
    pub fn is_unique(&self, name: &AttributeName) -> bool {
        match self {
            Self::Contact(names) => names.iter().any(|contact| contact.name() == name.as_str()),
            Self::Username { contacts, preferred_username } => {
                contacts.iter().any(|contact| contact.name() == name.as_str())
                    || (*preferred_username && name.as_str() == "preferred_username")
            }
        }
    }
}

/// What the schema says of one attribute.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttributeSchema {
    /// What values look like.
    pub kind: AttributeKind,
    /// Immutable attributes are written at creation only (F§4.1).
    pub mutable: bool,
    /// Sign-up wants it. Administrators may leave it out (F§4.1).
    pub required: bool,
}

impl AttributeSchema {
    /// Text of any length, mutable, not required: what Cognito makes of a standard attribute by itself.
    pub const TEXT: Self =
        Self { kind: AttributeKind::Text { min: 0, max: LONGEST_VALUE }, mutable: true, required: false };
}

/// What the values of an attribute look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum AttributeKind {
    /// So many characters.
    Text {
        /// At least.
        min: u32,
        /// At most.
        max: u32,
    },
    /// A whole number.
    Number {
        /// At least; `None` for no limit.
        min: Option<i64>,
        /// At most; `None` for no limit.
        max: Option<i64>,
    },
    /// `true` or `false`.
    Boolean,
    /// A moment.
    DateTime,
}

/// Whether a second factor stands between a password and tokens (`MfaConfiguration`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum MfaMode {
    /// Nobody has one.
    #[default]
    Off,
    /// Whoever set one up has one.
    Optional,
    /// Everybody is asked for one, also who has set up none yet.
    Required,
}

impl MfaMode {
    /// Whether users can have a second factor.
    #[must_use]
    pub fn is_on(self) -> bool {
        self != Self::Off
    }
}

/// No value is longer than this, in bytes (F§5).
pub const LONGEST_VALUE: u32 = 2_048;

/// The parts of a pool's configuration that decide what can be written into it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PoolShape {
    /// The pool.
    pub id: PoolId,
    /// How people sign in.
    pub sign_in: SignIn,
    /// Whether `Jane` and `jane` are two usernames (F§4.10).
    pub case_sensitive: bool,
    /// The schema, custom attributes with their `custom:` prefix. Standard attributes exist in every pool, told here or not.
    pub attributes: BTreeMap<AttributeName, AttributeSchema>,
    /// Contacts for which the pool sends a code, or waits for one, when an unverified value is written (F§4.2).
    pub verifies: BTreeSet<Contact>,
    /// Whether users can have a second factor, or must.
    pub mfa: MfaMode,
    /// Whether users can sign in with passkeys.
    pub passkeys: bool,
    /// Whether the pool remembers devices.
    pub devices: bool,
}

impl PoolShape {
    /// Whether the schema knows the attribute.
    #[must_use]
    pub fn has(&self, name: &AttributeName) -> bool {
        !name.as_str().starts_with("custom:") || self.attributes.contains_key(name)
    }

    /// The ways to sign in that a user with these attributes holds: of an alias pool's contacts, those that are verified
    /// (F§4.1).
    pub fn ways_to_sign_in<'a>(
        &self,
        attributes: &'a Attributes,
    ) -> impl Iterator<Item = (&'a AttributeName, &'a Value)> {
        attributes.iter().filter(|(name, _)| {
            let verified =
                |contact: Contact| attributes.get(&contact.flag_attribute()).is_some_and(Value::is_true);
            let counts = |contact| self.sign_in.is_name(contact) || verified(contact);
            self.sign_in.is_unique(name) && Contact::of(name).is_none_or(counts)
        })
    }

    /// Whether the attribute is refused until the user is confirmed: `preferred_username` as an alias
    /// (AWS: "Customizing sign-in attributes").
    #[must_use]
    pub fn waits_for_confirmation(&self, name: &AttributeName) -> bool {
        self.sign_in.is_unique(name) && Contact::of(name).is_none() && self.is_mutable(name)
    }

    /// Whether the attribute can be written after creation.
    #[must_use]
    pub fn is_mutable(&self, name: &AttributeName) -> bool {
        self.attributes.get(name).is_none_or(|schema| schema.mutable)
    }

    /// Whether two values say the same here: a case-insensitive pool may have folded what people sign in with (F§4.10).
    #[must_use]
    pub fn is_same(&self, name: &AttributeName, one: Option<&Value>, other: Option<&Value>) -> bool {
        match (one, other) {
            (Some(one), Some(other)) if !self.case_sensitive && is_folded(name) => {
                one.reveal().to_lowercase() == other.reveal().to_lowercase()
            }
            (one, other) => one == other,
        }
    }
}
