//! What was not mirrored, and why: an obstacle of the business, not an error.

use std::fmt;

use crate::id::{AttributeName, GroupName, ProviderName};
use crate::snapshot::Factor;

/// Something that stays as it is in the new pool.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct HeldBack {
    /// What was held back.
    pub subject: Subject,
    /// Why.
    pub reason: Reason,
}

/// What a plan can hold back.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// The whole user.
    User,
    /// One attribute.
    Attribute(AttributeName),
    /// Membership of one group.
    Group(GroupName),
    /// The sign-in with one identity provider.
    Identity(ProviderName),
    /// A way to prove oneself.
    Factor(Factor),
}

impl HeldBack {
    /// Whether it may pass by itself: who holds a name can give it up.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        let unlinked = matches!(self.subject, Subject::Identity(_)) && self.reason == Reason::Refused;
        unlinked || matches!(self.reason, Reason::Taken | Reason::Twin)
    }
}

impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::User => f.write_str("user"),
            Self::Attribute(name) => write!(f, "attribute {name}"),
            Self::Group(name) => write!(f, "group {name}"),
            Self::Identity(name) => write!(f, "identity {name}"),
            Self::Factor(factor) => write!(f, "factor {factor}"),
        }
    }
}

impl fmt::Display for HeldBack {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.subject, self.reason.remedy())
    }
}

/// Why something was not mirrored. Stable codes: they stand in the table and in reports.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Reason {
    /// The new pool's schema has no such attribute.
    NotInSchema,
    /// The new pool lets the attribute be written at creation only.
    Immutable,
    /// The attribute's value is refused by the new pool.
    Refused,
    /// Another user of the new pool holds this way to sign in.
    Taken,
    /// Writing an unverified contact would message the user, or hang until the user answers.
    WouldMessage,
    /// The contact is a sign-in name in the new pool, and nobody proved that it is this user's.
    UnverifiedSignInName,
    /// The user has none of the contacts that the new pool signs in with.
    NoSignInName,
    /// The username was an address when the user was made, the address has changed, and usernames cannot.
    SignInNameFixed,
    /// A federated profile: only its identity provider can make it (F§4.8).
    Federated,
    /// The user was deleted from the new pool.
    Missing,
    /// Another user of the old pool has the same name in the new pool's eyes, and came first.
    Twin,
    /// The user whom this one was merged into is deleted.
    MergedGone,
    /// The owner's rules, or a decision, leave it out.
    LeftOut,
    /// The new pool's own value stands: a rule or a decision says so.
    NewWins,
    /// Cognito gives it to nobody: the user sets it up again in the new pool.
    CannotMove,
    /// The new pool has no second factors.
    MfaOff,
    /// More than Cognito lets one user have.
    TooMany,
    /// A value that the owner's rules cannot make anything of.
    NotConvertible,
    /// It changed in the new pool, and the owner's rules, read backwards, make nothing of it: the old pool keeps what it has.
    NoWayBack,
    /// The user was deleted from the old pool while the new one had the say.
    GoneFromOld,
}

impl Reason {
    /// All reasons.
    pub const ALL: [Self; 20] = [
        Self::NotInSchema,
        Self::Immutable,
        Self::Refused,
        Self::Taken,
        Self::WouldMessage,
        Self::UnverifiedSignInName,
        Self::NoSignInName,
        Self::SignInNameFixed,
        Self::Federated,
        Self::Missing,
        Self::Twin,
        Self::MergedGone,
        Self::LeftOut,
        Self::NewWins,
        Self::CannotMove,
        Self::MfaOff,
        Self::TooMany,
        Self::NotConvertible,
        Self::NoWayBack,
        Self::GoneFromOld,
    ];

    /// The code that is stored.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::NotInSchema => "not_in_schema",
            Self::Immutable => "immutable",
            Self::Refused => "refused",
            Self::Taken => "taken",
            Self::WouldMessage => "would_message",
            Self::UnverifiedSignInName => "unverified_sign_in_name",
            Self::NoSignInName => "no_sign_in_name",
            Self::SignInNameFixed => "sign_in_name_fixed",
            Self::Federated => "federated",
            Self::Missing => "missing",
            Self::Twin => "twin",
            Self::MergedGone => "merged_gone",
            Self::LeftOut => "left_out",
            Self::NewWins => "new_wins",
            Self::CannotMove => "cannot_move",
            Self::MfaOff => "mfa_off",
            Self::TooMany => "too_many",
            Self::NotConvertible => "not_convertible",
            Self::NoWayBack => "no_way_back",
            Self::GoneFromOld => "gone_from_old",
        }
    }

    /// The reason with this code.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.code() == code)
    }

    /// Whether somebody should decide or repair something. The rest was decided, passes by itself with the user's first sign-in,
    /// or is only to be known.
    #[must_use]
    pub fn is_open(self) -> bool {
        match self {
            Self::NotInSchema
            | Self::Immutable
            | Self::Refused
            | Self::Taken
            | Self::WouldMessage
            | Self::UnverifiedSignInName
            | Self::NoSignInName
            | Self::SignInNameFixed
            | Self::Missing
            | Self::Twin
            | Self::MergedGone
            | Self::MfaOff
            | Self::TooMany
            | Self::NotConvertible
            | Self::NoWayBack
            | Self::GoneFromOld => true,
            Self::LeftOut | Self::NewWins | Self::Federated | Self::CannotMove => false,
        }
    }

    /// What stands in the way and what to do, in one sentence.
    #[must_use]
    pub fn remedy(self) -> &'static str {
        match self {
            Self::NotInSchema => "the new pool has no such attribute: add it with add-custom-attributes",
            Self::Immutable => {
                "the new pool lets it be written at creation only, and no pool can change that later: it stays as it is"
            }
            Self::Refused => {
                "the new pool refuses it: correct it in the old pool, or change what the new pool allows"
            }
            Self::Taken => {
                "another user of the new pool signs in with the name, address or number: find out whose it is, and free it"
            }
            Self::WouldMessage => {
                "the new pool would message the user about an unverified contact: it follows once it is verified in the old pool"
            }
            Self::UnverifiedSignInName => {
                "the new pool signs in with the address or number, and nobody verified it: it follows once it is verified in the old pool"
            }
            Self::NoSignInName => {
                "the new pool signs in with a contact that the user lacks: give the user one in the old pool"
            }
            Self::SignInNameFixed => {
                "people sign in to the new pool with the address they had when they were mirrored: a pool with e-mail or phone as alias follows"
            }
            Self::Federated => {
                "a federated profile is made by its identity provider at the first sign-in to the new pool"
            }
            Self::Missing => {
                "somebody deleted the user from the new pool: its sub cannot be made again, link the user to another one, or leave the user out"
            }
            Self::Twin => {
                "another user of the old pool has the same name in the new pool, and came first: merge them, or rename one in the old pool"
            }
            Self::MergedGone => {
                "the user whom this one was merged into is deleted: forget the merge, or link this one to another user"
            }
            Self::LeftOut => "left out: a rule of twinpool.toml or a decision says so",
            Self::NewWins => "the new pool's own value stands: a rule of twinpool.toml or a decision says so",
            Self::CannotMove => {
                "Cognito gives it to nobody: the user sets it up again in the new pool, and should be told"
            }
            Self::MfaOff => "the new pool has MFA off: turn it on to carry the user's choice over",
            Self::TooMany => "more than Cognito lets one user have: the rest is not carried over",
            Self::NotConvertible => {
                "a rule of twinpool.toml cannot make anything of the value: correct it in the old pool, or change the rule"
            }
            Self::NoWayBack => {
                "it changed in the new pool, and the rules do not say what that is in the old one: write it there by hand, or change the rule"
            }
            Self::GoneFromOld => {
                "the user was deleted from the old pool while the new one had the say: after a rollback the user is not there"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_settled_or_only_to_be_known_is_not_open() {
        let closed: Vec<_> = Reason::ALL.into_iter().filter(|reason| !reason.is_open()).collect();
        assert_eq!(closed, [Reason::Federated, Reason::LeftOut, Reason::NewWins, Reason::CannotMove]);
    }
}
