//! A first sign-in at the new pool with the password of the old one: the sign-in function's start, memory, time and calls, beside the
//! two triggers in Python with boto3 that AWS's examples lead to, on the same stand-ins, taking turns in one run.

use std::sync::Arc;

use serde_json::{Value, json};
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::Sub;
use twinpool_testkit::world::{MARKER, OLD_POOL, email_pool, group, person};
use twinpool_testkit::{MemoryPool, Person, uuid};
use twinpool_tests::aws_stub::{AwsStub, TABLE};
use twinpool_tests::runtime_api::Answer;

use crate::function::{Each, Program, Running, Start};
use crate::mirror::Spent;
use crate::table::{calls, head, medians, rate, row};

/// How often each contender is started, in a world of its own.
const STARTS: usize = 11;

/// Users of each world, each of whom comes once.
const USERS: u64 = 100;

/// How often somebody who has come signs in again.
const AGAIN: u64 = 300;

const NEW_POOL: &str = "eu-west-1_New";
const CLIENT: &str = "1abc";
const PASSWORD: &str = "Correct-horse-1";

struct Run {
    start: Start,
    each: [(Each, Spent); 2],
    resident: f64,
}

const KINDS: [&str; 2] = ["first sign-in with the old password", "each later sign-in"];

pub(crate) fn run() {
    let programs = [
        (Program::built("twinpool-sign-in", lets_in), "TokenGeneration_Authentication"),
        (Program::python("sign_in.py", lets_in), "PostAuthentication_Authentication"),
    ];
    let mut runs: [Vec<Run>; 2] = Default::default();
    for _ in 0..STARTS {
        for ((program, again), runs) in programs.iter().zip(&mut runs) {
            runs.push(once(program, again));
        }
    }
    head(&format!("sign-in, medians of {STARTS} starts"), "Python, boto3");
    row("start to first poll, ms", medians(&runs, |run| run.start.poll), "");
    row("CPU until the first answer, ms", medians(&runs, |run| run.start.cpu), "");
    row("first event, ms", medians(&runs, |run| run.start.event), "");
    row("resident, MB", medians(&runs, |run| run.resident), "");
    for (index, kind) in KINDS.into_iter().enumerate() {
        row(&format!("{kind}: ms"), medians(&runs, |run| run.each[index].0.wall), "");
        let cpu = medians(&runs, |run| run.each[index].0.cpu);
        row("… its own CPU, ms", cpu, "");
        rate("… users a second of its own CPU", cpu.map(|cpu| 1e3 / cpu));
        calls("… calls to Cognito", medians(&runs, |run| run.each[index].1.pools));
        calls("… calls to DynamoDB", medians(&runs, |run| run.each[index].1.table));
    }
}

/// Whether the event is answered, and somebody who came with the right password let in.
fn lets_in(answer: &Answer) -> bool {
    let event: Value = serde_json::from_slice(answer.response().unwrap_or(b"null")).unwrap_or_default();
    match event["triggerSource"].as_str() {
        Some("UserMigration_Authentication") => event["response"]["finalUserStatus"] == "CONFIRMED",
        Some("TokenGeneration_Authentication") => event.to_string().contains("\"user_id\""),
        source => source.is_some(),
    }
}

/// `again`: the trigger of a later sign-in.
fn once(program: &Program, again: &str) -> Run {
    let (old, new) = pools();
    let stub = AwsStub::start(&[&old, &new]);
    let running = start(program, &stub, &first_sign_in(0));
    let before = Spent::of(&stub);
    let first = running.each((1..USERS).map(first_sign_in));
    let first = (first, Spent::of(&stub).since(&before, USERS - 1));
    // The first token of somebody is written down, and the later ones are what is measured.
    let again = later_sign_in(again);
    let _ = running.each(std::iter::once(again.clone()));
    let before = Spent::of(&stub);
    let later = running.each((0..AGAIN).map(|_| again.clone()));
    let later = (later, Spent::of(&stub).since(&before, AGAIN));
    Run { start: running.start, each: [first, later], resident: running.resident() }
}

/// People sign in with their address to both; one of them is in the new pool already.
fn pools() -> (Arc<MemoryPool>, Arc<MemoryPool>) {
    let old = MemoryPool::with_uuids(email_pool(OLD_POOL));
    let new = MemoryPool::with_uuids(email_pool(NEW_POOL));
    for pool in [&old, &new] {
        pool.put_group(GroupDefinition { name: group("staff"), description: None, precedence: None });
    }
    for user in 0..=USERS {
        old.put(someone("old", user));
        old.give_password(&Sub::parse(uuid("old", user)).unwrap(), PASSWORD);
    }
    new.put(someone("new", USERS));
    (old, new)
}

fn someone(pool: &str, user: u64) -> Person {
    let (email, sub) = (email(user), uuid(pool, user));
    let attributes =
        [("email", email.as_str()), ("email_verified", "true"), ("name", "Ann"), ("custom:tenant", "acme")];
    Person { groups: [group("staff")].into(), ..person(&sub, &sub, &attributes) }
}

fn email(user: u64) -> String {
    format!("user{user}@example.com")
}

fn start(program: &Program, stub: &AwsStub, first: &[u8]) -> Running {
    let endpoint = stub.endpoint();
    let queue = format!("{endpoint}/111111111111/changes.fifo");
    let settings = [
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
        ("TWINPOOL_OLD_POOL_ID", OLD_POOL),
        ("TWINPOOL_NEW_POOL_ID", NEW_POOL),
        ("TWINPOOL_LINKS_TABLE", TABLE),
        ("TWINPOOL_QUEUE_URL", &queue),
        ("TWINPOOL_DIGEST_KEY", crate::child::KEY),
        ("TWINPOOL_CONTINUITY", "migration"),
        ("TWINPOOL_OLD_POOL_CLIENT_ID", CLIENT),
        ("TWINPOOL_MARKER_ATTRIBUTE", MARKER),
        ("OLD_POOL_ID", OLD_POOL),
        ("NEW_POOL_ID", NEW_POOL),
        ("OLD_POOL_CLIENT_ID", CLIENT),
    ];
    program.start(&settings, first)
}

fn first_sign_in(user: u64) -> Vec<u8> {
    let request = json!({ "password": PASSWORD, "validationData": null, "userAttributes": null });
    trigger("UserMigration_Authentication", &email(user), &request)
}

fn later_sign_in(source: &str) -> Vec<u8> {
    let sub = uuid("new", USERS);
    let attributes = json!({ "sub": sub, "email": email(USERS), "email_verified": "true", "name": "Ann" });
    let groups = json!({ "groupsToOverride": ["staff"], "iamRolesToOverride": [], "preferredRole": null });
    trigger(source, &sub, &json!({ "userAttributes": attributes, "groupConfiguration": groups }))
}

fn trigger(source: &str, username: &str, request: &Value) -> Vec<u8> {
    let event = json!({
        "version": "1", "triggerSource": source, "region": "eu-west-1", "userPoolId": NEW_POOL, "userName": username,
        "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "4h1exampleclient0web0000aa" },
        "request": request, "response": {},
    });
    event.to_string().into_bytes()
}
