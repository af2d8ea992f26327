//! What the owner goes by while users are moved: `[rollback]` of twinpool.toml.

use std::collections::BTreeMap;
use std::time::Duration;

use crate::words::hundredths;

/// Something that is measured and held against a limit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Criterion {
    /// How many of a hundred sign-ins to the new pool succeed.
    SignInSuccess,
    /// How long the oldest change event has waited for the mirror.
    MirrorAge,
    /// How often a user could not be mirrored for a conflict.
    Conflicts,
    /// How many messages wait in a DLQ.
    DeadLetters,
    /// How many of a hundred questions who a user is go unanswered.
    ResolverErrors,
}

/// In what a criterion is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Unit {
    /// Hundredths of a percent.
    Percent,
    /// Seconds.
    Time,
    /// One by one.
    Count,
}

impl Criterion {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] =
        [Self::SignInSuccess, Self::MirrorAge, Self::Conflicts, Self::DeadLetters, Self::ResolverErrors];

    /// The key in twinpool.toml.
    #[must_use]
    pub fn key(self) -> &'static str {
        match self {
            Self::SignInSuccess => "sign_in_success_below",
            Self::MirrorAge => "mirror_age_above",
            Self::Conflicts => "conflicts_above",
            Self::DeadLetters => "dead_letters_above",
            Self::ResolverErrors => "resolver_errors_above",
        }
    }

    /// In words.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::SignInSuccess => "sign-ins that succeed",
            Self::MirrorAge => "age of the oldest change event",
            Self::Conflicts => "conflicts",
            Self::DeadLetters => "messages in a DLQ",
            Self::ResolverErrors => "user ids that could not be told",
        }
    }

    /// In what it is counted.
    #[must_use]
    pub fn unit(self) -> Unit {
        match self {
            Self::SignInSuccess | Self::ResolverErrors => Unit::Percent,
            Self::MirrorAge => Unit::Time,
            Self::Conflicts | Self::DeadLetters => Unit::Count,
        }
    }

    /// Whether less is worse.
    #[must_use]
    pub fn is_floor(self) -> bool {
        self == Self::SignInSuccess
    }
}

impl Unit {
    /// An amount for people.
    #[must_use]
    pub fn shown(self, amount: u64) -> String {
        match self {
            Self::Percent => format!("{} %", hundredths(amount)),
            Self::Time if amount >= 60 && amount.is_multiple_of(60) => format!("{} min", amount / 60),
            Self::Time => format!("{amount} s"),
            Self::Count => amount.to_string(),
        }
    }
}

/// From where on something is not well, in the unit of the criterion. Beyond it, not at it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Limits {
    /// Beyond this nobody more is moved.
    pub hold: Option<u64>,
    /// Beyond this everybody goes back.
    pub roll_back: Option<u64>,
}

impl Limits {
    /// Whether nothing is held against it.
    #[must_use]
    pub fn is_none(self) -> bool {
        self == Self::default()
    }
}

/// What the owner goes by.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Criteria {
    /// What is looked at: from so long ago until now.
    pub window: Duration,
    /// Of fewer events a share says nothing.
    pub minimum_events: u64,
    /// What is held against what. What is not named has no limit.
    pub limits: BTreeMap<Criterion, Limits>,
}

impl Criteria {
    /// The limits of one criterion.
    #[must_use]
    pub fn limits(&self, criterion: Criterion) -> Limits {
        self.limits.get(&criterion).copied().unwrap_or_default()
    }
}

impl Default for Criteria {
    fn default() -> Self {
        let roll_back = |limit| Limits { hold: None, roll_back: Some(limit) };
        Self {
            window: Duration::from_secs(10 * 60),
            minimum_events: 50,
            limits: BTreeMap::from([
                (Criterion::SignInSuccess, roll_back(95_00)),
                (Criterion::MirrorAge, roll_back(5 * 60)),
                (Criterion::DeadLetters, roll_back(0)),
            ]),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_shown_as_they_are_written() {
        assert_eq!(Unit::Percent.shown(95_00), "95 %");
        assert_eq!(Unit::Percent.shown(99_50), "99.5 %");
        assert_eq!(Unit::Percent.shown(5), "0.05 %");
        assert_eq!(Unit::Time.shown(300), "5 min");
        assert_eq!(Unit::Time.shown(90), "90 s");
        assert_eq!(Unit::Count.shown(7), "7");
    }
}
