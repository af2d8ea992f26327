//! Every event under `events/authorizer`, and what comes of it.

use std::collections::BTreeMap;
use std::future::pending;
use std::path::PathBuf;
use std::sync::Arc;

use lambda_runtime::Context;
use serde_json::{Value, json};
use twinpool_core::id::{GroupName, Pool, Sub, Timestamp, UserId, Username};
use twinpool_resolver::{ClientId, Refusal, TokenUse};

use super::*;

struct At(u64);

impl Clock for At {
    fn now(&self) -> Timestamp {
        Timestamp(self.0)
    }
}

/// Accepts Ada's token of the fixtures. Says what it is told of every other that gets here.
#[derive(Debug, Clone, Copy)]
struct Fake(Option<Denied>);

impl Authenticate for Fake {
    async fn authenticate(&self, token: &str) -> Result<Principal, Denied> {
        match self.0 {
            Some(denied) => Err(denied),
            // What only her token of today names.
            None if token.contains("Y2xpZW50X2lk") || token.contains("jbGllbnRfaWQ") => Ok(ada()),
            None => Err(Refusal::Expired.into()),
        }
    }
}

fn ada() -> Principal {
    Principal {
        user_id: UserId::parse("7c1d-id-of-ada").unwrap(),
        pool: Pool::New,
        sub: Sub::parse("0b6f2c1e-5d0a-4f53-9d57-1d7a3c2e9a01").unwrap(),
        username: Username::parse("ada.okonjo@example.com").unwrap(),
        groups: ["staff", "admins"].map(|name| GroupName::parse(name).unwrap()).into(),
        client_id: ClientId::parse("1h57kf5cpq17m0eml12EXAMPLE").unwrap(),
        token_use: TokenUse::Access,
        claims: json!({ "email": "ada.okonjo@example.com" }).as_object().unwrap().clone(),
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events/authorizer")
}

fn event(name: &str) -> String {
    std::fs::read_to_string(folder().join(format!("{name}.json"))).unwrap()
}

async fn ask(authenticate: impl Authenticate, event: &str) -> (Result<Value, Failed>, Option<Value>) {
    let payload = RawValue::from_string(event.to_owned()).unwrap();
    let mut context = Context::default();
    context.request_id = "r-1".to_owned();
    context.env_config = Arc::new(lambda_runtime::Config {
        function_name: "authorizer".to_owned(),
        ..lambda_runtime::Config::default()
    });
    let told = Authorizer::new(authenticate, At(7)).handle(LambdaEvent::new(payload, context)).await;
    let line = told.line.map(|line| serde_json::from_str(&line.to_string()).unwrap());
    (told.answer.map(|answer| serde_json::to_value(answer).unwrap()), line)
}

/// What the caller of the API meets, and the reason in the log.
fn outcome((answer, line): (Result<Value, Failed>, Option<Value>)) -> String {
    let met = match answer {
        Ok(answer) if answer["isAuthorized"] == false => "403".to_owned(),
        Ok(answer) if answer["isAuthorized"] == true => "yes".to_owned(),
        Ok(answer) => answer["policyDocument"]["Statement"][0]["Resource"].as_str().unwrap().to_owned(),
        Err(Failed::Unauthorized) => "401".to_owned(),
        Err(Failed::Unavailable) => "500".to_owned(),
    };
    line.map(|line| format!("{met} {}", line["reason"].as_str().unwrap())).unwrap_or(met)
}

const REST: &str = "arn:aws:execute-api:eu-west-1:123456789012:ymy8tbxw7b/prod/*";
const HTTP: &str = "arn:aws:execute-api:eu-west-1:123456789012:abcdef1234/$default/*";

#[tokio::test]
async fn each_event_gets_the_answer_that_its_api_understands() {
    let expected = BTreeMap::from([
        ("rest-token", REST),
        ("rest-token.no-scheme", REST),
        ("rest-token.china", "arn:aws-cn:execute-api:cn-north-1:123456789012:ymy8tbxw7b/prod/*"),
        ("rest-token.expired", "401 expired"),
        ("rest-token.basic", "401 not_bearer"),
        ("rest-token.no-arn", "500 unreadable"),
        ("rest-request", REST),
        ("rest-request.lower-case", REST),
        ("rest-request.single-value-headers", REST),
        ("rest-request.two-tokens", "401 several_tokens"),
        ("rest-request.two-cases", "401 several_tokens"),
        ("rest-request.no-token", "401 no_token"),
        ("rest-request.no-scheme", "401 not_bearer"),
        ("rest-request.expired", "401 expired"),
        ("websocket-connect", "arn:aws:execute-api:eu-west-1:123456789012:b1c2d3e4f5/prod/*"),
        ("http-1.0", HTTP),
        ("http-1.0.two-sources", HTTP),
        ("http-1.0.other-source", "500 other_identity_source"),
        ("http-1.0.expired", "401 expired"),
        ("http-2.0", "yes"),
        ("http-2.0.no-source", "yes"),
        ("http-2.0.two-sources", "yes"),
        ("http-2.0.other-source", "500 other_identity_source"),
        ("http-2.0.two-tokens", "403 not_bearer"),
        ("http-2.0.no-token", "403 no_token"),
        ("http-2.0.expired", "403 expired"),
        ("http-3.0.future", "500 unreadable"),
    ]);
    let mut found = BTreeMap::new();
    for file in std::fs::read_dir(folder()).unwrap() {
        let name = file.unwrap().file_name().into_string().unwrap().replace(".json", "");
        let outcome = outcome(ask(Fake(None), &event(&name)).await);
        found.insert(name, outcome);
    }
    let expected = expected.into_iter().map(|(name, outcome)| (name.to_owned(), outcome.to_owned()));
    assert_eq!(found, expected.collect());
}

#[tokio::test]
async fn the_context_says_who_it_is_and_nothing_personal() {
    let context = json!({
        "user_id": "7c1d-id-of-ada",
        "pool": "new",
        "sub": "0b6f2c1e-5d0a-4f53-9d57-1d7a3c2e9a01",
        "groups": "admins staff",
        "client_id": "1h57kf5cpq17m0eml12EXAMPLE",
        "token_use": "access",
    });
    let statement = json!([{ "Action": "execute-api:Invoke", "Effect": "Allow", "Resource": REST }]);
    let policy = json!({
        "principalId": "7c1d-id-of-ada",
        "policyDocument": { "Version": "2012-10-17", "Statement": statement },
        "context": context.clone(),
    });
    assert_eq!(ask(Fake(None), &event("rest-token")).await, (Ok(policy), None));
    let simple = json!({ "isAuthorized": true, "context": context });
    assert_eq!(ask(Fake(None), &event("http-2.0")).await, (Ok(simple), None));
}

#[tokio::test]
async fn who_cannot_be_told_now_is_neither_allowed_nor_refused() {
    for name in ["rest-token", "rest-request", "http-1.0", "http-2.0"] {
        assert_eq!(outcome(ask(Fake(Some(Denied::NotYet)), &event(name)).await), "500 not_yet");
        assert_eq!(outcome(ask(Fake(Some(Denied::Unavailable)), &event(name)).await), "500 unavailable");
    }
}

/// Keys and table hang.
struct Hangs;

impl Authenticate for Hangs {
    async fn authenticate(&self, _: &str) -> Result<Principal, Denied> {
        pending().await
    }
}

#[tokio::test(start_paused = true)]
async fn nobody_waits_for_a_table_that_hangs() {
    assert_eq!(outcome(ask(Hangs, &event("http-2.0")).await), "500 unavailable");
}

#[test]
fn api_gateway_knows_401_by_the_word() {
    let diagnostic = Diagnostic::from(Failed::Unauthorized);
    assert_eq!(diagnostic.error_message, "Unauthorized");
    assert_ne!(Diagnostic::from(Failed::Unavailable).error_message, "Unauthorized");
}

#[tokio::test]
async fn every_refusal_is_counted_and_no_line_shows_the_token() {
    let cases = [
        ("rest-token", Some(Denied::Refused(Refusal::Signature)), "AuthorizerRefused", "INFO"),
        ("rest-request.two-tokens", None, "AuthorizerRefused", "INFO"),
        ("http-2.0.no-token", None, "AuthorizerRefused", "INFO"),
        ("http-2.0", Some(Denied::NotYet), "AuthorizerNotYet", "WARN"),
        ("http-2.0", Some(Denied::Unavailable), "AuthorizerFailed", "ERROR"),
        ("http-2.0.other-source", None, "AuthorizerFailed", "ERROR"),
        ("rest-token.no-arn", None, "AuthorizerFailed", "ERROR"),
    ];
    for (name, denied, metric, level) in cases {
        let (_, line) = ask(Fake(denied), &event(name)).await;
        let line = line.unwrap();
        assert_eq!((&line["level"], &line[metric]), (&json!(level), &json!(1)), "{line}");
        assert_eq!((&line["FunctionName"], &line["request_id"]), (&json!("authorizer"), &json!("r-1")));
        let counted = &line["_aws"]["CloudWatchMetrics"][0];
        assert_eq!((&counted["Metrics"][0]["Name"], &line["_aws"]["Timestamp"]), (&json!(metric), &json!(7)));
        let text = line.to_string();
        assert!(!text.contains("eyJ") && !text.contains("tenant-7") && !text.contains("192.0.2"), "{text}");
    }
}

#[tokio::test]
async fn odd_events_are_never_an_allow() {
    let odd = [
        "7".to_owned(),
        "[]".to_owned(),
        "{}".to_owned(),
        r#"{"type":"TOKEN"}"#.to_owned(),
        event("rest-token").replace("TOKEN", "COGNITO"),
        event("rest-token").replace("execute-api", "s3"),
        event("rest-token").replace("/prod/GET/orders/42", ""),
        event("rest-token").replace("/prod/", "//"),
        event("http-2.0").replace(r#""2.0""#, "2.0"),
        event("rest-request").replace(r#""type": "REQUEST","#, ""),
    ];
    for event in odd {
        assert_eq!(outcome(ask(Fake(None), &event).await), "500 unreadable", "{event}");
    }
    let nothing = event("rest-token").replace("authorizationToken", "somethingElse");
    assert_eq!(outcome(ask(Fake(None), &nothing).await), "401 no_token");
}
