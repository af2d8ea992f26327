//! The built `twinpool serve`, as a backend on the same machine sees it: HTTP over loopback, and a table over the wire.

use std::io::{BufRead as _, BufReader, Read as _};
use std::net::TcpListener;
use std::process::{Child, ChildStderr, Command, Stdio};

use serde_json::{Value, json};
use twinpool_tests::aws_stub::{AwsStub, TABLE};
use ureq::http::Response;
use ureq::{Agent, Body};
use xtask::wire::Aws;

use super::{between, told};

const OLD: &str = "eu-west-1_Old";
const NEW: &str = "eu-west-1_New";

/// Ada is in both pools.
const ADA: &str = "9441f38c-d64d-45d1-8401-ec94ab328c6d";
const ADA_NEW: &str = "bb739df9-14f4-40a0-b7d5-bd0f6f453d14";
const NOBODY: &str = "b0b7ab1e-0000-4000-8000-00000000000a";

fn table() -> AwsStub {
    let stub = AwsStub::start(&[]);
    let aws = Aws::new(stub.endpoint());
    let text = |text: &str| json!({ "S": text });
    let link = json!({ "pk": text(&format!("OLD#{ADA}")), "user_id": text(ADA), "state": text("linked"), "new_sub": text(ADA_NEW) });
    let back = json!({ "pk": text(&format!("NEW#{ADA_NEW}")), "user_id": text(ADA), "old_sub": text(ADA) });
    for item in [link, back] {
        aws.dynamodb("PutItem", &json!({ "TableName": TABLE, "Item": item })).unwrap();
    }
    stub
}

fn serve(stub: &AwsStub, words: &[&str]) -> Command {
    let mut command = between(stub, OLD, NEW);
    command.arg("serve").args(words);
    command
}

/// A server that runs; it ends when dropped.
pub(crate) struct Serving {
    child: Child,
    said: BufReader<ChildStderr>,
    base: String,
    agent: Agent,
}

impl Serving {
    pub(crate) fn start(stub: &AwsStub) -> Self {
        let mut command = serve(stub, &["--listen", "127.0.0.1:0"]);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let base = line.split("listening on ").nth(1).and_then(|rest| rest.split("/v1/").next());
        let base = base.unwrap_or_else(|| panic!("it does not say where it listens: {line}")).to_owned();
        let agent = Agent::config_builder().http_status_as_error(false).build().into();
        Self { child, said, base, agent }
    }

    pub(crate) fn get(&self, path: &str, headers: &[(&str, &str)]) -> (Response<()>, String) {
        let mut call = self.agent.get(format!("{}{path}", self.base));
        for (name, value) in headers {
            call = call.header(*name, *value);
        }
        parts(call.call().unwrap())
    }

    /// Ctrl-C. Gives the exit code, and what it says at the end.
    fn interrupt(mut self) -> (Option<i32>, String) {
        let sent = Command::new("kill").args(["-INT", &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
        let mut rest = String::new();
        self.said.read_to_string(&mut rest).unwrap();
        (self.child.wait().unwrap().code(), rest)
    }
}

impl Drop for Serving {
    fn drop(&mut self) {
        // It may have ended by itself.
        self.child.kill().unwrap_or_default();
        drop(self.child.wait());
    }
}

fn parts(response: Response<Body>) -> (Response<()>, String) {
    let (parts, mut body) = response.into_parts();
    let text = body.read_to_string().unwrap();
    (Response::from_parts(parts, ()), text)
}

fn header<'a>(head: &'a Response<()>, name: &str) -> &'a str {
    head.headers().get(name).map(|value| value.to_str().unwrap()).unwrap_or_default()
}

#[test]
fn a_backend_asks_this_machine_who_a_user_is_until_ctrl_c() {
    let stub = table();
    let serving = Serving::start(&stub);
    for sub in [ADA, ADA_NEW] {
        let (head, body) = serving.get(&format!("/v1/subs/{sub}"), &[]);
        let body: Value = serde_json::from_str(&body).unwrap();
        assert_eq!((head.status().as_u16(), &body["user_id"]), (200, &json!(ADA)), "{sub}");
    }
    let (head, body) = serving.get(&format!("/v1/users/{ADA}"), &[]);
    let ada = json!({ "user_id": ADA, "state": "linked", "old_subs": [ADA], "new_subs": [ADA_NEW] });
    assert_eq!(serde_json::from_str::<Value>(&body).unwrap(), ada);
    let tag = header(&head, "etag").to_owned();
    let (again, body) = serving.get(&format!("/v1/users/{ADA}"), &[("if-none-match", &tag)]);
    assert_eq!((again.status().as_u16(), header(&again, "etag"), body.as_str()), (304, tag.as_str(), ""));

    let (unknown, _) = serving.get(&format!("/v1/subs/{NOBODY}"), &[]);
    assert_eq!(
        (unknown.status().as_u16(), header(&unknown, "content-type")),
        (404, "application/problem+json")
    );
    assert_eq!(serving.get("/v1/users", &[]).0.status().as_u16(), 404, "nobody is listed");

    let asked = json!({ "accounts": [{ "pool": "new", "sub": NOBODY }, { "pool": "new", "sub": ADA_NEW }] });
    let call = serving.agent.post(format!("{}/v1/resolve", serving.base)).content_type("application/json");
    let (head, body) = parts(call.send(asked.to_string()).unwrap());
    let body: Value = serde_json::from_str(&body).unwrap();
    let ids = [&body["accounts"][0]["user_id"], &body["accounts"][1]["user_id"]];
    assert_eq!((head.status().as_u16(), ids), (200, [&Value::Null, &json!(ADA)]));

    // The connection of this client is still open.
    let (code, said) = serving.interrupt();
    assert_eq!(code, Some(0), "{said}");
    assert!(said.contains("stopping"), "{said}");
}

#[test]
fn a_table_that_fails_for_a_while_is_told_and_the_server_stays() {
    let stub = table();
    let serving = Serving::start(&stub);
    assert_eq!(serving.get("/v1/health", &[]).0.status().as_u16(), 200);
    stub.faults().fail_next("BatchGetItem", 100, "ThrottlingException");
    let (head, body) = serving.get("/v1/health", &[]);
    assert_eq!((head.status().as_u16(), header(&head, "retry-after")), (503, "1"), "{body}");
    assert!(!body.contains("Throttling") && !body.contains("BatchGetItem"), "{body}");
    // One account is another operation.
    assert_eq!(serving.get(&format!("/v1/subs/{ADA}?pool=old"), &[]).0.status().as_u16(), 200);
}

#[test]
fn a_page_in_a_browser_gets_nothing_under_a_name_of_its_own() {
    let serving = Serving::start(&table());
    let (head, body) = serving.get(&format!("/v1/users/{ADA}"), &[("host", "rebound.example")]);
    assert_eq!((head.status().as_u16(), body.contains(ADA_NEW)), (421, false), "{body}");
    let (head, _) = serving.get("/v1/health", &[("host", "localhost:1")]);
    assert_eq!(head.status().as_u16(), 200);
}

#[test]
fn other_machines_are_served_only_when_that_is_said() {
    let stub = table();
    let (code, _, complaints) = told(&serve(&stub, &["--listen", "0.0.0.0:0"]).output().unwrap());
    assert_eq!((code, complaints.contains("--allow-remote")), (Some(2), true), "{complaints}");
    assert!(complaints.contains("no authentication"), "{complaints}");
}

#[test]
fn what_cannot_be_served_is_told_before_anybody_asks() {
    let stub = table();
    let free = ["--listen", "127.0.0.1:0", "--table", "another"];
    let (code, _, complaints) = told(&serve(&stub, &free).output().unwrap());
    assert_eq!(
        (code, complaints.contains("the table another is not there")),
        (Some(1), true),
        "{complaints}"
    );
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let (code, _, complaints) = told(&serve(&stub, &["--listen", &address]).output().unwrap());
    assert_eq!((code, complaints.contains("--listen")), (Some(1), true), "{complaints}");
    assert!(complaints.contains(&address), "{complaints}");
}
