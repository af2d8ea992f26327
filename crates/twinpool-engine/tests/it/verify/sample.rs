//! A few users at random.

use std::collections::BTreeSet;
use std::sync::Arc;

use twinpool_core::value::Value;
use twinpool_engine::{Sample, Summary};
use twinpool_testkit::world::{attribute, person};
use twinpool_testkit::{Process, World};

use super::{Watcher, quick, reads, said};
use crate::support::{engine, run, sign_in};

/// Two hundred and fifty-six users whose subs begin with all that a byte can be.
fn world() -> World {
    let world = World::username_to_email();
    for number in 0..256 {
        let sub = format!("{number:02x}000000-0000-4000-8000-000000000000");
        let email = format!("u{number}@example.com");
        world.old.put(person(&sub, &format!("u{number}"), &[("email", &email), ("email_verified", "true")]));
        sign_in(&world, &sub);
    }
    world
}

/// Verdicts, who was picked, and the calls that it cost.
fn pick(world: &World, users: usize, random: u64) -> (Summary, BTreeSet<String>, Vec<&'static str>) {
    let process = Arc::new(Process::healthy());
    let engine = engine(world, &process);
    let watcher = Watcher::new(|_| {});
    let sample = Sample { users, random };
    let summary = run(engine.verifier().verify_sample(sample, &quick(), &watcher)).expect("the run ends");
    let picked = watcher.rows().into_iter().filter_map(|row| row.old_sub).map(|sub| sub.to_string());
    (summary, picked.collect(), process.calls())
}

#[test]
fn a_sample_is_of_other_users_each_time_and_reads_nobody_who_agrees() {
    let world = world();
    let mut all = BTreeSet::new();
    for random in [3, 77, 200, 9_000] {
        let (summary, picked, calls) = pick(&world, 10, random);
        assert!(summary.is_equal());
        assert_eq!(picked.len(), 10);
        let calls = reads(&calls);
        assert!(!calls.contains_key("AdminGetUser") && calls["ListUsers"] < 60, "{calls:?}");
        all.extend(picked);
    }
    assert!(all.len() >= 30, "{}", all.len());
}

#[test]
fn a_sample_finds_what_differs_and_a_small_pool_is_its_own_sample() {
    let world = world();
    for user in world.new.people() {
        world.new.edit(&user.sub, |user| {
            drop(user.attributes.insert(attribute("email"), Value::new("x@example.com")));
        });
    }
    let (summary, picked, _) = pick(&world, 5, 1);
    let counted: Vec<_> = summary.verdicts.iter().map(|(verdict, count)| (verdict.code(), *count)).collect();
    assert_eq!((counted, picked.len()), (vec![("differs", 5)], 5));

    let small = World::username_to_email().with_jane();
    sign_in(&small, "jane-sub");
    let (summary, picked, _) = pick(&small, 10, 4);
    assert!(summary.is_equal());
    assert_eq!(picked, ["jane-sub".to_owned()].into());
}

#[test]
fn whom_no_link_names_is_told_in_a_sample_too() {
    let world = World::username_to_email().with_jane();
    let process = Arc::new(Process::healthy());
    let engine = engine(&world, &process);
    let watcher = Watcher::new(|_| {});
    let sample = Sample { users: 10, random: 0 };
    run(engine.verifier().verify_sample(sample, &quick(), &watcher)).expect("the run ends");
    let rows: Vec<_> = watcher.rows().iter().map(said).collect();
    assert_eq!(rows, ["only_in_old: user no_link"]);
}
