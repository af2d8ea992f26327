//! Built functions, run as Lambda runs them: over the Runtime API, against a queue on loopback.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod audit_trail;
mod authorizer;
mod bad_input;
mod both_ways;
mod bridge;
mod chained;
mod claim;
mod new_pool;
mod queue_trouble;
mod resolve;
mod rounds;
mod route;
mod sign_in;
mod sqs_batch;
mod start;
mod triggers;

use std::collections::BTreeMap;

use serde_json::Value;
use twinpool_tests::bootstrap::Function;

const QUEUE: &str = "https://sqs.eu-west-1.amazonaws.com/111122223333/changes.fifo";
const KEY: &str = "a-key-for-tests-of-at-least-32-bytes";

/// An event that gives one message, if the queue takes it.
const SIGN_IN: &str = r#"{"version":"1","triggerSource":"TokenGeneration_Authentication","region":"eu-west-1",
 "userPoolId":"eu-west-1_oLdP00l01","userName":"ada","callerContext":{"clientId":"c"},
 "request":{"userAttributes":{"sub":"5ub-of-ada","email":"ada.okonjo@example.com"}},"response":{"claimsOverrideDetails":null}}"#;

/// Capture, with a queue at this endpoint, and time enough for a busy machine.
fn capture(endpoint: &str) -> Function {
    capture_with(&[
        ("AWS_ENDPOINT_URL", endpoint),
        ("TWINPOOL_QUEUE_URL", QUEUE),
        ("TWINPOOL_DIGEST_KEY", KEY),
        ("TWINPOOL_DEADLINE_MS", "2000"),
    ])
}

fn capture_with(settings: &[(&str, &str)]) -> Function {
    Function::start("twinpool-capture", settings)
}

/// Ends the function. Gives its losses, after checking that it wrote nothing else and nothing of Ada.
fn losses(function: Function) -> Vec<BTreeMap<String, Value>> {
    let written = function.end();
    assert!(!written.contains("okonjo") && !written.contains("example.com"), "{written}");
    let lines: Result<Vec<BTreeMap<String, Value>>, _> = written.lines().map(serde_json::from_str).collect();
    let lines = lines.unwrap_or_else(|_| panic!("not only lines of JSON: {written}"));
    assert!(lines.iter().all(|line| line["CaptureLost"] == 1), "{written}");
    lines
}

fn reasons(losses: &[BTreeMap<String, Value>]) -> Vec<&str> {
    losses.iter().map(|line| line["reason"].as_str().unwrap()).collect()
}
