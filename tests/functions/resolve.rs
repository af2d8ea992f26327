//! The HTTP API of user ids as a function: events as AWS sends them, and a table over the wire.

use std::fs;

use serde_json::{Value, json};
use twinpool_tests::aws_stub::{AwsStub, TABLE};
use twinpool_tests::bootstrap::{Function, workspace};
use xtask::wire::Aws;

const ADA: &str = "9441f38c-d64d-45d1-8401-ec94ab328c6d";
const ADA_NEW: &str = "bb739df9-14f4-40a0-b7d5-bd0f6f453d14";

fn event(name: &str) -> Value {
    let text = fs::read_to_string(workspace().join("events/http").join(name)).unwrap();
    serde_json::from_str(&text).unwrap()
}

fn resolve(stub: &AwsStub) -> Function {
    Function::start(
        "twinpool-resolve",
        &[("AWS_ENDPOINT_URL", stub.endpoint().as_str()), ("TWINPOOL_LINKS_TABLE", TABLE)],
    )
}

/// What Lambda gets back.
fn answer(function: &Function, event: &Value) -> Value {
    let answer = function.invoke(event.to_string());
    serde_json::from_slice(answer.response().unwrap_or_else(|| panic!("{answer:?}"))).unwrap()
}

fn body(answer: &Value) -> Value {
    assert_eq!(answer["isBase64Encoded"], false);
    serde_json::from_str(answer["body"].as_str().unwrap()).unwrap()
}

#[test]
fn the_built_function_answers_a_function_url_and_an_http_api() {
    let stub = AwsStub::start(&[]);
    let text = |text: &str| json!({ "S": text });
    let back = json!({ "pk": text(&format!("NEW#{ADA_NEW}")), "user_id": text(ADA), "old_sub": text(ADA) });
    let put = json!({ "TableName": TABLE, "Item": back });
    Aws::new(stub.endpoint()).dynamodb("PutItem", &put).unwrap();
    let function = resolve(&stub);

    let found = answer(&function, &event("http-api.json"));
    assert_eq!((&found["statusCode"], &body(&found)["user_id"]), (&json!(200), &json!(ADA)));
    let mut again = event("http-api.json");
    again["headers"]["if-none-match"] = found["headers"]["etag"].clone();
    assert_eq!(answer(&function, &again)["statusCode"], 304);
    again["requestContext"]["stage"] = "prod".into();
    again["rawPath"] = format!("/prod{}", again["rawPath"].as_str().unwrap()).into();
    assert_eq!(answer(&function, &again)["statusCode"], 304);

    let batch = answer(&function, &event("function-url.json"));
    let ids: Vec<_> =
        body(&batch)["accounts"].as_array().unwrap().iter().map(|one| one["user_id"].clone()).collect();
    assert_eq!(ids, [Value::Null, json!(ADA), Value::Null]);

    let mut odd = event("http-api.json");
    odd["rawPath"] = "/v1/users/jane@example.com".into();
    let unknown = answer(&function, &odd);
    assert_eq!((&unknown["statusCode"], &body(&unknown)["code"]), (&json!(404), &json!("unknown_id")));
    assert_eq!(unknown["headers"]["content-type"], "application/problem+json");
    // It counts, and tells of nobody.
    let log = function.end();
    assert!(!log.is_empty());
    for line in log.lines() {
        let counted: Value = serde_json::from_str(line).unwrap();
        assert!(counted["_aws"]["CloudWatchMetrics"].is_array(), "{line}");
        assert!(!line.contains(ADA) && !line.contains("jane"), "{line}");
    }
}

#[test]
fn a_table_that_may_not_be_read_is_told_by_the_log_and_not_by_the_answer() {
    let stub = AwsStub::start(&[]);
    stub.faults().fail_next("GetItem", 100, "AccessDeniedException");
    let function = resolve(&stub);
    let denied = answer(&function, &event("http-api.json"));
    assert_eq!((&denied["statusCode"], &denied["headers"]["retry-after"]), (&json!(503), &json!("30")));
    assert!(!denied.to_string().contains("AccessDenied"), "{denied}");
    let log = function.end();
    assert!(log.contains("GetItem failed: AccessDeniedException") && !log.contains(ADA_NEW), "{log}");
}

#[test]
fn a_missing_setting_is_named_and_the_function_does_not_start() {
    let mut function = Function::start("twinpool-resolve", &[]);
    assert!(function.invoke_until_death(event("http-api.json").to_string()).is_none());
    assert!(function.end().contains("TWINPOOL_LINKS_TABLE is not set"));
}
