//! What lists and networks do: a run goes on or ends with a sentence, and counts nobody twice.

use std::sync::Arc;
use std::time::Duration;

use twinpool_core::port::{Class, Place};
use twinpool_engine::{PATIENCE, Step, VerifyError};
use twinpool_testkit::world::person;
use twinpool_testkit::{Process, World};

use super::{Watcher, quick, watched};
use crate::support::{engine, sign_in};

/// Some pages of people in both pools.
fn world() -> World {
    let world = World::username_to_email().with_jane();
    for number in 0..20 {
        let (sub, name) = (format!("sub-{number:02}"), format!("u{number}"));
        let email = format!("{name}@example.com");
        world.old.put(person(&sub, &name, &[("email", &email), ("email_verified", "true")]));
    }
    let subs: Vec<_> = world.old.people().into_iter().map(|user| user.sub).collect();
    for sub in subs {
        sign_in(&world, sub.as_str());
    }
    world
}

#[test]
fn a_token_that_expires_in_the_middle_of_any_walk_counts_nobody_twice() {
    let world = world();
    let (mut old_pages, mut new_pages) = (0, 0);
    let watcher = Watcher::new(|step| {
        let (pool, pages) = match step {
            Step::Old => (&world.old, &mut old_pages),
            Step::New => (&world.new, &mut new_pages),
            _ => return,
        };
        *pages += 1;
        if *pages == 3 {
            // Where the third page of three ended. From the new beginning on pages end elsewhere.
            let mut subs: Vec<_> = pool.people().into_iter().map(|user| user.sub).collect();
            subs.sort();
            pool.expire(&Place(subs[8].to_string()));
            pool.list_late(&subs[0], true);
        }
    });
    let found = watched(&world, &quick(), &watcher).expect("the run ends");
    assert_eq!(*watcher.began_anew.lock().expect("no panic"), 2, "a token of each pool expired");
    assert_eq!(found.counted(), [("equal", 21)]);
}

#[test]
fn whoever_the_lists_do_not_show_yet_is_read_and_found() {
    let world = world();
    for sub in ["sub-03", "sub-07"] {
        world.old.list_late(&twinpool_core::id::Sub::parse(sub).expect("a sub"), true);
    }
    world.new.list_late(&world.new.people()[4].sub, true);
    let found = watched(&world, &quick(), &Watcher::new(|_| {})).expect("the run ends");
    assert_eq!(found.counted(), [("equal", 21)]);
}

#[tokio::test(start_paused = true)]
async fn a_network_that_is_away_for_a_minute_costs_a_minute() {
    let world = world();
    let process = Arc::new(Process::healthy());
    for operation in ["Scan", "ListUsers", "ListGroups", "ListUsersInGroup", "ListUsers", "ListUsers"] {
        process.fail_next(operation, Class::Unavailable);
    }
    let engine = engine(&world, &process);
    let watcher = Watcher::new(|_| {});
    let summary = engine.verifier().verify(&quick(), &watcher).await.expect("the run ends");
    assert!(summary.is_equal() && summary.users() == 21);
    assert_eq!(*watcher.waited.lock().expect("no panic"), 6, "each wait is told");
}

#[tokio::test(start_paused = true)]
async fn a_network_that_stays_away_ends_the_run_with_a_sentence() {
    let world = world();
    let process = Arc::new(Process::healthy());
    let engine = engine(&world, &process);
    process.fail_all("ListUsersInGroup", Class::Unavailable);
    let begun = tokio::time::Instant::now();
    let ended = engine.verifier().verify(&quick(), &Watcher::new(|_| {})).await;
    let error = ended.expect_err("no network");
    assert!(matches!(error, VerifyError::Old(_)), "{error}");
    assert_eq!(error.to_string(), "cannot list the old pool");
    assert!(begun.elapsed() <= PATIENCE + Duration::from_secs(1));
}

#[test]
fn what_cannot_be_asked_ends_the_run_and_names_the_user_in_the_words_of_the_pool() {
    let world = world();
    world.new.put(person("n-1", "n-1", &[("email", "n@example.com"), ("email_verified", "true")]));
    let process = Arc::new(Process::healthy());
    let engine = engine(&world, &process);
    process.fail_all("AdminGetUser", Class::Denied);
    let ended = crate::support::run(engine.verifier().verify(&quick(), &Watcher::new(|_| {})));
    assert_eq!(ended.expect_err("no permission").to_string(), "cannot read user n-1");
}

#[test]
fn a_user_who_cannot_be_read_is_told_and_the_others_go_on() {
    let world = world();
    world.new.remove(&world.new.people()[2].sub);
    let process = Arc::new(Process::healthy());
    let engine = engine(&world, &process);
    process.fail_next("AdminGetUser", Class::Unreadable);
    let watcher = Watcher::new(|_| {});
    let summary = crate::support::run(engine.verifier().verify(&quick(), &watcher)).expect("the run ends");
    let counted: Vec<_> = summary.verdicts.iter().map(|(verdict, count)| (verdict.code(), *count)).collect();
    assert_eq!(counted, [("equal", 20), ("unreadable", 1)]);
    assert!(!summary.is_explained());
}
