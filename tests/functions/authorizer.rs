//! The authorizer as it is built: signed tokens of both pools, keys and table over the wire.

use std::fs;
use std::time::{SystemTime, UNIX_EPOCH};

use serde_json::{Value, json};
use twinpool_tests::aws_stub::{AwsStub, TABLE};
use twinpool_tests::bootstrap::{Function, workspace};
use twinpool_tests::http::{Reply, Server};
use twinpool_tests::runtime_api::Answer;
use xtask::wire::Aws;

#[path = "../../crates/twinpool-resolver/tests/tokens/signer.rs"]
#[expect(dead_code, reason = "the tests of the verifier sign more kinds of tokens")]
mod signer;

use signer::Signer;

const ADA: &str = "9441f38c-d64d-45d1-8401-ec94ab328c6d";
const ADA_NEW: &str = "bb739df9-14f4-40a0-b7d5-bd0f6f453d14";

/// The keys of both pools, each at an address of its own.
fn keys() -> Server {
    Server::start(|request| {
        let signer = if request.path.contains("Old") { Signer::old() } else { Signer::new() };
        let body = json!({ "keys": [signer.jwk()] }).to_string().into_bytes();
        Reply::Send { status: 200, headers: vec![("content-type", "application/json".to_owned())], body }
    })
}

fn authorizer(stub: &AwsStub, keys: &str) -> Function {
    let url = |pool: &str| format!("{keys}/{pool}/.well-known/jwks.json");
    Function::start(
        "twinpool-authorizer",
        &[
            ("AWS_ENDPOINT_URL", stub.endpoint().as_str()),
            ("TWINPOOL_LINKS_TABLE", TABLE),
            ("TWINPOOL_OLD_POOL_ID", "eu-west-1_Old"),
            ("TWINPOOL_NEW_POOL_ID", "eu-west-1_New"),
            ("TWINPOOL_OLD_CLIENT_IDS", "oldclient"),
            ("TWINPOOL_NEW_CLIENT_IDS", "newclient"),
            ("TWINPOOL_OLD_JWKS_URL", &url("Old")),
            ("TWINPOOL_NEW_JWKS_URL", &url("New")),
        ],
    )
}

fn token(signer: &Signer, pool: &str, client: &str, sub: &str) -> String {
    let now = SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs();
    signer.sign(&json!({
        "sub": sub, "iss": format!("https://cognito-idp.eu-west-1.amazonaws.com/{pool}"), "client_id": client,
        "token_use": "access", "cognito:groups": ["staff"], "username": sub, "iat": now, "exp": now + 600,
        // Nobody is to believe it: the table knows better.
        "user_id": "somebody-else",
    }))
}

/// A table that knows Ada in both pools.
fn table() -> AwsStub {
    let stub = AwsStub::start(&[]);
    let text = |text: &str| json!({ "S": text });
    let link = json!({ "pk": text(&format!("OLD#{ADA}")), "user_id": text(ADA), "state": text("linked"), "new_sub": text(ADA_NEW) });
    let back = json!({ "pk": text(&format!("NEW#{ADA_NEW}")), "user_id": text(ADA), "old_sub": text(ADA) });
    for item in [link, back] {
        Aws::new(stub.endpoint()).dynamodb("PutItem", &json!({ "TableName": TABLE, "Item": item })).unwrap();
    }
    stub
}

/// What API Gateway gets to read of a failed call.
fn error(answer: &Answer) -> String {
    let Answer::Error(text) = answer else { panic!("no error: {answer:?}") };
    let error: Value = serde_json::from_str(text).unwrap();
    error["errorMessage"].as_str().unwrap().to_owned()
}

fn event(token: &str) -> Value {
    let text = fs::read_to_string(workspace().join("events/authorizer/rest-token.json")).unwrap();
    let mut event: Value = serde_json::from_str(&text).unwrap();
    event["authorizationToken"] = format!("Bearer {token}").into();
    event
}

#[test]
fn the_built_authorizer_says_one_user_id_for_the_tokens_of_both_pools() {
    let (stub, keys) = (table(), keys());
    let function = authorizer(&stub, &format!("http://{}", keys.address()));
    let old = token(&Signer::old(), "eu-west-1_Old", "oldclient", ADA);
    let new = token(&Signer::new(), "eu-west-1_New", "newclient", ADA_NEW);
    for (pool, token) in [("old", &old), ("new", &new)] {
        let answer = function.invoke(event(token).to_string());
        let said: Value = serde_json::from_slice(answer.response().unwrap()).unwrap();
        assert_eq!((&said["principalId"], &said["context"]["user_id"]), (&json!(ADA), &json!(ADA)), "{said}");
        assert_eq!((&said["context"]["pool"], &said["context"]["groups"]), (&json!(pool), &json!("staff")));
        assert_eq!(said["policyDocument"]["Statement"][0]["Effect"], "Allow");
    }
    let forged = token(&Signer::new().called(Signer::old().kid), "eu-west-1_Old", "oldclient", ADA);
    let refused = function.invoke(event(&forged).to_string());
    assert_eq!(error(&refused), "Unauthorized");
    let log = function.end();
    assert!(!log.contains(&old) && !log.contains(ADA_NEW) && log.contains("\"signature\""), "{log}");
}

#[test]
fn the_built_authorizer_starts_without_keys_and_table_and_allows_nobody() {
    let stub = table();
    stub.faults().fail_next("GetItem", 100, "AccessDeniedException");
    let function = authorizer(&stub, "http://127.0.0.1:1");
    let token = token(&Signer::old(), "eu-west-1_Old", "oldclient", ADA);
    let answer = function.invoke(event(&token).to_string());
    assert_ne!(error(&answer), "Unauthorized", "the client would sign the user out");
    assert!(function.end().contains("unavailable"));
}
