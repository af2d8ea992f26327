//! One thing about one user: what it is about, and what is the matter with it.

use std::fmt;

use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::{AttributeName, GroupName, ProviderName};
use twinpool_core::snapshot::Factor;

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum What {
    /// The user, or something of the user.
    Of(Subject),
    /// Whether the user may sign in.
    Enabled,
    /// The user of the new pool was never given a password, and cannot reset it (F§0.5).
    Password,
}

impl fmt::Display for What {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Of(subject) => subject.fmt(f),
            Self::Enabled => f.write_str("enabled"),
            Self::Password => f.write_str("password"),
        }
    }
}

impl What {
    /// Reads what [`fmt::Display`] wrote.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let (kind, name) = text.split_once(' ').unwrap_or((text, ""));
        Some(match kind {
            "enabled" => Self::Enabled,
            "password" => Self::Password,
            "user" => Self::Of(Subject::User),
            "attribute" => Self::Of(Subject::Attribute(AttributeName::parse(name).ok()?)),
            "group" => Self::Of(Subject::Group(GroupName::parse(name).ok()?)),
            "identity" => Self::Of(Subject::Identity(ProviderName::parse(name).ok()?)),
            "factor" => Self::Of(Subject::Factor(Factor::from_code(name)?)),
            _ => return None,
        })
    }
}

/// What is the matter with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Why {
    /// Both pools have it and do not say the same.
    Differs,
    /// The new pool lacks it.
    Missing,
    /// The new pool has it, and the old one has it no more.
    Extra,
    /// No link: nobody has told twinpool of the user yet.
    NoLink,
    /// The link says that the user is being made.
    BeingMade,
    /// The old pool has deleted the user, and nobody has told twinpool yet.
    Gone,
    /// Deleted from the old pool; in the new one as the rules want it.
    Deleted,
    /// Nobody has confirmed the sign-up.
    NotConfirmed,
    /// One person with another user, who is in the new pool.
    Merged,
    /// Somebody gave the user of the new pool a temporary one, which the user has not changed yet.
    Temporary,
    /// Held back.
    Held(Reason),
}

impl Why {
    const OWN: [Self; 10] = [
        Self::Differs,
        Self::Missing,
        Self::Extra,
        Self::NoLink,
        Self::BeingMade,
        Self::Gone,
        Self::Deleted,
        Self::NotConfirmed,
        Self::Merged,
        Self::Temporary,
    ];

    /// The word that is stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Differs => "differs",
            Self::Missing => "not_there",
            Self::Extra => "extra",
            Self::NoLink => "no_link",
            Self::BeingMade => "being_made",
            Self::Gone => "gone",
            Self::Deleted => "deleted",
            Self::NotConfirmed => "not_confirmed",
            Self::Merged => "merged",
            Self::Temporary => "temporary",
            Self::Held(reason) => reason.code(),
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        let own = Self::OWN.into_iter().find(|why| why.code() == code);
        own.or_else(|| Reason::from_code(code).map(Self::Held))
    }
}

/// One thing about one user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// What it is about.
    pub what: What,
    /// What is the matter with it.
    pub why: Why,
    /// How the value looks in the old pool and in the new one, masked; for a terminal, and for no file.
    pub masked: Option<[Option<String>; 2]>,
}

impl Finding {
    /// A finding that shows no value.
    #[must_use]
    pub fn new(what: What, why: Why) -> Self {
        Self { what, why, masked: None }
    }

    pub(crate) fn user(why: Why) -> Self {
        Self::new(What::Of(Subject::User), why)
    }

    /// The kind of thing and what is the matter with it, without names.
    #[must_use]
    pub fn reason(&self) -> String {
        let kind = match &self.what {
            What::Of(Subject::User) => "user",
            What::Of(Subject::Attribute(_)) => "attribute",
            What::Of(Subject::Group(_)) => "group",
            What::Of(Subject::Identity(_)) => "identity",
            What::Of(Subject::Factor(_)) => "factor",
            What::Enabled => "enabled",
            What::Password => "password",
        };
        format!("{kind}: {}", self.why.code())
    }
}

impl From<&HeldBack> for Finding {
    fn from(held: &HeldBack) -> Self {
        Self::new(What::Of(held.subject.clone()), Why::Held(held.reason))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_written_down_is_read_back() {
        let attribute = |name: &str| Subject::Attribute(AttributeName::parse(name).unwrap());
        let all = [
            What::Enabled,
            What::Password,
            What::Of(Subject::User),
            What::Of(attribute("custom:tenant")),
            What::Of(Subject::Group(GroupName::parse("größe").unwrap())),
            What::Of(Subject::Identity(ProviderName::parse("Google").unwrap())),
            What::Of(Subject::Factor(Factor::Totp)),
        ];
        for what in all {
            assert_eq!(What::parse(&what.to_string()), Some(what));
        }
        assert_eq!(What::parse("attribute"), None);
        for why in Why::OWN.into_iter().chain(Reason::ALL.map(Why::Held)) {
            assert_eq!(Why::from_code(why.code()), Some(why));
        }
    }
}
