//! The built trigger function of the new pool, letting people of the old one in.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use twinpool_aws::client::Patience;
use twinpool_aws::dynamodb::Links;
use twinpool_core::digest::DigestKey;
use twinpool_core::id::{NewSub, OldSub, Sub, Timestamp};
use twinpool_core::link::{Base, Link, LinkState, Linked, Names, Side};
use twinpool_core::password::Checked;
use twinpool_core::port::LinkStore as _;
use twinpool_testkit::MemoryPool;
use twinpool_testkit::world::{OLD_POOL, email_pool, person, username_pool};
use twinpool_tests::aws_stub::{AwsStub, TABLE};
use twinpool_tests::bootstrap::Function;
use twinpool_tests::http::{Hangup, Reply, Server};
use twinpool_tests::runtime_api::Answer;
use xtask::wire::REGION;

use crate::KEY;

const NEW: &str = "eu-west-1_New";
const RIGHT: &str = "Correct-horse-1";
const VERIFY: &str = "VerifyAuthChallengeResponse";
const DEFINE: &str = "DefineAuthChallenge";

/// Jane of the old pool, with a password there.
struct Bench {
    stub: AwsStub,
    new: Arc<MemoryPool>,
}

impl Bench {
    fn start() -> Self {
        let old = MemoryPool::new(username_pool(OLD_POOL));
        let new = MemoryPool::new(email_pool(NEW));
        old.put(person("jane-sub", "jane", &[("email", "jane@example.com"), ("email_verified", "true")]));
        old.give_password(&Sub::parse("jane-sub").unwrap(), RIGHT);
        Self { stub: AwsStub::start(&[&old, &new]), new }
    }

    /// Jane was mirrored ahead.
    fn mirrored(self) -> Self {
        self.new.put(person("n-1", "n-1", &[("email", "jane@example.com")]));
        let side = Side { enabled: true, ..Side::default() };
        let linked = Linked {
            new_sub: NewSub::parse("n-1").unwrap(),
            base: Base { old: side.clone(), new: side },
            held_back: Vec::new(),
            unseen: [].into(),
            mirrored_at: Timestamp(1),
            rules: String::new(),
        };
        let intent = Link::intent(&OldSub::parse("jane-sub").unwrap(), Names::default(), Timestamp(1));
        let link = Link { state: LinkState::Linked(Box::new(linked)), ..intent };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        runtime.block_on(async {
            let config = twinpool_tests::config(&self.stub.endpoint(), REGION, Patience::MIRROR).await;
            let key = DigestKey::new(KEY.as_bytes()).unwrap();
            let links = Links::connect(&config, TABLE.to_owned(), Some(&key));
            links.connect(&link, None).await.unwrap();
        });
        self
    }

    fn function(&self, more: &[(&str, &str)]) -> Function {
        let endpoint = self.stub.endpoint();
        let queue = format!("{endpoint}/111111111111/changes.fifo");
        let mut settings = vec![
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
            ("TWINPOOL_OLD_POOL_ID", OLD_POOL),
            ("TWINPOOL_NEW_POOL_ID", NEW),
            ("TWINPOOL_LINKS_TABLE", TABLE),
            ("TWINPOOL_QUEUE_URL", &queue),
            ("TWINPOOL_DIGEST_KEY", KEY),
            ("TWINPOOL_CONTINUITY", "all"),
            ("TWINPOOL_OLD_POOL_CLIENT_ID", "1abc"),
            ("TWINPOOL_MARKER_ATTRIBUTE", "custom:twinpool"),
        ];
        settings.extend(more);
        Function::start("twinpool-sign-in", &settings)
    }
}

fn event(source: &str, request: Value) -> String {
    let mut whole = json!({ "userAttributes": { "sub": "n-1", "email": "jane@example.com" } });
    for (name, value) in request.as_object().unwrap() {
        whole[name] = value.clone();
    }
    json!({
        "version": "1", "triggerSource": format!("{source}_Authentication"), "userPoolId": NEW, "userName": "n-1",
        "request": whole, "response": {},
    })
    .to_string()
}

fn typed(password: &str) -> String {
    event(
        VERIFY,
        json!({ "privateChallengeParameters": { "kind": "PASSWORD" }, "challengeAnswer": password }),
    )
}

fn response(answer: &Answer) -> Value {
    let answer: Value =
        serde_json::from_slice(answer.response().unwrap_or_else(|| panic!("{answer:?}"))).unwrap();
    answer["response"].clone()
}

fn says(answer: &Answer, text: &str) -> bool {
    answer.response().is_none() && format!("{answer:?}").contains(text)
}

/// Ends the function. The metric and the reason of each line, after checking that none is about Jane herself.
fn written(function: Function) -> Vec<(bool, String)> {
    let written = function.end();
    assert!(!written.contains("jane@") && !written.contains("horse"), "{written}");
    let lines = written.lines().map(|line| serde_json::from_str::<BTreeMap<String, Value>>(line).unwrap());
    let told = |line: BTreeMap<String, Value>| {
        assert!(line.contains_key("Bridged") != line.contains_key("BridgeRefused"), "{line:?}");
        (line.contains_key("Bridged"), line["reason"].as_str().unwrap().to_owned())
    };
    lines.map(told).collect()
}

#[test]
fn the_built_function_carries_a_password_over_and_lets_the_person_in() {
    let bench = Bench::start().mirrored();
    let function = bench.function(&[]);
    let ask =
        json!({ "challengeName": "CUSTOM_CHALLENGE", "issueTokens": false, "failAuthentication": false });
    assert_eq!(response(&function.invoke(event(DEFINE, json!({ "session": [] })))), ask);
    let asked = response(&function.invoke(event("CreateAuthChallenge", json!({ "session": [] }))));
    assert_eq!(asked["publicChallengeParameters"], json!({ "type": "PASSWORD" }));
    assert_eq!(response(&function.invoke(typed("Wrong-horse-12"))), json!({ "answerCorrect": false }));
    assert_eq!(response(&function.invoke(typed(RIGHT))), json!({ "answerCorrect": true }));
    let round = json!({ "challengeName": "CUSTOM_CHALLENGE", "challengeResult": true, "challengeMetadata": "PASSWORD" });
    let tokens = response(&function.invoke(event(DEFINE, json!({ "session": [round] }))));
    assert_eq!(tokens, json!({ "issueTokens": true, "failAuthentication": false }));
    assert!(matches!(bench.new.sign_in("n-1", RIGHT), Checked::Right { .. }));
    let expected = [(false, "wrong_password".to_owned()), (true, "password".to_owned())];
    assert_eq!(written(function), expected);
}

#[test]
fn the_built_function_makes_a_user_at_the_first_sign_in_and_keeps_the_name_from_others() {
    let bench = Bench::start();
    let function = bench.function(&[]);
    let migration = |password: &str| {
        json!({
            "version": "1", "triggerSource": "UserMigration_Authentication", "userPoolId": NEW,
            "userName": "jane@example.com", "request": { "password": password }, "response": {},
        })
    };
    assert_eq!(response(&function.invoke(migration("Wrong-horse-12").to_string())), json!({}));
    let made = response(&function.invoke(migration(RIGHT).to_string()));
    assert_eq!((&made["finalUserStatus"], &made["messageAction"]), (&json!("CONFIRMED"), &json!("SUPPRESS")));
    let squatter = json!({
        "version": "1", "triggerSource": "PreSignUp_SignUp", "userPoolId": NEW, "userName": "0b6f",
        "request": { "userAttributes": { "email": "jane@example.com" } }, "response": {},
    });
    let answer = function.invoke(squatter.to_string());
    assert!(says(&answer, "SIGN_IN_INSTEAD"), "{answer:?}");
    let reasons = [(false, "wrong_password"), (true, "migration"), (false, "sign_in_instead")];
    assert_eq!(written(function), reasons.map(|(bridged, reason)| (bridged, reason.to_owned())));
}

#[test]
fn an_old_pool_that_says_nothing_lets_nobody_in_and_the_person_may_try_later() {
    let bench = Bench::start().mirrored();
    let silent = Server::start(|_| Reply::Hang(Hangup(Box::new(|| ()))));
    let endpoint = format!("http://{}", silent.address());
    let function = bench.function(&[("TWINPOOL_OLD_POOL_ENDPOINT_URL", &endpoint)]);
    let answer = function.invoke(typed(RIGHT));
    assert!(says(&answer, "TRY_LATER"), "{answer:?}");
    assert_eq!(written(function), [(false, "old_pool".to_owned())]);
}

#[test]
fn a_setting_that_lets_nobody_in_costs_no_token() {
    let bench = Bench::start().mirrored();
    let function = bench.function(&[("TWINPOOL_OLD_POOL_CLIENT_ID", "")]);
    let answer = function.invoke(typed(RIGHT));
    assert!(says(&answer, "TRY_LATER"), "{answer:?}");
    let token = event("TokenGeneration", json!({ "groupConfiguration": {} }));
    let claimed = response(&function.invoke(token));
    assert_eq!(claimed["claimsOverrideDetails"]["claimsToAddOrOverride"]["user_id"], "jane-sub");
    assert_eq!(written(function), [(false, "misconfigured".to_owned())]);
}
