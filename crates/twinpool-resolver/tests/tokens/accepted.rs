//! What a good token says.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::json;
use twinpool_core::claim::ClaimName;
use twinpool_core::id::{GroupName, Pool};
use twinpool_resolver::{TokenUse, Trust, TrustError, TrustedPool, Verified};

use crate::signer::Signer;
use crate::support::{
    ISSUED, NEW_CLIENT, NEW_SUB, OLD_CLIENT, OLD_SUB, access, code, id, old_access, trust, verify, with,
    without,
};

fn both_uses() -> Trust {
    trust().for_uses(BTreeSet::from([TokenUse::Access, TokenUse::Id]))
}

#[tokio::test]
async fn an_access_token_of_either_pool_says_who_it_is() {
    let new = verify(trust(), &Signer::new().sign(&access())).await.unwrap();
    assert_eq!((new.pool, new.sub.as_str(), new.token_use), (Pool::New, NEW_SUB, TokenUse::Access));
    assert_eq!((new.username.as_str(), new.client_id.as_str()), ("jane@example.com", NEW_CLIENT));
    let groups: BTreeSet<_> = ["staff", "admins"].map(|name| GroupName::parse(name).unwrap()).into();
    assert_eq!((new.groups, new.claimed), (groups, None));
    assert_eq!(serde_json::Value::Object(new.claims), access());
    let old = verify(trust(), &Signer::old().sign(&old_access())).await.unwrap();
    assert_eq!((old.pool, old.sub.as_str()), (Pool::Old, OLD_SUB));
    assert_eq!(old.client_id.as_str(), OLD_CLIENT);
}

#[tokio::test]
async fn an_id_token_says_it_under_other_names() {
    let jane = verify(both_uses(), &Signer::new().sign(&id())).await.unwrap();
    assert_eq!((jane.token_use, jane.client_id.as_str()), (TokenUse::Id, NEW_CLIENT));
    assert_eq!((jane.username.as_str(), jane.groups.len()), ("jane@example.com", 0));
}

#[tokio::test]
async fn the_user_id_is_taken_from_the_claim_that_is_named() {
    let claims =
        with(access(), json!({ "user_id": OLD_SUB, "tenant_user": "u-1", "odd": "two words", "list": [1] }));
    let token = Signer::new().sign(&claims);
    let claimed = async |trust: Trust| {
        let jane = verify(trust, &token).await.unwrap();
        jane.claimed.map(|id| id.as_str().to_owned())
    };
    let named = |name| trust().believing(ClaimName::parse(name).unwrap());
    assert_eq!(claimed(trust()).await, None, "nobody was told to believe one");
    assert_eq!(claimed(named("user_id")).await.as_deref(), Some(OLD_SUB));
    assert_eq!(claimed(named("tenant_user")).await.as_deref(), Some("u-1"));
    // Somebody else's claim of this name is no user id.
    for other in ["odd", "list", "none"] {
        assert_eq!(claimed(named(other)).await, None, "{other}");
    }
}

#[tokio::test]
async fn a_name_that_no_group_can_have_is_left_out_and_the_others_stay() {
    let odd = json!(["admins", "two words", 7, null, "", "a".repeat(200), ["staff"]]);
    let token = Signer::new().sign(&with(access(), json!({ "cognito:groups": odd })));
    let jane = verify(trust(), &token).await.unwrap();
    assert_eq!(jane.groups, BTreeSet::from([GroupName::parse("admins").unwrap()]));
}

#[tokio::test]
async fn clocks_may_be_a_minute_apart() {
    let verdict = async |trust: Trust, exp: u64, iat: u64| {
        let claims = with(access(), json!({ "exp": exp, "iat": iat }));
        code(verify(trust, &Signer::new().sign(&claims)).await)
    };
    let now = ISSUED + 60;
    assert_eq!(verdict(trust(), now - 59, now - 600).await, "accepted");
    assert_eq!(verdict(trust(), now - 60, now - 600).await, "expired");
    assert_eq!(verdict(trust(), now + 600, now + 60).await, "accepted");
    assert_eq!(verdict(trust(), now + 600, now + 61).await, "not_yet_valid");
    let strict = || trust().with_leeway(Duration::ZERO);
    assert_eq!(verdict(strict(), now + 1, now).await, "accepted");
    assert_eq!(verdict(strict(), now, now).await, "expired");
    assert_eq!(verdict(strict(), now + 600, now + 1).await, "not_yet_valid");
}

#[tokio::test]
async fn the_second_issuer_of_a_pool_counts_where_it_is_listed() {
    const UPDATED: &str = "https://issuer-cognito-idp.eu-west-1.amazonaws.com/eu-west-1_New";
    let token = Signer::new().sign(&with(access(), json!({ "iss": UPDATED })));
    assert_eq!(code(verify(trust(), &token).await), "issuer");
    let mut new = trust().pool(Pool::New).clone();
    new.issuers.insert(UPDATED.to_owned());
    let listed = Trust::new(trust().pool(Pool::Old).clone(), new).unwrap();
    assert_eq!(code(verify(listed, &token).await), "accepted");
}

#[test]
fn a_list_that_cannot_be_meant_is_none() {
    let (old, new) = (trust().pool(Pool::Old).clone(), trust().pool(Pool::New).clone());
    let problem = |old: &TrustedPool, new: &TrustedPool| Trust::new(old.clone(), new.clone()).err();
    assert_eq!(problem(&old, &TrustedPool { clients: BTreeSet::new(), ..new.clone() }), None);
    let [no_old, no_new] = [&old, &new].map(|pool| TrustedPool { clients: BTreeSet::new(), ..pool.clone() });
    assert_eq!(problem(&no_old, &no_new), Some(TrustError::NoClient));
    assert_eq!(
        problem(&old, &TrustedPool { issuers: old.issuers.clone(), ..new.clone() }),
        Some(TrustError::SharedIssuer)
    );
    let without = TrustedPool { issuers: BTreeSet::new(), ..new };
    assert_eq!(problem(&old, &without), Some(TrustError::NoIssuer(Pool::New)));
}

#[tokio::test]
async fn nothing_personal_shows_in_debug() {
    let jane: Verified = verify(both_uses(), &Signer::new().sign(&id())).await.unwrap();
    let shown =
        format!("{jane:?} {:?}", jane.clone().into_principal(twinpool_core::id::UserId::parse("u").unwrap()));
    assert!(shown.contains(NEW_SUB) && !shown.contains("jane"), "{shown}");
}

#[tokio::test]
async fn what_cognito_may_leave_out_is_not_missed() {
    for name in ["cognito:groups", "scope", "version", "auth_time", "jti", "origin_jti"] {
        let token = Signer::new().sign(&without(access(), name));
        assert_eq!(code(verify(trust(), &token).await), "accepted", "{name}");
    }
}
