//! The built `twinpool complete`, once more after it broke off, and `twinpool reopen`.

use std::fs;
use std::path::PathBuf;
use std::sync::Arc;

use serde_json::{Value, json};
use twinpool_setup::port::FunctionArn;
use twinpool_testkit::{Behaviour, Knobs, MemoryFunctions, MemorySettings};
use twinpool_tests::aws_stub::AwsStub;

use super::{between_in, folder, told};

pub(super) const OLD: &str = "eu-west-1_Old";
const POOL_ARN: &str = "arn:aws:cognito-idp:eu-west-1:123456789012:userpool/eu-west-1_Old";
pub(super) const CAPTURE: &str = "arn:aws:lambda:eu-west-1:123456789012:function:twinpool-capture";
const FORCE: [&str; 5] = ["--why", "a test", "--force", "nothing to look at here", "--json"];

/// It has the marker.
pub(super) fn old_pool() -> Arc<MemorySettings> {
    let described = json!({
        "Id": OLD, "Name": "production", "Arn": POOL_ARN, "DeletionProtection": "ACTIVE", "UserPoolTier": "PLUS",
        "SchemaAttributes": [{ "Name": "custom:twinpool", "AttributeDataType": "String", "Mutable": false }],
        "LambdaConfig": {},
    });
    MemorySettings::new(described, json!({ "MfaConfiguration": "OFF" }), Knobs::default())
}

struct Bench {
    pool: Arc<MemorySettings>,
    stub: AwsStub,
    folder: PathBuf,
}

impl Bench {
    /// Everybody is sent to the new pool, and the old one is attached.
    fn at_cutover(name: &str) -> Self {
        let pool = old_pool();
        let functions = MemoryFunctions::new();
        functions.put(&FunctionArn::parse(CAPTURE).unwrap(), json!({}), Behaviour::Echo);
        let stub = AwsStub::of_account(&[&pool], &functions);
        let bench = Self { pool, stub, folder: folder(name, 0o700) };
        let save = bench.path("before.json");
        let (code, out, said) = bench.say(&["attach", "--yes", "--save", &save]);
        assert_eq!(code, Some(0), "{out}{said}");
        assert!(bench.is_attached());
        let (code, out, said) = bench.say(&[&["switch", "--percent", "100", "--yes"], &FORCE[..]].concat());
        assert_eq!(code, Some(0), "{out}{said}");
        // Long enough ago for every process to know of it.
        bench.stub.table().edit("PHASE", |item| {
            item.insert("two_way_since".to_owned(), json!({ "N": "1" }));
        });
        bench
    }

    fn phase(&self) -> Value {
        self.json(&["phase", "--history", "--json"]).1
    }

    fn path(&self, name: &str) -> String {
        self.folder.join(name).to_str().unwrap().to_owned()
    }

    fn say(&self, words: &[&str]) -> (Option<i32>, String, String) {
        let mut command = between_in(&self.folder, &self.stub, OLD, "eu-west-1_New");
        command.args(words).env("TWINPOOL_CAPTURE_ARN", CAPTURE);
        command.env("TWINPOOL_QUEUE_URL", format!("{}/000000000000/events.fifo", self.stub.endpoint()));
        told(&command.output().unwrap())
    }

    fn json(&self, words: &[&str]) -> (Option<i32>, Value) {
        let (code, out, said) = self.say(words);
        (code, serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{said}")))
    }

    fn is_attached(&self) -> bool {
        self.pool.described()["LambdaConfig"].to_string().contains(CAPTURE)
    }
}

#[test]
fn a_completion_that_broke_off_says_so_and_the_same_command_does_the_rest() {
    let bench = Bench::at_cutover("broken-off");
    let (jsonl, sql) = (bench.path("links.jsonl"), bench.path("links.sql"));
    let words = [&["complete", "--yes", "--export", &jsonl, "--sql", &sql], &FORCE[..]].concat();
    bench.stub.faults().fail_next("UpdateUserPool", 1, "NotAuthorizedException");
    let (code, first) = bench.json(&words);
    assert_eq!((code, &first["done"], &first["detached"]), (Some(1), &json!(true), &json!(false)), "{first}");
    let problem = first["problem"].as_str().unwrap();
    assert!(problem.contains("the move is complete") && problem.contains("twinpool detach"), "{problem}");
    assert!(bench.is_attached());
    let (code, second) = bench.json(&words);
    assert_eq!(
        (code, &second["detached"], &second["problem"]),
        (Some(0), &json!(true), &Value::Null),
        "{second}"
    );
    assert!(!bench.is_attached());
    fs::write(&sql, "SELECT 1;\n").unwrap();
    let (code, out, said) = bench.say(&words);
    assert!(code == Some(2) && said.contains("is there already"), "what is not its own is left: {out}{said}");
}

#[test]
fn what_is_not_as_it_should_be_is_told_before_the_old_pool_is_left() {
    let bench = Bench::at_cutover("before");
    let dry = ["complete", "--dry-run", "--why", "a test"];
    let (code, shown) = bench.json(&[&dry[..], &["--json"]].concat());
    assert_eq!((code, &shown["done"]), (Some(10), &json!(false)), "{shown}");
    assert!(shown["problem"].as_str().unwrap().contains("--force"), "{shown}");
    let codes: Vec<_> = shown["checks"].as_array().unwrap().iter().map(|check| &check["check"]).collect();
    assert!(codes.contains(&&json!("drained")), "{shown}");
    let (_, out, _) = bench.say(&dry);
    assert!(
        out.contains("if you rolled back now:") && out.contains("nobody was seen in the old pool"),
        "{out}"
    );
}

#[test]
fn nobody_leaves_the_old_pool_or_comes_back_to_it_unforced_while_checks_do_not_hold() {
    let bench = Bench::at_cutover("unforced");
    let plain = ["--why", "a test", "--yes", "--json"];
    let say = |command: &str, how: &[&str]| bench.json(&[&[command], how].concat());
    let forced = [&FORCE[..], &["--yes"]].concat();
    let (code, refused) = say("reopen", &forced);
    assert_eq!((code, &refused["done"]), (Some(10), &json!(false)), "not complete yet: {refused}");

    for (command, before, after) in [("complete", "cutover", "complete"), ("reopen", "complete", "cutover")] {
        let was = bench.phase()["history"].clone();
        let (code, refused) = say(command, &plain);
        assert_eq!((code, &refused["done"]), (Some(10), &json!(false)), "{refused}");
        assert!(refused["problem"].as_str().unwrap().contains("--force"), "{refused}");
        let stands = bench.phase();
        assert_eq!((&stands["phase"], &stands["history"]), (&json!(before), &was), "{stands}");

        let (code, done) = say(command, &forced);
        assert_eq!((code, &done["done"]), (Some(0), &json!(true)), "{done}");
        let stands = bench.phase();
        assert_eq!(
            (&stands["phase"], &stands["last"]["to"]["phase"]),
            (&json!(after), &json!(after)),
            "{stands}"
        );
        assert!(stands["last"]["why"].as_str().unwrap().contains("forced: nothing to look at here"));
        assert!(!stands["last"]["forced"].as_array().unwrap().is_empty(), "{stands}");
    }
}
