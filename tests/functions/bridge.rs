//! The password bridge as a function: events as AWS sends them, two pools and a table over the wire.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use serde_json::{Value, json};
use twinpool_aws::client::Patience;
use twinpool_aws::dynamodb::Links;
use twinpool_core::id::{NewSub, OldSub, Timestamp};
use twinpool_core::link::{Base, Link, LinkState, Linked, Names, Side};
use twinpool_core::password::Checked;
use twinpool_core::port::LinkStore as _;
use twinpool_testkit::MemoryPool;
use twinpool_testkit::world::{email_pool, key, person, username_pool};
use twinpool_tests::aws_stub::{AwsStub, TABLE};
use twinpool_tests::bootstrap::{Function, workspace};

const OLD: &str = "eu-west-1_Old";
const NEW: &str = "eu-west-1_New";
const RIGHT: &str = "Correct-horse-7";

struct Bench {
    stub: AwsStub,
    old: Arc<MemoryPool>,
    new: Arc<MemoryPool>,
}

/// Jane, mirrored ahead.
async fn bench() -> Bench {
    let (old, new) = (MemoryPool::new(username_pool(OLD)), MemoryPool::new(email_pool(NEW)));
    let address = [("email", "jane@example.com"), ("email_verified", "true")];
    let (of_old, of_new) = (person("jane-old", "jane", &address), person("jane-new", "jane-new", &address));
    let linked = Linked {
        new_sub: NewSub::from(of_new.sub.clone()),
        base: Base { old: Side::default(), new: Side::default() },
        held_back: Vec::new(),
        unseen: BTreeSet::new(),
        mirrored_at: Timestamp(1),
        rules: String::new(),
    };
    let intent = Link::intent(&OldSub::from(of_old.sub.clone()), Names::default(), Timestamp(1));
    old.give_password(&of_old.sub, RIGHT);
    old.put(of_old);
    new.put(of_new);
    let stub = AwsStub::start(&[&old, &new]);
    let config = twinpool_tests::config(&stub.endpoint(), "eu-west-1", Patience::MIRROR).await;
    let links = Links::connect(&config, TABLE.to_owned(), Some(&key()));
    let link = Link { state: LinkState::Linked(Box::new(linked)), ..intent };
    links.connect(&link, None).await.unwrap();
    Bench { stub, old, new }
}

impl Bench {
    fn function(&self) -> Function {
        self.function_by("")
    }

    /// By the rules at this path.
    fn function_by(&self, rules: &str) -> Function {
        let stub = self.stub.endpoint();
        let mut settings = vec![
            ("AWS_ENDPOINT_URL", stub.as_str()),
            ("TWINPOOL_OLD_POOL_ID", OLD),
            ("TWINPOOL_NEW_POOL_ID", NEW),
            ("TWINPOOL_LINKS_TABLE", TABLE),
            ("TWINPOOL_OLD_POOL_CLIENT_ID", "1client"),
        ];
        if !rules.is_empty() {
            settings.push(("TWINPOOL_RULES_FILE", rules));
        }
        Function::start("twinpool-bridge", &settings)
    }
}

fn event(password: &str) -> String {
    let text = fs::read_to_string(workspace().join("events/http/function-url.json")).unwrap();
    let mut event: Value = serde_json::from_str(&text).unwrap();
    event["rawPath"] = "/v1/bridge".into();
    event["requestContext"]["http"]["path"] = "/v1/bridge".into();
    event["isBase64Encoded"] = false.into();
    event["body"] = json!({ "username": "jane@example.com", "password": password }).to_string().into();
    event.to_string()
}

fn answer(function: &Function, password: &str) -> (Value, Value) {
    let answer = function.invoke(event(password));
    let answer: Value =
        serde_json::from_slice(answer.response().unwrap_or_else(|| panic!("{answer:?}"))).unwrap();
    let body = serde_json::from_str(answer["body"].as_str().unwrap()).unwrap();
    (answer["statusCode"].clone(), body)
}

#[tokio::test]
async fn the_built_function_carries_a_password_over() {
    let bench = bench().await;
    let function = bench.function();
    assert_eq!(answer(&function, "wrong"), (json!(200), json!({ "result": "wrong" })));
    let bridged = json!({ "result": "bridged", "second_factor": false });
    assert_eq!(answer(&function, RIGHT), (json!(200), bridged));
    assert_eq!(bench.new.sign_in("jane@example.com", RIGHT), Checked::Right { second_factor: false });
    assert_eq!(bench.old.times_asked("jane"), 2);
    // What the watch counts, and nobody's name.
    let said = function.end();
    assert!(said.lines().count() == 1 && said.contains("\"bridged\":1"), "{said}");
    assert!(!said.contains("jane") && !said.contains(RIGHT), "{said}");
}

#[tokio::test]
async fn whoever_has_to_reset_the_password_is_not_bridged() {
    let bench = bench().await;
    let rules = std::env::temp_dir().join(format!("twinpool-bridge-{}.toml", std::process::id()));
    fs::write(&rules, "[sign_in]\nway = \"reset\"\n").unwrap();
    let function = bench.function_by(rules.to_str().unwrap());
    assert_eq!(answer(&function, RIGHT), (json!(200), json!({ "result": "wrong" })));
    assert_eq!(bench.old.times_asked("jane"), 0);
    assert_eq!(function.end(), "");
    fs::remove_file(&rules).unwrap();
}

#[tokio::test]
async fn a_permission_that_is_missing_is_told_by_the_log_and_not_by_the_answer() {
    let bench = bench().await;
    bench.stub.faults().fail_next("AdminInitiateAuth", 1, "AccessDeniedException");
    let function = bench.function();
    let (status, body) = answer(&function, RIGHT);
    assert_eq!((status, &body["code"]), (json!(503), &json!("try_later")));
    assert!(!body.to_string().contains("AccessDenied"), "{body}");
    let log = function.end();
    assert!(log.contains("AdminInitiateAuth failed: AccessDeniedException"), "{log}");
    assert!(!log.contains("jane") && !log.contains(RIGHT), "{log}");
}

#[test]
fn a_missing_setting_is_named_and_the_function_does_not_start() {
    let mut function = Function::start("twinpool-bridge", &[]);
    assert!(function.invoke_until_death(event(RIGHT)).is_none());
    assert!(function.end().contains("TWINPOOL_OLD_POOL_ID is not set"));
}
