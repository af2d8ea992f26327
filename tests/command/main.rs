//! The built `twinpool` on a pool that answers page by page, over the wire.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod attach;
mod attach_new;
mod audit;
mod complete;
mod conflicts;
mod deploy;
mod doctor;
mod import;
mod import_jobs;
mod new_pool;
mod page;
mod passwords;
mod proof;
mod rehearse;
mod route;
mod serve;
mod setup;
mod status;
mod switch;
mod watch;
mod way_back;

use std::fs;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use twinpool_testkit::MemoryPool;
use twinpool_testkit::world::username_pool;
use twinpool_tests::aws_stub::{AwsStub, TABLE};
use twinpool_tests::bootstrap::workspace;
use twinpool_tests::http::{Reply, Request, Server};
use xtask::process::wait_within;

const POOL: &str = "eu-west-1_Old";

/// The secret of every command here.
const DIGEST_KEY: &str = "a-key-for-tests-of-32-bytes-or-more";

/// The built command.
fn twinpool() -> Command {
    let mut command = Command::new(xtask::command::twinpool().unwrap());
    command.current_dir(workspace());
    command
}

/// The built command between two pools of a local AWS.
fn between(stub: &AwsStub, old: &str, new: &str) -> Command {
    let mut command = twinpool();
    command.envs(surroundings(stub, old, new));
    command
}

/// The same in a folder of its own, where the files of former settings go.
fn between_in(folder: &Path, stub: &AwsStub, old: &str, new: &str) -> Command {
    let mut command = between(stub, old, new);
    command.current_dir(folder);
    command
}

/// The environment of a command between two pools of a local AWS.
fn surroundings(stub: &AwsStub, old: &str, new: &str) -> [(&'static str, String); 8] {
    [
        ("AWS_ENDPOINT_URL", stub.endpoint()),
        ("AWS_REGION", "eu-west-1".to_owned()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("TWINPOOL_OLD_POOL_ID", old.to_owned()),
        ("TWINPOOL_NEW_POOL_ID", new.to_owned()),
        ("TWINPOOL_LINKS_TABLE", TABLE.to_owned()),
        ("TWINPOOL_DIGEST_KEY", DIGEST_KEY.to_owned()),
    ]
}

/// The exit code, the answer, and what was said meanwhile.
fn told(output: &Output) -> (Option<i32>, String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    (output.status.code(), text(&output.stdout), text(&output.stderr))
}

/// A file that takes nothing.
fn full_disk() -> Stdio {
    Stdio::from(fs::File::options().write(true).open("/dev/full").unwrap())
}

/// A pool of three, on two pages with an empty one between, of whom one is in a group. `denied`: an operation that the role
/// lacks.
struct Stub {
    calls: Arc<Mutex<Vec<String>>>,
    server: Server,
}

impl Stub {
    fn start(denied: &'static str) -> Self {
        let calls: Arc<Mutex<Vec<String>>> = Arc::default();
        let seen = Arc::clone(&calls);
        let server = Server::start(move |request| answer(&seen, denied, &request));
        Self { calls, server }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        let mut cargo = twinpool();
        cargo.args(arguments).env("AWS_ENDPOINT_URL", format!("http://{}", self.server.address()));
        cargo.env("AWS_REGION", "eu-west-1").env("TWINPOOL_OLD_POOL_ID", POOL);
        cargo.env("AWS_ACCESS_KEY_ID", "test").env("AWS_SECRET_ACCESS_KEY", "test").output().unwrap()
    }

    fn calls(&self) -> Vec<String> {
        self.calls.lock().unwrap().clone()
    }
}

fn said(status: u16, body: &Value) -> Reply {
    let headers = vec![("content-type", "application/x-amz-json-1.1".to_owned())];
    Reply::Send { status, headers, body: body.to_string().into_bytes() }
}

fn user(number: usize) -> Value {
    let address = format!("p{number}@example.com");
    json!({
        "Username": format!("user{number}"),
        "Attributes": [{ "Name": "sub", "Value": format!("sub-{number}") }, { "Name": "email", "Value": address }],
        "UserCreateDate": 1_795_219_200.5,
        "UserLastModifiedDate": 1_795_219_260,
        "Enabled": number != 2,
        "UserStatus": "CONFIRMED",
    })
}

fn answer(calls: &Mutex<Vec<String>>, denied: &str, request: &Request) -> Reply {
    let target = request.header("x-amz-target").unwrap_or_default();
    let operation = target.rsplit('.').next().unwrap_or_default().to_owned();
    calls.lock().unwrap().push(operation.clone());
    if operation == denied {
        return said(400, &json!({ "__type": "AccessDeniedException", "message": "p1@example.com" }));
    }
    let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
    said(
        200,
        &match (operation.as_str(), body["PaginationToken"].as_str()) {
            ("DescribeUserPool", _) => json!({ "UserPool": { "Id": POOL, "EstimatedNumberOfUsers": 3 } }),
            ("ListGroups", _) => json!({ "Groups": [{ "GroupName": "staff" }] }),
            ("ListUsersInGroup", _) => json!({ "Users": [user(3)] }),
            ("ListUsers", None) => json!({ "Users": [user(1), user(2)], "PaginationToken": "empty" }),
            ("ListUsers", Some("empty")) => json!({ "Users": [], "PaginationToken": "last" }),
            ("ListUsers", Some(_)) => json!({ "Users": [user(3), user(1)] }),
            _ => json!({}),
        },
    )
}

/// A folder of this mode, empty.
fn folder(name: &str, mode: u32) -> PathBuf {
    let path = std::env::temp_dir().join(format!("twinpool-command-{}-{name}", std::process::id()));
    drop(fs::remove_dir_all(&path));
    fs::create_dir(&path).unwrap();
    fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
    path
}

fn export(stub: &Stub, file: &Path, more: &[&str]) -> (Option<i32>, String, String) {
    told(&stub.run(&[&["export", file.to_str().unwrap()], more].concat()))
}

#[test]
fn a_pool_is_exported_into_a_file_that_is_its_owner_s_alone() {
    let stub = Stub::start("nothing");
    let file = folder("whole", 0o700).join("users.jsonl");
    let (code, told, complaints) = export(&stub, &file, &["--json"]);
    assert_eq!((code, complaints.contains("example.com")), (Some(0), false), "{complaints}");
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&told["users"], &told["unreadable"]), (&json!(3), &json!(0)));
    assert_eq!(fs::metadata(&file).unwrap().permissions().mode() & 0o777, 0o600);
    let text = fs::read_to_string(&file).unwrap();
    let lines: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((&lines[0]["format"], &lines[0]["pool"]), (&json!("twinpool-export"), &json!(POOL)));
    let users: Vec<_> =
        lines[1..4].iter().map(|line| (&line["sub"], &line["enabled"], &line["groups"])).collect();
    let expected =
        [("sub-1", true, json!([])), ("sub-2", false, json!([])), ("sub-3", true, json!(["staff"]))];
    for (user, (sub, enabled, groups)) in users.into_iter().zip(&expected) {
        assert_eq!(user, (&json!(sub), &json!(enabled), groups));
    }
    assert_eq!(lines[1]["created_at"], "2026-11-21T00:00:00.500Z");
    assert_eq!((lines.len(), &lines[4]["users"]), (5, &json!(3)));
    // The second time, nothing is overwritten unasked, and nobody is called.
    let calls = stub.calls().len();
    let (code, _, complaints) = export(&stub, &file, &[]);
    assert_eq!(
        (code, complaints.contains("--force"), stub.calls().len()),
        (Some(2), true, calls),
        "{complaints}"
    );
    let (code, told, _) = export(&stub, &file, &["--force", "--format", "csv"]);
    assert_eq!(
        (code, told.lines().next().unwrap().starts_with("3 users of the old pool")),
        (Some(0), true),
        "{told}"
    );
    assert!(fs::read_to_string(&file).unwrap().starts_with("#twinpool-export,1,eu-west-1_Old,"));
}

#[test]
fn an_export_that_cannot_be_made_leaves_nothing() {
    let stub = Stub::start("ListUsers");
    let open = folder("open", 0o755);
    let (code, _, complaints) = export(&stub, &open.join("users.jsonl"), &[]);
    assert_eq!((code, stub.calls().len()), (Some(2), 0));
    assert!(complaints.contains("personal data") && complaints.contains("mkdir -m 700"), "{complaints}");

    let own = folder("denied", 0o700);
    let (code, _, complaints) = export(&stub, &own.join("users.jsonl"), &[]);
    assert_eq!(code, Some(1), "{complaints}");
    assert!(
        complaints.contains("your role lacks ListUsers") && !complaints.contains("example.com"),
        "{complaints}"
    );
    assert_eq!([open, own].map(|folder| fs::read_dir(folder).unwrap().count()), [0, 0]);
}

#[test]
fn a_terminated_export_leaves_nothing() {
    let stub = AwsStub::start(&[&MemoryPool::with_uuids(username_pool(POOL))]);
    stub.faults().hang("ListUsers");
    let folder = folder("terminated", 0o700);
    let mut command = between(&stub, POOL, "eu-west-1_New");
    command.arg("export").arg(folder.join("users.jsonl")).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    let asked = || Ok(stub.meter().operations().get("ListUsers").copied());
    wait_within(Duration::from_secs(300), "the users to be listed", asked).unwrap();
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 1, "half-written");
    let sent = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert_eq!(fs::read_dir(&folder).unwrap().count(), 0);
}

#[test]
fn output_that_is_cut_off_is_a_failure() {
    let mut command = twinpool();
    let (code, _, said) = told(&command.args(["completions", "bash"]).stdout(full_disk()).output().unwrap());
    assert_eq!((code, said.contains("cannot write the output")), (Some(1), true), "{said}");
}
