//! "What the person sees" of docs/sign-in.md, row by row: Cognito's error to the reason that the client gives.

use serde_json::Value;

use crate::pool::{Call, Pool, Says, with, without};
use crate::{NEW_PASSWORD, PASSWORD, WRONG, asks, asks_for_a_code};

const PLAIN: &str = "USER_PASSWORD_AUTH";

/// Signs in at a pool that answers this to the plain sign-in: the reason. No other way is tried.
fn at_once(name: &'static str, message: &'static str) -> String {
    let pool = Pool::that([Says::Refuses(name, message)]);
    let reason = pool.at("all", PLAIN).sign_in("ada", PASSWORD).reason().to_owned();
    assert_eq!(pool.calls(), [with(PLAIN, PASSWORD)], "{name}: nothing else is tried");
    reason
}

/// Signs in at a pool that answers this to the password in the challenge: the reason. No other way is tried.
fn in_the_challenge(name: &'static str, message: &'static str) -> String {
    let pool = Pool::that([WRONG, asks("PASSWORD"), Says::Refuses(name, message)]);
    let reason = pool.at("all", "USER_SRP_AUTH").sign_in("ada", PASSWORD).reason().to_owned();
    let calls = [without("USER_SRP_AUTH"), without("CUSTOM_AUTH"), with("CUSTOM_CHALLENGE", PASSWORD)];
    assert_eq!(pool.calls(), calls, "{name}: the password is not sent to the migration too");
    reason
}

/// Answers the same each time, and keeps the questions' kinds.
fn always<'a>(answer: &'a str, asked: &'a mut Vec<String>) -> impl FnMut(&Value) -> String + 'a {
    move |question| {
        asked.push(question["ask"].as_str().unwrap().to_owned());
        answer.to_owned()
    }
}

#[test]
fn a_wrong_password_is_wrong_after_every_way_was_asked_once() {
    let pool = Pool::that([WRONG, asks("PASSWORD"), asks("PASSWORD"), WRONG]);
    assert_eq!(pool.at("all", "USER_SRP_AUTH").sign_in("ada", PASSWORD).reason(), "wrong");
    let carried = pool.calls().iter().filter(|call| call.carried.is_some()).count();
    assert_eq!(carried, 2, "one attempt by the bridge, one by the migration");
}

#[test]
fn an_unknown_name_is_wrong_where_the_pool_hides_it_and_where_it_does_not() {
    let nobody = Says::Refuses("UserNotFoundException", "User does not exist.");
    let pool = Pool::that([nobody.clone(), nobody.clone(), nobody]);
    assert_eq!(pool.at("all", "USER_SRP_AUTH").sign_in("nobody", PASSWORD).reason(), "wrong");
    assert_eq!(pool.calls(), [without("USER_SRP_AUTH"), without("CUSTOM_AUTH"), with(PLAIN, PASSWORD)]);
    let hidden = Pool::that([WRONG, asks("PASSWORD"), asks("PASSWORD"), WRONG]);
    assert_eq!(hidden.at("all", "USER_SRP_AUTH").sign_in("nobody", PASSWORD).reason(), "wrong");
    hidden.calls();
}

/// The old password where there is a new one; way `invite` or `reset`; disabled in the old pool alone; a tab that came a moment late.
#[test]
fn whom_the_bridge_does_not_let_in_is_wrong_after_one_attempt() {
    let pool = Pool::that([WRONG, asks("PASSWORD"), asks("PASSWORD")]);
    assert_eq!(pool.at("challenges", "USER_SRP_AUTH").sign_in("ada", PASSWORD).reason(), "wrong");
    let calls = [without("USER_SRP_AUTH"), without("CUSTOM_AUTH"), with("CUSTOM_CHALLENGE", PASSWORD)];
    assert_eq!(pool.calls(), calls);

    let late = Pool::that([WRONG, asks("PASSWORD"), WRONG]);
    assert_eq!(late.at("challenges", "USER_SRP_AUTH").sign_in("ada", PASSWORD).reason(), "wrong");
    late.calls();
}

#[test]
fn a_disabled_user_is_told_so() {
    assert_eq!(at_once("NotAuthorizedException", "User is disabled."), "disabled");
    assert_eq!(in_the_challenge("NotAuthorizedException", "User is disabled."), "disabled");
}

#[test]
fn whoever_never_confirmed_is_told_so() {
    assert_eq!(at_once("UserNotConfirmedException", "User is not confirmed."), "not-confirmed");
}

#[test]
fn whoever_has_to_reset_the_password_is_told_so() {
    let message = "Password reset required for the user";
    assert_eq!(at_once("PasswordResetRequiredException", message), "reset-needed");
}

#[test]
fn a_password_that_is_refused_or_was_temporary_gives_way_to_a_new_one() {
    let answers = [WRONG, asks("PASSWORD"), asks("NEW_PASSWORD"), asks("NEW_PASSWORD"), Says::Tokens];
    let (pool, mut asked) = (Pool::that(answers), Vec::new());
    let end = pool.at("challenges", PLAIN).asked("ada", PASSWORD, always(NEW_PASSWORD, &mut asked));
    assert_eq!(end.id()["sub"], "ada");
    assert_eq!(asked, ["new-password"; 2]);
    pool.calls();
}

#[test]
fn new_passwords_that_are_refused_to_the_last_round_end_it() {
    let (pool, mut asked) = (
        Pool::that([WRONG, asks("PASSWORD"), asks("NEW_PASSWORD"), asks("NEW_PASSWORD"), WRONG]),
        Vec::new(),
    );
    let end = pool.at("all", "USER_SRP_AUTH").asked("ada", PASSWORD, always(NEW_PASSWORD, &mut asked));
    assert_eq!((end.reason(), asked.len()), ("password-refused", 2));
    assert!(!pool.calls().iter().any(|call| call.what == PLAIN), "nothing is sent to the migration");
}

#[test]
fn cognito_s_own_temporary_password_may_be_changed_three_times_in_vain() {
    let weak = Says::Refuses("InvalidPasswordException", "Password does not conform to policy");
    let used = Says::Refuses("PasswordHistoryPolicyViolationException", "Password has previously been used");
    let new = Says::Asks("NEW_PASSWORD_REQUIRED");
    for (last, reason) in [(None, None), (Some(weak.clone()), Some("password-refused"))] {
        let answers = [new.clone(), weak.clone(), used.clone(), last.unwrap_or(Says::Tokens)];
        let (pool, mut asked) = (Pool::that(answers), Vec::new());
        let end = pool.at("all", PLAIN).asked("ada", PASSWORD, always(NEW_PASSWORD, &mut asked));
        match reason {
            Some(reason) => assert_eq!(end.reason(), reason),
            None => assert_eq!(end.id()["sub"], "ada"),
        }
        assert_eq!(asked, ["new-password"; 3]);
        assert_eq!(pool.calls()[1..], vec![with("NEW_PASSWORD_REQUIRED", NEW_PASSWORD); 3]);
    }
}

#[test]
fn a_second_factor_is_asked_for_by_the_plain_sign_in_and_a_wrong_one_may_be_mended() {
    let mismatch = Says::Refuses("CodeMismatchException", "Invalid code received for user");
    let factor = Says::Asks("SOFTWARE_TOKEN_MFA");
    let answers = [WRONG, asks("PASSWORD"), asks("SIGN_IN"), factor.clone(), mismatch.clone(), Says::Tokens];
    let (pool, mut asked) = (Pool::that(answers), Vec::new());
    let end = pool.at("challenges", PLAIN).asked("ada", PASSWORD, always("123456", &mut asked));
    assert_eq!(end.id()["sub"], "ada");
    assert_eq!(asked, ["second-factor"; 2]);
    assert_eq!(
        pool.calls()[3..],
        [vec![with(PLAIN, PASSWORD)], vec![with("SOFTWARE_TOKEN_MFA", "123456"); 2]].concat()
    );

    let (pool, mut asked) = (Pool::that([factor, mismatch.clone(), mismatch.clone(), mismatch]), Vec::new());
    let end = pool.at("all", PLAIN).asked("ada", PASSWORD, always("123456", &mut asked));
    assert_eq!((end.reason(), asked.len()), ("wrong-code", 3));
    pool.calls();
}

#[test]
fn a_code_that_is_wrong_three_times_ends_it() {
    let answers = [WRONG, asks_for_a_code(), asks_for_a_code(), asks_for_a_code(), WRONG];
    let (pool, mut asked) = (Pool::that(answers), Vec::new());
    let end = pool.at("all", "USER_SRP_AUTH").asked("ada", PASSWORD, always("000000", &mut asked));
    assert_eq!((end.reason(), asked), ("wrong-code", vec!["code".to_owned(); 3]));
    let carried: Vec<Call> = pool.calls().into_iter().filter(|call| call.carried.is_some()).collect();
    assert_eq!(carried, vec![with("CUSTOM_CHALLENGE", "000000"); 3], "no password was sent");
}

#[test]
fn too_many_attempts_are_told_so_by_twinpool() {
    let name = "UserLambdaValidationException";
    let message = "VerifyAuthChallengeResponse failed with error TOO_MANY.";
    assert_eq!(in_the_challenge(name, message), "too-many");
    assert_eq!(at_once(name, "UserMigration failed with error TOO_MANY."), "too-many");
}

#[test]
fn too_many_attempts_are_told_so_by_cognito() {
    assert_eq!(at_once("NotAuthorizedException", "Password attempts exceeded"), "too-many");
    assert_eq!(at_once("LimitExceededException", "Attempt limit exceeded"), "too-many");
}

#[test]
fn an_old_pool_out_of_reach_is_later() {
    let name = "UserLambdaValidationException";
    let message = "VerifyAuthChallengeResponse failed with error TRY_LATER.";
    assert_eq!(in_the_challenge(name, message), "try-later");
}

#[test]
fn a_function_that_is_slow_or_broken_is_later() {
    let message = "VerifyAuthChallengeResponse invocation failed due to error.";
    assert_eq!(in_the_challenge("UnexpectedLambdaException", message), "try-later");
    assert_eq!(
        in_the_challenge("InvalidLambdaResponseException", "Unrecognizable lambda output"),
        "try-later"
    );
}

#[test]
fn a_throttled_pool_is_later() {
    assert_eq!(at_once("TooManyRequestsException", "Rate exceeded"), "try-later");
    assert_eq!(in_the_challenge("TooManyRequestsException", "Rate exceeded"), "try-later");
}

#[test]
fn a_session_that_is_over_is_expired_and_not_wrong() {
    let (name, over) = ("NotAuthorizedException", "Invalid session for the user, session is expired.");
    assert_eq!(in_the_challenge(name, over), "expired");
    for answers in [
        vec![WRONG, asks_for_a_code()],
        vec![WRONG, asks("PASSWORD"), asks("NEW_PASSWORD")],
        vec![Says::Asks("NEW_PASSWORD_REQUIRED")],
        vec![Says::Asks("SOFTWARE_TOKEN_MFA")],
    ] {
        let pool = Pool::that([answers.clone(), vec![Says::Refuses(name, over)]].concat());
        let end = pool.at("all", PLAIN).asked("ada", PASSWORD, |_| "an answer".to_owned());
        assert_eq!(end.reason(), "expired", "{answers:?}");
        assert_eq!(pool.calls().len(), answers.len() + 1, "nothing else is tried");
    }
}
