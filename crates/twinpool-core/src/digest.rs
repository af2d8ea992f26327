//! Keyed digests: they tell whether a value changed, and nothing else, to whoever holds no key.

use std::collections::BTreeSet;
use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

use crate::attribute::Contact;
use crate::group::GroupDefinition;
use crate::id::{AttributeName, GroupName, NewSub, OldSub, PoolId, Sub};
use crate::snapshot::Identity;
use crate::value::Value;

/// The shortest key that is taken, in bytes.
pub const SHORTEST_KEY: usize = 32;

/// Why a digest key was refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the digest key has fewer than {SHORTEST_KEY} bytes: make one with `openssl rand -base64 32`")]
pub struct ShortKey;

/// The secret that all digests of one migration share. With another key every active user is read once more,
/// and users who were being made are not known again: change it only with no link pending and no message in the queues.
#[derive(Clone)]
pub struct DigestKey(Hmac<Sha256>);

impl DigestKey {
    /// Takes the bytes of the secret.
    ///
    /// # Errors
    /// When there are fewer than [`SHORTEST_KEY`] bytes.
    pub fn new(secret: &[u8]) -> Result<Self, ShortKey> {
        if secret.len() < SHORTEST_KEY {
            return Err(ShortKey);
        }
        Hmac::new_from_slice(secret).map(Self).map_err(|_| ShortKey)
    }

    /// The digest of one attribute of one user. Two users with one value have two digests.
    #[must_use]
    pub fn attribute(&self, sub: &Sub, name: &AttributeName, value: &Value) -> Digest {
        // Trigger events write the flags as booleans or as text (F§1.0), pools as text.
        let is_flag = Contact::is_flag(name);
        let text = if is_flag { value.reveal().to_ascii_lowercase() } else { value.reveal().to_owned() };
        self.digest("attribute", &[sub.as_str(), name.as_str(), &text])
    }

    /// The digest of a set of groups.
    #[must_use]
    pub fn groups(&self, sub: &Sub, groups: &BTreeSet<GroupName>) -> Digest {
        let mut parts = vec![sub.as_str()];
        parts.extend(groups.iter().map(GroupName::as_str));
        self.digest("groups", &parts)
    }

    /// The digest of one identity of one user.
    #[must_use]
    pub fn identity(&self, sub: &Sub, identity: &Identity) -> Digest {
        let parts = [sub.as_str(), identity.provider.as_str(), identity.subject.reveal()];
        self.digest("identity", &parts)
    }

    /// The digest of an identity, whoever has it. The provider is named as the old pool names it.
    #[must_use]
    pub fn any_identity(&self, identity: &Identity) -> Digest {
        self.digest("any identity", &[identity.provider.as_str(), identity.subject.reveal()])
    }

    /// The digest of what a group is made like.
    #[must_use]
    pub fn definition(&self, group: &GroupDefinition) -> Digest {
        let precedence = group.precedence.map(|it| it.to_string()).unwrap_or_default();
        let parts = [group.name.as_str(), group.description.as_deref().unwrap_or_default(), &precedence];
        self.digest("definition", &parts)
    }

    /// What the queue keeps in order for one group.
    #[must_use]
    pub fn group_name(&self, group: &GroupName) -> Digest {
        self.digest("group", &[group.as_str()])
    }

    /// The digest of a username, where a sub is not known.
    #[must_use]
    pub fn username(&self, username: &str) -> Digest {
        self.digest("username", &[username])
    }

    /// What proves that twinpool made a user of the new pool for this user of this old pool.
    #[must_use]
    pub fn marker(&self, pool: &PoolId, sub: &OldSub) -> Digest {
        self.digest("marker", &[pool.as_str(), sub.as_str()])
    }

    /// What proves that twinpool made a user of this old pool for this user of the new one, who was born there.
    #[must_use]
    pub fn born_marker(&self, pool: &PoolId, sub: &NewSub) -> Digest {
        self.digest("born marker", &[pool.as_str(), sub.as_str()])
    }

    /// The digest of a value that a cohort is made of, whoever has it.
    #[must_use]
    pub fn cohort(&self, name: &AttributeName, value: &str) -> Digest {
        self.digest("cohort", &[name.as_str(), value])
    }

    /// The digest of a user id, or of an install, on a list of testers. Capital letters make no difference: some systems write
    /// UUIDs in them.
    #[must_use]
    pub fn tester(&self, id: &str) -> Digest {
        self.digest("tester", &[&id.to_ascii_lowercase()])
    }

    /// A place between 0 and 9 999 that everybody keeps for ever: who is below the share is sent to the new pool. Capital letters
    /// make no difference.
    #[must_use]
    pub fn place(&self, id: &str) -> u16 {
        let mut mac = self.0.clone();
        mac.update(b"place");
        mac.update(id.to_ascii_lowercase().as_bytes());
        let bytes: [u8; 32] = mac.finalize().into_bytes().into();
        let (head, _) = bytes.split_at(8);
        let number = head.iter().fold(0_u64, |sum, byte| (sum << 8) | u64::from(*byte));
        u16::try_from(number % 10_000).unwrap_or_default()
    }

    /// A key of its own for another purpose.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> [u8; 32] {
        let mut mac = self.0.clone();
        mac.update(b"derive");
        mac.update(purpose.as_bytes());
        mac.finalize().into_bytes().into()
    }

    fn digest(&self, purpose: &str, parts: &[&str]) -> Digest {
        let mut mac = self.0.clone();
        mac.update(purpose.as_bytes());
        for part in parts {
            // Lengths keep ("ab","c") and ("a","bc") apart.
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part.as_bytes());
        }
        let bytes = mac.finalize().into_bytes();
        let (head, _) = bytes.split_at(16);
        Digest(URL_SAFE_NO_PAD.encode(head))
    }
}

impl fmt::Debug for DigestKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("DigestKey(«redacted»)")
    }
}

/// 128 bits of HMAC-SHA-256, as 22 characters of URL-safe base64.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Digest(String);

impl Digest {
    /// A digest that was read back from the table or the queue.
    #[must_use]
    pub fn stored(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text that is stored.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Digest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Digest({})", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::id::ProviderName;

    fn key() -> DigestKey {
        DigestKey::new(&[7; 32]).unwrap()
    }

    fn email() -> AttributeName {
        AttributeName::parse("email").unwrap()
    }

    #[test]
    fn one_value_of_two_users_gives_two_digests() {
        let (a, b) = (Sub::parse("a").unwrap(), Sub::parse("b").unwrap());
        let value = Value::new("shared@example.com");
        assert_ne!(key().attribute(&a, &email(), &value), key().attribute(&b, &email(), &value));
    }

    #[test]
    fn an_identity_is_known_again_whoever_has_it_and_not_taken_for_one_of_another_provider() {
        let identity = |provider, subject| Identity {
            provider: ProviderName::parse(provider).unwrap(),
            subject: Value::new(subject),
        };
        let of_anybody = key().any_identity(&identity("Google", "117"));
        assert_eq!(of_anybody, key().any_identity(&identity("Google", "117")));
        assert_ne!(of_anybody, key().any_identity(&identity("Google1", "17")));
        assert_ne!(of_anybody, key().any_identity(&identity("Okta", "117")));
        let sub = Sub::parse("a").unwrap();
        assert_ne!(of_anybody, key().identity(&sub, &identity("Google", "117")));
    }

    #[test]
    fn another_key_gives_another_digest() {
        let sub = Sub::parse("a").unwrap();
        let value = Value::new("x");
        let other = DigestKey::new(&[8; 32]).unwrap();
        assert_ne!(key().attribute(&sub, &email(), &value), other.attribute(&sub, &email(), &value));
    }

    #[test]
    fn a_verified_flag_digests_alike_however_it_is_written() {
        let sub = Sub::parse("a").unwrap();
        let flag = AttributeName::parse("email_verified").unwrap();
        assert_eq!(
            key().attribute(&sub, &flag, &Value::new("true")),
            key().attribute(&sub, &flag, &Value::new("True"))
        );
    }

    #[test]
    fn a_change_of_case_in_an_attribute_that_only_ends_like_a_flag_is_a_change() {
        let sub = Sub::parse("a").unwrap();
        let name = AttributeName::parse("custom:kyc_verified").unwrap();
        assert_ne!(
            key().attribute(&sub, &name, &Value::new("Pending")),
            key().attribute(&sub, &name, &Value::new("pending"))
        );
    }

    #[test]
    fn a_short_key_is_refused() {
        assert_eq!(DigestKey::new(&[7; 31]).unwrap_err(), ShortKey);
    }
}
