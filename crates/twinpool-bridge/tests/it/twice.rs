//! The same user in two places at once.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use twinpool_bridge::{Outcome, Trouble};
use twinpool_core::arrival::Mark;
use twinpool_core::password::Password;
use twinpool_testkit::Process;

use crate::bench::{ADDRESS, Bench, CHOSEN, RIGHT, new_sub};
use crate::passwords::BRIDGED;

type Said = Result<Outcome, Trouble>;

/// Runs both, the second one from the nth step of the first one on; every n there is.
async fn interleaved(
    first: impl AsyncFn(&Bench) -> Said,
    second: impl AsyncFn(&Bench) -> Said,
    then: impl Fn(&Bench, Said, Said),
) {
    for ahead in 0.. {
        let bench = Bench::new().await;
        let (one, other, is_over) = {
            let (mut one, other) = (pin!(first(&bench)), pin!(second(&bench)));
            let mut context = Context::from_waker(Waker::noop());
            let mut early = None;
            for _ in 0..ahead {
                if let Poll::Ready(said) = one.as_mut().poll(&mut context) {
                    early = Some(said);
                    break;
                }
            }
            match early {
                Some(said) => (said, other.await, true),
                None => {
                    let (one, other) = futures_util::future::join(one, other).await;
                    (one, other, false)
                }
            }
        };
        then(&bench, one, other);
        if is_over {
            assert!(ahead > 20, "{ahead}");
            return;
        }
    }
}

async fn bridges(bench: &Bench) -> Said {
    bench.tries(RIGHT).await
}

#[tokio::test]
async fn a_form_that_is_sent_twice_is_right_twice_unless_the_first_one_was_through() {
    interleaved(bridges, bridges, |bench, one, other| {
        assert_eq!(one, Ok(BRIDGED));
        let expected = if bench.world.old.times_asked("jane") == 2 { BRIDGED } else { Outcome::Wrong };
        assert_eq!(other, Ok(expected));
        assert!(bench.signs_in(RIGHT) && bench.is_whole());
    })
    .await;
}

#[tokio::test]
async fn a_stranger_who_guesses_meanwhile_is_wrong_and_spoils_nothing() {
    interleaved(
        bridges,
        async |bench| bench.tries("wrong").await,
        |bench, one, other| {
            assert_eq!((one, other), (Ok(BRIDGED), Ok(Outcome::Wrong)));
            assert!(bench.signs_in(RIGHT) && !bench.signs_in("wrong"));
        },
    )
    .await;
}

#[tokio::test]
async fn one_of_two_passwords_chosen_at_once_works_and_whoever_chose_it_was_told_so() {
    let choose = async |bench: &Bench, chosen: &str| {
        bench.bridge().choose(&new_sub(), &Password::new(RIGHT), &Password::new(chosen)).await
    };
    interleaved(
        async |bench| choose(bench, CHOSEN).await,
        async |bench| choose(bench, "another password").await,
        |bench, one, other| {
            let (first, second) = (bench.signs_in(CHOSEN), bench.signs_in("another password"));
            if bench.world.old.times_asked("jane") == 2 {
                assert!((first || second) && one == Ok(BRIDGED) && other == Ok(BRIDGED), "{one:?} {other:?}");
            } else {
                assert!(first && one == Ok(BRIDGED) && other == Ok(Outcome::Wrong), "{one:?} {other:?}");
            }
            assert!(bench.is_whole());
        },
    )
    .await;
}

#[tokio::test]
async fn a_password_that_was_chosen_works_though_the_old_one_was_carried_over_meanwhile() {
    let bench = Bench::new().await;
    let process = Arc::new(Process::healthy());
    let bridge = bench.bridge_of(&process);
    let (who, chosen) = (new_sub(), Password::new(CHOSEN));
    let mut work = pin!(bridge.set(&who, &chosen));
    let mut context = Context::from_waker(Waker::noop());
    while !process.calls().contains(&"AdminGetUser") {
        assert_eq!(work.as_mut().poll(&mut context), Poll::Pending);
    }
    assert_eq!(bench.tries(RIGHT).await, Ok(BRIDGED));
    assert_eq!(work.await, Ok(BRIDGED));
    assert!(bench.signs_in(CHOSEN) && !bench.signs_in(RIGHT));
}

#[tokio::test]
async fn a_reset_that_was_noted_while_the_old_pool_was_asked_stands() {
    let (reset, bridged_and_reset) = (&[Mark::Password][..], &[Mark::Bridged, Mark::Password][..]);
    for (after, marks) in
        [("AdminGetUser", reset), ("AdminInitiateAuth", reset), ("AdminInitiateAuth", bridged_and_reset)]
    {
        let bench = Bench::new().await;
        let process = Arc::new(Process::healthy());
        let bridge = bench.bridge_of(&process);
        let (who, password) = (new_sub(), Password::new(RIGHT));
        let mut work = pin!(bridge.bridge(&who, &password));
        let mut context = Context::from_waker(Waker::noop());
        while !process.calls().contains(&after) {
            assert_eq!(work.as_mut().poll(&mut context), Poll::Pending);
        }
        bench.world.new.reset_password(ADDRESS, CHOSEN).unwrap();
        for mark in marks {
            bench.note(*mark).await;
        }
        assert_eq!(work.await, Ok(Outcome::Wrong));
        assert!(bench.signs_in(CHOSEN) && !bench.signs_in(RIGHT));
    }
}
