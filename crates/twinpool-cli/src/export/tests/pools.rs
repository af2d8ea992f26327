//! Exports of pools in memory that do what lists do.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use twinpool_core::id::Timestamp;
use twinpool_core::port::{Class, PortError};
use twinpool_core::snapshot::{Mfa, Snapshot};
use twinpool_engine::{Listener, WalkError};
use twinpool_testkit::world::{StoppedClock, email_pool, group, person};
use twinpool_testkit::{MemoryPool, Process};

use crate::export::write::{ExportError, Progress, Wanted, export};
use crate::export::{ExportReader, Format};

/// Makes calls fail when so many users are written.
struct Script {
    process: Arc<Process>,
    failures: Mutex<Vec<(u64, &'static str, Class, usize)>>,
    heard: Mutex<Vec<String>>,
}

impl Script {
    fn of(process: &Arc<Process>, failures: &[(u64, &'static str, Class, usize)]) -> Self {
        let failures = Mutex::new(failures.to_vec());
        let script = Self { process: Arc::clone(process), failures, heard: Mutex::default() };
        script.written(0);
        script
    }

    fn heard(&self) -> Vec<String> {
        self.heard.lock().unwrap().clone()
    }
}

impl Listener for Script {
    fn waits(&self, error: &PortError, after: Duration) {
        self.heard.lock().unwrap().push(format!("{} {}", error.operation, after.as_secs()));
    }

    fn begins_anew(&self) {
        self.heard.lock().unwrap().push("anew".to_owned());
    }
}

impl Progress for Script {
    fn written(&self, users: u64) {
        let mut failures = self.failures.lock().unwrap();
        let (now, later) = failures.drain(..).partition(|(after, ..)| *after <= users);
        *failures = later;
        for (_, operation, class, times) in now {
            (0..times).for_each(|_| self.process.fail_next(operation, class));
        }
    }
}

/// Ten people, two of them in a group.
fn pool() -> Arc<MemoryPool> {
    let pool = MemoryPool::new(email_pool("eu-west-1_Old"));
    let staff = group("staff");
    let definition =
        twinpool_core::group::GroupDefinition { name: staff.clone(), description: None, precedence: None };
    pool.put_group(definition);
    for number in 0..10 {
        let sub = format!("0000000{number}-0000-4000-8000-000000000000");
        let mut one =
            person(&sub, &sub, &[("email", &format!("p{number}@example.com")), ("email_verified", "true")]);
        one.mfa = Mfa { totp: number == 3, ..Mfa::default() };
        if number < 2 {
            one.groups.insert(staff.clone());
        }
        pool.put(one);
    }
    pool
}

const CLOCK: StoppedClock = StoppedClock(Timestamp(1_795_219_200_000));

async fn exported(
    pool: &Arc<MemoryPool>,
    wanted: Wanted,
    script: &Script,
) -> Result<Vec<Snapshot>, ExportError> {
    let (tail, bytes) = export(&pool.called_by(&script.process), Vec::new(), wanted, &CLOCK, script).await?;
    let mut reader = ExportReader::open(bytes.as_slice()).unwrap();
    let users: Vec<_> = reader.by_ref().collect::<Result<_, _>>().unwrap();
    assert_eq!((tail.users, reader.tail()), (users.len() as u64, Some(tail)));
    Ok(users)
}

const PLAIN: Wanted = Wanted { format: Format::Jsonl, mfa: false };

fn healthy() -> Arc<Process> {
    Arc::new(Process::healthy())
}

/// All ten, each once, with their groups.
fn assert_whole(users: &[Snapshot]) {
    let subs: Vec<_> = users.iter().map(|user| user.sub.as_str().chars().nth(7).unwrap()).collect();
    assert_eq!(subs.iter().collect::<String>(), "0123456789");
    let staff: Vec<_> = users.iter().filter(|user| user.groups.contains(&group("staff"))).collect();
    assert_eq!(staff.len(), 2);
    assert!(users.iter().all(|user| user.attribute("email").is_some() && user.enabled));
}

#[tokio::test]
async fn a_pool_is_exported_whole_and_nobody_becomes_active_by_it() {
    for format in [Format::Jsonl, Format::Csv] {
        let process = healthy();
        let users =
            exported(&pool(), Wanted { format, mfa: false }, &Script::of(&process, &[])).await.unwrap();
        assert_whole(&users);
        assert!(!users.iter().any(|user| user.mfa.totp));
        let calls = process.calls();
        assert!(calls.iter().all(|call| call.starts_with("List")), "{calls:?}");
    }
}

#[tokio::test]
async fn second_factors_are_asked_for_where_they_are_wanted() {
    let wanted = Wanted { format: Format::Csv, mfa: true };
    let users = exported(&pool(), wanted, &Script::of(&healthy(), &[])).await.unwrap();
    assert_whole(&users);
    let totp: Vec<_> = users.iter().filter(|user| user.mfa.totp).map(|user| user.sub.to_string()).collect();
    assert_eq!(totp, ["00000003-0000-4000-8000-000000000000"]);
}

#[tokio::test]
async fn a_place_that_is_forgotten_half_way_begins_the_walk_anew_and_writes_nobody_twice() {
    let script =
        Script::of(&healthy(), &[(3, "ListUsers", Class::Rejected, 1), (6, "ListUsers", Class::Rejected, 1)]);
    assert_whole(&exported(&pool(), PLAIN, &script).await.unwrap());
    assert_eq!(script.heard(), ["anew", "anew"]);
}

#[tokio::test(start_paused = true)]
async fn a_network_that_is_away_for_a_minute_is_waited_for_and_said() {
    let away = [
        (0, "ListGroups", Class::Unavailable, 2),
        (3, "ListUsers", Class::Unavailable, 5),
        (6, "AdminGetUser", Class::Throttled, 1),
    ];
    let script = Script::of(&healthy(), &away);
    assert_whole(&exported(&pool(), Wanted { mfa: true, ..PLAIN }, &script).await.unwrap());
    let seconds = [
        "ListGroups 1",
        "ListGroups 2",
        "ListUsers 1",
        "ListUsers 2",
        "ListUsers 4",
        "ListUsers 8",
        "ListUsers 16",
    ];
    assert_eq!(script.heard(), [seconds.as_slice(), &["AdminGetUser 1"]].concat());
}

#[tokio::test(start_paused = true)]
async fn a_network_that_stays_away_ends_the_export_with_the_error_of_the_call() {
    let process = healthy();
    process.fail_all("ListUsers", Class::Unavailable);
    let error = exported(&pool(), PLAIN, &Script::of(&process, &[])).await.unwrap_err();
    assert!(matches!(error, ExportError::Walk(WalkError::Port(error)) if error.operation == "ListUsers"));
}

#[tokio::test]
async fn who_is_deleted_while_factors_are_asked_for_is_left_out() {
    let pool = pool();
    let gone = twinpool_core::id::Sub::parse("00000005-0000-4000-8000-000000000000").unwrap();
    struct Deleting(Script, Arc<MemoryPool>, twinpool_core::id::Sub);
    impl Listener for Deleting {
        fn waits(&self, _: &PortError, _: Duration) {
            self.1.remove(&self.2);
        }
        fn begins_anew(&self) {}
    }
    impl Progress for Deleting {
        fn written(&self, users: u64) {
            self.0.written(users);
        }
    }
    let process = healthy();
    // The calls of the second page begin, one of them has to wait, and somebody is deleted.
    let script = Script::of(&process, &[(3, "AdminGetUser", Class::Throttled, 3)]);
    let deleting = Deleting(script, Arc::clone(&pool), gone.clone());
    tokio::time::pause();
    let wanted = Wanted { mfa: true, ..PLAIN };
    let (tail, bytes) =
        export(&pool.called_by(&process), Vec::new(), wanted, &CLOCK, &deleting).await.unwrap();
    let users: Vec<_> = ExportReader::open(bytes.as_slice()).unwrap().map(Result::unwrap).collect();
    assert_eq!((tail.users, users.len()), (9, 9));
    assert!(!users.iter().any(|user| user.sub == gone));
}
