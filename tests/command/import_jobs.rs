//! The built `twinpool backfill --via csv`, over the wire: Cognito's import jobs, the address at S3, the log.

use std::collections::{BTreeMap, BTreeSet};
use std::io::{BufRead as _, BufReader, Read as _};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use serde_json::{Value, json};
use twinpool_core::attribute::Contact;
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::Sub;
use twinpool_core::pool::PoolShape;
use twinpool_core::snapshot::Status;
use twinpool_testkit::world::{MARKER, email_pool, group, person, username_pool};
use twinpool_testkit::{MemoryPool, Person, uuid};
use twinpool_tests::aws_stub::AwsStub;
use xtask::process::wait_within;

use super::{between, told};

const OLD: &str = "eu-west-1_Old";
const NEW: &str = "eu-west-1_New";
const ROLE: &str = "arn:aws:iam::111122223333:role/import";

/// The command may have to be built first.
const BUILT: Duration = Duration::from_mins(5);

/// Whom a file takes, and two whom it cannot.
const NAMES: [&str; 8] = [
    "Quill",
    "Quill, Jane",
    "Jané Ōkubo 🦊",
    "O'Quill; Jane",
    "Jane \"J\" Quill",
    "Jane\nQuill",
    "Quill, Jane, Dr.",
    "道 Quill",
];
const BY_CALLS: [usize; 2] = [4, 5];

/// Two pools, of which the new one takes import jobs; in the old one a person for each name, every second in a group.
struct Bench {
    old: Arc<MemoryPool>,
    new: Arc<MemoryPool>,
    stub: AwsStub,
}

fn sub(number: usize) -> Sub {
    Sub::parse(uuid(OLD, number as u64)).unwrap()
}

fn address(number: usize) -> String {
    format!("p{number}@example.com")
}

/// Name and groups by address: what is to arrive.
type Those = BTreeMap<String, (String, BTreeSet<String>)>;

fn those(pool: &MemoryPool) -> Those {
    let value = |person: &Person, name| person.value(name).unwrap_or_default().to_owned();
    let one = |person: Person| {
        let groups = person.groups.iter().map(ToString::to_string).collect();
        (value(&person, "email"), (value(&person, "name"), groups))
    };
    pool.people().into_iter().map(one).collect()
}

impl Bench {
    fn start() -> Self {
        let old = MemoryPool::with_uuids(username_pool(OLD));
        let new = PoolShape { verifies: [Contact::Email].into(), ..email_pool(NEW) };
        let new = MemoryPool::with_uuids(new);
        old.put_group(GroupDefinition { name: group("staff"), description: None, precedence: None });
        for (number, name) in NAMES.into_iter().enumerate() {
            let address = address(number);
            let attributes = [("email", address.as_str()), ("email_verified", "true"), ("name", name)];
            let groups: BTreeSet<_> = number.is_multiple_of(2).then(|| group("staff")).into_iter().collect();
            let one = person(sub(number).as_str(), &format!("user-{number}"), &attributes);
            old.put(Person { groups, ..one });
        }
        let stub = AwsStub::start(&[&old, &new]);
        Self { old, new, stub }
    }

    fn command(&self) -> Command {
        let mut command = between(&self.stub, OLD, NEW);
        command.args(["backfill", "--via", "csv", "--import-role", ROLE, "--yes", "--json"]);
        command
    }

    /// Runs it to its end. Nothing personal is shown.
    fn run(&self) -> (Option<i32>, Value, String) {
        let (code, answer, said) = told(&self.command().output().unwrap());
        nothing_personal(&format!("{answer}{said}"));
        (code, serde_json::from_str(&answer).unwrap_or_default(), said)
    }

    fn spawn(&self) -> Child {
        self.command().stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap()
    }

    fn calls(&self, operation: &str) -> u64 {
        self.stub.meter().operations().get(operation).copied().unwrap_or_default()
    }

    /// Everybody is there once, with name and groups, and belongs to whom it was made for.
    fn is_whole(&self) {
        assert_eq!((those(&self.new), self.new.count()), (those(&self.old), NAMES.len()));
        let command = &mut between(&self.stub, OLD, NEW);
        let (code, _, said) = told(&command.args(["verify", "--json"]).output().unwrap());
        assert_eq!(code, Some(0), "the pools are equal, pair by pair: {said}");
    }
}

fn nothing_personal(text: &str) {
    for value in ["example.com", "Quill", "Jan", "user-", "X-Amz-Signature"] {
        assert!(!text.contains(value), "{value}: {text}");
    }
}

fn signal(child: &Child, name: &str) {
    let sent = Command::new("kill").args([name, &child.id().to_string()]).status().unwrap();
    assert!(sent.success());
}

#[test]
fn an_import_job_carries_everybody_over_the_wire_and_the_refused_are_named() {
    let bench = Bench::start();
    bench.stub.imports().of_pool(NEW).fail_rows_with(&address(3));
    let (code, answer, said) = bench.run();
    assert_eq!(code, Some(0), "{said}");
    bench.is_whole();
    let csv = &answer["csv"];
    assert_eq!((&csv["imported"], &csv["paired"]), (&json!(5), &json!(5)), "{answer}");
    let why = "Cognito could not import the user";
    assert_eq!(csv["rejected"], json!({ why: 1 }));
    assert_eq!(csv["rejected_users"], json!({ sub(3).as_str(): why }));
    assert!(said.contains(&format!("{}: {why}", sub(3))), "{said}");

    // Those alone whom no job made.
    assert_eq!((bench.calls("AdminCreateUser"), bench.calls("PutObject")), (3, 1));
    let imported = bench.new.people().into_iter().filter(|one| one.status == Status::ResetRequired);
    let imported: BTreeSet<_> = imported.filter_map(|one| one.value("email").map(str::to_owned)).collect();
    let by_calls = [3, BY_CALLS[0], BY_CALLS[1]];
    assert_eq!(imported, (0..8).filter(|number| !by_calls.contains(number)).map(address).collect());

    // The second time there is nothing to do, and nothing is called that changes anything.
    let before = (bench.new.people(), bench.stub.meter().operations());
    let (code, answer, said) = bench.run();
    assert_eq!((code, &answer["csv"]["linked_before"]), (Some(0), &json!(8)), "{said}");
    assert_eq!(bench.new.people(), before.0);
    let changes = |calls: &BTreeMap<String, u64>| -> BTreeMap<_, _> {
        let changes = ["Admin", "Create", "Start", "Put", "Update"];
        let is_change = |name: &str| changes.iter().any(|word| name.starts_with(word)) && name != "PutItem";
        calls.iter().filter(|(name, _)| is_change(name)).map(|(name, n)| (name.clone(), *n)).collect()
    };
    assert_eq!(changes(&bench.stub.meter().operations()), changes(&before.1));
}

#[test]
fn who_is_in_the_way_of_a_row_is_told_by_the_sub_that_it_was_for() {
    let bench = Bench::start();
    let stranger = uuid("stranger", 1);
    bench.new.put(person(&stranger, &stranger, &[("email", &address(7)), ("email_verified", "true")]));
    let (code, answer, said) = bench.run();
    assert_eq!(code, Some(11), "{said}");
    let why = "the new pool had the user already";
    assert_eq!(answer["csv"]["rejected_users"], json!({ sub(7).as_str(): why }), "{said}");
    assert_eq!((bench.new.count(), bench.new.person(&stranger).unwrap().value(MARKER)), (8, None));
}

#[test]
fn a_command_that_is_interrupted_while_a_job_goes_on_leaves_it_to_the_next() {
    for name in ["-INT", "-KILL"] {
        let bench = Bench::start();
        bench.stub.imports().hold();
        let child = bench.spawn();
        wait_within(BUILT, "the job to be half done", || {
            Ok((bench.calls("DescribeUserImportJob") > 0 && bench.new.count() > 0).then_some(()))
        })
        .unwrap();
        signal(&child, name);
        let (code, answer, said) = told(&child.wait_with_output().unwrap());
        nothing_personal(&format!("{answer}{said}"));
        if name == "-INT" {
            let answer: Value = serde_json::from_str(&answer).unwrap();
            assert_eq!((code, &answer["state"]), (Some(1), &json!("stopped")), "{said}");
            assert_eq!(answer["job"], json!("import-0001"));
            assert!(said.contains("import-0001 goes on at AWS"), "{said}");
        }
        assert!((1..6).contains(&bench.new.count()), "half of it");

        bench.stub.imports().release();
        let (code, answer, said) = bench.run();
        assert_eq!((code, answer["csv"]["jobs"].as_array().map(Vec::len)), (Some(0), Some(1)), "{said}");
        assert!(said.contains("import-0001 of an earlier run goes on"), "{said}");
        bench.is_whole();
        assert_eq!((bench.calls("AdminCreateUser"), bench.calls("PutObject")), (2, 1));
    }
}

#[test]
fn a_job_that_is_started_while_the_network_breaks_is_found_again() {
    let bench = Bench::start();
    bench.stub.faults().cut_at("StartUserImportJob");
    let mut child = bench.spawn();
    let mut said = String::new();
    let mut lines = BufReader::new(child.stderr.take().unwrap());
    while !said.contains("tried again in") {
        assert!(lines.read_line(&mut said).unwrap() > 0, "{said}");
    }
    bench.stub.faults().mend();
    lines.read_to_string(&mut said).unwrap();
    let (code, answer, _) = told(&child.wait_with_output().unwrap());
    nothing_personal(&format!("{answer}{said}"));
    assert_eq!(code, Some(0), "{said}");
    bench.is_whole();
    assert_eq!((bench.calls("CreateUserImportJob"), bench.calls("AdminCreateUser")), (1, 2));
}

#[test]
fn a_file_that_is_refused_makes_nobody_and_the_next_run_does() {
    let bench = Bench::start();
    bench.stub.faults().fail_next("PutObject", 1, "AccessDenied");
    let (code, answer, said) = bench.run();
    assert_eq!((code, answer, bench.new.count()), (Some(1), Value::Null, 0), "{said}");
    assert!(said.contains("the file of the import job import-0001 could not be uploaded"), "{said}");
    assert!(said.contains("AccessDenied") && said.contains("the same command goes on from there"), "{said}");
    assert_eq!(bench.calls("StartUserImportJob"), 0);

    let (code, _, said) = bench.run();
    assert_eq!(code, Some(0), "{said}");
    bench.is_whole();
    assert_eq!((bench.calls("CreateUserImportJob"), bench.calls("AdminCreateUser")), (2, 2));
}

#[test]
fn after_a_job_that_gave_up_nobody_is_made_by_calls_unasked() {
    let bench = Bench::start();
    let jobs = bench.stub.imports().of_pool(NEW);
    jobs.fail_rows_with(&address(3));
    jobs.give_up_after(1);
    let (code, answer, said) = bench.run();
    assert_eq!((code, &answer["state"]), (Some(1), &json!("stopped")), "{said}");
    let job = &answer["csv"]["jobs"][0];
    assert_eq!((&job["is_whole"], &job["failed"]), (&json!(false), &json!(1)), "{answer}");
    assert!(said.contains("without --via csv"), "{said}");
    assert_eq!(bench.calls("AdminCreateUser"), 0);
    assert_eq!((&answer["csv"]["paired"], bench.new.count()), (&job["imported"], by_job(job)));

    jobs.give_up_after(usize::MAX);
    let (code, again, said) = bench.run();
    assert_eq!((code, &again["run"]), (Some(0), &answer["run"]), "{said}");
    bench.is_whole();
    assert_eq!(bench.calls("AdminCreateUser"), 3);
}

fn by_job(job: &Value) -> usize {
    usize::try_from(job["imported"].as_u64().unwrap()).unwrap()
}
