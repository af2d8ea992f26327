//! Signs tokens as Cognito does.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};

/// A key pair, and the id that its pool gives it.
pub(crate) struct Signer {
    pair: RsaKeyPair,
    pub(crate) kid: &'static str,
}

impl Signer {
    /// A key of the old pool. Ids of AWS's keys are base64 with everything that it has.
    pub(crate) fn old() -> Self {
        Self::of(include_bytes!("keys/old.test-key.pk8"), "0ldKey+/ExampleExampleExampleExampleExample=")
    }

    /// A key of the new pool.
    pub(crate) fn new() -> Self {
        Self::of(include_bytes!("keys/new.test-key.pk8"), "NewKey+/ExampleExampleExampleExampleExample=")
    }

    /// A key of neither.
    pub(crate) fn other() -> Self {
        Self::of(include_bytes!("keys/other.test-key.pk8"), "OtherKey/ExampleExampleExampleExampleExampl=")
    }

    fn of(pkcs8: &[u8], kid: &'static str) -> Self {
        Self { pair: RsaKeyPair::from_pkcs8(pkcs8).unwrap(), kid }
    }

    /// The same key under another id.
    pub(crate) fn called(self, kid: &'static str) -> Self {
        Self { kid, ..self }
    }

    /// A token with the header that Cognito writes.
    pub(crate) fn sign(&self, claims: &Value) -> String {
        self.sign_text(&json!({ "kid": self.kid, "alg": "RS256" }).to_string(), &claims.to_string())
    }

    /// Whatever is given, signed.
    pub(crate) fn sign_text(&self, header: &str, claims: &str) -> String {
        let signed = format!("{}.{}", encode(header), encode(claims));
        let mut signature = vec![0; self.pair.public().modulus_len()];
        let random = SystemRandom::new();
        self.pair.sign(&RSA_PKCS1_SHA256, &random, signed.as_bytes(), &mut signature).unwrap();
        format!("{signed}.{}", encode(signature))
    }

    /// The public key, as it stands in the pool's set.
    pub(crate) fn jwk(&self) -> Value {
        let PublicKeyComponents { n, e } = self.public();
        json!({ "alg": "RS256", "e": encode(e), "kid": self.kid, "kty": "RSA", "n": encode(n), "use": "sig" })
    }

    pub(crate) fn public(&self) -> PublicKeyComponents<Vec<u8>> {
        PublicKeyComponents::from(self.pair.public())
    }
}

pub(crate) fn encode(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}
