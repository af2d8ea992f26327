//! The user id in tokens.

use twinpool_core::claim::ClaimName;

use super::chained::{chained, here, says};
use super::*;

const REFRESH: &str = r#"{ "version":"2","triggerSource":"TokenGeneration_RefreshTokens","userPoolId":"eu-west-1_A","z":1e400,
    "request":{"userAttributes":{"sub":"s-1"},"groupConfiguration":{"groupsToOverride":["staff"]}},"response":null}"#;

const BOTH: &str = r#""response":{"claimsAndScopeOverrideDetails":{"accessTokenGeneration":{"claimsToAddOrOverride":{"user_id":"s-1"}},"idTokenGeneration":{"claimsToAddOrOverride":{"user_id":"s-1"}}}}"#;

fn on() -> Claim {
    Claim::On(ClaimName::default())
}

fn line(answer: &Answer) -> Value {
    let line = answer.claim.as_ref().unwrap().to_string();
    assert!(!line.contains("jane"), "{line}");
    serde_json::from_str(&line).unwrap()
}

#[tokio::test]
async fn a_token_s_event_goes_back_with_the_sub_as_user_id_and_otherwise_as_it_came() {
    let capture = function(Mood::Takes).with_claim(on());
    let answer = capture.answer(event(REFRESH)).await;
    assert_eq!(answer.event.unwrap().get(), REFRESH.replace(r#""response":null"#, BOTH));
    assert_eq!((answer.loss, answer.claim), (None, None));
    assert_eq!(taken(&capture).len(), 1);
}

#[tokio::test]
async fn whoever_gets_no_token_is_answered_as_ever() {
    let capture = function(Mood::Takes).with_claim(on());
    for raw in [
        r#"{"triggerSource":"PostConfirmation_ConfirmSignUp","userPoolId":"eu-west-1_A","request":{"userAttributes":{"sub":"s-1"}},"response":{}}"#,
        r#"{"version":"3","triggerSource":"TokenGeneration_ClientCredentials","userPoolId":"eu-west-1_A","response":{}}"#,
        "[]",
        "null",
    ] {
        let answer = capture.answer(event(raw)).await;
        assert_eq!((answer.event.unwrap().get(), answer.claim), (raw, None));
    }
}

#[tokio::test(start_paused = true)]
async fn whatever_becomes_of_the_hint_the_token_has_its_claim() {
    for mood in [Mood::Refuses, Mood::Hangs, Mood::Panics] {
        let answer = function(mood).with_claim(on()).answer(event(REFRESH)).await;
        assert!(answer.event.unwrap().get().contains(BOTH) && answer.loss.is_some());
    }
    let answer = Capture::<Sink>::misconfigured("no queue").with_claim(on()).answer(event(REFRESH)).await;
    assert!(answer.event.unwrap().get().contains(BOTH));
}

#[tokio::test]
async fn an_event_that_cannot_take_it_goes_back_as_it_came_and_is_counted() {
    for (from, to, why) in [
        (r#""sub":"s-1""#, r#""email":"jane@example.com""#, "no_user"),
        (r#""version":"2""#, r#""version":"9""#, "unknown_version"),
        (r#""response":null"#, r#""response":["jane"]"#, "odd"),
        (r#""response":null"#, r#""response":{},"response":{}"#, "odd"),
    ] {
        let raw = REFRESH.replace(from, to);
        let answer = function(Mood::Takes).with_claim(on()).answer(event(&raw)).await;
        let line = line(&answer);
        assert_eq!(answer.event.unwrap().get(), raw);
        assert_eq!((&line["reason"], &line["ClaimNotAdded"]), (&why.into(), &1.into()));
        assert_eq!(line["_aws"]["CloudWatchMetrics"][0]["Metrics"][0]["Name"], "ClaimNotAdded");
        assert_eq!(line["request_id"], "r-1");
    }
}

#[tokio::test]
async fn a_name_that_cannot_be_used_costs_the_claim_and_no_sign_in() {
    let capture =
        function(Mood::Takes).with_claim(Claim::Misconfigured("TWINPOOL_X cannot be used".to_owned()));
    for _ in 0..2 {
        let answer = capture.answer(event(REFRESH)).await;
        let line = line(&answer);
        assert_eq!(answer.event.unwrap().get(), REFRESH);
        assert_eq!((&line["reason"], &line["level"]), (&"misconfigured".into(), &"ERROR".into()));
        assert!(line["message"].as_str().unwrap().ends_with("TWINPOOL_X cannot be used"));
    }
    let other = r#"{"triggerSource":"CustomMessage_SignUp","userPoolId":"eu-west-1_A"}"#;
    assert_eq!(capture.answer(event(other)).await.claim, None);
}

#[tokio::test]
async fn what_a_former_function_said_gets_the_claim_beside_its_own() {
    let said = r#"{"response":{"claimsAndScopeOverrideDetails":{"idTokenGeneration":{"claimsToAddOrOverride":{"n":1e400}},
        "groupOverrideDetails":{"groupsToOverride":["x"]}}}, "z":"jane"}"#;
    let answer = chained(&[says(said)]).with_claim(on()).answer(here(REFRESH)).await;
    let claims = r#""claimsToAddOrOverride":{"user_id":"s-1","n":1e400}"#;
    let want = said.replace(r#""claimsToAddOrOverride":{"n":1e400}"#, claims).replace(
        r#"Details":{"id"#,
        r#"Details":{"accessTokenGeneration":{"claimsToAddOrOverride":{"user_id":"s-1"}},"id"#,
    );
    assert_eq!(answer.event.unwrap().get(), want);
    assert_eq!((answer.loss, answer.chain, answer.claim), (None, None, None));
}

#[tokio::test]
async fn a_former_function_s_own_claim_of_that_name_stays_and_is_told_once() {
    let said = r#"{"response":{"claimsAndScopeOverrideDetails":{"idTokenGeneration":{"claimsToSuppress":["user_id"]}}}}"#;
    let capture = chained(&[says(said), says(said)]).with_claim(on());
    let first = capture.answer(here(REFRESH)).await;
    let line = line(&first);
    assert_eq!((&line["reason"], &line["level"]), (&"taken".into(), &"ERROR".into()));
    let second = capture.answer(here(REFRESH)).await;
    assert_eq!(second.claim, None);
    for answer in [first, second] {
        assert_eq!(answer.event.unwrap().get(), said);
    }
}

#[tokio::test]
async fn what_a_former_function_says_is_cognito_s_to_judge_where_no_claim_fits() {
    for said in ["null", "7", "\"jane\"", "[]"] {
        let answer = chained(&[says(said)]).with_claim(on()).answer(here(REFRESH)).await;
        assert_eq!(line(&answer)["reason"], "unreadable");
        assert_eq!(answer.event.unwrap().get(), said);
    }
}
