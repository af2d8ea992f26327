//! The built `twinpool` finds out by itself where things are: `init` writes the file, and every other command goes by it.

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::PathBuf;
use std::process::Command;

use serde_json::{Value, json};
use twinpool_core::id::AttributeName;
use twinpool_core::pool::{AttributeSchema, PoolShape};
use twinpool_rules::{Rules, Site};
use twinpool_testkit::MemoryPool;
use twinpool_testkit::world::{email_pool, username_pool};
use twinpool_tests::aws_stub::{AwsStub, TABLE};

use super::{folder, told, twinpool};

const OLD: &str = "eu-west-1_Old";
const NEW: &str = "eu-west-1_New";
const SUB: &str = "9441f38c-d64d-45d1-8401-ec94ab328c6d";
const KEY: &str = "a-key-for-tests-of-32-bytes-or-more";

/// Two pools, and a folder to work in.
struct Desk {
    stub: AwsStub,
    folder: PathBuf,
}

impl Desk {
    fn start(name: &str) -> Self {
        let with = |pool: PoolShape, more: &[(&str, AttributeSchema)]| {
            let more = more.iter().map(|(name, schema)| (AttributeName::parse(*name).unwrap(), *schema));
            let attributes = pool.attributes.clone().into_iter().chain(more).collect();
            MemoryPool::with_uuids(PoolShape { attributes, ..pool })
        };
        let text = AttributeSchema::TEXT;
        let required = AttributeSchema { required: true, ..text };
        let old =
            with(username_pool(OLD), &[("name", text), ("custom:Company", text), ("custom:legacy", text)]);
        let new = with(email_pool(NEW), &[("name", required), ("custom:company", text)]);
        let stub = AwsStub::start(&[&old, &new]);
        stub.offer(OLD, &["Google"]);
        Self { stub, folder: folder(name, 0o700) }
    }

    /// In this folder, with credentials and an endpoint, and nothing else of what twinpool could want to know.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = twinpool();
        command.current_dir(&self.folder).args(arguments);
        let is_own = |name: &str| name.starts_with("AWS_") || name.starts_with("TWINPOOL_");
        for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(is_own)) {
            command.env_remove(name);
        }
        command.env("AWS_ENDPOINT_URL", self.stub.endpoint());
        command.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test");
        command
    }

    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        told(&self.command(arguments).output().unwrap())
    }

    fn init(&self, more: &[&str]) -> (Option<i32>, String, String) {
        self.run(&[&["init", "--old-pool", OLD, "--new-pool", NEW], more].concat())
    }

    fn file(&self) -> PathBuf {
        self.folder.join("twinpool.toml")
    }

    fn write(&self, name: &str, text: &str, mode: u32) {
        let path = self.folder.join(name);
        fs::write(&path, text).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    }

    fn calls(&self, operation: &str) -> u64 {
        self.stub.meter().operations().get(operation).copied().unwrap_or_default()
    }
}

#[test]
fn init_writes_a_file_that_waits_for_a_decision_and_writes_it_over_only_when_told() {
    let desk = Desk::start("init");
    let (code, told, said) = desk.init(&["--stack", "auth-move"]);
    assert_eq!(code, Some(11), "{told}{said}");
    let next = ["rules check", "audit", "deploy", "attach", "doctor"];
    assert!(next.iter().all(|step| told.contains(&format!("twinpool {step}"))), "{told}");
    assert!(told.contains("requires name"), "{told}");

    let text = fs::read_to_string(desk.file()).unwrap();
    let site = Site::parse(&text).unwrap();
    assert_eq!(site.old_pool.id.as_ref().map(ToString::to_string).as_deref(), Some(OLD));
    assert_eq!((site.new_pool.region(), site.stack.name.as_deref()), (Some("eu-west-1"), Some("auth-move")));
    let lines = [
        "\"custom:Company\" = { rename = \"custom:company\" }",
        "\"custom:legacy\" = { drop = true }",
        "[federation.Google]",
    ];
    assert!(lines.iter().all(|line| text.contains(line)), "{text}");

    // Nothing runs before the owner has decided: then both pools take the rules.
    let (code, told, _) = desk.run(&["rules", "check"]);
    let line = text.lines().position(|line| line == "name = { default = \"\" }").unwrap() + 1;
    assert_eq!(code, Some(10));
    assert!(told.starts_with(&format!("twinpool.toml, line {line}: attributes.name.default")), "{told}");
    desk.write("twinpool.toml", &text.replace("default = \"\"", "default = \"?\""), 0o644);
    let (code, told, said) = desk.run(&["rules", "check", "--json"]);
    assert_eq!(code, Some(11), "{told}{said}");

    let calls = desk.calls("DescribeUserPool");
    let (code, _, said) = desk.init(&[]);
    assert_eq!(
        (code, said.contains("--force"), desk.calls("DescribeUserPool")),
        (Some(2), true, calls),
        "{said}"
    );
    let (code, _, said) = desk.init(&["--force"]);
    assert_eq!(code, Some(11), "{said}");
    assert!(Rules::parse(&fs::read_to_string(desk.file()).unwrap()).is_err());
}

#[test]
fn init_refuses_what_cannot_be_and_leaves_nothing() {
    let desk = Desk::start("refused");
    let (code, _, said) = desk.run(&["init", "--old-pool", OLD, "--new-pool", OLD]);
    assert_eq!((code, said.contains("the same one")), (Some(2), true), "{said}");
    let (code, _, said) = desk.run(&["init", "--old-pool", OLD]);
    assert_eq!((code, said.contains("say --new-pool")), (Some(2), true), "{said}");
    let (code, _, said) = desk.init(&["--old-region", "eu-west-2"]);
    assert_eq!((code, said.contains("begins with eu-west-1")), (Some(2), true), "{said}");
    assert_eq!(desk.calls("DescribeUserPool"), 0);

    let (code, _, said) = desk.run(&["init", "--old-pool", OLD, "--new-pool", "eu-west-1_Other"]);
    assert_eq!((code, said.contains("the new pool eu-west-1_Other is not there")), (Some(1), true), "{said}");
    desk.stub.faults().fail_next("DescribeUserPool", 1, "AccessDeniedException");
    let (code, _, said) = desk.init(&[]);
    assert_eq!((code, said.contains("your role lacks DescribeUserPool")), (Some(1), true), "{said}");
    assert!(!desk.file().exists());
}

#[test]
fn what_nobody_says_comes_from_the_outputs_of_the_stack() {
    let desk = Desk::start("outputs");
    desk.write("twinpool.toml", &format!("[old_pool]\nid = \"{OLD}\"\n[new_pool]\nid = \"{NEW}\"\n"), 0o644);
    // Not there yet: the sentence says where the table can stand, and that the stack was asked.
    let (code, _, said) = desk.run(&["resolve", SUB]);
    assert_eq!(code, Some(2), "{said}");
    for words in
        ["(--table)", "(TWINPOOL_LINKS_TABLE)", "twinpool init", "there is no stack twinpool in eu-west-1"]
    {
        assert!(said.contains(words), "{said}");
    }
    desk.stub.stack().tell(&[("TableName", TABLE), ("QueueUrl", "http://queue/1")]);
    let (code, told, said) = desk.run(&["resolve", SUB]);
    assert_eq!((code, desk.calls("DescribeStacks")), (Some(3), 2), "{told}{said}");

    // An option counts more than the environment, that more than the stack, which is asked no more.
    let with_wrong = |arguments: &[&str]| {
        let mut command = desk.command(arguments);
        told_of(command.env("TWINPOOL_LINKS_TABLE", "wrong"))
    };
    let (code, _, said) = with_wrong(&["resolve", SUB]);
    assert_eq!((code, said.contains("the table wrong")), (Some(1), true), "{said}");
    let (code, _, said) = with_wrong(&["resolve", SUB, "--table", TABLE]);
    assert_eq!(code, Some(3), "{said}");
    // Nor for what it cannot know, nor for help.
    let (code, _, _) = desk.run(&["resolve"]);
    assert_eq!(code, Some(2));
    let (code, _, _) = desk.run(&["resolve", "--help"]);
    assert_eq!((code, desk.calls("DescribeStacks")), (Some(0), 2));

    desk.stub.faults().fail_next("DescribeStacks", 1, "AccessDenied");
    let (code, _, said) = desk.run(&["resolve", SUB]);
    assert_eq!((code, said.contains("your role lacks DescribeStacks")), (Some(2), true), "{said}");
}

fn told_of(command: &mut Command) -> (Option<i32>, String, String) {
    told(&command.output().unwrap())
}

#[test]
fn where_says_what_is_used_and_from_where() {
    let desk = Desk::start("where");
    let role = "role_arn = \"arn:aws:iam::123456789012:role/twinpool\"\nexternal_id = \"sesame\"";
    let file = format!("[old_pool]\nid = \"{OLD}\"\n[new_pool]\nid = \"{NEW}\"\n{role}\n");
    desk.write("twinpool.toml", &file, 0o644);
    desk.write("twinpool.key", KEY, 0o600);
    desk.stub.stack().tell(&[("TableName", TABLE), ("QueueUrl", "http://queue/1")]);
    let mut command = desk.command(&["where", "--json"]);
    let (code, told, said) = told_of(command.env("TWINPOOL_QUEUE_URL", "http://queue/2"));
    assert_eq!(code, Some(0), "{said}");
    assert!(!told.contains("sesame") && !told.contains(KEY), "{told}");
    let told: Value = serde_json::from_str(&told).unwrap();
    let value = |name: &str| (told["values"][name]["value"].clone(), told["values"][name]["from"].clone());
    assert_eq!(value("TWINPOOL_OLD_POOL_ID"), (json!(OLD), json!("twinpool.toml, [old_pool] id")));
    assert_eq!(value("TWINPOOL_LINKS_TABLE"), (json!(TABLE), json!("the stack twinpool, TableName")));
    assert_eq!(value("TWINPOOL_QUEUE_URL"), (json!("http://queue/2"), json!("the environment")));
    assert_eq!(value("TWINPOOL_DIGEST_KEY"), (json!("(not shown)"), json!("twinpool.key")));
    assert_eq!(value("TWINPOOL_DLQ_URL"), (Value::Null, json!("nowhere")));
    assert_eq!(told["region"], "eu-west-1");

    let mut command = desk.command(&["where"]);
    let (_, told, said) = told_of(command.env("AWS_REGION", "eu-west-2"));
    assert!(
        said.contains("AWS_REGION counts") && told.contains("AWS is called in eu-west-2"),
        "{told}{said}"
    );
}

#[test]
fn the_key_is_taken_from_a_file_that_nobody_else_may_read() {
    let desk = Desk::start("key");
    desk.write("twinpool.toml", &format!("[old_pool]\nid = \"{OLD}\"\n[new_pool]\nid = \"{NEW}\"\n"), 0o644);
    let arguments = ["backfill", "--dry-run", "--table", TABLE];
    let (code, _, said) = desk.run(&arguments);
    assert_eq!((code, said.contains("digest key")), (Some(2), true), "{said}");
    desk.write("twinpool.key", KEY, 0o644);
    let (code, _, said) = desk.run(&arguments);
    assert_eq!((code, said.contains("chmod 600"), said.contains(KEY)), (Some(2), true, false), "{said}");
    desk.write("twinpool.key", KEY, 0o600);
    let (code, told, said) = desk.run(&arguments);
    assert_eq!(code, Some(0), "{told}{said}");
}

#[test]
fn a_broken_file_stops_every_command_with_its_line() {
    let desk = Desk::start("broken");
    desk.write("twinpool.toml", &format!("[old_pool]\nid = \"{OLD}\"\nregion = \"eu-west-2\"\n"), 0o644);
    for arguments in [&["resolve", SUB, "--table", TABLE][..], &["resolve", SUB]] {
        let (code, _, said) = desk.run(arguments);
        assert_eq!(
            (code, said.contains("twinpool.toml, line 3: old_pool.region")),
            (Some(2), true),
            "{said}"
        );
    }
    let (code, told, _) = desk.run(&["rules", "check", "--old-pool", OLD, "--new-pool", NEW]);
    assert_eq!((code, told.starts_with("twinpool.toml, line 3")), (Some(10), true), "{told}");
}

#[test]
fn a_broken_file_keeps_nobody_from_rolling_back_where_the_environment_has_what_is_needed() {
    let desk = Desk::start("broken-back");
    desk.write("twinpool.toml", &format!("[old_pool]\nid = \"{OLD}\"\nregion = \"eu-west-2\"\n"), 0o644);
    let slip = "twinpool.toml, line 3: old_pool.region";
    for (arguments, wanted, words) in [
        (&["phase"][..], Some(0), "dual-write"),
        // Refused by the phase, and not by the file.
        (&["rollback", "--yes", "--why", "a test"], Some(10), "nobody is sent to the new pool"),
    ] {
        let mut command = desk.command(arguments);
        command.env("TWINPOOL_LINKS_TABLE", TABLE).env("AWS_REGION", "eu-west-1");
        let (code, told, said) = told_of(&mut command);
        assert_eq!((code, told.contains(words)), (wanted, true), "{told}{said}");
        assert!(said.contains(slip), "it is said: {said}");
        // What only the file could tell is missing: then it is the file that has to be mended.
        let (code, _, said) = desk.run(arguments);
        assert_eq!((code, said.contains(slip)), (Some(2), true), "{said}");
    }
}
