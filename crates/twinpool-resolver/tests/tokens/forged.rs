//! Tokens that their pool did not sign.

use base64::Engine as _;
use ring::hmac;
use serde_json::json;
use twinpool_resolver::Verifier;

use crate::signer::{Signer, encode};
use crate::support::{
    Addresses, Hand, NEW_CLIENT, NEW_KEYS, OLD_CLIENT, access, assert_each, code, headed, old_access, part,
    trust, with,
};

#[tokio::test]
async fn other_algorithms() {
    let kid = Signer::new().kid;
    for alg in
        ["none", "None", "NONE", "nOnE", "", "HS256", "RS384", "RS512", "PS256", "ES256", "rs256", "RS256 "]
    {
        let signed = headed(&json!({ "kid": kid, "alg": alg }));
        let stripped = format!("{}.", signed.rsplit_once('.').unwrap().0);
        assert_each(trust(), [("signed", signed, "algorithm"), ("stripped", stripped, "algorithm")]).await;
    }
    let not_text = [json!(null), json!(256), json!(["RS256"]), json!({ "RS256": 1 })];
    for alg in not_text {
        assert_each(trust(), [("alg", headed(&json!({ "kid": kid, "alg": alg })), "algorithm")]).await;
    }
    assert_each(trust(), [("no alg", headed(&json!({ "kid": kid })), "algorithm")]).await;
}

/// The public key is public: a verifier that takes the algorithm from the header takes it for a secret.
#[tokio::test]
async fn the_public_key_as_a_secret() {
    let signer = Signer::new();
    let header = json!({ "kid": signer.kid, "alg": "HS256" }).to_string();
    let signed = format!("{}.{}", encode(header), encode(access().to_string()));
    let public = signer.public();
    for secret in [public.n.clone(), signer.jwk().to_string().into_bytes(), encode(public.n).into_bytes()] {
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, &secret), signed.as_bytes());
        assert_each(trust(), [("HS256", format!("{signed}.{}", encode(tag)), "algorithm")]).await;
        // The same under the name of the right algorithm.
        let lying = part(2, |_| encode(tag));
        assert_each(trust(), [("RS256", lying, "signature")]).await;
    }
}

#[tokio::test]
async fn one_pool_for_the_other() {
    let (old, new, other) = (Signer::old(), Signer::new(), Signer::other());
    let rows = [
        ("the old pool signs for the new", old.sign(&access()), "unknown_key"),
        ("the new pool signs for the old", new.sign(&old_access()), "unknown_key"),
        ("… under the key id of the new", Signer::old().called(new.kid).sign(&access()), "signature"),
        ("a stranger", other.sign(&access()), "unknown_key"),
        (
            "a stranger under the key id of the pool",
            Signer::other().called(new.kid).sign(&access()),
            "signature",
        ),
        (
            "a client of the other pool",
            new.sign(&with(access(), json!({ "client_id": OLD_CLIENT }))),
            "client",
        ),
        (
            "… the other way round",
            old.sign(&with(old_access(), json!({ "client_id": NEW_CLIENT }))),
            "client",
        ),
        ("a client of nobody", new.sign(&with(access(), json!({ "client_id": "stranger" }))), "client"),
        (
            "a client with a letter more",
            new.sign(&with(access(), json!({ "client_id": format!("{NEW_CLIENT}a") }))),
            "client",
        ),
    ];
    assert_each(trust(), rows).await;
}

#[tokio::test]
async fn signatures_that_are_none() {
    let others = Signer::new().sign(&with(access(), json!({ "sub": "somebody" })));
    let of = |token: &str, index: usize| token.split('.').nth(index).unwrap().to_owned();
    let rows = [
        ("stripped", part(2, |_| String::new())),
        ("of another token", part(2, |_| of(&others, 2))),
        ("of other claims", part(1, |_| of(&others, 1))),
        ("a byte short", part(2, |signature| encode(&raw(signature)[1..]))),
        ("a byte long", part(2, |signature| encode([raw(signature), vec![0]].concat()))),
        ("a leading zero", part(2, |signature| encode([vec![0], raw(signature)].concat()))),
        ("nothing but zeros", part(2, |_| encode([0; 256]))),
        ("a bit off", part(2, |signature| encode(flipped(signature)))),
    ];
    assert_each(trust(), rows.map(|(what, token)| (what, token, "signature"))).await;
}

fn raw(text: &str) -> Vec<u8> {
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).unwrap()
}

fn flipped(text: &str) -> Vec<u8> {
    let mut bytes = raw(text);
    bytes[100] ^= 1;
    bytes
}

#[tokio::test]
async fn key_ids_of_every_kind() {
    let long = "k".repeat(10_000);
    for kid in
        ["", " ", "../../etc/passwd", "' OR 1=1 --", "http://evil.example/jwks.json", "\0", "ключ", &long]
    {
        let token = headed(&json!({ "kid": kid, "alg": "RS256" }));
        assert_each(trust(), [("kid", token, "unknown_key")]).await;
    }
    for kid in [json!(null), json!(1), json!([Signer::new().kid])] {
        assert_each(trust(), [("kid", headed(&json!({ "kid": kid, "alg": "RS256" })), "unknown_key")]).await;
    }
    assert_each(trust(), [("no kid", headed(&json!({ "alg": "RS256" })), "unknown_key")]).await;
}

/// RFC 7515 lets a token bring its key along, or say where it is. Nobody looks.
#[tokio::test]
async fn keys_that_the_token_brings_along_are_not_used_and_not_fetched() {
    let other = Signer::other();
    let header = |kid: &str| {
        json!({
            "alg": "RS256", "kid": kid, "typ": "JWT", "jwk": other.jwk(),
            "jku": "https://evil.example/jwks.json", "x5u": "https://evil.example/cert.pem", "x5c": ["MIIB"],
        })
    };
    let addresses = Addresses::both();
    addresses.set("https://evil.example/jwks.json", &[other.jwk()]);
    let verifier = Verifier::new(trust(), &addresses, Hand::default());
    for kid in [other.kid, Signer::new().kid] {
        let forged = other.sign_text(&header(kid).to_string(), &access().to_string());
        let refused = code(verifier.verify(&forged).await);
        assert!(["unknown_key", "signature"].contains(&refused), "{refused}");
    }
    let genuine = Signer::new().sign_text(&header(Signer::new().kid).to_string(), &access().to_string());
    assert_eq!(code(verifier.verify(&genuine).await), "accepted");
    assert!(addresses.asked().iter().all(|url| url == NEW_KEYS), "{:?}", addresses.asked());
}
