//! A run that dies, or is dropped by a caller who ran out of time, at any of its calls.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};
use std::time::Duration;

use twinpool_bridge::Outcome;
use twinpool_core::account::AccountStore as _;
use twinpool_core::arrival::Mark;
use twinpool_core::password::Password;
use twinpool_testkit::{Moment, Process};

use crate::bench::{ADDRESS, Bench, CHOSEN, RIGHT, new, new_sub};
use crate::passwords::BRIDGED;

/// Runs a bridging that stops somewhere; every stop is given to `then`.
async fn every_stop(then: impl AsyncFn(Bench)) {
    every_stop_of(async |_| {}, then).await;
}

/// … of somebody of whom something is known before.
async fn every_stop_of(prepare: impl AsyncFn(&Bench), then: impl AsyncFn(Bench)) {
    let mut stops = 0;
    for call in 0.. {
        let mut died = false;
        for moment in [Moment::Before, Moment::After] {
            let bench = Bench::new().await;
            prepare(&bench).await;
            let process = Arc::new(Process::dying_at(call, moment));
            let outcome = bench.bridge_of(&process).bridge(&new_sub(), &Password::new(RIGHT)).await;
            died = process.is_dead();
            if died {
                assert!(outcome.is_err() || bench.signs_in(RIGHT), "call {call}: nobody hears yes in vain");
                stops += 1;
                then(bench).await;
            }
        }
        if !died {
            break;
        }
    }
    for polls in 0.. {
        let bench = Bench::new().await;
        prepare(&bench).await;
        if !is_dropped_after(polls, &bench) {
            break;
        }
        stops += 1;
        then(bench).await;
    }
    assert!(stops > 40, "{stops}");
}

/// Whether it was still at work.
fn is_dropped_after(polls: usize, bench: &Bench) -> bool {
    let (bridge, password, who) = (bench.bridge(), Password::new(RIGHT), new_sub());
    let mut work = pin!(bridge.bridge(&who, &password));
    let mut context = Context::from_waker(Waker::noop());
    (0..polls).all(|_| work.as_mut().poll(&mut context) == Poll::Pending)
}

#[tokio::test]
async fn whoever_tries_again_gets_in() {
    every_stop(async |bench| {
        assert!(bench.is_whole());
        // Apps try a plain sign-in first.
        if !bench.signs_in(RIGHT) {
            assert_eq!(bench.tries(RIGHT).await, Ok(BRIDGED));
        }
        assert!(bench.signs_in(RIGHT) && bench.is_whole());
    })
    .await;
}

#[tokio::test]
async fn whoever_comes_back_to_the_bridge_instead_gets_in_as_well() {
    every_stop(async |bench| {
        let again = bench.tries(RIGHT).await;
        let is_known = bench.arrival().await.bridged_at.is_some();
        assert!(is_known && (again == Ok(BRIDGED) || again == Ok(Outcome::Wrong)), "{again:?}");
        assert!(bench.signs_in(RIGHT));
    })
    .await;
}

#[tokio::test]
async fn a_password_that_was_reset_since_stays() {
    every_stop(async |bench| {
        bench.world.new.reset_password(ADDRESS, CHOSEN).unwrap();
        bench.note(Mark::Password).await;
        assert_eq!(bench.tries(RIGHT).await, Ok(Outcome::Wrong));
        assert!(bench.signs_in(CHOSEN) && !bench.signs_in(RIGHT));
    })
    .await;
}

/// What the new pool's tokens tell of, as the function that is asked for each of them does.
async fn is_given_a_token(bench: &Bench) {
    if !bench.world.links.known(&new_sub()).await.unwrap().unwrap().came {
        bench.note(Mark::Came).await;
        bench.world.links.note_came(&new_sub()).await.unwrap();
    }
}

#[tokio::test]
async fn so_it_does_where_the_person_had_come_before_by_a_code() {
    let prepare = async |bench: &Bench| {
        is_given_a_token(bench).await;
        bench.pass(Duration::from_millis(1));
    };
    every_stop_of(prepare, async |bench| {
        if !bench.signs_in(RIGHT) {
            return;
        }
        bench.pass(Duration::from_millis(1));
        is_given_a_token(&bench).await;
        bench.world.new.give_password(&new(), CHOSEN);
        assert_eq!(bench.tries(RIGHT).await, Ok(Outcome::Wrong));
        assert!(bench.signs_in(CHOSEN) && !bench.signs_in(RIGHT));
    })
    .await;
}

#[tokio::test]
async fn a_password_that_was_changed_since_by_somebody_signed_in_stays_though_no_trigger_told() {
    every_stop(async |bench| {
        if !bench.signs_in(RIGHT) {
            return;
        }
        bench.note(Mark::Came).await;
        bench.world.new.give_password(&new(), CHOSEN);
        assert_eq!(bench.tries(RIGHT).await, Ok(Outcome::Wrong));
        assert!(bench.signs_in(CHOSEN) && !bench.signs_in(RIGHT));
    })
    .await;
}
