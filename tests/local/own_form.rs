//! A backend that owns the sign-in form: it asks the bridge over HTTP, and signs people in plainly after that.

use serde_json::{Value, json};
use xtask::local::PASSWORD;

use crate::bridged::Twin;

/// The status and the body of what the function answers to a POST of its API.
fn ask(who: &Twin, body: &Value) -> (u64, Value) {
    let answer = answer(who, body);
    let body = answer["body"].as_str().unwrap_or("null");
    (answer["statusCode"].as_u64().unwrap(), serde_json::from_str(body).unwrap_or(Value::Null))
}

fn answer(who: &Twin, body: &Value) -> Value {
    let event = json!({
        "version": "2.0",
        "routeKey": "POST /v1/bridge",
        "rawPath": "/v1/bridge",
        "rawQueryString": "",
        "headers": { "content-type": "application/json", "host": "bridge.example.com" },
        "requestContext": {
            "accountId": "000000000000", "apiId": "api", "domainName": "bridge.example.com", "domainPrefix": "bridge",
            "http": { "method": "POST", "path": "/v1/bridge", "protocol": "HTTP/1.1", "sourceIp": "127.0.0.1", "userAgent": "test" },
            "requestId": "1", "routeKey": "POST /v1/bridge", "stage": "$default",
            "time": "21/Nov/2026:00:00:00 +0000", "timeEpoch": 1_795_219_200_000_u64,
        },
        "body": body.to_string(),
        "isBase64Encoded": false,
    });
    who.stack.aws().invoke(&who.stack.addresses.bridge, &event).unwrap()
}

#[test]
fn a_backend_carries_a_password_over_and_signs_in_plainly_after_that() {
    let olga = Twin::mirrored("form-olga", &["form-editors"]);
    let wrong = ask(&olga, &json!({ "username": olga.email, "password": "Not-her-password-1" }));
    assert_eq!(wrong, (200, json!({ "result": "wrong" })));
    let stranger = ask(&olga, &json!({ "username": "form-nobody@example.com", "password": PASSWORD }));
    assert_eq!(stranger, wrong, "nobody can be probed");

    let bridged = ask(&olga, &json!({ "username": olga.email, "password": PASSWORD }));
    assert_eq!(bridged, (200, json!({ "result": "bridged", "second_factor": false })));
    olga.is_in(&olga.at("none").sign_in(&olga.email, PASSWORD), &["form-editors"]);
    let log = olga.stack.log("bridge").unwrap();
    assert!(!log.is_empty(), "the bridge logs nothing");
    assert!(!log.contains(PASSWORD) && !log.contains(&olga.email), "the bridge logs what is personal");
}

#[test]
fn too_many_wrong_passwords_are_told_so_with_a_time_to_wait() {
    let paul = Twin::mirrored("form-paul", &[]);
    for guess in 1..=5 {
        let body = json!({ "username": paul.email, "password": format!("A-guess-number-{guess}") });
        assert_eq!(ask(&paul, &body), (200, json!({ "result": "wrong" })));
    }
    let answer = answer(&paul, &json!({ "username": paul.email, "password": PASSWORD }));
    let problem: Value = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    assert_eq!((&answer["statusCode"], &problem["code"]), (&json!(429), &json!("too_many")), "{answer}");
    let seconds: u64 = answer["headers"]["retry-after"].as_str().unwrap().parse().unwrap();
    assert!((1..=900).contains(&seconds), "within a quarter of an hour: {answer}");
}
