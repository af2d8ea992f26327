//! The built `twinpool doctor` before an account in which one thing after the other is broken.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::SystemTime;

use aws_smithy_types::date_time::{DateTime, Format};
use serde_json::{Value, json};
use twinpool_setup::self_test::event;
use twinpool_tests::http::{Reply, Request, Server};

use super::{told, twinpool};

const OLD: &str = "eu-west-1_Old";
const NEW: &str = "eu-west-1_New";
const CAPTURE: &str = "arn:aws:lambda:eu-west-1:111122223333:function:capture";
const SIGN_IN: &str = "arn:aws:lambda:eu-west-1:111122223333:function:sign-in";
const MIRROR: &str = "arn:aws:lambda:eu-west-1:111122223333:function:mirror";
const QUEUE: &str = "https://sqs.eu-west-1.amazonaws.com/111122223333/events.fifo";
const DLQ: &str = "https://sqs.eu-west-1.amazonaws.com/111122223333/dead.fifo";
const KEY: &str = "a-key-for-tests-of-32-bytes-or-more";

/// What each call is answered, by its name and whom it is about.
type Answers = BTreeMap<String, Value>;

fn function(more: &[(&str, &str)]) -> Value {
    let mut variables = json!({
        "TWINPOOL_QUEUE_URL": QUEUE, "TWINPOOL_DIGEST_KEY": KEY, "TWINPOOL_VERSION": env!("CARGO_PKG_VERSION"),
    });
    for (name, value) in more {
        variables[*name] = json!(value);
    }
    json!({
        "Runtime": "provided.al2023", "Architectures": ["x86_64"], "Timeout": 4, "State": "Active",
        "LastUpdateStatus": "Successful", "Role": "arn:aws:iam::111122223333:role/mirror",
        "Environment": { "Variables": variables },
    })
}

fn healthy() -> Answers {
    let pool_arn = format!("arn:aws:cognito-idp:eu-west-1:111122223333:userpool/{OLD}");
    let new_pool_arn = format!("arn:aws:cognito-idp:eu-west-1:111122223333:userpool/{NEW}");
    let lets_in = |pool_arn: &str| {
        json!({ "Statement": [{
            "Effect": "Allow", "Principal": { "Service": "cognito-idp.amazonaws.com" }, "Action": "lambda:InvokeFunction",
            "Condition": { "ArnLike": { "AWS:SourceArn": pool_arn }, "StringEquals": { "AWS:SourceAccount": "111122223333" } },
        }] })
    };
    let policy = lets_in(&pool_arn);
    let of_these =
        [("TWINPOOL_OLD_POOL_ID", OLD), ("TWINPOOL_NEW_POOL_ID", NEW), ("TWINPOOL_LINKS_TABLE", "links")];
    let reader = [("TWINPOOL_MIRROR_ROLE_ARN", "arn:aws:iam::111122223333:role/mirror")];
    let said = [
        (
            "DescribeUserPool old",
            json!({ "UserPool": { "Id": OLD, "Arn": pool_arn, "LambdaConfig": {
            "PostConfirmation": CAPTURE, "CustomMessage": CAPTURE, "PreTokenGeneration": CAPTURE } } }),
        ),
        (
            "DescribeUserPool new",
            json!({ "UserPool": { "Id": NEW, "Arn": new_pool_arn,
            "LambdaConfig": { "PreTokenGenerationConfig": { "LambdaVersion": "V2_0", "LambdaArn": SIGN_IN } },
            "SchemaAttributes": [{ "Name": "custom:twinpool", "AttributeDataType": "String", "Mutable": false }],
            "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true } } }),
        ),
        ("configuration capture", function(&[])),
        ("policy capture", json!({ "Policy": policy.to_string() })),
        ("configuration sign-in", function(&of_these)),
        ("policy sign-in", json!({ "Policy": lets_in(&new_pool_arn).to_string() })),
        // It gives back what it is tested with.
        ("invocations sign-in", Value::Object(event(NEW, "eu-west-1", "TokenGeneration_ClientCredentials"))),
        ("configuration mirror", function(&of_these)),
        ("configuration reader", function(&reader)),
        ("configuration sweep", function(&[])),
        (
            "mappings",
            json!({ "EventSourceMappings": [{ "UUID": "6f1a", "State": "Enabled",
            "EventSourceArn": "arn:aws:sqs:eu-west-1:111122223333:events.fifo", "FunctionResponseTypes": ["ReportBatchItemFailures"] }] }),
        ),
        (
            "GetQueueAttributes events",
            json!({ "Attributes": { "QueueArn": "arn:aws:sqs:eu-west-1:111122223333:events.fifo",
            "FifoQueue": "true", "KmsMasterKeyId": "alias/queue", "ApproximateNumberOfMessages": "0",
            "RedrivePolicy": r#"{"deadLetterTargetArn":"arn:aws:sqs:eu-west-1:111122223333:dead.fifo"}"# } }),
        ),
        (
            "GetQueueAttributes dead",
            json!({ "Attributes": { "QueueArn": "arn:aws:sqs:eu-west-1:111122223333:dead.fifo",
            "ApproximateNumberOfMessages": "0" } }),
        ),
        ("GetMetricData", json!({ "MetricDataResults": [{ "Id": "age", "Values": [] }] })),
        ("DescribeKey", json!({ "KeyMetadata": { "KeyState": "Enabled" } })),
        (
            "DescribeTable",
            json!({ "Table": { "TableStatus": "ACTIVE", "KeySchema": [{ "AttributeName": "pk" }] } }),
        ),
        ("GetItem", json!({})),
        ("DescribeRule", json!({ "Name": "audit", "State": "ENABLED", "EventPattern": OLD })),
        ("DescribeTrails", json!({ "trailList": [{ "Name": "org", "TrailARN": "arn:org" }] })),
        ("GetTrailStatus", json!({ "IsLogging": true })),
        (
            "GetEventSelectors",
            json!({ "EventSelectors": [{ "ReadWriteType": "All", "IncludeManagementEvents": true }] }),
        ),
    ];
    said.into_iter().map(|(name, answer)| (name.to_owned(), answer)).collect()
}

/// The call of a request: its operation, and whom it is about where several are.
fn name(request: &Request) -> String {
    if let Some(rest) = request.path.strip_prefix("/2015-03-31/functions/") {
        let (arn, what) = rest.split_once('/').unwrap_or((rest, ""));
        return format!("{what} {}", arn.rsplit("%3A").next().unwrap_or_default());
    }
    if request.path.starts_with("/2015-03-31/event-source-mappings/") {
        return "mappings".to_owned();
    }
    let target = request.header("x-amz-target").unwrap_or_default();
    let operation = target.rsplit('.').next().unwrap_or_default();
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    match operation {
        "DescribeUserPool" if body["UserPoolId"] == OLD => "DescribeUserPool old".to_owned(),
        "DescribeUserPool" => "DescribeUserPool new".to_owned(),
        "GetQueueAttributes" if body["QueueUrl"] == QUEUE => "GetQueueAttributes events".to_owned(),
        "GetQueueAttributes" => "GetQueueAttributes dead".to_owned(),
        _ => operation.to_owned(),
    }
}

fn date() -> String {
    DateTime::from(SystemTime::now()).fmt(Format::HttpDate).unwrap()
}

/// An account; `null` is an answer that the role may not have.
struct Account {
    server: Server,
    answers: Arc<Mutex<Answers>>,
}

impl Account {
    fn start() -> Self {
        let answers = Arc::new(Mutex::new(healthy()));
        let shared = Arc::clone(&answers);
        let server = Server::start(move |request| {
            let answer = shared.lock().unwrap().get(&name(&request)).cloned().unwrap_or_default();
            let date = ("date", date());
            match answer {
                Value::Null => Reply::Send {
                    status: 400,
                    headers: vec![date],
                    body: br#"{"__type":"AccessDeniedException","message":"jane@example.com"}"#.to_vec(),
                },
                answer => {
                    Reply::Send { status: 200, headers: vec![date], body: answer.to_string().into_bytes() }
                }
            }
        });
        Self { server, answers }
    }

    /// The exit code, and each part that is not fine with its verdict.
    fn doctor(&self) -> (Option<i32>, Vec<(String, String)>, String) {
        let mut command = twinpool();
        command.envs([
            ("AWS_ENDPOINT_URL", format!("http://{}", self.server.address()).as_str()),
            ("AWS_REGION", "eu-west-1"),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("TWINPOOL_OLD_POOL_ID", OLD),
            ("TWINPOOL_NEW_POOL_ID", NEW),
            ("TWINPOOL_LINKS_TABLE", "links"),
            ("TWINPOOL_DIGEST_KEY", KEY),
            ("TWINPOOL_QUEUE_URL", QUEUE),
            ("TWINPOOL_DLQ_URL", DLQ),
            ("TWINPOOL_CAPTURE_ARN", CAPTURE),
            ("TWINPOOL_SIGN_IN_ARN", SIGN_IN),
            ("TWINPOOL_MIRROR_ARN", MIRROR),
            ("TWINPOOL_AUDIT_TRAIL_ARN", "arn:aws:lambda:eu-west-1:111122223333:function:reader"),
            ("TWINPOOL_SWEEP_ARN", "arn:aws:lambda:eu-west-1:111122223333:function:sweep"),
            ("TWINPOOL_AUDIT_TRAIL_RULE", "audit"),
        ]);
        let (code, answer, said) = told(&command.args(["doctor", "--json"]).output().unwrap());
        let answer: Value = serde_json::from_str(&answer).unwrap_or_else(|_| panic!("{answer}{said}"));
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let steps = answer["steps"].as_array().unwrap();
        let other = steps.iter().filter(|step| step["verdict"] != "ok");
        let other = other.map(|step| (text(&step["part"]), text(&step["verdict"]))).collect();
        (code, other, answer.to_string())
    }

    fn with(&self, call: &str, pointer: &str, value: Value) -> (Option<i32>, Vec<(String, String)>, String) {
        {
            let mut answers = self.answers.lock().unwrap();
            *answers.get_mut(call).unwrap().pointer_mut(pointer).unwrap() = value;
        }
        let found = self.doctor();
        *self.answers.lock().unwrap() = healthy();
        found
    }
}

#[test]
fn each_harm_is_named_and_nothing_else_and_the_secret_is_told_to_nobody() {
    let account = Account::start();
    let (code, other, said) = account.doctor();
    assert_eq!((code, other.as_slice()), (Some(0), &[][..]), "{said}");
    let broken = [
        ("DescribeUserPool old", "/UserPool/LambdaConfig/PostConfirmation", json!(""), "trigger"),
        ("policy capture", "/Policy", json!(r#"{"Statement":[]}"#), "permission"),
        (
            "configuration capture",
            "/Environment/Variables/TWINPOOL_QUEUE_URL",
            json!("https://else"),
            "capture",
        ),
        (
            "configuration capture",
            "/Environment/Variables/TWINPOOL_DIGEST_KEY",
            json!("another-key-of-32-bytes-or-more-"),
            "digest_key",
        ),
        ("GetQueueAttributes dead", "/Attributes/ApproximateNumberOfMessages", json!("4"), "dlq"),
        ("DescribeKey", "/KeyMetadata/KeyState", json!("Disabled"), "encryption_key"),
        ("mappings", "/EventSourceMappings/0/State", json!("Disabled"), "mapping"),
        ("configuration mirror", "/LastUpdateStatus", json!("Failed"), "mirror"),
        ("DescribeUserPool new", "/UserPool/SchemaAttributes", json!([]), "new_pool"),
        ("policy sign-in", "/Policy", json!(r#"{"Statement":[]}"#), "new_trigger"),
        ("invocations sign-in", "/userName", json!("somebody-else"), "sign_in"),
        ("configuration sign-in", "/State", json!("Failed"), "sign_in"),
        ("DescribeRule", "/State", json!("DISABLED"), "audit_trail"),
    ];
    for (call, pointer, value, part) in broken {
        let (code, other, said) = account.with(call, pointer, value);
        assert_eq!((code, other), (Some(1), vec![(part.to_owned(), "broken".to_owned())]), "{said}");
        assert!(!said.contains(KEY) && !said.contains("another-key"), "{said}");
    }
    let unseen =
        [("DescribeTrails", "trail"), ("DescribeKey", "encryption_key"), ("policy capture", "permission")];
    for (call, part) in unseen {
        let (code, other, said) = account.with(call, "", Value::Null);
        assert_eq!((code, other), (Some(11), vec![(part.to_owned(), "could not look".to_owned())]), "{said}");
        assert!(!said.contains("example.com"), "{said}");
    }
}
