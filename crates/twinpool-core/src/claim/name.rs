//! Which names a claim of ours can have.

use std::fmt;

use crate::attribute::STANDARD;

/// The longest name that is taken.
const LONGEST: usize = 128;

/// Claims that Cognito writes itself, whatever a function says (F§1.2), and others that tokens have.
const COGNITO_S_OWN: [&str; 23] = [
    "acr",
    "amr",
    "at_hash",
    "aud",
    "auth_time",
    "azp",
    "client_id",
    "cnf",
    "device_key",
    "event_id",
    "exp",
    "iat",
    "identities",
    "iss",
    "jti",
    "nbf",
    "nonce",
    "origin_jti",
    "scope",
    "sub",
    "token_use",
    "username",
    "version",
];

/// Beginnings of names that are AWS's.
const AWS_S: [&str; 3] = ["cognito:", "aws:", "dev:"];

/// The name of the claim that carries the user id.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClaimName(String);

/// Why a name cannot be that of the claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum ClaimNameError {
    /// Nothing there.
    #[error("the name of the claim is missing")]
    Empty,
    /// Longer than any claim needs.
    #[error("the name of the claim is longer than {LONGEST} characters")]
    TooLong,
    /// Something that would have to be escaped in JSON, or reads badly in a log.
    #[error("the name of the claim has a character other than letters, digits and _ - . : /")]
    Character,
    /// A claim that Cognito lets no function write.
    #[error("the name of the claim is one of Cognito's own: take another, such as user_id")]
    Reserved,
    /// A token without our claim would show the user's attribute in its place, and users write those themselves.
    #[error("the name of the claim is that of a user attribute: take another, such as user_id")]
    Attribute,
}

impl ClaimName {
    /// Takes a name that Cognito lets a function add to a token, and that no user can write.
    ///
    /// # Errors
    /// When the name is empty, too long, has a character that cannot stand there, or is Cognito's or an attribute's.
    pub fn parse(name: impl Into<String>) -> Result<Self, ClaimNameError> {
        let name = name.into();
        if name.is_empty() {
            return Err(ClaimNameError::Empty);
        }
        if name.len() > LONGEST {
            return Err(ClaimNameError::TooLong);
        }
        if !name.bytes().all(|c| c.is_ascii_alphanumeric() || b"_-.:/".contains(&c)) {
            return Err(ClaimNameError::Character);
        }
        // `Sub` beside `sub` would be taken for it.
        let lower = name.to_ascii_lowercase();
        if COGNITO_S_OWN.contains(&lower.as_str()) || AWS_S.iter().any(|prefix| lower.starts_with(prefix)) {
            return Err(ClaimNameError::Reserved);
        }
        if STANDARD.contains(&lower.as_str()) || lower.starts_with("custom:") {
            return Err(ClaimNameError::Attribute);
        }
        Ok(Self(name))
    }

    /// The name itself. Needs no escape in JSON.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ClaimName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Default for ClaimName {
    fn default() -> Self {
        Self("user_id".to_owned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_claim_of_ones_own_may_be_called_anything_plain() {
        for name in ["user_id", "uid", "https://example.com/user-id", "tenant.user_id", "Sub2"] {
            assert_eq!(ClaimName::parse(name).unwrap().as_str(), name);
        }
        assert_eq!(ClaimName::parse("user_id"), Ok(ClaimName::default()));
    }

    #[test]
    fn cognito_s_own_claims_are_refused() {
        for name in [
            "sub",
            "SUB",
            "iss",
            "token_use",
            "cognito:groups",
            "cognito:username",
            "aws:x",
            "dev:x",
            "scope",
        ] {
            assert_eq!(ClaimName::parse(name), Err(ClaimNameError::Reserved), "{name}");
        }
    }

    #[test]
    fn what_a_user_can_write_is_no_claim_of_ours() {
        for name in ["email", "name", "custom:user_id", "Custom:user_id", "preferred_username"] {
            assert_eq!(ClaimName::parse(name), Err(ClaimNameError::Attribute), "{name}");
        }
    }

    #[test]
    fn odd_names_are_refused() {
        assert_eq!(ClaimName::parse(""), Err(ClaimNameError::Empty));
        assert_eq!(ClaimName::parse("u".repeat(129)), Err(ClaimNameError::TooLong));
        for name in ["user id", "a\"b", "a\\b", "a\nb", "ü", "a\u{0}"] {
            assert_eq!(ClaimName::parse(name), Err(ClaimNameError::Character), "{name:?}");
        }
    }
}
