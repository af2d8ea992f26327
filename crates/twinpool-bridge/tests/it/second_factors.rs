//! Second factors: nobody gets tokens past one.

use std::sync::Arc;

use twinpool_bridge::Outcome;
use twinpool_bridge::challenge::{Kind, Next, Round, create, define};
use twinpool_core::arrival::Way;
use twinpool_core::link::{Base, LinkState, Side};
use twinpool_core::password::Password;
use twinpool_core::pool::MfaMode;
use twinpool_core::port::Class;
use twinpool_core::snapshot::Mfa;
use twinpool_testkit::{PasswordRules, Process};

use crate::bench::{Bench, CHOSEN, RIGHT, linked, new, new_sub, old};
use crate::client::{End, answers, seen};

const TOTP: Mfa = Mfa { sms: false, email: false, totp: true, preferred: None };

/// Where a factor can be known: each on its own.
const PLACES: [&str; 4] = ["old pool", "new pool", "link, of the old pool", "link, of the new pool"];

async fn with_factor(place: &str) -> Bench {
    let bench = Bench::new().await;
    let side = |is_on: bool| if is_on { Side { mfa: TOTP, ..Side::default() } } else { Side::default() };
    match place {
        "old pool" => bench.world.old.edit(&old(), |person| person.mfa = TOTP),
        "new pool" => bench.world.new.edit(&new(), |person| person.mfa = TOTP),
        place => {
            let base =
                Base { old: side(place.ends_with("old pool")), new: side(place.ends_with("new pool")) };
            let state: LinkState = linked(&new_sub(), base);
            bench.relink(|link| link.state = state).await;
        }
    }
    bench
}

#[tokio::test]
async fn a_password_with_a_second_factor_is_carried_over_and_says_so() {
    for place in PLACES {
        let bench = with_factor(place).await;
        assert_eq!(bench.tries(RIGHT).await, Ok(Outcome::Bridged { second_factor: true }), "{place}");
        assert!(bench.signs_in(RIGHT) && bench.is_whole(), "{place}");
    }
}

#[tokio::test]
async fn the_challenge_sends_the_person_to_a_plain_sign_in() {
    for place in PLACES {
        let bench = with_factor(place).await;
        let left = answers(&bench, Way::Password, &[RIGHT]).await;
        assert_eq!(left, seen(&["PASSWORD", "SIGN_IN"], End::Left("SIGN_IN")), "{place}");
        assert!(bench.signs_in(RIGHT), "{place}");
    }
}

#[tokio::test]
async fn no_answer_to_sign_in_is_right() {
    for answer in [RIGHT, "", "SIGN_IN"] {
        let bench = with_factor("old pool").await;
        let stayed = answers(&bench, Way::Password, &[RIGHT, answer]).await;
        assert_eq!(stayed, seen(&["PASSWORD", "SIGN_IN"], End::NotAuthorized));
    }
}

#[tokio::test]
async fn a_password_that_was_chosen_leads_past_no_factor_either() {
    for place in PLACES {
        let bench = with_factor(place).await;
        bench.world.new.set_password_rules(PasswordRules { min_length: 14, ..PasswordRules::default() });
        let left = answers(&bench, Way::Password, &[RIGHT, CHOSEN]).await;
        assert_eq!(left.asked, ["PASSWORD", "NEW_PASSWORD", "SIGN_IN"], "{place}");
        assert!(bench.signs_in(CHOSEN), "{place}");
    }
}

#[tokio::test]
async fn a_factor_that_only_the_old_pool_s_answer_showed_is_not_forgotten() {
    let bench = with_factor("old pool").await;
    bench.world.new.set_password_rules(PasswordRules { min_length: 14, ..PasswordRules::default() });
    assert_eq!(bench.tries(RIGHT).await, Ok(Outcome::NewPasswordNeeded));
    // A pool that asks everybody for a factor need not show one on each user.
    bench.world.old.edit(&old(), |person| person.mfa = Mfa::default());
    let left = answers(&bench, Way::Password, &[RIGHT, CHOSEN]).await;
    assert_eq!(left.end, End::Left("SIGN_IN"));
}

#[tokio::test]
async fn where_a_pool_asks_everybody_for_a_factor_no_password_and_no_code_gives_tokens() {
    for (old, new) in [(MfaMode::Required, MfaMode::Off), (MfaMode::Off, MfaMode::Required)] {
        let bench = Bench::asking(old, new).await;
        assert_eq!(bench.tries(RIGHT).await, Ok(Outcome::Bridged { second_factor: true }), "{old:?}");
        assert!(bench.is_whole());
        for way in [Way::Password, Way::Code] {
            let bench = Bench::asking(old, new).await;
            let left = answers(&bench, way, &[RIGHT]).await;
            assert_eq!(left, seen(&["PASSWORD", "SIGN_IN"], End::Left("SIGN_IN")), "{old:?} {way:?}");
            assert_eq!(bench.outbox.sent(), [], "{old:?}");
        }
    }
}

#[tokio::test]
async fn users_of_the_new_pool_alone_are_asked_for_what_it_asks_for() {
    for (old, new, asked) in
        [(MfaMode::Required, MfaMode::Off, "CODE"), (MfaMode::Off, MfaMode::Required, "PASSWORD")]
    {
        let bench = Bench::unlinked_in(old, new);
        assert_eq!(answers(&bench, Way::Code, &[]).await, seen(&[asked], End::Left(asked)));
    }
}

#[tokio::test]
async fn a_pool_that_does_not_say_whom_it_asks_may_ask_everybody() {
    let bench = Bench::new().await;
    let process = Arc::new(Process::healthy());
    process.fail_all("DescribeUserPool", Class::Throttled);
    let (bridge, who) = (bench.bridge_of(&process), new_sub());
    let question = create(&bridge, &bench.codes(), Some(&who), Way::Code, &[]).await.unwrap();
    assert_eq!(question.kind, Kind::Password);
    let bridged = bridge.bridge(&who, &Password::new(RIGHT)).await;
    assert_eq!(bridged, Ok(Outcome::Bridged { second_factor: true }));
    let rounds = [Round::read("CUSTOM_CHALLENGE", Some("PASSWORD"), true)];
    assert_eq!(define(&bridge, Some(&who), &rounds).await, Ok(Next::Ask));
    let question = create(&bridge, &bench.codes(), Some(&who), Way::Code, &rounds).await.unwrap();
    assert_eq!(question.kind, Kind::SignIn);
    process.heal("DescribeUserPool");
    assert_eq!(define(&bridge, Some(&who), &rounds).await, Ok(Next::Tokens));
}

#[tokio::test]
async fn no_code_leads_past_a_factor() {
    for place in PLACES.into_iter().filter(|place| *place != "old pool") {
        let bench = with_factor(place).await;
        let left = answers(&bench, Way::Code, &[RIGHT]).await;
        assert_eq!(left, seen(&["PASSWORD", "SIGN_IN"], End::Left("SIGN_IN")), "{place}");
        assert_eq!(bench.outbox.sent(), [], "{place}");
    }
}
