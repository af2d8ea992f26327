//! What an attempt costs: the table of the crate's page.

use std::sync::Arc;
use std::time::Duration;

use twinpool_bridge::challenge::{Next, Round, create, define, verify};
use twinpool_core::arrival::{Mark, Way};
use twinpool_core::password::Password;
use twinpool_core::snapshot::Mfa;
use twinpool_testkit::Process;

use crate::bench::{Bench, RIGHT, new_sub, old};

/// Reads and writes of the table, and the calls of both pools.
#[derive(Debug, PartialEq, Eq)]
struct Cost(usize, usize, Vec<&'static str>);

fn cost(process: &Process) -> Cost {
    let calls = process.calls();
    let count = |name| calls.iter().filter(|call| **call == name).count();
    let pools = calls.iter().filter(|call| call.starts_with("Admin")).copied().collect();
    Cost(count("GetItem"), count("UpdateItem"), pools)
}

async fn of_trying(bench: &Bench, password: &str) -> Cost {
    let process = Arc::new(Process::healthy());
    bench.bridge_of(&process).bridge(&new_sub(), &Password::new(password)).await.unwrap();
    cost(&process)
}

const ASKED: [&str; 3] = ["AdminGetUser", "AdminGetUser", "AdminInitiateAuth"];
const SET: [&str; 4] = ["AdminGetUser", "AdminGetUser", "AdminInitiateAuth", "AdminSetUserPassword"];

#[tokio::test]
async fn a_password_costs_what_the_crate_s_page_says() {
    let bench = Bench::new().await;
    assert_eq!(of_trying(&bench, "wrong").await, Cost(3, 1, ASKED.to_vec()));
    assert_eq!(of_trying(&bench, RIGHT).await, Cost(4, 4, SET.to_vec()));
    assert_eq!(of_trying(&bench, RIGHT).await, Cost(3, 0, vec![]), "bridged already");
    assert_eq!(of_trying(&Bench::unlinked(), RIGHT).await, Cost(1, 0, vec![]));

    let bench = Bench::new().await;
    bench.world.old.edit(&old(), |person| person.mfa = Mfa { totp: true, ..Mfa::default() });
    assert_eq!(of_trying(&bench, RIGHT).await, Cost(4, 5, SET.to_vec()));

    let bench = Bench::new().await;
    bench.note(Mark::Came).await;
    bench.pass(Duration::from_millis(1));
    assert_eq!(of_trying(&bench, RIGHT).await, Cost(4, 5, SET.to_vec()));

    let bench = Bench::new().await;
    for _ in 0..5 {
        bench.tries("wrong").await.unwrap();
    }
    assert_eq!(of_trying(&bench, RIGHT).await, Cost(3, 1, vec![]));
}

#[tokio::test]
async fn a_code_costs_what_the_crate_s_page_says() {
    let (bench, way) = (Bench::new().await, Way::Code);
    let (codes, who) = (bench.codes(), new_sub());
    let process = Arc::new(Process::healthy());
    let asked = create(&bench.bridge_of(&process), &codes, Some(&who), way, &[]).await.unwrap();
    assert_eq!(cost(&process), Cost(3, 1, vec!["AdminGetUser"]));
    let wrong = ("no code".to_owned(), Cost(2, 1, vec![]));
    let right = (bench.outbox.code(), Cost(5, 3, vec!["AdminGetUser"; 2]));
    for (answer, expected) in [wrong, right] {
        let process = Arc::new(Process::healthy());
        let bridge = bench.bridge_of(&process);
        let answer = Password::new(answer);
        verify(&bridge, &codes, Some(&who), way, Some(&asked.kind), &answer).await.unwrap();
        assert_eq!(cost(&process), expected);
    }
}

#[tokio::test]
async fn whom_a_pool_asks_for_a_factor_is_asked_once_in_five_minutes() {
    let bench = Bench::new().await;
    let process = Arc::new(Process::healthy());
    let bridge = bench.bridge_of(&process);
    let minute = Duration::from_secs(60);
    for (passed, expected) in [(minute, 2), (4 * minute, 2), (minute, 4)] {
        bridge.bridge(&new_sub(), &Password::new("wrong")).await.unwrap();
        assert_eq!(process.times_described(), expected);
        bench.pass(passed);
    }
}

#[tokio::test]
async fn to_say_what_comes_next_costs_three_reads_after_a_right_password_and_nothing_else() {
    let bench = Bench::new().await;
    bench.note(Mark::Bridged).await;
    for (is_right, next, reads) in [(true, Next::Tokens, 3), (false, Next::Ask, 0)] {
        let process = Arc::new(Process::healthy());
        let rounds = [Round::read("CUSTOM_CHALLENGE", Some("PASSWORD"), is_right)];
        assert_eq!(define(&bench.bridge_of(&process), Some(&new_sub()), &rounds).await, Ok(next));
        assert_eq!(cost(&process), Cost(reads, 0, vec![]));
    }
}
