//! The built `twinpool` exports a pool and imports the file, between two pools over the wire.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use serde_json::{Value, json};
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::{PoolId, Sub};
use twinpool_core::pool::PoolShape;
use twinpool_testkit::world::{email_pool, group, person, username_pool};
use twinpool_testkit::{MemoryPool, Person, uuid};
use twinpool_tests::aws_stub::AwsStub;

use super::{between, folder, told};

const OLD: &str = "eu-west-1_Old";
const NEW: &str = "eu-west-1_New";
const USERS: u64 = 70;

/// Two pools; in the old one people of whom every second is in a group.
struct Bench {
    old: Arc<MemoryPool>,
    new: Arc<MemoryPool>,
    stub: AwsStub,
}

fn sub(number: u64) -> Sub {
    Sub::parse(uuid(OLD, number)).unwrap()
}

fn address(number: u64) -> String {
    format!("p{number}@example.com")
}

impl Bench {
    fn start() -> Self {
        let old = MemoryPool::with_uuids(username_pool(OLD));
        let new = MemoryPool::with_uuids(PoolShape { id: PoolId::parse(NEW).unwrap(), ..email_pool(NEW) });
        old.put_group(GroupDefinition { name: group("staff"), description: None, precedence: None });
        for number in 0..USERS {
            let address = address(number);
            let attributes = [("email", address.as_str()), ("email_verified", "true")];
            let groups: BTreeSet<_> = number.is_multiple_of(2).then(|| group("staff")).into_iter().collect();
            let one = person(sub(number).as_str(), &format!("user-{number}"), &attributes);
            old.put(Person { groups, ..one });
        }
        let stub = AwsStub::start(&[&old, &new]);
        Self { old, new, stub }
    }

    /// The exit code, the answer, and what was said meanwhile.
    fn run(&self, arguments: &[&str]) -> (Option<i32>, String, String) {
        told(&between(&self.stub, OLD, NEW).args(arguments).output().unwrap())
    }

    fn import(&self, file: &Path, more: &[&str]) -> (Option<i32>, Value, String) {
        let arguments = [&["import", file.to_str().unwrap(), "--yes", "--json"], more].concat();
        let (code, told, said) = self.run(&arguments);
        (code, serde_json::from_str(&told).unwrap_or_default(), said)
    }

    fn exported(&self, name: &str) -> std::path::PathBuf {
        let file = folder(name, 0o700).join("users.jsonl");
        let (code, _, said) = self.run(&["export", file.to_str().unwrap()]);
        assert_eq!(code, Some(0), "{said}");
        file
    }
}

#[test]
fn an_exported_pool_is_imported_in_two_parts_and_nobody_deleted_comes_back() {
    let bench = Bench::start();
    let file = bench.exported("import");
    bench.old.remove(&sub(69));
    let (code, first, said) = bench.import(&file, &["--limit", "30"]);
    assert_eq!((code, bench.new.count()), (Some(0), 30), "{said}");
    assert_eq!((&first["kind"], &first["state"]), (&json!("import"), &json!("stopped")));

    let (code, whole, said) = bench.import(&file, &[]);
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(whole["run"], first["run"], "the same run goes on");
    assert_eq!(whole["done"], json!({ "created": 69, "deleted meanwhile": 1 }));
    assert_eq!((&whole["file"]["pool"], &whole["file"]["users"]), (&json!(OLD), &json!(USERS)));
    let people = bench.new.people();
    let ways: BTreeSet<_> = people.iter().filter_map(|one| one.value("email")).map(str::to_owned).collect();
    assert_eq!(ways, (0..69).map(address).collect());
    assert_eq!(people.iter().filter(|one| one.groups.contains(&group("staff"))).count(), 35);
    assert!(!said.contains("example.com"), "{said}");

    // The second time, everybody is there; what has changed since is the backfill's.
    let (code, again, said) = bench.import(&file, &[]);
    assert_eq!((code, bench.new.count()), (Some(0), 69), "{said}");
    assert_eq!(again["done"]["in step"], json!(69), "{again}");
    let (_, runs, _) = bench.run(&["runs"]);
    assert_eq!(runs.matches(" import ").count(), 2, "{runs}");
}

#[test]
fn a_file_that_is_not_whole_or_of_another_pool_makes_nobody() {
    let bench = Bench::start();
    let file = bench.exported("import-refused");
    let whole = fs::read_to_string(&file).unwrap();
    let cut = whole.rsplit_once("{\"end\"").unwrap().0;
    let broken = whole.replacen("\"status\"", "\"sta", 1);
    let other = whole.replacen(OLD, "eu-west-1_Other", 1);
    let wrong = [
        (cut, Some(1), "the file is not whole"),
        (broken.as_str(), Some(1), "line 2 cannot be read"),
        (other.as_str(), Some(2), "of the pool eu-west-1_Other"),
        ("sub,email\n1,p1@example.com\n", Some(1), "no file of `twinpool export`"),
    ];
    for (text, expected, why) in wrong {
        fs::write(&file, text).unwrap();
        let (code, _, said) = bench.import(&file, &[]);
        assert!(said.contains(why) && !said.contains("example.com"), "{said}");
        assert_eq!((code, bench.new.count()), (expected, 0), "{said}");
    }
    fs::write(&file, &broken).unwrap();
    let (code, told, said) = bench.import(&file, &["--skip-broken"]);
    assert!(said.contains("line 2 is left out"), "{said}");
    assert_eq!((code, &told["failed"], bench.new.count()), (Some(1), &json!({ "UnreadableUser": 1 }), 69));
}
