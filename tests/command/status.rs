//! The built `twinpool status`, with a table and queues over the wire, a mirror that comes and goes, and a CloudWatch that one may
//! not read.

use std::io::{BufRead as _, BufReader};
use std::process::{Command, Output, Stdio};
use std::sync::Arc;

use serde_json::{Value, json};
use twinpool_testkit::MemoryFunctions;
use twinpool_tests::aws_stub::{AwsStub, TABLE};
use xtask::wire::Aws;

use super::{between, told};

const OLD: &str = "eu-west-1_Old";
const NEW: &str = "eu-west-1_New";

/// A stack at rest, whose mirror nobody knows any more.
fn stub() -> AwsStub {
    let stub = AwsStub::of_account(&[], &Arc::new(MemoryFunctions::default()));
    stub.stack().tell(&[("TableName", TABLE)]);
    stub.stack().is_made(&[], &[("Mirror", "twinpool-Mirror-1")]);
    stub
}

fn tied_to_pools(stub: &AwsStub) {
    let text = |text: &str| json!({ "S": text });
    let item = json!({ "pk": text("POOLS"), "old_pool": text(OLD), "new_pool": text(NEW) });
    Aws::new(stub.endpoint()).dynamodb("PutItem", &json!({ "TableName": TABLE, "Item": item })).unwrap();
}

fn status(stub: &AwsStub, words: &[&str]) -> Output {
    asked(stub, words).output().unwrap()
}

fn asked(stub: &AwsStub, words: &[&str]) -> Command {
    let queue = |name: &str| format!("{}/123456789012/{name}", stub.endpoint());
    let mut command = between(stub, OLD, NEW);
    command.env("TWINPOOL_QUEUE_URL", queue("events.fifo")).env("TWINPOOL_DLQ_URL", queue("dead.fifo"));
    command.env("TWINPOOL_AUDIT_TRAIL_DLQ_URL", queue("audit.fifo"));
    command.arg("status").args(words);
    command
}

#[test]
fn a_mirror_that_is_gone_asks_for_somebody_and_the_rest_is_shown_as_far_as_it_is_known() {
    let stub = stub();
    stub.queue().waits_in("events.fifo", 7);
    let (code, out, err) = told(&status(&stub, &[]));
    assert_eq!(code, Some(10), "{out}{err}");
    let why = "nothing is mirrored: the function twinpool-Mirror-1 is not there; 7 messages waiting";
    let words: Vec<_> = out.split_whitespace().collect();
    assert!(words.join(" ").contains(&format!("✗ {why} → twinpool doctor")), "{out}");
    assert!(out.contains("phase      dual-write") && out.contains("queue      7 waiting"), "{out}");
    assert!(out.contains("GetMetricData failed:") && !out.contains('\x1b'), "{out}");
}

#[test]
fn a_program_gets_one_object_and_what_was_given_up_stands_in_it() {
    let stub = stub();
    tied_to_pools(&stub);
    stub.queue().waits_in("dead.fifo", 3);
    let (code, out, err) = told(&status(&stub, &["--json"]));
    assert_eq!(code, Some(10), "{out}{err}");
    let seen: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(
        (&seen["health"], &seen["dead_letters"]),
        (&json!("act"), &json!({ "mirror": 3, "audit_trail": 0 }))
    );
    assert_eq!(seen["pools"], json!({ "old": OLD, "new": NEW }));
    assert_eq!((&seen["people"]["linked"], &seen["budget"]), (&json!(0), &Value::Null));
    assert!(seen["unknown"]["budget"].as_str().unwrap().contains("AccessDenied"), "{seen}");
}

#[test]
fn a_watch_sees_what_changes_and_ends_as_the_last_look_was() {
    let stub = stub();
    stub.stack().is_made(&[], &[("Resolve", "twinpool-Resolve-1"), ("Mirror", "")]);
    let mut command = asked(&stub, &["--watch", "--every", "2s", "--json"]);
    let mut child = command.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || -> Value { serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap() };
    // Of the mirror nothing is known.
    assert_eq!(next()["health"], "look");
    stub.queue().waits_in("dead.fifo", 1);
    while next()["health"] == "look" {}
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    assert_eq!(child.wait().unwrap().code(), Some(10));
}

#[test]
fn a_table_of_other_pools_and_one_that_is_not_there_are_said_before_anything_is_shown() {
    let stub = stub();
    tied_to_pools(&stub);
    let (code, out, err) = told(&status(&stub, &["--new-pool", "eu-west-1_Other"]));
    assert_eq!((code, out.as_str()), (Some(2), ""), "{err}");
    assert!(err.contains("--new-pool"), "{err}");
    let (code, _, err) = told(&status(&stub, &["--table", "no-such-table"]));
    assert_eq!(code, Some(1), "{err}");
    assert!(err.contains("no-such-table"), "{err}");
    for words in [&["--every", "10s"][..], &["--watch", "--every", "1s"]] {
        assert_eq!(told(&status(&stub, words)).0, Some(2), "{words:?}");
    }
}
