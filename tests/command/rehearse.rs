//! The built `twinpool rehearse`, between an old pool, a new one, and a scratch pool that the local AWS makes when asked.

use std::collections::BTreeSet;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use twinpool_core::group::GroupDefinition;
use twinpool_core::snapshot::Status;
use twinpool_testkit::world::{email_pool, group, person, username_pool};
use twinpool_testkit::{MemoryPool, Person, uuid};
use twinpool_tests::aws_stub::AwsStub;
use xtask::process::wait_within;

use super::{between, told};

const OLD: &str = "eu-west-1_Old";
const NEW: &str = "eu-west-1_New";
const SCRATCH: &str = "eu-west-1_Scratch";

struct Stage {
    old: Arc<MemoryPool>,
    new: Arc<MemoryPool>,
    scratch: Arc<MemoryPool>,
    stub: AwsStub,
}

impl Stage {
    fn start() -> Self {
        let old = MemoryPool::with_uuids(username_pool(OLD));
        let [new, scratch] = [NEW, SCRATCH].map(|id| MemoryPool::with_uuids(email_pool(id)));
        old.put_group(GroupDefinition { name: group("staff"), description: None, precedence: None });
        for number in 0..12 {
            let address = format!("p{number}@example.com");
            let attributes = [("email", address.as_str()), ("email_verified", "true")];
            old.put(person(&uuid(OLD, number), &format!("user-{number}"), &attributes));
        }
        let stub = AwsStub::start(&[&old, &new, &scratch]);
        stub.scratch().give(SCRATCH);
        Self { old, new, scratch, stub }
    }

    fn edit(&self, number: u64, change: impl FnOnce(&mut Person)) {
        let sub = self.old.person(&uuid(OLD, number)).unwrap().sub;
        self.old.edit(&sub, change);
    }

    fn run(&self, more: &[&str]) -> (Option<i32>, String, String) {
        let arguments = [&["rehearse"], more].concat();
        let mut command = between(&self.stub, OLD, NEW);
        // Neither is needed: the table is not touched, and the links live no longer than the rehearsal.
        command.env_remove("TWINPOOL_DIGEST_KEY").env_remove("TWINPOOL_LINKS_TABLE");
        told(&command.args(arguments).output().unwrap())
    }
}

#[test]
fn users_are_written_into_a_pool_like_the_new_one_verified_and_the_pool_is_removed() {
    let stage = Stage::start();
    stage.edit(3, |person| person.enabled = false);
    stage.edit(4, |person| person.groups = BTreeSet::from([group("staff")]));
    let (code, told, said) = stage.run(&["--users", "12", "--yes", "--json"]);
    assert_eq!(code, Some(0), "{told}{said}");
    let told: Value = serde_json::from_str(&told).unwrap();
    assert_eq!((&told["verdicts"], &told["not_equal"]), (&json!({ "equal": 12 }), &json!([])));
    let people = stage.scratch.people();
    assert_eq!(people.len(), 12);
    assert_eq!(people.iter().filter(|person| !person.enabled).count(), 1);
    assert_eq!(people.iter().filter(|person| person.groups.contains(&group("staff"))).count(), 1);
    assert!(stage.scratch.is_deleted() && stage.new.people().is_empty());
    assert!(!stage.new.is_deleted() && !stage.old.is_deleted());
    assert_eq!(stage.stub.table().all().len(), 0, "the table of the stack is not touched");
    let made = stage.stub.scratch().asked();
    assert_eq!((made.len(), &made[0]["UserPoolTags"]), (1, &json!({ "twinpool:rehearsal": NEW })));
    assert_eq!((&made[0]["LambdaConfig"], &made[0]["UsernameAttributes"]), (&Value::Null, &json!(["email"])));
}

#[test]
fn what_is_held_back_is_told_with_its_reason() {
    let stage = Stage::start();
    stage.edit(5, |person| person.attributes.retain(|name, _| !name.as_str().starts_with("email")));
    stage.edit(6, |person| person.status = Status::Unconfirmed);
    let (code, told, said) = stage.run(&["--users", "12", "--yes"]);
    assert_eq!(code, Some(11), "{told}{said}");
    assert!(told.contains("10 equal") && told.contains("2 held back"), "{told}");
    assert!(told.contains("no_sign_in_name") && told.contains("not_confirmed"), "{told}");
    assert!(!told.contains("example.com") && !said.contains("example.com"), "{told}{said}");
    assert!(stage.scratch.is_deleted());
}

#[test]
fn the_scratch_pool_goes_when_the_work_fails_too() {
    let stage = Stage::start();
    stage.stub.faults().fail_next("AdminCreateUser", 100, "AccessDeniedException");
    let (code, told, said) = stage.run(&["--users", "3", "--yes"]);
    assert_eq!(code, Some(1), "{told}{said}");
    assert!(stage.scratch.is_deleted(), "{told}{said}");
}

#[test]
fn a_pool_that_cannot_be_removed_is_named_with_the_command_that_removes_it() {
    let stage = Stage::start();
    stage.stub.faults().fail_next("DeleteUserPool", 100, "AccessDeniedException");
    let (code, _, said) = stage.run(&["--users", "3", "--yes"]);
    assert_eq!(code, Some(1), "{said}");
    assert!(said.contains(&format!("aws cognito-idp delete-user-pool --user-pool-id {SCRATCH}")), "{said}");
}

#[test]
fn what_a_killed_rehearsal_left_is_removed_first_and_nobody_else_s_pool() {
    let stage = Stage::start();
    let tag = json!({ "twinpool:rehearsal": NEW });
    stage.stub.scratch().leave("eu-west-1_Left", "twinpool-rehearsal-x", &tag);
    stage.stub.scratch().leave("eu-west-1_Theirs", "twinpool-rehearsal-y", &json!({}));
    let (code, told, _) = stage.run(&["--users", "3", "--dry-run"]);
    assert_eq!(code, Some(0));
    assert!(told.contains("eu-west-1_Left") && !told.contains("eu-west-1_Theirs"), "{told}");
    assert_eq!((stage.stub.scratch().asked().len(), stage.stub.scratch().deleted()), (0, vec![]));
    let (code, told, said) = stage.run(&["--users", "3", "--yes"]);
    assert_eq!(code, Some(0), "{told}{said}");
    assert_eq!(stage.stub.scratch().deleted(), ["eu-west-1_Left", SCRATCH]);
}

#[test]
fn the_scratch_pool_goes_when_somebody_stops_it() {
    let stage = Stage::start();
    // So that it is still at work.
    stage.stub.faults().fail_next("AdminCreateUser", 10_000, "TooManyRequestsException");
    let mut command = between(&stage.stub, OLD, NEW);
    command.args(["rehearse", "--users", "12", "--yes"]).stdout(Stdio::null());
    let mut child = command.spawn().unwrap();
    let tried = || Ok(stage.stub.meter().operations().get("AdminCreateUser").copied());
    wait_within(Duration::from_secs(300), "somebody to be written", tried).unwrap();
    let sent = Command::new("kill").args(["-INT", &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
    assert_eq!(child.wait().unwrap().code(), Some(1));
    assert!(stage.scratch.is_deleted());
}
