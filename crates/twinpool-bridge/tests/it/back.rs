//! After a rollback: a password of the new pool is carried back, and never over one that was chosen in the old pool since.

use std::sync::Arc;

use twinpool_bridge::{Back, Outcome, Trouble, WayBack as _, Wired};
use twinpool_core::arrival::Mark;
use twinpool_core::id::{Timestamp, UserId, Username};
use twinpool_core::password::{Checked, Password};
use twinpool_core::phase::{Change, Phase, PhaseReader as _, PhaseStore as _, Standing};
use twinpool_core::snapshot::Status;
use twinpool_testkit::{Kind, Moment, Process};

use crate::bench::{Bench, CHOSEN, RIGHT, WEAK, new, new_sub, old, old_sub};
use crate::passwords::BRIDGED;

/// Jane chose a password in the new pool; then everybody was sent back.
async fn rolled_back() -> Bench {
    let bench = Bench::new().await;
    bench.note(Mark::Chosen).await;
    bench.world.new.set_password_as_admin(&new_sub(), CHOSEN, Kind::Permanent).unwrap();
    stand(&bench, Phase::RolledBack).await;
    bench.pass(std::time::Duration::from_secs(60));
    bench
}

async fn stand(bench: &Bench, phase: Phase) {
    let before = bench.world.links.standing().await.unwrap();
    let next = Standing { phase, ..before.clone() };
    let here = |standing: &Standing| (standing.phase, standing.share);
    let line = Change {
        version: 0,
        from: here(&before),
        to: here(&next),
        at: Timestamp(1),
        who: String::new(),
        why: String::new(),
        forced: Vec::new(),
    };
    bench.world.links.change(&next, &line).await.unwrap();
}

fn back(bench: &Bench, process: &Arc<Process>) -> Back<crate::bench::Port> {
    let ports = Wired {
        old: bench.world.old.called_by(process),
        new_pool: bench.world.new.called_by(process),
        table: bench.world.links.seen_by(process),
        clock: bench.clock(),
    };
    Back::new(ports, crate::bench::LIMIT)
}

fn name() -> Username {
    Username::parse("jane").unwrap()
}

async fn tries_as(
    bench: &Bench,
    process: &Arc<Process>,
    password: &str,
    chosen: Option<&str>,
) -> Result<Option<Outcome>, Trouble> {
    let chosen = chosen.map(Password::new);
    back(bench, process).carry_back(&name(), &Password::new(password), chosen.as_ref()).await
}

/// After the way there had nothing to carry.
async fn tries_too(bench: &Bench, password: &str) -> Option<Outcome> {
    back(bench, &Arc::default()).carry_back_too(&name(), &Password::new(password), None).await.unwrap()
}

async fn tries(bench: &Bench, password: &str) -> Option<Outcome> {
    tries_as(bench, &Arc::default(), password, None).await.unwrap()
}

/// A plain sign-in to the old pool.
fn signs_in(bench: &Bench, password: &str) -> bool {
    matches!(bench.world.old.sign_in("jane", password), Checked::Right { .. })
}

#[tokio::test]
async fn a_password_that_was_chosen_in_the_new_pool_works_in_the_old_one_from_then_on() {
    let bench = rolled_back().await;
    assert_eq!(tries(&bench, "wrong").await, Some(Outcome::Wrong));
    assert!(signs_in(&bench, RIGHT));
    assert_eq!(tries(&bench, CHOSEN).await, Some(BRIDGED));
    assert!(signs_in(&bench, CHOSEN) && !signs_in(&bench, RIGHT));
    assert_eq!(bench.arrival().await.back_at, Some(bench.now()));
    // There is nothing more to be carried back.
    assert_eq!(tries(&bench, CHOSEN).await, Some(Outcome::Wrong));
}

#[tokio::test]
async fn nothing_is_carried_back_before_a_rollback() {
    let bench = rolled_back().await;
    for phase in Phase::ALL.into_iter().filter(|phase| *phase != Phase::RolledBack) {
        stand(&bench, phase).await;
        assert_eq!(tries(&bench, CHOSEN).await, None, "{phase}");
        let too = if phase == Phase::Canary { "wrong" } else { CHOSEN };
        assert_eq!(tries_too(&bench, too).await, None, "{phase}");
    }
    assert!(!signs_in(&bench, CHOSEN));
}

#[tokio::test]
async fn in_a_canary_whoever_the_old_pool_has_the_say_for_gets_in_by_the_password_of_the_new_one() {
    let bench = rolled_back().await;
    stand(&bench, Phase::Canary).await;
    let round = bench.world.links.standing().await.unwrap().round;
    bench.relink(|link| link.reverse.moved_in = Some(round)).await;
    assert_eq!(tries_too(&bench, CHOSEN).await, None, "signs in to the new pool");
    assert!(!signs_in(&bench, CHOSEN));
    bench.relink(|link| link.reverse.moved_in = None).await;
    assert_eq!(tries_too(&bench, "wrong").await, None);
    assert_eq!(tries_too(&bench, CHOSEN).await, Some(BRIDGED));
    assert!(signs_in(&bench, CHOSEN));
    assert_eq!(tries_too(&bench, CHOSEN).await, None, "nothing more");
}

#[tokio::test]
async fn one_process_goes_by_the_phase_of_the_moment() {
    let bench = rolled_back().await;
    let back = back(&bench, &Arc::default());
    let try_again = async || {
        bench.pass(std::time::Duration::from_secs(5));
        back.carry_back(&name(), &Password::new(CHOSEN), None).await.unwrap()
    };
    stand(&bench, Phase::Cutover).await;
    assert_eq!(try_again().await, None);
    stand(&bench, Phase::RolledBack).await;
    assert_eq!(try_again().await, Some(BRIDGED));
    stand(&bench, Phase::Cutover).await;
    assert_eq!(try_again().await, None);
}

#[tokio::test]
async fn a_password_that_is_chosen_while_another_is_carried_back_stands() {
    let (bench, process) = (rolled_back().await, Arc::default());
    let mut tries = std::pin::pin!(tries_as(&bench, &process, CHOSEN, None));
    let mut context = std::task::Context::from_waker(std::task::Waker::noop());
    while bench.world.new.times_asked(new().as_str()) == 0 {
        assert!(tries.as_mut().poll(&mut context).is_pending());
    }
    // The new pool takes its time to say that the password is right.
    bench.world.old.set_password_as_admin(&old_sub(), "chosen in the old pool", Kind::Permanent).unwrap();
    bench.note(Mark::OldPassword).await;
    assert_eq!(tries.await, Ok(Some(Outcome::Wrong)));
    assert!(signs_in(&bench, "chosen in the old pool"));
}

#[tokio::test]
async fn a_reset_that_an_administrator_of_the_old_pool_asked_for_is_not_undone() {
    let bench = rolled_back().await;
    bench.world.old.edit(&old(), |person| person.status = Status::ResetRequired);
    assert_eq!(tries(&bench, CHOSEN).await, Some(Outcome::Wrong));
    assert!(!signs_in(&bench, CHOSEN));
}

#[tokio::test]
async fn a_password_that_was_chosen_in_the_old_pool_since_is_never_overwritten() {
    let bench = rolled_back().await;
    bench.world.old.set_password_as_admin(&old_sub(), "chosen in the old pool", Kind::Permanent).unwrap();
    bench.note(Mark::OldPassword).await;
    assert_eq!(tries(&bench, CHOSEN).await, Some(Outcome::Wrong));
    assert!(signs_in(&bench, "chosen in the old pool"));
    assert_eq!(bench.world.new.times_asked(new().as_str()), 0, "the new pool is not asked");
}

#[tokio::test]
async fn whoever_brought_the_old_password_along_has_nothing_carried_back() {
    let bench = Bench::new().await;
    assert_eq!(bench.tries(RIGHT).await, Ok(BRIDGED));
    stand(&bench, Phase::RolledBack).await;
    assert_eq!(tries(&bench, RIGHT).await, Some(Outcome::Wrong));
    assert_eq!(bench.arrival().await.back_at, None);
}

#[tokio::test]
async fn whoever_was_born_in_the_new_pool_gets_into_the_old_one_with_the_own_password() {
    let bench = Bench::new().await;
    bench.relink(|link| link.user_id = UserId::parse(new_sub().as_str()).unwrap()).await;
    bench.world.new.give_password(&new(), CHOSEN);
    stand(&bench, Phase::RolledBack).await;
    assert_eq!(tries(&bench, CHOSEN).await, Some(BRIDGED));
    assert!(signs_in(&bench, CHOSEN));
}

#[tokio::test]
async fn whoever_was_put_to_reset_is_let_in_by_the_password_of_the_new_pool() {
    let bench = rolled_back().await;
    bench.note(Mark::ResetInOld).await;
    bench.world.old.edit(&old(), |person| person.status = Status::ResetRequired);
    assert_eq!(tries(&bench, CHOSEN).await, Some(BRIDGED));
    assert!(signs_in(&bench, CHOSEN));
}

#[tokio::test]
async fn nobody_is_let_in_who_may_not_sign_in_to_either_pool() {
    for status in [Status::Unconfirmed, Status::ForceChangePassword, Status::ExternalProvider] {
        let bench = rolled_back().await;
        bench.world.old.edit(&old(), |person| person.status = status);
        assert_eq!(tries(&bench, CHOSEN).await, Some(Outcome::Wrong), "{status:?}");
        assert!(!signs_in(&bench, CHOSEN));
    }
    for of_old in [true, false] {
        let bench = rolled_back().await;
        let (pool, sub) = if of_old { (&bench.world.old, old()) } else { (&bench.world.new, new()) };
        pool.edit(&sub, |person| person.enabled = false);
        assert_eq!(tries(&bench, CHOSEN).await, Some(Outcome::Wrong));
        bench.world.old.edit(&old(), |person| person.enabled = true);
        assert!(!signs_in(&bench, CHOSEN));
    }
}

#[tokio::test]
async fn guesses_are_counted_together_with_those_of_the_way_there() {
    let bench = rolled_back().await;
    for _ in 0..5 {
        assert_eq!(tries(&bench, "wrong").await, Some(Outcome::Wrong));
    }
    let until = Timestamp(bench.now().0 + 15 * 60 * 1_000);
    assert_eq!(tries(&bench, CHOSEN).await, Some(Outcome::TooMany { until }));
    assert!(!signs_in(&bench, CHOSEN));
}

#[tokio::test]
async fn a_second_factor_is_asked_for_all_the_same() {
    let bench = rolled_back().await;
    bench.world.new.challenge_after_password(&new(), "SOFTWARE_TOKEN_MFA");
    assert_eq!(tries(&bench, CHOSEN).await, Some(Outcome::Bridged { second_factor: true }));
}

#[tokio::test]
async fn one_that_the_old_pool_refuses_is_replaced_by_one_that_the_person_chooses() {
    let bench = rolled_back().await;
    bench
        .world
        .new
        .set_password_rules(twinpool_testkit::PasswordRules { min_length: 1, ..Default::default() });
    bench.world.new.give_password(&new(), WEAK);
    assert_eq!(tries(&bench, WEAK).await, Some(Outcome::NewPasswordNeeded));
    let chosen = tries_as(&bench, &Arc::default(), WEAK, Some("better than that")).await;
    assert_eq!(chosen, Ok(Some(BRIDGED)));
    assert!(signs_in(&bench, "better than that"));
}

#[tokio::test]
async fn whoever_dies_half_way_leaves_a_user_who_gets_in_by_trying_again() {
    for call in 0..24 {
        for moment in [Moment::Before, Moment::After] {
            let bench = rolled_back().await;
            let process = Arc::new(Process::dying_at(call, moment));
            drop(tries_as(&bench, &process, CHOSEN, None).await);
            if !signs_in(&bench, CHOSEN) {
                assert!(signs_in(&bench, RIGHT), "died at {call}");
                assert_eq!(tries(&bench, CHOSEN).await, Some(BRIDGED), "died at {call}");
            }
            assert!(signs_in(&bench, CHOSEN), "died at {call}");
        }
    }
}
