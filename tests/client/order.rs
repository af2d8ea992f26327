//! "The flow" of docs/sign-in.md: which calls, in which order, and which of them carries the password.

use serde_json::json;

use crate::pool::{Pool, Says, with, without};
use crate::{NEW_PASSWORD, PASSWORD, WRONG, asks, asks_for_a_code};

#[test]
fn plain_then_challenges_then_the_migration_that_lets_in() {
    let pool = Pool::that([WRONG, asks("PASSWORD"), asks("PASSWORD"), Says::Tokens]);
    let end = pool.at("all", "USER_SRP_AUTH").sign_in("ada", PASSWORD);
    assert_eq!(end.id()["token_use"], "id");
    let calls = [
        without("USER_SRP_AUTH"),
        without("CUSTOM_AUTH"),
        with("CUSTOM_CHALLENGE", PASSWORD),
        with("USER_PASSWORD_AUTH", PASSWORD),
    ];
    assert_eq!(pool.calls(), calls);
}

#[test]
fn whoever_the_challenges_let_in_sends_the_password_in_their_answer_alone() {
    let pool = Pool::that([WRONG, asks("PASSWORD"), Says::Tokens]);
    let end = pool.at("all", "USER_SRP_AUTH").sign_in("ada", PASSWORD);
    assert_eq!(end.access()["token_use"], "access");
    assert_eq!(
        pool.calls(),
        [without("USER_SRP_AUTH"), without("CUSTOM_AUTH"), with("CUSTOM_CHALLENGE", PASSWORD)]
    );
}

#[test]
fn a_continuity_leaves_out_the_ways_that_it_has_not() {
    for (continuity, ways) in [
        ("none", vec![without("USER_SRP_AUTH")]),
        ("migration", vec![without("USER_SRP_AUTH"), with("USER_PASSWORD_AUTH", PASSWORD)]),
        ("challenges", vec![without("USER_SRP_AUTH"), without("CUSTOM_AUTH")]),
    ] {
        let pool = Pool::that(ways.iter().map(|_| WRONG));
        assert_eq!(pool.at(continuity, "USER_SRP_AUTH").sign_in("ada", PASSWORD).reason(), "wrong");
        assert_eq!(pool.calls(), ways, "{continuity}");
    }
}

#[test]
fn an_application_that_sends_passwords_anyway_has_its_migration_first_and_not_again() {
    let pool = Pool::that([WRONG, asks("PASSWORD"), asks("PASSWORD")]);
    assert_eq!(pool.at("all", "USER_PASSWORD_AUTH").sign_in("ada", PASSWORD).reason(), "wrong");
    let calls =
        [with("USER_PASSWORD_AUTH", PASSWORD), without("CUSTOM_AUTH"), with("CUSTOM_CHALLENGE", PASSWORD)];
    assert_eq!(pool.calls(), calls);
}

#[test]
fn leaving_the_challenge_after_a_new_password_signs_in_plainly_with_the_new_one() {
    let answers = [WRONG, asks("PASSWORD"), asks("NEW_PASSWORD"), asks("SIGN_IN"), Says::Tokens];
    let pool = Pool::that(answers);
    let app = pool.at("challenges", "USER_PASSWORD_AUTH");
    let end = app.asked("ada", PASSWORD, |_| NEW_PASSWORD.to_owned());
    assert_eq!(end.id()["sub"], "ada");
    let calls = [
        with("USER_PASSWORD_AUTH", PASSWORD),
        without("CUSTOM_AUTH"),
        with("CUSTOM_CHALLENGE", PASSWORD),
        with("CUSTOM_CHALLENGE", NEW_PASSWORD),
        with("USER_PASSWORD_AUTH", NEW_PASSWORD),
    ];
    assert_eq!(pool.calls(), calls);
}

#[test]
fn a_form_without_a_password_goes_straight_to_the_code() {
    let pool = Pool::that([asks_for_a_code(), Says::Tokens]);
    let mut asked = Vec::new();
    let end = pool.at("all", "USER_SRP_AUTH").without_password("ada", |question| {
        asked.push(question.clone());
        "123456".to_owned()
    });
    assert_eq!(end.id()["sub"], "ada");
    assert_eq!(asked, [json!({ "ask": "code", "medium": "EMAIL", "destination": "a***@e***.com" })]);
    assert_eq!(pool.calls(), [without("CUSTOM_AUTH"), with("CUSTOM_CHALLENGE", "123456")]);

    let pool = Pool::that([asks("PASSWORD")]);
    let end = pool.at("all", "USER_SRP_AUTH").without_password("ada", |question| panic!("{question}"));
    assert_eq!(end.reason(), "password-needed", "where no code is sent");
    assert_eq!(pool.calls(), [without("CUSTOM_AUTH")]);
}
