//! What an app client sees of the challenge.

use twinpool_bridge::challenge::{Kind, Next, Round, define};
use twinpool_core::arrival::{Mark, Way};
use twinpool_core::decision::Decision;
use twinpool_core::held_back::Subject;
use twinpool_core::snapshot::Status;
use twinpool_testkit::PasswordRules;

use crate::bench::{Bench, CHOSEN, RIGHT, WEAK, new, new_sub, old};
use crate::client::{End, answers, seen, session};

#[tokio::test]
async fn the_old_password_gives_tokens_and_works_plainly_from_then_on() {
    let bench = Bench::new().await;
    assert_eq!(answers(&bench, Way::Password, &[RIGHT]).await, seen(&["PASSWORD"], End::Tokens));
    assert!(bench.signs_in(RIGHT) && bench.is_whole());
}

#[tokio::test]
async fn a_wrong_one_is_asked_for_again_three_times_in_all() {
    let bench = Bench::new().await;
    let wrong = answers(&bench, Way::Password, &["a", "b", "c", "d"]).await;
    assert_eq!(wrong, seen(&["PASSWORD"; 3], End::NotAuthorized));
    assert_eq!(answers(&bench, Way::Password, &["d", RIGHT]).await.end, End::Tokens);
}

#[tokio::test]
async fn the_third_round_may_be_the_right_one() {
    let bench = Bench::new().await;
    let third = answers(&bench, Way::Password, &["a", "b", RIGHT]).await;
    assert_eq!(third, seen(&["PASSWORD"; 3], End::Tokens));
}

#[tokio::test]
async fn too_many_wrong_ones_are_told_so() {
    let bench = Bench::new().await;
    answers(&bench, Way::Password, &["a", "b", "c"]).await;
    let more = answers(&bench, Way::Password, &["d", "e", RIGHT]).await;
    assert_eq!(more, seen(&["PASSWORD"; 3], End::Error("TOO_MANY".to_owned())));
    assert_eq!(bench.world.old.times_asked("jane"), 5);
}

#[tokio::test]
async fn what_the_policy_refuses_or_was_temporary_is_replaced() {
    for is_temporary in [false, true] {
        let bench = Bench::new().await;
        if is_temporary {
            bench.world.old.edit(&old(), |person| person.status = Status::ForceChangePassword);
        } else {
            bench.world.new.set_password_rules(PasswordRules { min_length: 14, ..PasswordRules::default() });
        }
        let chosen = answers(&bench, Way::Password, &[RIGHT, WEAK, CHOSEN]).await;
        assert_eq!(chosen, seen(&["PASSWORD", "NEW_PASSWORD", "NEW_PASSWORD"], End::Tokens));
        assert!(bench.signs_in(CHOSEN) && bench.is_whole());
    }
}

#[tokio::test]
async fn whoever_was_bridged_before_a_rollback_chooses_one_too_where_the_policy_refuses_the_latest() {
    let bench = Bench::new().await;
    bench.note(Mark::Bridged).await;
    bench.pass(std::time::Duration::from_secs(60));
    bench.note(Mark::OldPassword).await;
    bench.pass(std::time::Duration::from_secs(60));
    bench.world.new.set_password_rules(PasswordRules { min_length: 14, ..PasswordRules::default() });
    let chosen = answers(&bench, Way::Password, &[RIGHT, CHOSEN]).await;
    assert_eq!(chosen, seen(&["PASSWORD", "NEW_PASSWORD"], End::Tokens));
    assert!(bench.signs_in(CHOSEN) && bench.is_whole());
}

#[tokio::test]
async fn a_password_that_cannot_be_used_in_the_last_round_leaves_the_account_as_it_was() {
    let bench = Bench::new().await;
    bench.world.new.set_password_rules(PasswordRules { min_length: 14, ..PasswordRules::default() });
    let late = answers(&bench, Way::Password, &["a", "b", RIGHT]).await;
    assert_eq!(late, seen(&["PASSWORD"; 3], End::NotAuthorized));
    assert!(!bench.signs_in(RIGHT) && bench.is_whole());
}

#[tokio::test]
async fn users_who_cannot_be_bridged_and_strangers_look_alike() {
    let wrong = seen(&["PASSWORD"; 3], End::NotAuthorized);
    for way in Way::ALL {
        let bench = Bench::new().await;
        let stranger = session(&bench, None, way, |_| std::future::ready(Some(RIGHT.to_owned()))).await;
        assert_eq!(stranger, wrong, "{way:?}");
        bench.relink(|link| drop(link.decisions.insert(Subject::User, Decision::LeaveOut))).await;
        assert_eq!(answers(&bench, way, &[RIGHT; 3]).await, wrong, "{way:?}");
    }
    let bench = Bench::unlinked();
    assert_eq!(answers(&bench, Way::Password, &[RIGHT; 3]).await, wrong);
    let bench = Bench::new().await;
    bench.note(Mark::Password).await;
    assert_eq!(answers(&bench, Way::Password, &[RIGHT; 3]).await, wrong);
    let bench = Bench::new().await;
    bench.world.new.edit(&new(), |person| person.enabled = false);
    assert_eq!(answers(&bench, Way::Password, &[RIGHT; 3]).await, wrong);
}

#[tokio::test]
async fn who_is_to_reset_the_password_or_was_sent_one_does_not_bring_the_old_one() {
    for way in [Way::Reset, Way::Invite] {
        let bench = Bench::new().await;
        assert_eq!(answers(&bench, way, &[RIGHT; 3]).await.end, End::NotAuthorized);
        assert_eq!(bench.world.old.times_asked("jane"), 0);
        assert!(!bench.signs_in(RIGHT) && bench.is_whole());
    }
}

#[tokio::test]
async fn a_session_that_somebody_else_began_ends_here() {
    let bench = Bench::new().await;
    for rounds in [
        vec![Round::read("SRP_A", None, true)],
        vec![Round::read("PASSWORD_VERIFIER", Some("PASSWORD"), true)],
        vec![Round::read("CUSTOM_CHALLENGE", None, true)],
        vec![Round::read("CUSTOM_CHALLENGE", Some("CODE:soon:x"), true)],
    ] {
        assert_eq!(define(&bench.bridge(), Some(&new_sub()), &rounds).await, Ok(Next::Fail));
    }
}

#[tokio::test]
async fn a_fourth_round_gives_no_tokens_whatever_was_answered() {
    let bench = Bench::new().await;
    bench.note(Mark::Bridged).await;
    let round = |kind, is_right| Round::read("CUSTOM_CHALLENGE", Some(kind), is_right);
    let mut rounds = vec![round("PASSWORD", false), round("PASSWORD", true), round("NEW_PASSWORD", true)];
    assert_eq!(define(&bench.bridge(), Some(&new_sub()), &rounds).await, Ok(Next::Tokens));
    rounds.insert(0, round("PASSWORD", false));
    assert_eq!(define(&bench.bridge(), Some(&new_sub()), &rounds).await, Ok(Next::Fail));
}

#[test]
fn a_kind_is_read_back_as_it_was_written() {
    for text in ["PASSWORD", "NEW_PASSWORD", "SIGN_IN", "CODE:1700000000000:abc-_"] {
        assert_eq!(Kind::parse(text).map(|kind| kind.metadata()), Some(text.to_owned()));
    }
    for text in ["", "password", "CODE", "CODE:", "CODE:1", "CODE:x:y", "CODE:-1:y"] {
        assert_eq!(Kind::parse(text), None, "{text}");
    }
}
