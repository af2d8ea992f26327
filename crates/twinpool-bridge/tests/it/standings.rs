//! Users for whom nothing is carried over: the right password is wrong, and the old pool is not asked.

use twinpool_bridge::Outcome;
use twinpool_core::arrival::Mark;
use twinpool_core::decision::Decision;
use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::id::{NewSub, OldSub, Pool, RunId, Timestamp};
use twinpool_core::link::{Left, LinkState};
use twinpool_core::password::Password;
use twinpool_core::port::LinkStore as _;
use twinpool_core::snapshot::Status;
use twinpool_testkit::PasswordRules;

use crate::bench::{Bench, RIGHT, agreed, linked, new, new_sub, old};

async fn assert_nothing_is_done(bench: &Bench, why: &str) {
    let before = bench.world.new.people();
    assert_eq!(bench.tries(RIGHT).await, Ok(Outcome::Wrong), "{why}");
    let chosen = bench.bridge().choose(&new_sub(), &Password::new(RIGHT), &Password::new(RIGHT)).await;
    assert_eq!(chosen, Ok(Outcome::Wrong), "{why}");
    assert_eq!(bench.bridge().set(&new_sub(), &Password::new(RIGHT)).await, Ok(Outcome::Wrong), "{why}");
    assert!(!bench.signs_in(RIGHT), "{why}");
    assert_eq!(bench.world.new.people(), before, "{why}");
    assert_eq!(bench.arrival().await.bridged_at, None, "{why}");
}

#[tokio::test]
async fn users_born_in_the_new_pool_have_no_old_password() {
    let bench = Bench::unlinked();
    assert_nothing_is_done(&bench, "no link").await;
    assert_eq!(bench.world.old.times_asked("jane"), 0);
}

#[tokio::test]
async fn a_link_that_is_no_pair_carries_nothing() {
    let since = Timestamp(1);
    let other = || OldSub::parse("other-sub").unwrap();
    let states: [(&str, LinkState); 6] = [
        ("pending", LinkState::Pending { since }),
        ("conflict", LinkState::Conflict { reason: Reason::Taken, since, holder: Some(new_sub()) }),
        ("merged", LinkState::Merged { into: other(), since }),
        ("kept", LinkState::Tombstone { new_sub: Some(new_sub()), by: Pool::Old, left: Left::Kept, since }),
        (
            "disabled",
            LinkState::Tombstone { new_sub: Some(new_sub()), by: Pool::Old, left: Left::Disabled, since },
        ),
        ("another's", linked(&NewSub::parse("new-other").unwrap(), agreed())),
    ];
    for (why, state) in states {
        let bench = Bench::new().await;
        bench.relink(|link| link.state = state).await;
        assert_nothing_is_done(&bench, why).await;
        assert_eq!(bench.world.old.times_asked("jane"), 0, "{why}");
    }
}

#[tokio::test]
async fn a_user_who_is_left_out_stays_out() {
    let bench = Bench::new().await;
    bench.relink(|link| drop(link.decisions.insert(Subject::User, Decision::LeaveOut))).await;
    assert_nothing_is_done(&bench, "left out").await;
    assert_eq!(bench.world.old.times_asked("jane"), 0);
}

#[tokio::test]
async fn the_survivor_of_a_merge_is_bridged_as_anybody() {
    let bench = Bench::new().await;
    let twin = twinpool_core::link::Link {
        old_sub: OldSub::parse("twin-sub").unwrap(),
        state: LinkState::Merged { into: crate::bench::old_sub(), since: Timestamp(1) },
        ..bench.intent()
    };
    bench.world.links.write(&twin).await.unwrap();
    assert_eq!(bench.tries(RIGHT).await, Ok(crate::passwords::BRIDGED));
}

#[tokio::test]
async fn who_may_not_sign_in_to_the_old_pool_is_told_no_more_than_a_stranger() {
    type Change = fn(&mut twinpool_testkit::Person);
    let changes: [(&str, Change); 4] = [
        ("disabled", |person| person.enabled = false),
        ("unconfirmed", |person| person.status = Status::Unconfirmed),
        ("reset required", |person| person.status = Status::ResetRequired),
        ("federated", |person| person.status = Status::ExternalProvider),
    ];
    for (why, change) in changes {
        let bench = Bench::new().await;
        bench.world.old.edit(&old(), change);
        assert_nothing_is_done(&bench, why).await;
    }
}

#[tokio::test]
async fn who_may_not_sign_in_to_the_new_pool_is_not_let_in() {
    type Change = fn(&mut twinpool_testkit::Person);
    let changes: [(&str, Change); 3] = [
        ("disabled", |person| person.enabled = false),
        ("unconfirmed", |person| person.status = Status::Unconfirmed),
        ("federated", |person| person.status = Status::ExternalProvider),
    ];
    for (why, change) in changes {
        let bench = Bench::new().await;
        bench.world.new.edit(&new(), change);
        assert_nothing_is_done(&bench, why).await;
        assert_eq!(bench.world.old.times_asked("jane"), 0, "{why}");
    }
}

#[tokio::test]
async fn who_is_gone_from_a_pool_before_the_table_knows_is_nobody() {
    let bench = Bench::new().await;
    bench.world.old.remove(&old());
    assert_nothing_is_done(&bench, "gone from the old pool").await;
    let bench = Bench::new().await;
    bench.world.new.remove(&new());
    assert_eq!(bench.tries(RIGHT).await, Ok(Outcome::Wrong));
}

#[tokio::test]
async fn a_challenge_that_may_come_before_the_password_proves_nothing() {
    let bench = Bench::new().await;
    bench.world.old.challenge_after_password(&old(), "DEVICE_SRP_AUTH");
    assert_eq!(bench.tries(RIGHT).await, Ok(Outcome::Wrong));
    assert!(!bench.signs_in(RIGHT) && bench.is_whole());
}

#[tokio::test]
async fn an_import_that_waits_for_a_reset_is_spared_it() {
    let bench = Bench::new().await;
    bench.world.new.edit(&new(), |person| person.status = Status::ResetRequired);
    bench.world.new.set_password_rules(PasswordRules::default());
    assert_eq!(bench.tries(RIGHT).await, Ok(crate::passwords::BRIDGED));
    assert!(bench.signs_in(RIGHT) && bench.is_whole());
}

#[tokio::test]
async fn whom_cognito_did_not_make_after_all_is_bridged_once_the_mirror_has_made_the_user() {
    let bench = Bench::new().await;
    bench.note(Mark::Migrated).await;
    assert_eq!(bench.tries(RIGHT).await, Ok(crate::passwords::BRIDGED), "nobody knows the mirror's password");

    let bench = Bench::new().await;
    bench.note(Mark::Migrated).await;
    bench.relink(|link| link.made_by = Some(RunId::sign_in())).await;
    assert_nothing_is_done(&bench, "made with the old password, and perhaps changed since").await;
    assert_eq!(bench.world.old.times_asked("jane"), 0);
}
