//! The built `twinpool phase`, `switch`, `rollback` and `complete` before an account that tells little: what nobody could look at has
//! to be forced.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use twinpool_core::pool::{AttributeSchema, PoolShape};
use twinpool_testkit::MemoryPool;
use twinpool_testkit::world::{MARKER, attribute, email_pool, username_pool};
use twinpool_tests::aws_stub::AwsStub;

use super::{between, told};

const OLD: &str = "eu-west-1_Old";
const NEW: &str = "eu-west-1_New";
const ELSEWHERE: &str = "eu-central-1_New";
const FORCE: [&str; 4] = ["--force", "nothing to look at here", "--yes", "--json"];

/// An old pool that can prove who was made by twinpool.
pub(super) fn marked() -> PoolShape {
    let mut old = username_pool(OLD);
    old.attributes.insert(attribute(MARKER), AttributeSchema { mutable: false, ..AttributeSchema::TEXT });
    old
}

struct Bench(AwsStub);

impl Bench {
    /// `marked`: the old pool has the marker.
    fn start(marked: bool) -> Self {
        let mut old = self::marked();
        if !marked {
            old.attributes.remove(&attribute(MARKER));
        }
        let (old, new) = (MemoryPool::with_uuids(old), MemoryPool::with_uuids(email_pool(NEW)));
        Self(AwsStub::start(&[&old, &new]))
    }

    fn say(&self, words: &[&str]) -> (Option<i32>, String, String) {
        let mut command = between(&self.0, OLD, NEW);
        command.args(words);
        command.env("TWINPOOL_QUEUE_URL", format!("{}/000000000000/events.fifo", self.0.endpoint()));
        command.env("TWINPOOL_CAPTURE_ARN", "arn:aws:lambda:eu-west-1:123456789012:function:capture");
        told(&command.output().unwrap())
    }

    fn json(&self, words: &[&str]) -> (Option<i32>, Value) {
        let (code, out, said) = self.say(words);
        (code, serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{said}")))
    }

    fn switch(&self, percent: &str) -> (Option<i32>, Value) {
        let step = ["switch", "--percent", percent, "--why", "a test"];
        self.json(&[step.as_slice(), &FORCE].concat())
    }

    fn phase(&self) -> Value {
        self.json(&["phase", "--history", "--json"]).1
    }
}

fn verdicts(answer: &Value) -> BTreeMap<String, String> {
    let checks = answer["checks"].as_array().unwrap();
    let text = |check: &Value, name: &str| check[name].as_str().unwrap().to_owned();
    checks.iter().map(|check| (text(check, "check"), text(check, "verdict"))).collect()
}

#[test]
fn a_move_goes_forth_and_back_with_who_and_why_in_its_history() {
    let bench = Bench::start(true);
    let (code, refused) = bench.json(&["switch", "--percent", "5", "--why", "a test", "--yes", "--json"]);
    let checks = verdicts(&refused);
    assert_eq!((code, &refused["done"]), (Some(10), &json!(false)), "{refused}");
    assert_eq!((checks["table"].as_str(), checks["marker"].as_str()), ("holds", "holds"), "{refused}");
    assert_eq!((checks["way-back"].as_str(), checks["verified"].as_str()), ("fails", "fails"), "{refused}");
    assert_eq!(
        (checks["dead-letters"].as_str(), checks["alarms"].as_str()),
        ("unknown", "unknown"),
        "{refused}"
    );
    assert!(refused["problem"].as_str().unwrap().contains("--force"), "{refused}");
    assert_eq!(bench.phase()["phase"], "dual-write");

    let (code, done) = bench.switch("5");
    assert_eq!((code, &done["phase"], &done["percent"]), (Some(0), &json!("canary"), &json!(5.0)), "{done}");
    // Fewer is refused, whatever the reason.
    let (code, fewer) = bench.switch("1");
    assert_eq!(code, Some(10));
    assert!(fewer["problem"].as_str().unwrap().contains("twinpool rollback"), "{fewer}");
    let (code, done) = bench.switch("100");
    assert_eq!((code, &done["phase"]), (Some(0), &json!("cutover")), "{done}");
    let (code, back) = bench.json(&["rollback", "--why", "sign-ins fail", "--yes", "--json"]);
    assert_eq!((code, &back["phase"]), (Some(0), &json!("rolled-back")), "{back}");
    let (code, twice) = bench.json(&["rollback", "--why", "sign-ins fail", "--yes", "--json"]);
    assert_eq!((code, &twice["done"]), (Some(10), &json!(false)), "{twice}");

    let told = bench.phase();
    let lines = told["history"].as_array().unwrap();
    let to: Vec<_> = lines.iter().map(|line| line["to"]["phase"].as_str().unwrap()).collect();
    assert_eq!(to, ["canary", "cutover", "rolled-back"]);
    assert!(lines[0]["why"].as_str().unwrap().contains("forced: nothing to look at here"), "{told}");
    assert!(lines[0]["forced"].as_array().unwrap().contains(&json!("verified")), "{told}");
    assert_eq!(
        (&lines[2]["why"], &told["at_work"], &told["round"]),
        (&json!("sign-ins fail"), &Value::Null, &json!(1))
    );
}

#[test]
fn without_a_marker_in_the_old_pool_no_reason_helps() {
    let bench = Bench::start(false);
    let (code, refused) = bench.switch("5");
    assert_eq!((code, verdicts(&refused)["marker"].as_str()), (Some(10), "fails"), "{refused}");
    assert!(refused.to_string().contains("add-custom-attributes"), "{refused}");
    assert!(refused["problem"].as_str().unwrap().contains("does not help"), "{refused}");
    assert_eq!(bench.phase()["version"], 2, "claimed, and let go");
}

#[test]
fn a_dry_run_shows_the_checks_and_writes_nothing() {
    let bench = Bench::start(true);
    let (code, out, _) = bench.say(&["switch", "--percent", "5", "--why", "a test", "--dry-run"]);
    assert_eq!(code, Some(10), "{out}");
    assert!(
        out.contains("✓ marker") && out.contains("✗ way back") && out.contains("? dead letters"),
        "{out}"
    );
    assert!(out.contains("--canary-user"), "{out}");
    assert!(!bench.0.table().all().contains_key("PHASE"));
}

#[test]
fn another_operator_at_work_is_waited_for_and_a_rollback_waits_for_nobody() {
    let bench = Bench::start(true);
    assert_eq!(bench.switch("5").0, Some(0));
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap().as_millis();
    let busy = json!({ "M": { "what": { "S": "a switch" }, "who": { "S": "role/Admin" }, "at": { "N": now.to_string() } } });
    bench.0.table().edit("PHASE", |item| drop(item.insert("busy".to_owned(), busy)));
    let (code, refused) = bench.switch("25");
    assert_eq!(code, Some(10));
    assert!(refused["problem"].as_str().unwrap().contains("role/Admin is at work"), "{refused}");
    let (code, back) = bench.json(&["rollback", "--why", "sign-ins fail", "--yes", "--json"]);
    assert_eq!((code, &back["phase"]), (Some(0), &json!("rolled-back")), "{back}");
}

#[test]
fn a_rollback_stops_a_switch_that_has_sent_nobody_yet_and_names_it() {
    let bench = Bench::start(true);
    assert_eq!(bench.switch("0.01").0, Some(0));
    assert_eq!(bench.json(&["rollback", "--why", "a test", "--yes", "--json"]).0, Some(0));
    let busy =
        json!({ "M": { "what": { "S": "a switch" }, "who": { "S": "role/Admin" }, "at": { "N": "1" } } });
    bench.0.table().edit("PHASE", |item| drop(item.insert("busy".to_owned(), busy)));
    let (code, out, said) = bench.say(&["rollback", "--why", "sign-ins fail", "--dry-run"]);
    assert!(code == Some(0) && out.contains("role/Admin"), "{out}{said}");
    assert!(bench.0.table().all()["PHASE"].contains_key("busy"), "a dry run stops nobody");
    let (code, stopped) = bench.json(&["rollback", "--why", "sign-ins fail", "--yes", "--json"]);
    let problem = stopped["problem"].as_str().unwrap();
    assert!(
        problem.contains("a switch by role/Admin was at work") && problem.contains("stopped"),
        "{problem}"
    );
    assert_eq!((code, &stopped["done"], &stopped["phase"]), (Some(0), &json!(true), &json!("rolled-back")));
    assert!(!bench.0.table().all()["PHASE"].contains_key("busy"));
}

#[test]
fn a_restored_table_refuses_every_step_but_a_rollback_until_somebody_has_taken_it() {
    let bench = Bench::start(true);
    assert_eq!(bench.switch("5").0, Some(0));
    bench.0.table().restore();
    let (code, refused) = bench.switch("25");
    assert_eq!((code, verdicts(&refused)["table"].as_str()), (Some(10), "fails"), "{refused}");
    let (code, out, said) = bench.say(&["phase", "--take-table", "--why", "looked at it", "--yes"]);
    assert_eq!(code, Some(0), "{out}{said}");
    let (code, done) = bench.switch("25");
    assert_eq!((code, &done["percent"]), (Some(0), &json!(25.0)), "{done}");

    bench.0.table().restore();
    let (code, back) = bench.json(&["rollback", "--why", "sign-ins fail", "--yes", "--json"]);
    assert_eq!((code, verdicts(&back)["table"].as_str()), (Some(0), "fails"), "{back}");
    let told = bench.phase();
    assert_eq!(
        (&told["phase"], &told["last"]["forced"]),
        (&json!("rolled-back"), &json!(["table"])),
        "{told}"
    );
    let (code, done) = bench.switch("5");
    assert_eq!((code, verdicts(&done)["table"].as_str()), (Some(0), "holds"), "the rollback took it: {done}");
}

#[test]
fn a_phase_that_is_older_than_its_history_is_told_with_what_to_do_to_whoever_rolls_back() {
    let bench = Bench::start(true);
    assert_eq!(bench.switch("5").0, Some(0));
    let before = bench.0.table().all()["PHASE"].clone();
    assert_eq!(bench.switch("25").0, Some(0));
    bench.0.table().edit("PHASE", |item| *item = before);
    // Each claim makes the phase a version younger, and writes no line.
    let (code, refused) = bench.switch("50");
    assert_eq!((code, verdicts(&refused)["table"].as_str()), (Some(10), "fails"), "{refused}");
    assert!(refused.to_string().contains("delete the items PHASE#2 and later"), "{refused}");
    let taken = bench.json(&["phase", "--take-table", "--why", "looked at it", "--yes", "--json"]);
    let back = bench.json(&["rollback", "--why", "sign-ins fail", "--yes", "--json"]);
    assert_eq!(verdicts(&back.1)["table"], "fails", "{}", back.1);
    for (code, refused) in [taken, back] {
        let problem = refused["problem"].as_str().unwrap();
        assert!(code == Some(10) && problem.contains("delete the items PHASE#2 and later"), "{problem}");
    }
}

#[test]
fn a_table_of_before_the_first_switch_is_seen_to_be_restored_until_somebody_has_taken_it() {
    let bench = Bench::start(true);
    bench.0.table().restore();
    let (code, refused) = bench.switch("5");
    assert_eq!((code, verdicts(&refused)["table"].as_str()), (Some(10), "fails"), "{refused}");
    let (code, out, said) = bench.say(&["phase", "--take-table", "--why", "looked at it", "--yes"]);
    assert_eq!(code, Some(0), "{out}{said}");
    let (code, done) = bench.switch("5");
    assert_eq!((code, verdicts(&done)["table"].as_str()), (Some(0), "holds"), "{done}");
}

#[test]
fn what_a_rollback_would_mean_is_told_before_the_next_step_and_before_the_rollback() {
    const LINE: &str = "if you rolled back now: 0 users fine";
    let bench = Bench::start(true);
    let step = ["switch", "--percent", "25", "--why", "a test", "--dry-run"];
    let out = bench.say(&step).1;
    assert!(!out.contains(LINE), "nobody was sent yet: {out}");
    assert_eq!(bench.switch("5").0, Some(0));
    let (_, out, _) = bench.say(&step);
    assert!(out.contains(LINE), "{out}");
    let (code, out, _) = bench.say(&["rollback", "--why", "a test", "--dry-run"]);
    assert!(code == Some(0) && out.contains(LINE), "{out}");
}

#[test]
fn to_a_new_pool_that_nobody_hears_of_only_everybody_is_sent() {
    let (old, new) = (MemoryPool::with_uuids(marked()), MemoryPool::with_uuids(email_pool(ELSEWHERE)));
    let stub = AwsStub::start(&[&old, &new]);
    let switch = |percent: &str| {
        let mut command = between(&stub, OLD, ELSEWHERE);
        command.args(["switch", "--percent", percent, "--why", "a test"]).args(FORCE);
        command.env("TWINPOOL_NEW_POOL_REGION", "eu-central-1");
        command.env("TWINPOOL_QUEUE_URL", format!("{}/000000000000/events.fifo", stub.endpoint()));
        command.env("TWINPOOL_CAPTURE_ARN", "arn:aws:lambda:eu-west-1:123456789012:function:capture");
        let (code, out, said) = told(&command.output().unwrap());
        let answer: Value = serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{said}"));
        (code, answer)
    };
    let (code, refused) = switch("5");
    assert_eq!((code, verdicts(&refused)["heard"].as_str()), (Some(10), "fails"), "{refused}");
    assert!(refused["problem"].as_str().unwrap().contains("does not help"), "{refused}");
    let (code, done) = switch("100");
    assert_eq!((code, &done["phase"]), (Some(0), &json!("cutover")), "{done}");
}

#[test]
fn a_run_is_not_undone_once_somebody_was_sent_to_the_new_pool() {
    let bench = Bench::start(true);
    let undo = ["undo", "20261121-101500-abcd", "--yes", "--json"];
    assert_eq!(bench.say(&undo).0, Some(3), "no such run");
    assert_eq!(bench.switch("5").0, Some(0));
    let (code, refused) = bench.json(&undo);
    assert_eq!((code, &refused["phase"]), (Some(10), &json!("canary")), "{refused}");
}

#[test]
fn a_phase_of_a_newer_version_is_left_alone() {
    let bench = Bench::start(true);
    assert_eq!(bench.switch("5").0, Some(0));
    bench.0.table().edit("PHASE", |item| drop(item.insert("format".to_owned(), json!({ "N": "2" }))));
    let before = bench.0.table().all();
    let steps: [&[&str]; 3] = [
        &["switch", "--percent", "25", "--why", "a test", "--yes", "--force", "so"],
        &["rollback", "--why", "a test", "--yes"],
        &["phase"],
    ];
    for words in steps {
        let (code, _, said) = bench.say(words);
        assert!(code == Some(1) && said.contains("newer twinpool wrote the phase"), "{said}");
    }
    assert_eq!(bench.0.table().all(), before);
}
