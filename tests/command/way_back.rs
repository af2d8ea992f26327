//! What the built `twinpool switch` sees of the way back: whether the mirror may write to the old pool, and what was given up.

use serde_json::{Value, json};
use twinpool_setup::port::FunctionArn;
use twinpool_testkit::{Behaviour, MemoryFunctions};
use twinpool_tests::aws_stub::AwsStub;

use super::complete::{CAPTURE, OLD, old_pool};
use super::{between, told};

const MIRROR: &str = "arn:aws:lambda:eu-west-1:123456789012:function:twinpool-mirror";

/// The queues, by the variables that name them.
const QUEUES: [(&str, &str); 3] = [
    ("TWINPOOL_QUEUE_URL", "events.fifo"),
    ("TWINPOOL_DLQ_URL", "given-up.fifo"),
    ("TWINPOOL_AUDIT_TRAIL_DLQ_URL", "untold"),
];

/// A mirror that was told this of the way back.
fn with_mirror(reverse_sync: &Value) -> AwsStub {
    let functions = MemoryFunctions::new();
    for function in [CAPTURE, MIRROR] {
        let variables = json!({ "TWINPOOL_REVERSE_SYNC": reverse_sync });
        functions.put(&FunctionArn::parse(function).unwrap(), variables, Behaviour::Echo);
    }
    AwsStub::of_account(&[&old_pool()], &functions)
}

/// A switch that is forced.
fn switch(stub: &AwsStub, mirror: Option<&str>) -> (Option<i32>, Value) {
    let mut command = between(stub, OLD, "eu-west-1_New");
    command.args(["switch", "--percent", "5", "--why", "a test", "--force", "a test", "--yes", "--json"]);
    command.env("TWINPOOL_CAPTURE_ARN", CAPTURE).envs(mirror.map(|arn| ("TWINPOOL_MIRROR_ARN", arn)));
    for (name, queue) in QUEUES {
        command.env(name, format!("{}/000000000000/{queue}", stub.endpoint()));
    }
    let (code, out, said) = told(&command.output().unwrap());
    (code, serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{said}")))
}

fn check(answer: &Value, name: &str) -> (String, String) {
    let checks = answer["checks"].as_array().unwrap();
    let found = checks.iter().find(|check| check["check"] == name).unwrap();
    let text = |name: &str| found[name].as_str().unwrap().to_owned();
    (text("verdict"), text("why"))
}

fn assert_barred(code: Option<i32>, answer: &Value) {
    assert_eq!((code, &answer["done"]), (Some(10), &json!(false)), "{answer}");
    assert_eq!(check(answer, "reverse-sync").0, "fails", "{answer}");
    let problem = answer["problem"].as_str().unwrap();
    assert!(problem.contains("reverse-sync") && problem.contains("does not help"), "{problem}");
}

#[test]
fn nobody_is_sent_whatever_the_reason_while_the_mirror_may_not_write_to_the_old_pool() {
    for off in [json!("off"), Value::Null] {
        let (code, answer) = switch(&with_mirror(&off), Some(MIRROR));
        assert_barred(code, &answer);
    }
    let (code, answer) = switch(&with_mirror(&json!("on")), Some(MIRROR));
    assert_eq!((code, check(&answer, "reverse-sync").0.as_str()), (Some(0), "holds"), "{answer}");

    // Whoever does not name the mirror asks the stack.
    let stub = with_mirror(&json!("on"));
    stub.stack().tell(&[("ReverseSync", "off")]);
    stub.stack().is_made(&[("ReverseSync", "off")], &[]);
    let (code, answer) = switch(&stub, None);
    assert_barred(code, &answer);
    stub.stack().is_made(&[("ReverseSync", "on")], &[]);
    let (code, answer) = switch(&stub, None);
    assert_eq!((code, check(&answer, "reverse-sync").0.as_str()), (Some(0), "holds"), "{answer}");
}

#[test]
fn what_either_function_gave_up_is_told_before_a_switch() {
    for (queue, name) in [("given-up.fifo", "3 in the DLQ"), ("untold", "3 in the DLQ of the audit trail")] {
        let stub = with_mirror(&json!("on"));
        stub.queue().waits_in(queue, 3);
        let (_, answer) = switch(&stub, Some(MIRROR));
        assert_eq!(check(&answer, "dead-letters"), ("fails".to_owned(), name.to_owned()), "{answer}");
    }
    let (_, answer) = switch(&with_mirror(&json!("on")), Some(MIRROR));
    assert_eq!(check(&answer, "dead-letters").0, "holds", "{answer}");
}
