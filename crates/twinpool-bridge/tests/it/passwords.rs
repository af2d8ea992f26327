//! What a backend is told of a password, and what it then does in the new pool.

use std::time::Duration;

use twinpool_bridge::Outcome;
use twinpool_core::arrival::Mark;
use twinpool_core::id::{Timestamp, Username};
use twinpool_core::password::Password;
use twinpool_core::snapshot::Status;
use twinpool_testkit::PasswordRules;

use crate::bench::{ADDRESS, Bench, CHOSEN, LIMIT, RIGHT, WEAK, new, new_sub, old};

pub(crate) const BRIDGED: Outcome = Outcome::Bridged { second_factor: false };

#[tokio::test]
async fn the_right_password_is_carried_over_and_works_from_then_on() {
    let bench = Bench::new().await;
    assert!(!bench.signs_in(RIGHT));
    assert_eq!(bench.tries(RIGHT).await, Ok(BRIDGED));
    assert!(bench.signs_in(RIGHT) && bench.is_whole());
    assert_eq!(bench.arrival().await.bridged_at, Some(bench.now()));
}

#[tokio::test]
async fn a_wrong_one_changes_nothing() {
    let bench = Bench::new().await;
    assert_eq!(bench.tries("wrong").await, Ok(Outcome::Wrong));
    assert!(!bench.signs_in("wrong") && bench.is_whole());
    assert_eq!(bench.arrival().await.bridged_at, None);
    assert_eq!(bench.tries(RIGHT).await, Ok(BRIDGED));
}

#[tokio::test]
async fn a_user_is_found_by_the_name_they_type() {
    let bench = Bench::new().await;
    let find = async |name: &str| bench.bridge().find(&Username::parse(name).unwrap()).await.unwrap();
    assert_eq!(find(ADDRESS).await, Some(new_sub()));
    assert_eq!(find("nobody@example.com").await, None);
}

#[tokio::test]
async fn after_five_wrong_ones_the_old_pool_is_not_asked_before_a_quarter_of_an_hour_is_over() {
    let bench = Bench::new().await;
    let until = Timestamp(bench.now().0 + 15 * 60 * 1_000);
    for _ in 0..5 {
        assert_eq!(bench.tries("wrong").await, Ok(Outcome::Wrong));
    }
    for password in ["wrong", RIGHT] {
        assert_eq!(bench.tries(password).await, Ok(Outcome::TooMany { until }));
    }
    assert_eq!(bench.world.old.times_asked("jane"), 5);
    bench.pass(LIMIT.within);
    assert_eq!(bench.tries(RIGHT).await, Ok(BRIDGED));
}

#[tokio::test]
async fn a_lock_of_the_old_pool_is_waited_out() {
    let bench = Bench::new().await;
    for _ in 0..5 {
        bench.world.old.sign_in("jane", "wrong");
    }
    let until = Timestamp(bench.now().0 + 60_000);
    assert_eq!(bench.tries(RIGHT).await, Ok(Outcome::TooMany { until }));
    assert!(!bench.signs_in(RIGHT));
    bench.pass(Duration::from_secs(60));
    assert_eq!(bench.tries(RIGHT).await, Ok(BRIDGED));
}

#[tokio::test]
async fn a_password_that_the_policy_refuses_is_replaced_by_one_that_the_person_chooses() {
    let bench = Bench::new().await;
    bench.world.new.set_password_rules(PasswordRules { min_length: 14, ..PasswordRules::default() });
    assert_eq!(bench.tries(RIGHT).await, Ok(Outcome::NewPasswordNeeded));
    assert!(!bench.signs_in(RIGHT) && bench.is_whole());
    let choose = async |old: &str, new: &str| {
        bench.bridge().choose(&new_sub(), &Password::new(old), &Password::new(new)).await.unwrap()
    };
    assert_eq!(choose("wrong", CHOSEN).await, Outcome::Wrong);
    assert_eq!(choose(RIGHT, WEAK).await, Outcome::NewPasswordNeeded);
    assert_eq!(choose(RIGHT, CHOSEN).await, BRIDGED);
    assert!(bench.signs_in(CHOSEN) && !bench.signs_in(RIGHT) && bench.is_whole());
    assert_eq!(choose(RIGHT, "another password").await, Outcome::Wrong, "the first one stands");
    assert!(bench.signs_in(CHOSEN));
}

#[tokio::test]
async fn whoever_guesses_with_a_new_password_at_hand_is_counted_as_well() {
    let bench = Bench::new().await;
    for _ in 0..7 {
        let outcome =
            bench.bridge().choose(&new_sub(), &Password::new("wrong"), &Password::new(CHOSEN)).await.unwrap();
        assert_ne!(outcome, BRIDGED);
    }
    assert_eq!(bench.world.old.times_asked("jane"), 5);
    assert!(!bench.signs_in(CHOSEN));
}

#[tokio::test]
async fn a_right_one_begins_the_count_anew_also_where_it_cannot_be_used() {
    let bench = Bench::new().await;
    bench.world.new.set_password_rules(PasswordRules { min_length: 14, ..PasswordRules::default() });
    for _ in 0..4 {
        for _ in 0..4 {
            assert_eq!(bench.tries("wrong").await, Ok(Outcome::Wrong));
        }
        assert_eq!(bench.tries(RIGHT).await, Ok(Outcome::NewPasswordNeeded));
    }
}

#[tokio::test]
async fn a_temporary_password_is_right_and_is_not_carried_over() {
    let bench = Bench::new().await;
    bench.world.old.edit(&old(), |person| person.status = Status::ForceChangePassword);
    assert_eq!(bench.tries(RIGHT).await, Ok(Outcome::NewPasswordNeeded));
    assert!(!bench.signs_in(RIGHT));
    let chosen = bench.bridge().choose(&new_sub(), &Password::new(RIGHT), &Password::new(CHOSEN)).await;
    assert_eq!(chosen, Ok(BRIDGED));
    assert!(bench.signs_in(CHOSEN) && bench.is_whole());
}

#[tokio::test]
async fn who_was_sent_a_temporary_password_still_comes_in_with_the_old_one() {
    let bench = Bench::new().await;
    bench.world.new.edit(&new(), |person| person.status = Status::ForceChangePassword);
    bench.note(Mark::Invited).await;
    assert_eq!(bench.tries(RIGHT).await, Ok(BRIDGED));
    assert!(bench.signs_in(RIGHT) && bench.is_whole());
}

#[tokio::test]
async fn who_has_a_password_in_the_new_pool_keeps_it_and_the_old_pool_is_not_asked() {
    for mark in [Mark::Bridged, Mark::Password] {
        let bench = Bench::new().await;
        bench.world.new.reset_password(ADDRESS, CHOSEN).unwrap();
        bench.note(mark).await;
        assert_eq!(bench.tries(RIGHT).await, Ok(Outcome::Wrong), "{mark:?}");
        assert_eq!(bench.bridge().set(&new_sub(), &Password::new("a third one")).await, Ok(Outcome::Wrong));
        assert!(bench.signs_in(CHOSEN), "{mark:?}");
        assert_eq!(bench.world.old.times_asked("jane"), 0, "{mark:?}");
    }
}

#[tokio::test]
async fn a_password_that_was_chosen_in_the_old_pool_after_a_rollback_is_carried_over_at_the_next_switch() {
    let second = "chosen in the old pool";
    for first in [Mark::Bridged, Mark::Password, Mark::Chosen, Mark::BridgedChosen] {
        let bench = Bench::new().await;
        bench.note(first).await;
        bench.pass(Duration::from_secs(60));
        bench.note(Mark::OldPassword).await;
        bench.world.old.give_password(&old(), second);
        bench.pass(Duration::from_secs(60));
        assert_eq!(bench.tries(RIGHT).await, Ok(Outcome::Wrong), "{first:?}");
        assert_eq!(bench.tries(second).await, Ok(BRIDGED), "{first:?}");
        assert!(bench.signs_in(second) && bench.is_whole(), "{first:?}");
        assert_eq!(bench.arrival().await.bridged_at, Some(bench.now()), "{first:?}");
        assert_eq!(bench.tries(second).await, Ok(Outcome::Wrong), "the new pool's own from now on");
    }
}

#[tokio::test]
async fn one_that_was_chosen_in_the_new_pool_since_is_not_written_over_by_the_old_pool_s() {
    for last in [Mark::Chosen, Mark::Bridged, Mark::BridgedChosen] {
        let bench = Bench::new().await;
        for mark in [Mark::Bridged, Mark::OldPassword, last] {
            bench.note(mark).await;
            bench.pass(Duration::from_secs(60));
        }
        bench.world.new.reset_password(ADDRESS, CHOSEN).unwrap();
        assert_eq!(bench.tries(RIGHT).await, Ok(Outcome::Wrong), "{last:?}");
        assert!(bench.signs_in(CHOSEN), "{last:?}");
        assert_eq!(bench.world.old.times_asked("jane"), 0, "{last:?}");
    }
}

#[tokio::test]
async fn who_came_in_by_a_code_or_a_provider_may_still_bring_the_password() {
    let bench = Bench::new().await;
    bench.note(Mark::Code).await;
    bench.note(Mark::Came).await;
    bench.pass(Duration::from_secs(60));
    assert_eq!(bench.tries(RIGHT).await, Ok(BRIDGED));
}
