//! The route as a function: events as AWS sends them, and the record of the phase over the wire.

use std::fs;

use serde_json::{Value, json};
use twinpool_tests::aws_stub::{AwsStub, TABLE};
use twinpool_tests::bootstrap::{Function, workspace};
use xtask::wire::Aws;

const KEY: &str = "a-key-for-tests-of-32-bytes-or-more";

/// A request as API Gateway sends it.
fn asks(query: &str) -> Value {
    let text = fs::read_to_string(workspace().join("events/http/http-api.json")).unwrap();
    let mut event: Value = serde_json::from_str(&text).unwrap();
    event["rawPath"] = "/v1/route".into();
    event["requestContext"]["http"]["path"] = "/v1/route".into();
    event["rawQueryString"] = query.into();
    event["headers"]["origin"] = "https://app.example.com".into();
    event.as_object_mut().unwrap().remove("queryStringParameters");
    event
}

fn route(stub: &AwsStub) -> Function {
    let endpoint = stub.endpoint();
    let settings = [
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ("TWINPOOL_LINKS_TABLE", TABLE),
        ("TWINPOOL_OLD_POOL_ID", "eu-west-1_Old"),
        ("TWINPOOL_NEW_POOL_ID", "eu-central-1_New"),
        ("TWINPOOL_DIGEST_KEY", KEY),
        ("TWINPOOL_CLIENT_MAP", "web=web2"),
        ("TWINPOOL_ROUTE_ORIGINS", "https://app.example.com"),
        ("TWINPOOL_ROUTE_TTL_SECONDS", "60"),
    ];
    Function::start("twinpool-route", &settings)
}

/// What Lambda gets back.
fn answer(function: &Function, event: &Value) -> Value {
    let answer = function.invoke(event.to_string());
    serde_json::from_slice(answer.response().unwrap_or_else(|| panic!("{answer:?}"))).unwrap()
}

fn body(answer: &Value) -> Value {
    serde_json::from_str(answer["body"].as_str().unwrap()).unwrap()
}

/// Everybody is sent to the new pool.
fn cut_over(stub: &AwsStub, format: &str) {
    let (text, number) =
        (|text: &str| json!({ "S": text }), |number: u64| json!({ "N": number.to_string() }));
    let none = json!({ "L": [] });
    let item = json!({ "pk": text("PHASE"), "format": { "N": format }, "version": number(3), "phase": text("cutover"),
                       "share": number(10_000), "round": number(0), "since": number(1), "two_way_since": number(1),
                       "changes": number(2), "groups": none, "values": none, "allow": none, "deny": none });
    Aws::new(stub.endpoint()).dynamodb("PutItem", &json!({ "TableName": TABLE, "Item": item })).unwrap();
}

#[test]
fn the_built_function_says_where_to_sign_in_and_reads_the_phase_once_for_many() {
    let stub = AwsStub::start(&[]);
    cut_over(&stub, "1");
    let function = route(&stub);
    let told = answer(&function, &asks("id=ada"));
    assert_eq!(told["statusCode"], 200, "{told}");
    let expected = json!({ "pool": "new", "user_pool_id": "eu-central-1_New", "region": "eu-central-1", "client_id": "web2",
                           "phase": "cutover", "because": "phase", "version": 3, "ttl_seconds": 60 });
    assert_eq!(body(&told), expected);
    assert_eq!(told["headers"]["cache-control"], "private, max-age=60");
    assert_eq!(told["headers"]["access-control-allow-origin"], "https://app.example.com");
    // A table that is gone now is not missed for five seconds.
    stub.faults().fail_next("GetItem", 100, "AccessDeniedException");
    assert_eq!(body(&answer(&function, &asks("id=bob&client=web")))["client_id"], "web2");
    let refused = answer(&function, &asks("id=jane%40example.com"));
    assert_eq!((&refused["statusCode"], &body(&refused)["field"]), (&json!(400), &json!("id")));
    let log = function.end();
    assert!(!log.contains("ada") && !log.contains("jane"), "{log}");
}

#[test]
fn before_anything_is_written_everybody_is_sent_to_the_old_pool() {
    let stub = AwsStub::start(&[]);
    let function = route(&stub);
    let told = body(&answer(&function, &asks("id=ada")));
    assert_eq!(
        (&told["user_pool_id"], &told["client_id"], &told["phase"]),
        (&json!("eu-west-1_Old"), &json!("web"), &json!("dual-write"))
    );
    assert_eq!(function.end(), "");
}

#[test]
fn a_phase_of_a_newer_version_and_a_table_out_of_reach_are_told_with_when_to_ask_again() {
    let stub = AwsStub::start(&[]);
    cut_over(&stub, "99");
    let function = route(&stub);
    let newer = answer(&function, &asks("id=ada"));
    assert_eq!((&newer["statusCode"], &newer["headers"]["retry-after"]), (&json!(503), &json!("30")));
    assert!(function.end().contains("NewerFormat"));
    stub.faults().fail_next("GetItem", 100, "AccessDeniedException");
    let function = route(&stub);
    let denied = answer(&function, &asks("id=ada"));
    assert_eq!((&denied["statusCode"], &denied["headers"]["retry-after"]), (&json!(503), &json!("30")));
    assert!(!denied.to_string().contains("AccessDenied"), "{denied}");
    assert!(function.end().contains("GetItem failed: AccessDeniedException"));
}

#[test]
fn a_missing_setting_is_named_and_the_function_does_not_start() {
    let mut function = Function::start("twinpool-route", &[]);
    assert!(function.invoke_until_death(asks("").to_string()).is_none());
    assert!(function.end().contains("TWINPOOL_OLD_POOL_ID is not set"));
}
