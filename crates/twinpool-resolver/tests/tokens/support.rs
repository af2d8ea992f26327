//! Two pools, their keys, and a clock that is set by hand.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use serde_json::{Value, json};
use twinpool_core::id::{PoolId, Timestamp};
use twinpool_core::port::{Answer, Class, Clock, PortError};
use twinpool_resolver::{ClientId, KeySource, Refused, Trust, TrustedPool, Verified, Verifier};

use crate::signer::Signer;

/// Seconds since 1970: when the tokens here were made.
pub(crate) const ISSUED: u64 = 1_795_000_000;

pub(crate) const OLD_ISSUER: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Old";
pub(crate) const NEW_ISSUER: &str = "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_New";
pub(crate) const OLD_KEYS: &str =
    "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Old/.well-known/jwks.json";
pub(crate) const NEW_KEYS: &str =
    "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_New/.well-known/jwks.json";

pub(crate) const OLD_CLIENT: &str = "1h57kf5cpq17m0eml12EXAMPLE";
pub(crate) const NEW_CLIENT: &str = "7c54lg5cpq17m0eml12EXAMPLE";
pub(crate) const OLD_SUB: &str = "0aaaaaaa-1111-4222-8333-444444444444";
pub(crate) const NEW_SUB: &str = "1bbbbbbb-1111-4222-8333-444444444444";

/// An access token of the new pool, which Jane got there.
pub(crate) fn access() -> Value {
    json!({
        "sub": NEW_SUB, "iss": NEW_ISSUER, "client_id": NEW_CLIENT, "token_use": "access",
        "username": "jane@example.com", "cognito:groups": ["staff", "admins"],
        "scope": "aws.cognito.signin.user.admin", "version": 2, "auth_time": ISSUED, "iat": ISSUED,
        "exp": ISSUED + 3600, "jti": "5c8f8f4e-1111-4222-8333-444444444444",
        "origin_jti": "6d9f9f5e-1111-4222-8333-444444444444",
    })
}

/// An ID token of the new pool.
pub(crate) fn id() -> Value {
    json!({
        "sub": NEW_SUB, "iss": NEW_ISSUER, "aud": NEW_CLIENT, "token_use": "id",
        "cognito:username": "jane@example.com", "email": "jane@example.com", "email_verified": true,
        "auth_time": ISSUED, "iat": ISSUED, "exp": ISSUED + 3600,
        "jti": "5c8f8f4e-1111-4222-8333-444444444444",
    })
}

/// An access token of the old pool.
pub(crate) fn old_access() -> Value {
    let old = json!({ "sub": OLD_SUB, "iss": OLD_ISSUER, "client_id": OLD_CLIENT });
    with(access(), old)
}

/// The claims, with these instead.
pub(crate) fn with(mut claims: Value, others: Value) -> Value {
    let Value::Object(others) = others else { panic!("claims are an object") };
    claims.as_object_mut().unwrap().extend(others);
    claims
}

/// The claims without one.
pub(crate) fn without(mut claims: Value, name: &str) -> Value {
    claims.as_object_mut().unwrap().remove(name).unwrap();
    claims
}

fn pool(id: &str, client: &str) -> TrustedPool {
    let clients = BTreeSet::from([ClientId::parse(client).unwrap()]);
    TrustedPool::of_aws(&PoolId::parse(id).unwrap(), clients).unwrap()
}

/// Access tokens of both pools.
pub(crate) fn trust() -> Trust {
    Trust::new(pool("eu-west-1_Old", OLD_CLIENT), pool("eu-west-1_New", NEW_CLIENT)).unwrap()
}

/// What stands at each address, and who was asked.
#[derive(Default)]
pub(crate) struct Addresses {
    sets: Mutex<BTreeMap<String, String>>,
    asked: Mutex<Vec<String>>,
}

impl Addresses {
    /// Both pools, with one key each.
    pub(crate) fn both() -> Self {
        let addresses = Self::default();
        addresses.set(OLD_KEYS, &[Signer::old().jwk()]);
        addresses.set(NEW_KEYS, &[Signer::new().jwk()]);
        addresses
    }

    pub(crate) fn set(&self, url: &str, keys: &[Value]) {
        self.set_text(url, &json!({ "keys": keys }).to_string());
    }

    pub(crate) fn set_text(&self, url: &str, text: &str) {
        self.sets.lock().unwrap().insert(url.to_owned(), text.to_owned());
    }

    /// Nobody answers there any more.
    pub(crate) fn silence(&self, url: &str) {
        self.sets.lock().unwrap().remove(url);
    }

    pub(crate) fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}

impl KeySource for Addresses {
    async fn keys(&self, url: &str) -> Answer<String> {
        self.asked.lock().unwrap().push(url.to_owned());
        let set = self.sets.lock().unwrap().get(url).cloned();
        set.ok_or_else(|| PortError::new(Class::Unavailable, "GetKeys", "ConnectionFailed"))
    }
}

/// A clock that stands at a minute after the tokens were made until it is moved.
pub(crate) struct Hand(AtomicU64);

impl Default for Hand {
    fn default() -> Self {
        Self(AtomicU64::new((ISSUED + 60) * 1000))
    }
}

impl Hand {
    pub(crate) fn set(&self, seconds: u64) {
        self.0.store(seconds * 1000, Ordering::SeqCst);
    }

    pub(crate) fn pass(&self, while_: Duration) {
        self.0.fetch_add(u64::try_from(while_.as_millis()).unwrap(), Ordering::SeqCst);
    }
}

impl Clock for Hand {
    fn now(&self) -> Timestamp {
        Timestamp(self.0.load(Ordering::SeqCst))
    }
}

impl Clock for &Hand {
    fn now(&self) -> Timestamp {
        (*self).now()
    }
}

/// What becomes of a token, now, where everything answers.
pub(crate) async fn verify(trust: Trust, token: &str) -> Result<Verified, Refused> {
    Verifier::new(trust, Addresses::both(), Hand::default()).verify(token).await
}

/// The code of a refusal.
pub(crate) fn code(outcome: Result<Verified, Refused>) -> &'static str {
    match outcome {
        Ok(_) => "accepted",
        Err(Refused::Token(refusal)) => refusal.code(),
        Err(Refused::Keys(_)) => "keys",
    }
}

/// What it is, the token, and the code that it is refused with.
type Row = (&'static str, String, &'static str);

pub(crate) async fn assert_each(trust: Trust, rows: impl IntoIterator<Item = Row>) {
    for (what, token, expected) in rows {
        assert_eq!(code(verify(trust.clone(), &token).await), expected, "{what}");
    }
}

/// A token that is accepted.
pub(crate) fn good() -> String {
    Signer::new().sign(&access())
}

/// The same claims under another header, signed by the pool.
pub(crate) fn headed(header: &Value) -> String {
    Signer::new().sign_text(&header.to_string(), &access().to_string())
}

/// The good token, with one part replaced by what the function makes of it.
pub(crate) fn part(index: usize, change: impl FnOnce(&str) -> String) -> String {
    let token = good();
    let mut parts: Vec<_> = token.split('.').map(str::to_owned).collect();
    parts[index] = change(&parts[index]);
    parts.join(".")
}
