//! The built trigger function of the new pool.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value;
use twinpool_core::change_event::{About, ChangeEvent};
use twinpool_core::claim::{ClaimName, in_answer};
use twinpool_core::id::{Sub, UserId};
use twinpool_testkit::MemoryPool;
use twinpool_testkit::world::{OLD_POOL, email_pool, person, username_pool};
use twinpool_tests::aws_stub::{AwsStub, TABLE};
use twinpool_tests::bootstrap::Function;
use twinpool_tests::events::trigger_events;
use twinpool_tests::http::{Hangup, Reply, Server};
use twinpool_tests::lambda::{Lambda, Outcome};
use twinpool_tests::runtime_api::Answer;
use twinpool_tests::task::Task;

use crate::{KEY, SIGN_IN};

/// The pool of all events in `events/triggers`.
const NEW: &str = "eu-west-1_oLdP00l01";

/// After a forgotten password was reset.
const RESET: &str = "PostConfirmation_ConfirmForgotPassword";

/// Whose token [`SIGN_IN`] is.
const ADA: &str = "5ub-of-ada";

struct Bench {
    stub: AwsStub,
    new: Arc<MemoryPool>,
}

impl Bench {
    fn start() -> Self {
        let old = MemoryPool::new(username_pool(OLD_POOL));
        let new = MemoryPool::new(email_pool(NEW));
        new.put(person(ADA, "ada", &[("email", "ada.okonjo@example.com")]));
        Self { stub: AwsStub::start(&[&old, &new]), new }
    }

    /// The function, with these settings going before its own.
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
            ("TWINPOOL_CLAIM_DEADLINE_MS", "2000"),
        ];
        settings.extend(more);
        Function::start("twinpool-sign-in", &settings)
    }

    /// The hints about accounts of the new pool.
    fn hints(&self) -> Vec<Option<About>> {
        let hints = self.stub.queue().take();
        let hints = hints.iter().map(|body| ChangeEvent::parse(body).unwrap());
        hints.map(|hint| (hint.pool.as_str() == NEW).then(|| hint.about()).flatten()).collect()
    }
}

/// The event with the claim.
fn claimed(event: &str, answer: &str, id: &str) -> Answer {
    let (claim, id) = (ClaimName::parse("user_id").unwrap(), UserId::parse(id).unwrap());
    Answer::Response(in_answer(event, answer, &claim, &id).unwrap().into_bytes())
}

fn as_it_came(event: &str) -> Answer {
    Answer::Response(event.as_bytes().to_vec())
}

/// Ends the function. Gives what it wrote of missing claims, after checking that it wrote nothing else and nothing of Ada.
fn lines(function: Function) -> Vec<BTreeMap<String, Value>> {
    let written = function.end();
    assert!(!written.contains("okonjo") && !written.contains("example.com"), "{written}");
    let lines: Vec<BTreeMap<String, Value>> =
        written.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert!(lines.iter().all(|line| line["ClaimMissing"] == 1), "{written}");
    lines
}

/// The reasons in them.
fn reasons(function: Function) -> Vec<String> {
    lines(function).iter().map(|line| line["reason"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn every_token_of_a_person_gets_the_claim_and_every_other_event_goes_back_as_it_came() {
    let bench = Bench::start();
    let function = bench.function(&[]);
    let mut tokens = 0;
    for event in trigger_events() {
        let is_token = event.source().starts_with("TokenGeneration_") && event.has_user();
        let user = event.sub().zip(event.username());
        if let Some((sub, username)) = user.clone().filter(|_| event.source() == RESET) {
            // Their password is noted under their account.
            bench.new.put(person(&sub, &username, &[]));
        }
        let Some((sub, username)) = user.filter(|_| is_token) else {
            assert_eq!(function.invoke(&event.json), as_it_came(&event.json), "{}", event.name);
            continue;
        };
        bench.new.put(person(&sub, &username, &[]));
        assert_eq!(function.invoke(&event.json), claimed(&event.json, &event.json, &sub), "{}", event.name);
        tokens += 1;
    }
    assert!(tokens >= 20, "{tokens}");
    assert_eq!(reasons(function), [""; 0]);
}

#[test]
fn a_known_user_costs_one_read_of_the_table_over_a_connection_that_the_start_has_opened() {
    let bench = Bench::start();
    let function = bench.function(&[]);
    let _ = function.first_poll();
    assert_eq!(bench.stub.meter().operations(), [("GetItem".to_owned(), 1)].into());
    assert_eq!(function.invoke(SIGN_IN), claimed(SIGN_IN, SIGN_IN, ADA));
    let before = bench.stub.meter().operations();
    assert_eq!((before["GetItem"], before["AdminGetUser"]), (2, 1));
    assert_eq!(function.invoke(SIGN_IN), claimed(SIGN_IN, SIGN_IN, ADA));
    let mut expected = before;
    expected.insert("GetItem".to_owned(), 3);
    assert_eq!(bench.stub.meter().operations(), expected);
    assert_eq!(reasons(function), [""; 0]);
}

#[test]
fn a_table_that_says_nothing_or_nonsense_costs_the_claim_alone_and_the_mirror_is_told() {
    type Says = fn() -> Reply;
    let cases: [(Says, &str, &[&str]); 3] = [
        // Two attempts at a table that hangs take nearly as long as the token waits: either may be over first.
        (|| Reply::Hang(Hangup(Box::new(|| ()))), "300", &["too_slow", "table"]),
        (|| Reply::Send { status: 200, headers: Vec::new(), body: b"<html>".to_vec() }, "2000", &["table"]),
        (|| Reply::Send { status: 500, headers: Vec::new(), body: Vec::new() }, "2000", &["table"]),
    ];
    for (says, deadline, expected) in cases {
        let (bench, table) = (Bench::start(), Server::start(move |_| says()));
        let endpoint = format!("http://{}", table.address());
        let more =
            [("AWS_ENDPOINT_URL_DYNAMODB", endpoint.as_str()), ("TWINPOOL_CLAIM_DEADLINE_MS", deadline)];
        let function = bench.function(&more);
        assert_eq!(function.invoke(SIGN_IN), as_it_came(SIGN_IN));
        assert_eq!(bench.hints(), [Some(About::User(Sub::parse(ADA).unwrap()))]);
        let written = reasons(function);
        assert!(written.len() == 1 && expected.contains(&written[0].as_str()), "{written:?}");
    }
}

#[test]
fn a_former_function_keeps_its_claims_and_groups() {
    let bench = Bench::start();
    let details = r#"{"claimsToAddOrOverride":{"tenant":"acme"},"groupOverrideDetails":{"groupsToOverride":["staff"]}}"#;
    let said =
        SIGN_IN.replace(r#""claimsOverrideDetails":null"#, &format!(r#""claimsOverrideDetails":{details}"#));
    let answer = said.clone();
    let lambda = Lambda::start(move |_, _| Outcome::Says(answer.clone().into_bytes()));
    let (former, aws) = (lambda.endpoint(), bench.stub.endpoint());
    let function = bench.function(&[
        ("AWS_ENDPOINT_URL", &former),
        ("AWS_ENDPOINT_URL_DYNAMODB", &aws),
        ("AWS_ENDPOINT_URL_COGNITO_IDENTITY_PROVIDER", &aws),
        ("AWS_ENDPOINT_URL_SQS", &aws),
        ("TWINPOOL_CHAIN_PRE_TOKEN_GENERATION", "arn:aws:lambda:eu-west-1:111122223333:function:former"),
    ]);
    assert_eq!(function.invoke(SIGN_IN), claimed(SIGN_IN, &said, ADA));
    assert_eq!(lambda.warm_ups().len(), 1);
    assert_eq!(reasons(function), [""; 0]);
}

#[test]
fn a_function_that_is_set_up_wrongly_lets_every_token_pass_and_says_which_setting() {
    let bench = Bench::start();
    let task = Task::with("sign-in", "[attributes]\nemail = { fold_kase = true }\n");
    for (wrong, named) in [
        (("TWINPOOL_LINKS_TABLE", ""), "TWINPOOL_LINKS_TABLE"),
        (("TWINPOOL_USER_ID_CLAIM", "sub"), "TWINPOOL_USER_ID_CLAIM"),
        (("TWINPOOL_RULES_FILE", "/none"), "os error 2"),
        (("LAMBDA_TASK_ROOT", task.root()), "line 2: attributes.email.fold_kase"),
    ] {
        let function = bench.function(&[wrong]);
        assert_eq!(function.invoke(SIGN_IN), as_it_came(SIGN_IN));
        let lines = lines(function);
        assert!(lines.len() == 1 && lines[0]["reason"] == "misconfigured", "{lines:?}");
        let message = lines[0]["message"].as_str().unwrap();
        assert!(message.contains(named), "{message}");
    }
}
