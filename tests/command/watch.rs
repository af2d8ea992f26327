//! The built `twinpool watch`, with a table and queues over the wire, and a CloudWatch that one may not read.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Output, Stdio};

use serde_json::{Value, json};
use twinpool_tests::aws_stub::{AwsStub, TABLE};
use xtask::wire::Aws;

use super::{between, full_disk, told};

const OLD: &str = "eu-west-1_Old";
const NEW: &str = "eu-west-1_New";

/// Five of a hundred users are sent to the new pool.
fn canary() -> AwsStub {
    let stub = AwsStub::start(&[]);
    stub.stack().tell(&[("TableName", TABLE)]);
    stub.stack().is_made(&[], &[("Mirror", "twinpool-Mirror-1")]);
    let (text, number) =
        (|text: &str| json!({ "S": text }), |number: u64| json!({ "N": number.to_string() }));
    let none = json!({ "L": [] });
    let item = json!({
        "pk": text("PHASE"), "format": number(1), "version": number(1), "changes": number(0), "phase": text("canary"),
        "share": number(500), "groups": none, "values": none, "allow": none, "deny": none, "round": number(0),
        "since": number(1_795_219_200_000),
    });
    Aws::new(stub.endpoint()).dynamodb("PutItem", &json!({ "TableName": TABLE, "Item": item })).unwrap();
    stub
}

fn once(stub: &AwsStub, words: &[&str]) -> Output {
    watch(stub).arg("--once").args(words).output().unwrap()
}

fn watch(stub: &AwsStub) -> Command {
    let queue = |name: &str| format!("{}/123456789012/{name}", stub.endpoint());
    let mut command = between(stub, OLD, NEW);
    command.env("TWINPOOL_QUEUE_URL", queue("events.fifo")).env("TWINPOOL_DLQ_URL", queue("dead.fifo"));
    command.arg("watch");
    command
}

#[test]
fn what_nobody_may_read_is_a_reason_to_hold_and_said() {
    let (code, out, err) = told(&once(&canary(), &[]));
    assert_eq!(code, Some(11), "{out}{err}");
    assert!(out.contains("canary, 5 % of the users") && out.contains("verdict      hold"), "{out}");
    assert!(out.contains("GetMetricData failed:") && out.contains("AccessDeniedException"), "{out}");
}

#[test]
fn messages_in_the_dlq_say_roll_back_and_one_look_rolls_nothing_back() {
    let stub = canary();
    stub.queue().waits_in("dead.fifo", 3);
    let (code, out, err) = told(&once(&stub, &["--json"]));
    assert_eq!(code, Some(10), "{out}{err}");
    let look: Value = serde_json::from_str(&out).unwrap();
    assert_eq!((&look["verdict"], &look["moving"]), (&json!("roll-back"), &json!(true)));
    assert_eq!(look["reasons"][0], "messages in a DLQ (mirror): 3, above 0");
    let key = json!({ "TableName": TABLE, "Key": { "pk": { "S": "PHASE" } }, "ConsistentRead": true });
    let item = Aws::new(stub.endpoint()).dynamodb("GetItem", &key).unwrap();
    assert!(item.to_string().contains("canary"), "{item}");
}

#[test]
fn a_watch_that_guards_goes_on_where_its_output_cannot_be_written() {
    let stub = canary();
    stub.queue().waits_in("dead.fifo", 3);
    let mut guard = watch(&stub);
    guard.args(["--auto-rollback", "--yes"]).stdout(full_disk()).stderr(Stdio::piped());
    let mut guard = guard.spawn().unwrap();
    let mut said = BufReader::new(guard.stderr.take().unwrap()).lines().map(Result::unwrap);
    assert!(said.any(|line| line.contains("the watch goes on")), "it has ended");
    let sent = Command::new("kill").args(["-INT", &guard.id().to_string()]).status().unwrap();
    assert!(sent.success());
    assert_eq!(guard.wait().unwrap().code(), Some(10));

    let (code, _, said) = told(&watch(&stub).stdout(full_disk()).output().unwrap());
    assert_eq!((code, said.contains("cannot write the output")), (Some(1), true), "{said}");
}

#[test]
fn words_that_make_no_sense_together_are_refused() {
    for words in [&["--auto-rollback"][..], &["--yes"], &["--every", "1s"], &["--topic", "moves"]] {
        assert_eq!(told(&once(&canary(), words)).0, Some(2), "{words:?}");
    }
}
