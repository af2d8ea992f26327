//! Names of users, pools and groups: parsed once at the edge, not interchangeable afterwards.

use std::fmt;

use serde::{Deserialize, Serialize};

/// A text that is not the id it was taken for. Holds no part of the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum IdError {
    /// The text is empty.
    #[error("a {0} is missing")]
    Empty(&'static str),
    /// The text is longer than Cognito or SQS accepts.
    #[error("a {0} is too long")]
    TooLong(&'static str),
    /// The text has a character that cannot stand there.
    #[error("a {0} has a character that cannot stand there")]
    Character(&'static str),
}

fn check(text: &str, what: &'static str, max: usize, ok: fn(char) -> bool) -> Result<(), IdError> {
    if text.is_empty() {
        return Err(IdError::Empty(what));
    }
    if text.chars().count() > max {
        return Err(IdError::TooLong(what));
    }
    if text.chars().all(ok) { Ok(()) } else { Err(IdError::Character(what)) }
}

macro_rules! id {
    ($(#[$doc:meta])* $name:ident, $what:literal, $max:literal, $ok:expr) => {
        $(#[$doc])*
        #[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Takes the text if it can be one.
            ///
            /// # Errors
            /// When the text is empty, too long, or has a character that cannot stand there.
            pub fn parse(text: impl Into<String>) -> Result<Self, IdError> {
                let text = text.into();
                check(&text, $what, $max, $ok)?;
                Ok(Self(text))
            }

            /// The text itself.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl TryFrom<String> for $name {
            type Error = IdError;

            fn try_from(text: String) -> Result<Self, IdError> {
                Self::parse(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> Self {
                id.0
            }
        }
    };
}

/// An id that may be printed: it says nothing about the person.
macro_rules! printable {
    ($($name:ident),*) => {$(
        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, "{}({})", stringify!($name), self.0)
            }
        }
    )*};
}

fn sub_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-'
}

fn pool_char(c: char) -> bool {
    c.is_ascii_alphanumeric() || c == '-' || c == '_'
}

/// AWS's API reference, `ClientIdType`: letters, digits, `_` and `+`. Twinpool's own trial events name a client with a hyphen.
fn client_char(c: char) -> bool {
    pool_char(c) || c == '+'
}

/// The class that Cognito documents for usernames and group names: no white space, no control, and nothing that is no character.
fn name_char(c: char) -> bool {
    // SQS refuses messages that have one of these two.
    !c.is_whitespace() && !c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')
}

id!(
    /// The `sub` of a user in one pool, where it does not matter which.
    Sub, "sub", 64, sub_char
);
id!(
    /// The `sub` of a user in the old pool.
    OldSub, "sub of the old pool", 64, sub_char
);
id!(
    /// The `sub` of a user in the new pool.
    NewSub, "sub of the new pool", 64, sub_char
);
id!(
    /// The id that applications store; it survives the move.
    UserId, "user id", 128, sub_char
);
id!(
    /// The id of a user pool, such as `eu-west-1_AbCdEfGhI`.
    PoolId, "user pool id", 128, pool_char
);
id!(
    /// An app client of a pool, such as `1h57kf5cpq17m0eml12EXAMPLE`. Not personal, and no secret.
    ClientId, "app client id", 128, client_char
);
id!(
    /// One run of a command that works on many users, such as `20261121-144455-k3f`.
    RunId, "run", 40, sub_char
);
id!(
    /// An import job of a pool, such as `import-a1B2c3D4e5`.
    JobId, "import job", 64, sub_char
);
id!(
    /// The name of a group. Not personal.
    GroupName, "group name", 128, name_char
);
id!(
    /// The name of an attribute, such as `email` or `custom:tenant`. Not personal.
    AttributeName, "attribute name", 128, name_char
);
id!(
    /// The name of an identity provider of one pool, such as `Google`. Not personal.
    ProviderName, "provider name", 32, name_char
);
id!(
    /// What Cognito calls `Username`. May be an e-mail address, so it has no `Display` and does not show in `Debug`.
    Username, "username", 128, name_char
);

printable!(
    Sub,
    OldSub,
    NewSub,
    UserId,
    PoolId,
    ClientId,
    RunId,
    JobId,
    GroupName,
    AttributeName,
    ProviderName
);

impl fmt::Debug for Username {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Username(«redacted»)")
    }
}

impl PoolId {
    /// The Region where the pool was made, with which AWS begins each id; `None` for ids of local stand-ins.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        let (region, _) = self.0.split_once('_')?;
        let parts: Vec<_> = region.split('-').collect();
        let (number, words) = parts.split_last()?;
        let is_number = !number.is_empty() && number.bytes().all(|c| c.is_ascii_digit());
        let is_word = |word: &&str| !word.is_empty() && word.bytes().all(|c| c.is_ascii_lowercase());
        (is_number && words.len() > 1 && words.iter().all(is_word)).then_some(region)
    }
}

impl RunId {
    /// Stands where a run would: the user was let in by a first sign-in, which no undoing of a run takes back.
    #[must_use]
    pub fn sign_in() -> Self {
        Self("sign-in".to_owned())
    }
}

impl AttributeName {
    /// A name that stands in this crate's source.
    pub(crate) fn known(name: &'static str) -> Self {
        Self(name.to_owned())
    }
}

impl From<Sub> for OldSub {
    fn from(sub: Sub) -> Self {
        Self(sub.0)
    }
}

impl From<Sub> for NewSub {
    fn from(sub: Sub) -> Self {
        Self(sub.0)
    }
}

impl From<&OldSub> for Sub {
    fn from(sub: &OldSub) -> Self {
        Self(sub.0.clone())
    }
}

impl From<&NewSub> for Sub {
    fn from(sub: &NewSub) -> Self {
        Self(sub.0.clone())
    }
}

impl From<&OldSub> for UserId {
    /// A user born in the old pool keeps its old sub as user id.
    fn from(sub: &OldSub) -> Self {
        Self(sub.0.clone())
    }
}

impl From<&NewSub> for UserId {
    /// A user born in the new pool keeps its new sub as user id.
    fn from(sub: &NewSub) -> Self {
        Self(sub.0.clone())
    }
}

/// The sub of a user in one of the two pools: the type says in which.
pub trait UserSub: From<Sub> + fmt::Display + Clone + PartialEq + Send + Sync {
    /// The text itself.
    fn as_str(&self) -> &str;

    /// The same, where it does not matter which pool.
    fn sub(&self) -> Sub {
        Sub(self.as_str().to_owned())
    }
}

impl UserSub for OldSub {
    fn as_str(&self) -> &str {
        &self.0
    }
}

impl UserSub for NewSub {
    fn as_str(&self) -> &str {
        &self.0
    }
}

/// A moment, in milliseconds since 1970 UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Timestamp(pub u64);

/// One of the two pools. They keep these names in every phase.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Pool {
    /// The pool being left.
    Old,
    /// The pool being moved to.
    New,
}

impl Pool {
    /// The other one.
    #[must_use]
    pub fn other(self) -> Self {
        match self {
            Self::Old => Self::New,
            Self::New => Self::Old,
        }
    }

    /// The word that is stored, and told to programs.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
        }
    }

    /// The one with this word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        [Self::Old, Self::New].into_iter().find(|pool| pool.code() == code)
    }
}

impl fmt::Display for Pool {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Old => "old pool",
            Self::New => "new pool",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_username_never_shows_in_debug() {
        let username = Username::parse("jane@example.com").unwrap();
        assert!(!format!("{username:?}").contains("jane"));
    }

    #[test]
    fn an_id_error_holds_no_part_of_the_text() {
        let error = OldSub::parse("jane doe").unwrap_err();
        assert_eq!(error.to_string(), "a sub of the old pool has a character that cannot stand there");
    }

    #[test]
    fn json_cannot_smuggle_in_a_bad_id() {
        assert!(serde_json::from_str::<OldSub>("\"\"").is_err());
        assert!(serde_json::from_str::<GroupName>("\"two words\"").is_err());
    }

    #[test]
    fn the_region_stands_in_the_id_of_a_pool_of_aws() {
        let region = |id: &str| PoolId::parse(id).unwrap().region().map(str::to_owned);
        for known in ["eu-west-1", "us-gov-east-1", "ap-southeast-12", "us-iso-east-1"] {
            assert_eq!(region(&format!("{known}_AbC")), Some(known.to_owned()));
        }
        for local in ["local_4f7gHp2K", "eu-west_A", "eu-1_A", "eu--1_A", "EU-west-1_A", "eu-west-1", "_A"] {
            assert_eq!(region(local), None, "{local}");
        }
    }
}
