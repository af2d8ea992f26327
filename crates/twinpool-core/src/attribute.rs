//! Which attributes exist, which of them travel, and which are contacts.

use crate::id::AttributeName;

/// What every pool has beside its custom attributes (OpenID Connect Core, 5.1). An ID token shows them as claims.
pub const STANDARD: [&str; 19] = [
    "address",
    "birthdate",
    "email",
    "email_verified",
    "family_name",
    "gender",
    "given_name",
    "locale",
    "middle_name",
    "name",
    "nickname",
    "phone_number",
    "phone_number_verified",
    "picture",
    "preferred_username",
    "profile",
    "updated_at",
    "website",
    "zoneinfo",
];

/// Whether an attribute belongs to the person, so that a pool lets us write it.
/// `sub`, `identities` and everything under `cognito:` are the pool's own (F§1.1); `dev:` is not reachable by app clients.
#[must_use]
pub fn travels(name: &str) -> bool {
    !(name == "sub" || name == "identities" || name.starts_with("cognito:") || name.starts_with("dev:"))
}

/// Whether a pool that does not tell upper from lower case may fold this attribute: people sign in with it (F§4.10).
#[must_use]
pub fn is_folded(name: &AttributeName) -> bool {
    matches!(name.as_str(), "email" | "preferred_username")
}

/// An attribute that can reach a person, or be a name to sign in with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Contact {
    /// `email`, verified by `email_verified`.
    Email,
    /// `phone_number`, verified by `phone_number_verified`.
    Phone,
}

impl Contact {
    /// Both, in the order in which they are preferred as a sign-in name.
    pub const ALL: [Self; 2] = [Self::Email, Self::Phone];

    /// The name of the attribute.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Phone => "phone_number",
        }
    }

    /// The name of the flag that goes with it. Cognito wants both in one call (F§4.2).
    #[must_use]
    pub fn flag(self) -> &'static str {
        match self {
            Self::Email => "email_verified",
            Self::Phone => "phone_number_verified",
        }
    }

    /// The attribute that holds the address.
    #[must_use]
    pub fn address_attribute(self) -> AttributeName {
        AttributeName::known(self.name())
    }

    /// The attribute that holds the flag.
    #[must_use]
    pub fn flag_attribute(self) -> AttributeName {
        AttributeName::known(self.flag())
    }

    /// The contact that an attribute is part of, as address or as flag.
    #[must_use]
    pub fn of(name: &AttributeName) -> Option<Self> {
        Self::ALL.into_iter().find(|contact| [contact.name(), contact.flag()].contains(&name.as_str()))
    }

    /// Whether an attribute is the flag of a contact. A custom attribute may end like one.
    #[must_use]
    pub fn is_flag(name: &AttributeName) -> bool {
        Self::ALL.iter().any(|contact| contact.flag() == name.as_str())
    }
}
