//! What a strict pool says to passwords.
#![expect(clippy::expect_used, reason = "a test that is set up wrongly must stop")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use twinpool_core::id::{NewSub, Sub, Username};
use twinpool_core::password::{Checked, Inviter, Password, PasswordChecker, PasswordSet, PasswordSetter};
use twinpool_core::port::{Answer, Class, PoolWriter};
use twinpool_core::snapshot::{Mfa, Status};
use twinpool_testkit::world::{email_pool, person};
use twinpool_testkit::{MemoryPool, Now, PasswordRules, Person, PoolHandle, Process};

const RIGHT: &str = "correct horse";
const ONE_FACTOR: Checked = Checked::Right { second_factor: false };

struct Bench {
    pool: Arc<MemoryPool>,
    process: Arc<Process>,
    handle: PoolHandle,
    seconds: Arc<AtomicU64>,
}

fn jane() -> Person {
    person("jane-sub", "jane-sub", &[("email", "jane@example.com"), ("email_verified", "true")])
}

fn bench() -> Bench {
    let pool = MemoryPool::new(email_pool("eu-west-1_New"));
    let seconds = Arc::new(AtomicU64::new(0));
    let hand = Arc::clone(&seconds);
    let now: Now = Arc::new(move || Duration::from_secs(hand.load(Ordering::SeqCst)));
    pool.keep_time(&now);
    pool.put(jane());
    pool.give_password(&sub(), RIGHT);
    let process = Arc::new(Process::healthy());
    Bench { handle: pool.called_by(&process), process, pool, seconds }
}

fn sub() -> Sub {
    jane().sub
}

impl Bench {
    async fn says(&self, password: &str) -> Checked {
        self.asked(password).await.expect("an answer")
    }

    async fn asked(&self, password: &str) -> Answer<Checked> {
        let who = Username::parse("Jane@Example.com").expect("a username");
        self.handle.check(&who, &Password::new(password)).await
    }

    fn pass(&self, seconds: u64) {
        self.seconds.fetch_add(seconds, Ordering::SeqCst);
    }

    fn status(&self) -> Status {
        self.pool.person("jane-sub").expect("Jane").status
    }

    async fn set(&self, password: &str) -> Answer<PasswordSet> {
        self.handle.set_password(&NewSub::from(sub()), &Password::new(password)).await
    }
}

#[tokio::test]
async fn one_question_is_counted_once_whoever_is_asked_about() {
    let bench = bench();
    assert_eq!(bench.says(RIGHT).await, ONE_FACTOR);
    assert_eq!(bench.says("wrong").await, Checked::Wrong);
    assert_eq!(bench.pool.times_asked("jane-sub"), 2);
    let stranger = Username::parse("nobody@example.com").expect("a username");
    assert_eq!(bench.handle.check(&stranger, &Password::new(RIGHT)).await, Ok(Checked::Wrong));
    assert_eq!(bench.pool.times_asked("nobody@example.com"), 1);
}

#[tokio::test]
async fn each_state_has_its_answer() {
    let bench = bench();
    let as_if = |change: fn(&mut Person)| {
        bench.pool.put(jane());
        bench.pool.edit(&sub(), change);
    };
    as_if(|person| person.enabled = false);
    assert_eq!(bench.says(RIGHT).await, Checked::Disabled);
    as_if(|person| person.status = Status::ResetRequired);
    assert_eq!(bench.says(RIGHT).await, Checked::ResetRequired);
    assert_eq!(bench.says("wrong").await, Checked::ResetRequired);
    as_if(|person| person.status = Status::ForceChangePassword);
    assert_eq!(bench.says(RIGHT).await, Checked::Temporary);
    assert_eq!(bench.says("wrong").await, Checked::Wrong);
    as_if(|person| person.status = Status::ExternalProvider);
    assert_eq!(bench.says(RIGHT).await, Checked::Wrong);
    as_if(|person| person.mfa = Mfa { totp: true, ..Mfa::default() });
    assert_eq!(bench.says(RIGHT).await, Checked::Right { second_factor: true });
    assert_eq!(bench.says("wrong").await, Checked::Wrong);
    bench.pool.challenge_after_password(&sub(), "DEVICE_SRP_AUTH");
    assert_eq!(bench.says(RIGHT).await, Checked::Unclear("DEVICE_SRP_AUTH".to_owned()));
}

#[tokio::test]
async fn whether_an_unconfirmed_user_is_told_before_the_password_is_open() {
    for (first, to_wrong) in [(false, Checked::Wrong), (true, Checked::NotConfirmed)] {
        let bench = bench();
        bench
            .pool
            .set_password_rules(PasswordRules { tells_unconfirmed_first: first, ..PasswordRules::default() });
        bench.pool.edit(&sub(), |person| person.status = Status::Unconfirmed);
        assert_eq!(bench.says(RIGHT).await, Checked::NotConfirmed);
        assert_eq!(bench.says("wrong").await, to_wrong);
    }
}

#[tokio::test]
async fn five_wrong_ones_lock_for_a_second_and_each_further_one_for_twice_as_long() {
    let bench = bench();
    for _ in 0..5 {
        assert_eq!(bench.says("wrong").await, Checked::Wrong);
    }
    let mut wait = 1;
    while wait < 900 {
        bench.pass(wait - 1);
        assert_eq!(bench.says(RIGHT).await, Checked::Locked, "in the last of {wait} seconds");
        bench.pass(1);
        assert_eq!(bench.says("wrong").await, Checked::Wrong, "after {wait} seconds");
        wait *= 2;
    }
    bench.pass(899);
    assert_eq!(bench.says(RIGHT).await, Checked::Locked);
    bench.pass(1);
    assert_eq!(bench.says(RIGHT).await, ONE_FACTOR);
    for _ in 0..4 {
        assert_eq!(bench.says("wrong").await, Checked::Wrong);
    }
    assert_eq!(bench.says(RIGHT).await, ONE_FACTOR, "a right one began the count anew");
}

#[tokio::test]
async fn a_lock_is_forgotten_after_fifteen_quiet_minutes() {
    let bench = bench();
    for _ in 0..5 {
        bench.says("wrong").await;
    }
    bench.pass(901);
    for _ in 0..5 {
        assert_eq!(bench.says("wrong").await, Checked::Wrong);
    }
    assert_eq!(bench.says(RIGHT).await, Checked::Locked);
}

#[tokio::test]
async fn a_password_that_is_set_works_and_confirms() {
    let bench = bench();
    bench.pool.edit(&sub(), |person| person.status = Status::ForceChangePassword);
    assert_eq!(bench.set("battery staple").await, Ok(PasswordSet::Done));
    assert_eq!(bench.status(), Status::Confirmed);
    assert_eq!(bench.says(RIGHT).await, Checked::Wrong);
    assert_eq!(bench.says("battery staple").await, ONE_FACTOR);
}

#[tokio::test]
async fn the_policy_and_the_history_refuse_and_nothing_changes() {
    let bench = bench();
    bench.pool.set_password_rules(PasswordRules { min_length: 12, history: 2, ..PasswordRules::default() });
    bench.pool.edit(&sub(), |person| person.status = Status::ForceChangePassword);
    assert_eq!(bench.set("too short").await, Ok(PasswordSet::Refused));
    assert_eq!(bench.set(RIGHT).await, Ok(PasswordSet::Refused), "it is the one in use");
    assert_eq!(bench.status(), Status::ForceChangePassword);
    for fresh in ["battery staple", "staple battery", RIGHT] {
        assert_eq!(bench.set(fresh).await, Ok(PasswordSet::Done));
    }
}

#[tokio::test]
async fn a_random_password_obeys_any_policy_and_is_known_to_nobody() {
    let bench = bench();
    bench.pool.set_password_rules(PasswordRules { min_length: 99, ..PasswordRules::default() });
    bench.handle.set_random_password(&NewSub::from(sub())).await.expect("set");
    assert_eq!((bench.status(), bench.says(RIGHT).await), (Status::Confirmed, Checked::Wrong));
    bench.pool.reset_password("jane@example.com", &RIGHT.repeat(8)).expect("a reset works");
}

#[tokio::test]
async fn a_temporary_password_bars_the_reset_until_it_is_changed_or_expires() {
    let bench = bench();
    let new = NewSub::from(sub());
    let by_mail = Username::parse("jane@example.com").expect("a username");
    let refused = bench.handle.send_invitation(&by_mail).await.expect_err("she has a password");
    assert_eq!((refused.class, refused.code.as_str()), (Class::Rejected, "UnsupportedUserStateException"));

    bench.handle.set_temporary_password(&new).await.expect("set");
    assert_eq!(bench.status(), Status::ForceChangePassword);
    let barred = bench.pool.reset_password("jane@example.com", RIGHT).expect_err("F§0.5");
    assert_eq!(barred.code, "NotAuthorizedException");

    bench.handle.send_invitation(&by_mail).await.expect("sent");
    bench.handle.send_invitation(&by_mail).await.expect("sent again");
    let mailed = bench.pool.mailed_passwords(&sub());
    assert_eq!((mailed.len(), bench.pool.person("jane-sub").expect("Jane").messages), (2, 2));
    assert_eq!(bench.says(&mailed[0]).await, Checked::Wrong, "the second one replaced it");
    assert_eq!(bench.says(&mailed[1]).await, Checked::Temporary);
    bench.pass(7 * 24 * 60 * 60);
    assert_eq!(bench.says(&mailed[1]).await, Checked::Wrong, "it has expired");

    bench.handle.send_invitation(&by_mail).await.expect("sent");
    let last = bench.pool.mailed_passwords(&sub()).pop().expect("mailed");
    bench.pool.change_temporary_password("jane@example.com", &last, RIGHT).expect("changed");
    assert_eq!((bench.status(), bench.says(RIGHT).await), (Status::Confirmed, ONE_FACTOR));
}

#[tokio::test]
async fn an_invitation_needs_an_address_and_in_a_pool_of_addresses_is_asked_for_by_it() {
    let bench = bench();
    bench.handle.set_temporary_password(&NewSub::from(sub())).await.expect("set");
    for name in ["jane-sub", "nobody@example.com"] {
        let name = Username::parse(name).expect("a username");
        bench.handle.send_invitation(&name).await.expect_err("refused");
    }
    assert!(bench.pool.mailed_passwords(&sub()).is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_pool_can_throttle_be_away_lose_an_answer_or_hang() {
    let bench = bench();
    for class in [Class::Throttled, Class::Unavailable] {
        bench.process.fail_next("AdminInitiateAuth", class);
        assert_eq!(bench.asked(RIGHT).await.map_err(|error| error.class), Err(class));
    }
    assert_eq!(bench.pool.times_asked("jane-sub"), 0);
    bench.process.lose_answer("AdminSetUserPassword");
    let lost = bench.set("battery staple").await;
    assert_eq!(lost.map_err(|error| error.class), Err(Class::Unavailable));
    assert_eq!(bench.says("battery staple").await, ONE_FACTOR, "it was set");
    bench.process.hang("AdminInitiateAuth");
    let answer = tokio::time::timeout(Duration::from_millis(1), bench.asked("battery staple")).await;
    assert!(answer.is_err(), "no answer");
    bench.process.heal("AdminInitiateAuth");
    assert_eq!(bench.says("battery staple").await, ONE_FACTOR);
}
