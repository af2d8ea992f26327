//! The built capture with the claim switched on: every event of `events/triggers`, with and without a former function.

use serde_json::Value;
use twinpool_tests::bootstrap::Function;
use twinpool_tests::events::{TriggerEvent, trigger_events};
use twinpool_tests::lambda::{Lambda, Outcome};
use twinpool_tests::queue::{Mood, Sqs};
use twinpool_tests::runtime_api::Answer;

use crate::{KEY, QUEUE, SIGN_IN, capture_with};

const FORMER: &str = "arn:aws:lambda:eu-west-1:111122223333:function:former:live";

fn claiming(sqs: &Sqs, lambda: Option<&Lambda>, name: &str) -> Function {
    let (sqs, lambda) = (sqs.endpoint(), lambda.map(Lambda::endpoint));
    let mut settings = vec![
        ("AWS_ENDPOINT_URL_SQS", sqs.as_str()),
        ("TWINPOOL_QUEUE_URL", QUEUE),
        ("TWINPOOL_DIGEST_KEY", KEY),
        ("TWINPOOL_DEADLINE_MS", "2000"),
        ("TWINPOOL_USER_ID_CLAIM", name),
    ];
    if let Some(lambda) = &lambda {
        settings.push(("AWS_ENDPOINT_URL", lambda));
        settings.push(("TWINPOOL_CHAIN_PRE_TOKEN_GENERATION", FORMER));
    }
    capture_with(&settings)
}

/// What Cognito is to get: written out, so that any other difference shows.
fn claimed(event: &TriggerEvent) -> String {
    let Some(sub) = event.sub().filter(|_| event.source().starts_with("TokenGeneration_")) else {
        return event.json.clone();
    };
    let claims = format!(r#""claimsToAddOrOverride":{{"user_id":"{sub}"}}"#);
    let both = format!(r#"{{"accessTokenGeneration":{{{claims}}},"idTokenGeneration":{{{claims}}}}}"#);
    let json = event
        .json
        .replace(r#""claimsOverrideDetails": null"#, &format!(r#""claimsOverrideDetails": {{{claims}}}"#))
        .replace(
            r#""claimsAndScopeOverrideDetails": null"#,
            &format!(r#""claimsAndScopeOverrideDetails": {both}"#),
        )
        .replace(r#""accessTokenGeneration": null"#, &format!(r#""accessTokenGeneration": {{{claims}}}"#))
        .replace(
            r#""claimsToAddOrOverride": {
          "plan""#,
            &format!(
                r#""claimsToAddOrOverride": {{"user_id":"{sub}",
          "plan""#
            ),
        );
    assert_ne!(json, event.json, "{} is of a new form", event.name);
    json
}

fn lines(function: Function) -> Vec<Value> {
    let written = function.end();
    assert!(!written.contains("okonjo") && !written.contains("example.com"), "{written}");
    written.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn every_token_of_a_user_gets_the_claim_and_every_other_event_goes_back_as_it_came() {
    let sqs = Sqs::start(Mood::Takes);
    let function = claiming(&sqs, None, "user_id");
    let (mut with, mut without) = (0, 0);
    for event in trigger_events() {
        let answer = function.invoke(&event.json);
        let want = claimed(&event);
        if want == event.json {
            without += 1;
        } else {
            with += 1;
        }
        assert_eq!(answer, Answer::Response(want.into_bytes()), "{}", event.name);
        assert_eq!(sqs.take().len(), usize::from(event.has_user()), "{}", event.name);
    }
    assert!(with > 20 && without > 20, "{with} with, {without} without");
    assert_eq!(function.end(), "", "all went well, and yet something was written");
}

#[test]
fn a_former_function_s_answer_gets_the_claim_and_keeps_its_groups_and_numbers() {
    // Each as a former function may leave the details, and what Cognito is to get.
    let cases = [
        (
            r#"{"claimsToAddOrOverride":{"n":1e400}}"#,
            r#"{"claimsToAddOrOverride":{"user_id":"5ub-of-ada","n":1e400}}"#,
        ),
        (
            r#"{"groupOverrideDetails":{"groupsToOverride":["x"],"preferredRole":null}}"#,
            r#"{"claimsToAddOrOverride":{"user_id":"5ub-of-ada"},"groupOverrideDetails":{"groupsToOverride":["x"],"preferredRole":null}}"#,
        ),
        (
            r#"{"groupOverrideDetails":{}, "claimsToSuppress":["email"]}"#,
            r#"{"claimsToAddOrOverride":{"user_id":"5ub-of-ada"},"groupOverrideDetails":{}, "claimsToSuppress":["email"]}"#,
        ),
        ("null", r#"{"claimsToAddOrOverride":{"user_id":"5ub-of-ada"}}"#),
    ];
    let answer = |details: &str| format!(r#"{{"response": {{"claimsOverrideDetails":{details}}},"z":-0.0}}"#);
    let said = cases.map(|(said, _)| answer(said));
    let lambda = Lambda::start(move |before, _| Outcome::Says(said[before].clone().into_bytes()));
    let sqs = Sqs::start(Mood::Takes);
    let function = claiming(&sqs, Some(&lambda), "user_id");
    for (said, want) in cases {
        let got = function.invoke(SIGN_IN);
        assert_eq!(got, Answer::Response(answer(want).into_bytes()), "{said}");
    }
    assert_eq!(lines(function), Vec::<Value>::new());
}

#[test]
fn what_cannot_take_the_claim_goes_back_as_the_former_function_said_it_and_is_counted() {
    let cases = [
        ("null", "unreadable"),
        (r#"{"response":[]}"#, "odd"),
        (r#"{"response":{"claimsOverrideDetails":{"claimsToAddOrOverride":{"user_id":"own"}}}}"#, "taken"),
        // Told once per start.
        (r#"{"response":{"claimsOverrideDetails":{"claimsToSuppress":["user_id"]}}}"#, ""),
    ];
    let lambda = Lambda::start(move |before, _| Outcome::Says(cases[before].0.into()));
    let sqs = Sqs::start(Mood::Takes);
    let function = claiming(&sqs, Some(&lambda), "user_id");
    for (said, _) in cases {
        assert_eq!(function.invoke(SIGN_IN), Answer::Response(said.into()));
    }
    let lines = lines(function);
    assert!(lines.iter().all(|line| line["ClaimNotAdded"] == 1), "{lines:?}");
    let reasons: Vec<_> = lines.iter().map(|line| line["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["unreadable", "odd", "taken"]);
}

#[test]
fn a_name_that_cognito_keeps_for_itself_costs_the_claim_and_no_sign_in() {
    for name in ["sub", "cognito:groups", "email", "user id"] {
        let sqs = Sqs::start(Mood::Takes);
        let function = claiming(&sqs, None, name);
        assert_eq!(function.invoke(SIGN_IN), Answer::Response(SIGN_IN.into()));
        assert_eq!(sqs.take().len(), 1);
        let lines = lines(function);
        assert_eq!((lines.len(), &lines[0]["reason"]), (1, &"misconfigured".into()), "{name}");
        assert!(lines[0]["message"].as_str().unwrap().contains("TWINPOOL_USER_ID_CLAIM"), "{lines:?}");
    }
}

#[test]
fn a_queue_out_of_reach_costs_no_claim() {
    let sqs = Sqs::start(Mood::Refuses { status: 403, code: "AccessDenied" });
    let function = claiming(&sqs, None, "user_id");
    let want = SIGN_IN.replace("null", r#"{"claimsToAddOrOverride":{"user_id":"5ub-of-ada"}}"#);
    assert_eq!(function.invoke(SIGN_IN), Answer::Response(want.into_bytes()));
    assert_eq!(lines(function)[0]["CaptureLost"], 1);
}
