//! The sign-in name of a user who is being made, and the place of a walk: personal, so they are sealed while they stand in the
//! table.

use std::fmt;

use aws_sdk_dynamodb::primitives::Blob;
use aws_sdk_dynamodb::types::AttributeValue;
use ring::aead::{Aad, CHACHA20_POLY1305, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::rand::{SecureRandom as _, SystemRandom};
use twinpool_core::digest::DigestKey;
use twinpool_core::id::{OldSub, Username};
use twinpool_core::port::{Answer, Class, PortError};

/// Seals and opens names, with a key of its own made from the digest key.
#[derive(Clone)]
pub(super) struct Seal(LessSafeKey);

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(«redacted»)")
    }
}

impl Seal {
    pub(super) fn new(key: &DigestKey) -> Option<Self> {
        let key = UnboundKey::new(&CHACHA20_POLY1305, &key.derive("sealed sign-in name")).ok()?;
        Some(Self(LessSafeKey::new(key)))
    }

    /// The name, sealed for this user.
    pub(super) fn close(&self, name: &Username, owner: &OldSub) -> Option<AttributeValue> {
        self.close_text(name.as_str(), owner.as_str())
    }

    /// A text, sealed for its owner: a random nonce, and what ChaCha20-Poly1305 makes of the rest.
    pub(super) fn close_text(&self, text: &str, owner: &str) -> Option<AttributeValue> {
        let mut nonce = [0; NONCE_LEN];
        SystemRandom::new().fill(&mut nonce).ok()?;
        let mut sealed = text.as_bytes().to_vec();
        let aad = Aad::from(owner.as_bytes());
        self.0.seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut sealed).ok()?;
        Some(AttributeValue::B(Blob::new([nonce.as_slice(), &sealed].concat())))
    }

    /// The name. To take one that was sealed with another key for none could make a second user.
    pub(super) fn open(&self, value: &AttributeValue, owner: &OldSub) -> Answer<Username> {
        let name = self.open_text(value, owner.as_str()).and_then(|name| Username::parse(name).ok());
        name.ok_or_else(|| PortError::new(Class::Unreadable, "GetItem", "DamagedItem.intended"))
    }

    /// The text; `None` where it was sealed with another key or for somebody else.
    pub(super) fn open_text(&self, value: &AttributeValue, owner: &str) -> Option<String> {
        let (nonce, sealed) = value.as_b().ok()?.as_ref().split_first_chunk::<NONCE_LEN>()?;
        let mut sealed = sealed.to_vec();
        let aad = Aad::from(owner.as_bytes());
        let text = self.0.open_in_place(Nonce::assume_unique_for_key(*nonce), aad, &mut sealed).ok()?;
        String::from_utf8(text.to_vec()).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seal(byte: u8) -> Seal {
        Seal::new(&DigestKey::new(&[byte; 32]).unwrap()).unwrap()
    }

    fn sub(text: &str) -> OldSub {
        OldSub::parse(text).unwrap()
    }

    #[test]
    fn a_name_is_opened_with_its_key_and_for_its_owner_only() {
        let name = Username::parse("jane@example.com").unwrap();
        let sealed = seal(1).close(&name, &sub("jane")).unwrap();
        let damaged = Err(Class::Unreadable);
        let open = |key, value, owner| seal(key).open(value, &sub(owner)).map_err(|error| error.class);
        assert_eq!(open(1, &sealed, "jane"), Ok(name));
        assert_eq!(open(2, &sealed, "jane"), damaged);
        assert_eq!(open(1, &sealed, "joe"), damaged);
        assert_eq!(open(1, &AttributeValue::B(Blob::new([0; 5])), "jane"), damaged);
    }

    #[test]
    fn what_is_stored_shows_nothing_and_never_twice_the_same() {
        let name = Username::parse("jane@example.com").unwrap();
        let bytes = |value: &AttributeValue| value.as_b().unwrap().as_ref().to_vec();
        let (one, two) =
            (seal(1).close(&name, &sub("jane")).unwrap(), seal(1).close(&name, &sub("jane")).unwrap());
        assert!(!String::from_utf8_lossy(&bytes(&one)).contains("jane"));
        assert_ne!(bytes(&one), bytes(&two));
    }
}
