//! Good signatures under claims that are refused, and with which code.

use std::collections::BTreeSet;

use serde_json::{Value, json};
use twinpool_resolver::TokenUse;

use crate::signer::Signer;
use crate::support::{
    ISSUED, NEW_CLIENT, NEW_ISSUER, access, assert_each, code, id, trust, verify, with, without,
};

#[tokio::test]
async fn issuers_that_are_not_listed() {
    let odd = [
        json!("https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_Stranger"),
        json!("https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_New"),
        json!(format!("{NEW_ISSUER}/")),
        json!(format!(" {NEW_ISSUER}")),
        json!(NEW_ISSUER.to_uppercase()),
        json!(NEW_ISSUER.replace("https", "http")),
        json!(format!("https://evil.example/?{NEW_ISSUER}")),
        json!(""),
        json!(null),
        json!([NEW_ISSUER]),
        json!({ "iss": NEW_ISSUER }),
    ];
    for iss in odd {
        let token = Signer::new().sign(&with(access(), json!({ "iss": iss })));
        assert_each(trust(), [("iss", token, "issuer")]).await;
    }
    assert_each(trust(), [("no iss", Signer::new().sign(&without(access(), "iss")), "issuer")]).await;
}

#[tokio::test]
async fn tokens_for_another_use() {
    let only_id = || trust().for_uses(BTreeSet::from([TokenUse::Id]));
    assert_each(trust(), [("an id token", Signer::new().sign(&id()), "token_use")]).await;
    assert_each(only_id(), [("an access token", Signer::new().sign(&access()), "token_use")]).await;
    for odd in ["refresh", "Access", "", "access,id"] {
        let token = Signer::new().sign(&with(access(), json!({ "token_use": odd })));
        assert_each(trust(), [("token_use", token, "token_use")]).await;
    }
    // What looks like both is what it says that it is, and is bound by that one's client.
    let both = with(id(), json!({ "client_id": NEW_CLIENT, "username": "jane", "aud": "stranger" }));
    assert_each(only_id(), [("an audience of nobody", Signer::new().sign(&both), "client")]).await;
}

#[tokio::test]
async fn times() {
    let token = |claims: Value| Signer::new().sign(&with(access(), claims));
    let rows = [
        ("over", token(json!({ "exp": ISSUED - 1 })), "expired"),
        ("over since 1970", token(json!({ "exp": 0 })), "expired"),
        ("of tomorrow", token(json!({ "iat": ISSUED + 86_400 })), "not_yet_valid"),
        ("not before tomorrow", token(json!({ "nbf": ISSUED + 86_400 })), "not_yet_valid"),
        ("not before today", token(json!({ "nbf": ISSUED })), "accepted"),
        ("at the end of time", token(json!({ "exp": u64::MAX })), "accepted"),
        ("from the end of time", token(json!({ "iat": u64::MAX })), "not_yet_valid"),
    ];
    assert_each(trust(), rows).await;
    for odd in [json!("1795003600"), json!(1_795_003_600.5), json!(-1), json!(null), json!([1]), json!(true)]
    {
        for name in ["exp", "iat", "nbf"] {
            assert_each(trust(), [("a time", token(json!({ name: odd })), "no_user")]).await;
        }
    }
}

#[tokio::test]
async fn claims_that_are_missing_or_of_another_type() {
    let both = || trust().for_uses(BTreeSet::from([TokenUse::Access, TokenUse::Id]));
    for name in ["sub", "client_id", "token_use", "username", "exp", "iat"] {
        assert_each(both(), [(name, Signer::new().sign(&without(access(), name)), "no_user")]).await;
    }
    for name in ["sub", "aud", "token_use", "cognito:username", "exp", "iat"] {
        assert_each(both(), [(name, Signer::new().sign(&without(id(), name)), "no_user")]).await;
    }
    let odd = [
        json!({ "aud": [NEW_CLIENT] }),
        json!({ "sub": "" }),
        json!({ "sub": "two words" }),
        json!({ "sub": "a".repeat(65) }),
        json!({ "sub": 7 }),
        json!({ "cognito:username": "" }),
        json!({ "cognito:username": ["jane"] }),
        json!({ "cognito:groups": "admins" }),
        json!({ "cognito:groups": { "admins": true } }),
        json!({ "cognito:groups": null }),
    ];
    for claims in odd {
        let what = claims.to_string();
        let token = Signer::new().sign(&with(id(), claims));
        assert_eq!(code(verify(both(), &token).await), "no_user", "{what}");
    }
}

#[tokio::test]
async fn a_machine_is_nobody() {
    let machine = without(with(access(), json!({ "sub": NEW_CLIENT, "scope": "api/read" })), "username");
    let named = with(machine.clone(), json!({ "username": "jane" }));
    for claims in [machine, named] {
        assert_each(trust(), [("client_credentials", Signer::new().sign(&claims), "no_user")]).await;
    }
}
