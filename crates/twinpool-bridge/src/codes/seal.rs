//! Knows a code again that nobody keeps.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;
use twinpool_core::digest::DigestKey;
use twinpool_core::id::{NewSub, Timestamp};

use crate::challenge::SentCode;

/// A keyed digest over whose code it is, until when it is taken, and its digits: eight digits are found again in no time by whoever
/// has the key, so it stays in the challenge session, which no client can read.
pub(super) struct Seal([u8; 32]);

impl Seal {
    pub(super) fn new(key: &DigestKey) -> Self {
        Self(key.derive("one-time code"))
    }

    pub(super) fn digest(&self, who: &NewSub, until: Timestamp, digits: &str) -> String {
        self.over(who, until, digits)
            .map_or_else(String::new, |mac| URL_SAFE_NO_PAD.encode(mac.finalize().into_bytes()))
    }

    /// Compares in constant time.
    pub(super) fn is_of(&self, sent: &SentCode, who: &NewSub, digits: &str) -> bool {
        let digest = URL_SAFE_NO_PAD.decode(&sent.digest).ok();
        let mac = self.over(who, sent.until, digits);
        mac.zip(digest).is_some_and(|(mac, digest)| mac.verify_slice(&digest).is_ok())
    }

    fn over(&self, who: &NewSub, until: Timestamp, digits: &str) -> Option<Hmac<Sha256>> {
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.0).ok()?;
        mac.update(who.as_str().as_bytes());
        mac.update(b":");
        mac.update(&until.0.to_be_bytes());
        mac.update(digits.as_bytes());
        Some(mac)
    }
}

impl fmt::Debug for Seal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Seal(«redacted»)")
    }
}
