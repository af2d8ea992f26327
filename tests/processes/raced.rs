//! Two mirrors work on one user at once: as after a lost visibility timeout, or a redrive of the DLQ.

use std::thread;

use twinpool_core::change_event::ChangeEvent;
use twinpool_tests::bootstrap::Function;
use twinpool_tests::mirror::{Bench, failures, one};

/// Hands both mirrors an event at once, then again until nothing goes back.
fn race(mirrors: &[Function; 2], events: [&ChangeEvent; 2]) {
    for delivery in 1..=5 {
        let back = thread::scope(|scope| {
            let runs = [0, 1]
                .map(|n| scope.spawn(move || failures(&mirrors[n].invoke(one(events[n], delivery))).len()));
            runs.map(|run| run.join().unwrap()).into_iter().sum::<usize>()
        });
        if back == 0 {
            return;
        }
    }
    panic!("five deliveries were not enough");
}

#[test]
fn two_mirrors_of_a_new_user_make_one_user_and_one_link() {
    let bench = Bench::new();
    bench.old.make_group("readers", "", 1).unwrap();
    let mirrors = [bench.mirror(), bench.mirror()];
    for number in 0..20 {
        let username = format!("r{number}");
        drop(bench.person(&username, &["readers"]));
        let event = bench.sign_in(&username);
        race(&mirrors, [&event, &event]);
        bench.assert_in_step(&username, "after the race");
    }
}

#[test]
fn two_mirrors_of_a_user_who_changes_meanwhile_agree_with_the_old_pool() {
    let bench = Bench::new();
    for group in ["readers", "writers"] {
        bench.old.make_group(group, "", 1).unwrap();
    }
    let mirrors = [bench.mirror(), bench.mirror()];
    drop(bench.person("cy", &["readers"]));
    race(&mirrors, [&bench.sign_in("cy"), &bench.sign_in("cy")]);
    for number in 0..20 {
        let earlier = bench.sign_in("cy");
        let change = || {
            let email = format!("cy{number}@example.com");
            let (from, to) = if number % 2 == 0 { ("readers", "writers") } else { ("writers", "readers") };
            bench.old.set("cy", &[("email", &email), ("email_verified", "true")]).unwrap();
            bench.old.leave("cy", from).unwrap();
            bench.old.join("cy", to).unwrap();
            bench.sign_in("cy")
        };
        // The change happens while the first mirror is at work on what was before.
        let later = thread::scope(|scope| {
            let first = scope.spawn(|| failures(&mirrors[0].invoke(one(&earlier, 2))));
            let later = change();
            assert_eq!(first.join().unwrap(), Vec::<String>::new());
            later
        });
        race(&mirrors, [&earlier, &later]);
        bench.assert_in_step("cy", "after the race");
    }
}
