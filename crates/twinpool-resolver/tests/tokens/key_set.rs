//! Which keys of a set count.

use serde_json::{Value, json};
use twinpool_resolver::Verifier;

use crate::signer::{Signer, encode};
use crate::support::{Addresses, Hand, NEW_KEYS, access, code, trust, with};

/// What becomes of a good token of the new pool, where this stands at its keys' address.
async fn where_there_is(set: &str) -> &'static str {
    let addresses = Addresses::both();
    addresses.set_text(NEW_KEYS, set);
    let token = Signer::new().sign(&access());
    code(Verifier::new(trust(), addresses, Hand::default()).verify(&token).await)
}

fn set(keys: &[Value]) -> String {
    json!({ "keys": keys }).to_string()
}

#[tokio::test]
async fn keys_of_other_kinds_are_skipped() {
    let good = Signer::new().jwk();
    let others = [
        json!({ "kty": "EC", "crv": "P-256", "kid": "ec", "x": "AA", "y": "AA", "alg": "ES256", "use": "sig" }),
        json!({ "kty": "OKP", "kid": "okp", "crv": "Ed25519", "x": "AA" }),
        json!({ "kty": "of tomorrow" }),
        json!({}),
        json!(null),
        json!("a key"),
        json!({ "kty": "RSA", "kid": "half", "n": "AQAB" }),
        with(good.clone(), json!({ "n": "not base64!" })),
        with(good.clone(), json!({ "use": "enc" })),
        with(good.clone(), json!({ "alg": "RS512" })),
        with(good.clone(), json!({ "kid": 7 })),
    ];
    for other in &others {
        // A key that does not count does not hide one that does, even under the same id.
        assert_eq!(where_there_is(&set(&[other.clone(), good.clone()])).await, "accepted", "{other}");
        assert_eq!(
            where_there_is(&set(&[other.clone(), Signer::other().jwk()])).await,
            "unknown_key",
            "{other}"
        );
        assert_eq!(where_there_is(&set(std::slice::from_ref(other))).await, "keys", "{other}");
    }
}

#[tokio::test]
async fn keys_that_are_too_weak_or_too_slow_are_skipped() {
    let (good, n) = (Signer::new().jwk(), Signer::new().public().n);
    let big = |bytes: usize| encode([vec![0xff; bytes - 1], vec![0x01]].concat());
    let mut even = n.clone();
    *even.last_mut().unwrap() -= 1;
    let bad = [
        json!({ "n": big(128) }),
        json!({ "n": encode([&[0x7f], &n[1..]].concat()) }),
        json!({ "n": big(1025) }),
        json!({ "n": encode(even) }),
        json!({ "n": "" }),
        json!({ "e": encode([1]) }),
        json!({ "e": encode([3]) }),
        json!({ "e": encode([1, 0, 0]) }),
        json!({ "e": encode([1, 0, 0, 0, 1]) }),
        json!({ "e": "" }),
    ];
    for change in bad {
        let what = change.to_string();
        assert_eq!(where_there_is(&set(&[with(good.clone(), change)])).await, "keys", "{what}");
    }
    // A zero in front changes no number.
    let zeros = json!({ "n": encode([vec![0], n].concat()), "e": encode([0, 1, 0, 1]) });
    assert_eq!(where_there_is(&set(&[with(good, zeros)])).await, "accepted");
}

#[tokio::test]
async fn what_a_set_need_not_say_is_not_missed() {
    let mut jwk = Signer::new().jwk();
    for name in ["use", "alg"] {
        jwk.as_object_mut().unwrap().remove(name);
    }
    assert_eq!(where_there_is(&set(&[jwk])).await, "accepted");
}

#[tokio::test]
async fn one_id_is_one_key() {
    let impostor = Signer::other().called(Signer::new().kid).jwk();
    assert_eq!(where_there_is(&set(&[Signer::new().jwk(), impostor])).await, "accepted");
}

#[tokio::test]
async fn texts_that_are_no_set_hold_no_key() {
    let good = set(&[Signer::new().jwk()]);
    let long = good.replace("\"keys\"", &format!("\"{}\":1,\"keys\"", "x".repeat(64 * 1024)));
    for text in ["", "[]", "{}", "null", r#"{"keys":{}}"#, r#"{"keys":[]}"#, "<html>", &good[1..], &long] {
        assert_eq!(where_there_is(text).await, "keys", "{}", text.len());
    }
}
