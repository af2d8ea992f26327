//! Tokens: nothing is accepted that a pool's key did not sign, and nothing of a token is told.
//!
//! An input is a token; or, where it begins with `{"keys"`, a key set to verify a good token with; or, where it begins with another
//! `{`, claims that the new pool's key signs here, perhaps with a header behind a NUL.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::FutureExt as _;
use ring::rand::SystemRandom;
use ring::rsa::PublicKeyComponents;
use ring::signature::{RSA_PKCS1_SHA256, RsaKeyPair};
use serde_json::{Value, json};
use twinpool_core::claim::ClaimName;
use twinpool_core::id::{Pool, PoolId, Timestamp, UserId};
use twinpool_core::json::read;
use twinpool_core::port::{Answer, Clock};
use twinpool_resolver::{ClientId, KeySource, Refused, TokenUse, Trust, TrustedPool, Verified, Verifier};

use crate::text::{NOW, assert_silent, text};

const NEW_ISSUER: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_New";
const CLIENT: &str = "7c54lg5cpq17m0eml12EXAMPLE";
const OLD_KID: &str = "0ldKey+/ExampleExampleExampleExampleExample=";
const KID: &str = "NewKey+/ExampleExampleExampleExampleExample=";

pub(crate) fn token(input: &[u8]) {
    let Some(text) = text(input) else { return };
    if text.starts_with("{\"keys\"") {
        key_set(text);
    } else if text.starts_with('{') {
        let (claims, header) = text.split_once('\0').unwrap_or((text, &*HEADER));
        signed(claims, header);
    } else {
        any(text.trim_end_matches('\n'));
    }
}

/// Whatever it is, it is not accepted, unless it is the token that was signed.
fn any(token: &str) {
    match VERIFIER.with(|verifier| verified(verifier, token)) {
        Ok(_) => assert_eq!(token, *GOOD, "a token that nobody signed is accepted"),
        Err(why) => {
            assert_silent(token, &why.to_string());
            assert_ne!(token, *GOOD, "a good token is refused: {why}");
        }
    }
}

/// What a pool signed is accepted only for what it is.
fn signed(claims: &str, header: &str) {
    match VERIFIER.with(|verifier| verified(verifier, &sign(header, claims))) {
        Ok(verified) => accepted(claims, header, &verified),
        Err(why) => assert_silent(claims, &why.to_string()),
    }
}

fn accepted(claims: &str, header: &str, verified: &Verified) {
    let header = read(header.as_bytes()).expect("the header was read");
    assert_eq!((header.value["alg"].as_str(), header.repeats), (Some("RS256"), false));
    assert!(header.value.get("crit").is_none(), "an extension is passed over");
    let read = read(claims.as_bytes()).expect("the claims were read");
    assert!(!read.repeats, "a claim stands there twice");
    let said = |name: &str| read.value.get(name).and_then(Value::as_str);
    assert_eq!(said("iss"), Some(NEW_ISSUER), "a pool signs for another");
    assert_eq!((verified.pool, Some(verified.sub.as_str())), (Pool::New, said("sub")));
    let client = if verified.token_use == TokenUse::Id { said("aud") } else { said("client_id") };
    assert_eq!((said("token_use"), client), (Some(verified.token_use.as_str()), Some(CLIENT)));
    let seconds = |name: &str| read.value.get(name).and_then(Value::as_u64).expect("a token has times");
    let (now, leeway) = (NOW.0 / 1000, 60);
    assert!(seconds("exp").saturating_add(leeway) > now, "it is over");
    assert!(seconds("iat") <= now + leeway, "it is of tomorrow");
    let id = said("user_id").and_then(|id| UserId::parse(id).ok());
    assert_eq!(verified.claimed, id, "another user id");
    let groups = read.value.get("cognito:groups").and_then(Value::as_array);
    let is_told = |name: &str| groups.is_some_and(|all| all.contains(&json!(name)));
    assert!(verified.groups.iter().all(|group| is_told(group.as_str())), "a group that nobody named");
    assert_silent(claims, &format!("{verified:?}"));
}

/// A key set lets the good token pass only where the key that signed it stands in it.
fn key_set(text: &str) {
    if verified(&verifier(text.to_owned()), &GOOD).is_err() {
        return;
    }
    let set: Value = serde_json::from_str(text).expect("the set was read");
    let modulus = |key: &Value| URL_SAFE_NO_PAD.decode(key["n"].as_str()?).ok();
    let wanted = PublicKeyComponents::<Vec<u8>>::from(NEW.public()).n;
    let is_ours = |key: &Value| {
        let found = modulus(key).unwrap_or_default();
        let zeros = found.iter().take_while(|byte| **byte == 0).count();
        key["kid"] == KID && found.get(zeros..) == Some(wanted.as_slice())
    };
    assert!(set["keys"].as_array().is_some_and(|keys| keys.iter().any(is_ours)), "another key verifies it");
}

fn verified(verifier: &Verifier<Sets, Stands>, token: &str) -> Result<Verified, Refused> {
    verifier.verify(token).now_or_never().expect("keys and clock answer at once")
}

/// What stands at the addresses of both pools.
struct Sets {
    old: String,
    new: String,
}

impl KeySource for Sets {
    async fn keys(&self, url: &str) -> Answer<String> {
        Ok(if url.starts_with(NEW_ISSUER) { &self.new } else { &self.old }.clone())
    }
}

/// A clock that stands.
struct Stands;

impl Clock for Stands {
    fn now(&self) -> Timestamp {
        NOW
    }
}

/// The keys with which the tests of the resolver sign.
static OLD: LazyLock<RsaKeyPair> =
    LazyLock::new(|| pair(include_bytes!("../../twinpool-resolver/tests/tokens/keys/old.test-key.pk8")));
static NEW: LazyLock<RsaKeyPair> =
    LazyLock::new(|| pair(include_bytes!("../../twinpool-resolver/tests/tokens/keys/new.test-key.pk8")));

fn pair(key: &[u8]) -> RsaKeyPair {
    RsaKeyPair::from_pkcs8(key).expect("the key can be read")
}

static TRUST: LazyLock<Trust> = LazyLock::new(|| {
    let pool = |id: &str| {
        let clients = BTreeSet::from([ClientId::parse(CLIENT).expect("a client")]);
        TrustedPool::of_aws(&PoolId::parse(id).expect("an id"), clients).expect("a pool of AWS")
    };
    let trust = Trust::new(pool("eu-west-1_Old"), pool("eu-west-1_New")).expect("two pools");
    trust.for_uses(BTreeSet::from([TokenUse::Access, TokenUse::Id])).believing(ClaimName::default())
});

thread_local! {
    static VERIFIER: Verifier<Sets, Stands> = verifier(key_set_of_the_pool());
}

/// A verifier of both pools, of which the new one has this set.
fn verifier(new: String) -> Verifier<Sets, Stands> {
    Verifier::new(TRUST.clone(), Sets { old: set(&OLD, OLD_KID), new }, Stands)
}

/// The key set of the new pool.
#[must_use]
pub fn key_set_of_the_pool() -> String {
    set(&NEW, KID)
}

fn set(pair: &RsaKeyPair, kid: &str) -> String {
    let PublicKeyComponents { n, e } = PublicKeyComponents::<Vec<u8>>::from(pair.public());
    let encode = |bytes: Vec<u8>| URL_SAFE_NO_PAD.encode(bytes);
    let key =
        json!({ "alg": "RS256", "e": encode(e), "kid": kid, "kty": "RSA", "n": encode(n), "use": "sig" });
    json!({ "keys": [key] }).to_string()
}

static HEADER: LazyLock<String> = LazyLock::new(|| json!({ "alg": "RS256", "kid": KID }).to_string());

/// A token that is accepted. The corpus has it too, so that the fuzzer changes it.
#[must_use]
pub fn good() -> &'static str {
    &GOOD
}

static GOOD: LazyLock<String> = LazyLock::new(|| {
    let issued = NOW.0 / 1000 - 60;
    let claims = json!({
        "client_id": CLIENT, "cognito:groups": ["staff"], "exp": issued + 3600, "iat": issued, "iss": NEW_ISSUER,
        "sub": "1bbbbbbb-1111-4222-8333-444444444444", "token_use": "access", "username": "jane@example.com",
    });
    sign(&HEADER, &claims.to_string())
});

fn sign(header: &str, claims: &str) -> String {
    let encode = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let signed = format!("{}.{}", encode(header), encode(claims));
    let mut signature = vec![0; NEW.public().modulus_len()];
    let made = NEW.sign(&RSA_PKCS1_SHA256, &SystemRandom::new(), signed.as_bytes(), &mut signature);
    made.expect("the key can sign");
    format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
}
