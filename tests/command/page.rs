//! The built `twinpool serve --ui` and `twinpool report --html`: the page does what the commands do, for whoever was given the address.

use std::fs;
use std::io::{BufRead as _, BufReader};
use std::process::{Child, Stdio};

use twinpool_core::phase::{Cohorts, Share, Step};
use twinpool_testkit::MemoryPool;
use twinpool_testkit::world::username_pool;
use twinpool_tests::aws_stub::{AwsStub, TABLE};
use twinpool_tests::phase::step;
use ureq::http::Response;
use ureq::{Agent, Body};

use super::{between, told};

const OLD: &str = "eu-west-1_Old";
const NEW: &str = "eu-west-1_New";

fn stub() -> AwsStub {
    AwsStub::start(&[&MemoryPool::new(username_pool(OLD)), &MemoryPool::new(username_pool(NEW))])
}

/// The page, and a browser that was given its address.
struct Page {
    child: Child,
    base: String,
    cookie: String,
    agent: Agent,
}

impl Page {
    fn serve(stub: &AwsStub, words: &[&str]) -> Self {
        let mut command = between(stub, OLD, NEW);
        command.args(["serve", "--ui", "--listen", "127.0.0.1:0"]).args(words);
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut said = BufReader::new(child.stderr.take().unwrap());
        let mut line = String::new();
        said.read_line(&mut line).unwrap();
        let url = line.trim().split("open ").nth(1).unwrap_or_else(|| panic!("it names no address: {line}"));
        let base = url.split("/?key=").next().unwrap().to_owned();
        let agent = Agent::config_builder().http_status_as_error(false).max_redirects(0).build().into();
        let mut page = Self { child, base, cookie: String::new(), agent };
        let shut = page.get("/");
        assert_eq!(shut.0, 403, "anybody is let in");
        let opened = page.agent.get(url).call().unwrap();
        let cookie = opened.headers().get("set-cookie").and_then(|cookie| cookie.to_str().ok()).unwrap();
        cookie.split(';').next().unwrap().clone_into(&mut page.cookie);
        page
    }

    fn get(&self, path: &str) -> (u16, String) {
        let call = self.agent.get(format!("{}{path}", self.base)).header("cookie", &self.cookie);
        parts(call.call().unwrap())
    }

    fn post(&self, path: &str, fields: &[(&str, &str)]) -> (u16, String) {
        let token = field(&self.get("/phase").1, "token");
        let call = self.agent.post(format!("{}{path}", self.base)).header("cookie", &self.cookie);
        let call = call.header("origin", &self.base).header("sec-fetch-site", "same-origin");
        parts(call.send_form([("token", token.as_str())].iter().chain(fields).copied()).unwrap())
    }
}

impl Drop for Page {
    fn drop(&mut self) {
        self.child.kill().unwrap_or_default();
        drop(self.child.wait());
    }
}

fn parts(response: Response<Body>) -> (u16, String) {
    let (parts, mut body) = response.into_parts();
    (parts.status.as_u16(), body.read_to_string().unwrap())
}

/// What stands in a field of a form; nothing where there is none.
fn field(page: &str, name: &str) -> String {
    let from = page.split(&format!("name=\"{name}\" value=\"")).nth(1).unwrap_or_default();
    from.split('"').next().unwrap_or_default().to_owned()
}

fn canary() -> Step {
    Step::Switch { share: Share::parse("25").unwrap(), cohorts: Cohorts::default() }
}

#[test]
fn a_rollback_on_the_page_is_that_of_the_command() {
    let stub = stub();
    step(&stub.endpoint(), "eu-west-1", TABLE, &canary());
    let page = Page::serve(&stub, &["--allow-changes"]);
    let (status, overview) = page.get("/");
    assert!(status == 200 && overview.contains("25 %"), "{overview}");
    let (status, shown) = page.post("/preview", &[("wish", "rollback"), ("why", "sign-ins fail")]);
    assert!(status == 200 && shown.contains("Everybody is sent to the old pool again"), "{shown}");
    let phase = || told(&between(&stub, OLD, NEW).args(["phase", "--json"]).output().unwrap()).1;
    assert!(phase().contains("\"phase\": \"canary\""), "a preview changed something");
    let (_, done) = page.post("/confirm", &[("nonce", &field(&shown, "nonce"))]);
    assert!(done.contains("rolled back"), "{done}");
    let phase = phase();
    assert!(phase.contains("\"phase\": \"rolled-back\"") && phase.contains("sign-ins fail"), "{phase}");
}

#[test]
fn whoever_stops_reading_breaks_nothing() {
    let stub = stub();
    // More than a pipe holds.
    let mut script = between(&stub, OLD, NEW);
    script.args(["completions", "bash"]).stdout(Stdio::piped()).stderr(Stdio::piped());
    let mut script = script.spawn().unwrap();
    drop(script.stdout.take());
    let output = script.wait_with_output().unwrap();
    assert_eq!(told(&output), (Some(0), String::new(), String::new()));
}

#[test]
fn without_allow_changes_the_page_shows_and_changes_nothing() {
    let stub = stub();
    let page = Page::serve(&stub, &[]);
    let (status, said) = page.post("/preview", &[("wish", "rollback"), ("why", "x")]);
    assert!(status == 403 && said.contains("--allow-changes"), "{said}");
    let nobody = page.get("/users?who=9441f38c-d64d-45d1-8401-ec94ab328c6d");
    assert_eq!(nobody.0, 404, "{}", nobody.1);
}

#[test]
fn nobody_else_reaches_the_page() {
    let stub = stub();
    let words = ["serve", "--ui", "--listen", "0.0.0.0:0"];
    let (code, _, err) = told(&between(&stub, OLD, NEW).args(words).output().unwrap());
    assert_eq!(code, Some(2), "{err}");
    let words = ["serve", "--ui", "--allow-remote"];
    assert_eq!(told(&between(&stub, OLD, NEW).args(words).output().unwrap()).0, Some(2));
}

#[test]
fn the_record_is_one_page_that_does_not_go_over_another() {
    let stub = stub();
    step(&stub.endpoint(), "eu-west-1", TABLE, &canary());
    let file = std::env::temp_dir().join(format!("twinpool-record-{}.html", std::process::id()));
    drop(fs::remove_file(&file));
    let path = file.to_str().unwrap();
    let (code, out, err) = told(&between(&stub, OLD, NEW).args(["report", "--html", path]).output().unwrap());
    assert_eq!(code, Some(0), "{out}{err}");
    let page = fs::read_to_string(&file).unwrap();
    assert!(page.contains("canary") && page.contains("an operator") && page.contains("a test"), "{page}");
    assert!(!page.contains("http://") && !page.contains("<script"), "it needs something beside itself");
    let (code, _, err) = told(&between(&stub, OLD, NEW).args(["report", "--html", path]).output().unwrap());
    assert!(code == Some(2) && err.contains("--force"), "{err}");
    let forced = ["report", "--force", "--html", path];
    assert_eq!(told(&between(&stub, OLD, NEW).args(forced).output().unwrap()).0, Some(0));
    fs::remove_file(&file).unwrap();
    // The lists are still there.
    let (code, out, err) = told(&between(&stub, OLD, NEW).args(["report", "drain"]).output().unwrap());
    assert_eq!(code, Some(0), "{out}{err}");
}
