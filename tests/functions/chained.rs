//! The built capture behind a function that had the slot before.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde_json::Value;
use twinpool_core::change_event::ChangeEvent;
use twinpool_tests::bootstrap::Function;
use twinpool_tests::events::trigger_events;
use twinpool_tests::lambda::{Invoked, Lambda, Outcome};
use twinpool_tests::queue::{Mood, Sqs};
use twinpool_tests::runtime_api::{Answer, Call};

use crate::{KEY, QUEUE, SIGN_IN, capture_with};

const FORMER: &str = "arn:aws:lambda:eu-west-1:111122223333:function:former:live";

/// An answer that no number type could hold.
const CLAIMED: &str = r#"{"version":"1","response":{"claimsOverrideDetails":{"claimsToAddOrOverride":{"n":1e400,  "z":-0.0}}}}"#;

fn chained_to(former: &str, lambda: &Lambda, sqs: &Sqs) -> Function {
    let (lambda, sqs) = (lambda.endpoint(), sqs.endpoint());
    capture_with(&[
        ("AWS_ENDPOINT_URL", &lambda),
        ("AWS_ENDPOINT_URL_SQS", &sqs),
        ("TWINPOOL_QUEUE_URL", QUEUE),
        ("TWINPOOL_DIGEST_KEY", KEY),
        ("TWINPOOL_DEADLINE_MS", "2000"),
        ("TWINPOOL_CHAIN_POST_CONFIRMATION", former),
        ("TWINPOOL_CHAIN_PRE_TOKEN_GENERATION", former),
        ("TWINPOOL_CHAIN_CUSTOM_MESSAGE", former),
    ])
}

/// The stand-ins, and a capture whose former function does this.
fn chained(call: impl Fn(usize, &Invoked) -> Outcome + Send + Sync + 'static) -> (Lambda, Sqs, Function) {
    let (lambda, sqs) = (Lambda::start(call), Sqs::start(Mood::Takes));
    let function = chained_to(FORMER, &lambda, &sqs);
    (lambda, sqs, function)
}

/// Ends the function. Gives the lines that it wrote, after checking that nothing of Ada is in them.
fn lines(function: Function) -> Vec<BTreeMap<String, Value>> {
    let written = function.end();
    assert!(!written.contains("okonjo") && !written.contains("secret"), "{written}");
    written.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn error(answer: Answer) -> (String, String) {
    let Answer::Error(text) = answer else {
        panic!("{answer:?}");
    };
    let error: BTreeMap<String, Value> = serde_json::from_str(&text).unwrap();
    let text = |name: &str| error[name].as_str().unwrap().to_owned();
    (text("errorType"), text("errorMessage"))
}

#[test]
fn the_former_function_gets_every_event_as_it_came_and_its_answer_goes_back_as_it_is() {
    let (lambda, sqs, function) = chained(|_, _| Outcome::Says(CLAIMED.into()));
    let mut called = 0;
    for event in trigger_events() {
        let answer = function.invoke(&event.json);
        let invoked = lambda.take();
        let is_ours = ["PostConfirmation_", "TokenGeneration_", "CustomMessage_"];
        if !is_ours.iter().any(|prefix| event.source().starts_with(prefix)) {
            assert!(invoked.is_empty(), "{} has no former function", event.name);
            sqs.take();
            continue;
        }
        assert_eq!(answer, Answer::Response(CLAIMED.into()), "{}", event.name);
        let [one] = &invoked[..] else {
            panic!("{}: {invoked:?}", event.name);
        };
        assert_eq!(
            (one.function.as_str(), &one.payload[..]),
            (FORMER, event.json.as_bytes()),
            "{}",
            event.name
        );
        assert!(one.trace.as_ref().is_some_and(|trace| trace.starts_with("Root=")));
        let sent = sqs.take();
        assert_eq!(sent.len(), usize::from(event.has_user()), "{}", event.name);
        for sent in sent {
            // Of the event that came, and not of what the former function made of it.
            assert_eq!(ChangeEvent::parse(&sent.body).unwrap().cause.as_str(), event.source());
        }
        called += 1;
    }
    assert!(called >= 13);
}

#[test]
fn the_connection_to_lambda_is_opened_before_the_first_event_and_kept() {
    let (lambda, sqs, function) = chained(|_, _| Outcome::Says(CLAIMED.into()));
    for _ in 0..3 {
        function.invoke(SIGN_IN);
    }
    let connections: Vec<_> = lambda.take().iter().map(|invoked| invoked.connection).collect();
    let ahead = lambda.warm_ups();
    assert_eq!(ahead.len(), 1);
    assert_eq!(connections, [ahead[0]; 3]);
    assert_eq!(sqs.warm_ups().len(), 1);
    assert!(lines(function).is_empty());
}

#[test]
fn an_error_reaches_cognito_with_the_words_of_the_former_function_and_the_hint_goes_out() {
    let body = r#"{"errorMessage":"ada.okonjo is secretly blocked ✗","errorType":"Blocked","stackTrace":[]}"#;
    let (lambda, sqs, function) = chained(move |_, _| Outcome::Fails(body.to_owned()));
    let told = error(function.invoke(SIGN_IN));
    assert_eq!((told.0.as_str(), told.1.as_str()), ("Blocked", "ada.okonjo is secretly blocked ✗"));
    assert_eq!((lambda.take().len(), sqs.take().len()), (1, 1));
    let lines = lines(function);
    assert_eq!(lines.len(), 1);
    assert_eq!((&lines[0]["FormerError"], &lines[0]["former"]), (&1.into(), &FORMER.into()));
    assert_eq!(lines[0]["FunctionName"], "twinpool-capture-under-test");
}

#[test]
fn null_goes_back_and_what_is_no_json_is_an_error() {
    let (_lambda, sqs, function) = chained(|before, _| Outcome::Says(["null", "<html>"][before].into()));
    assert_eq!(function.invoke(SIGN_IN), Answer::Response(b"null".to_vec()));
    assert_eq!(error(function.invoke(SIGN_IN)).1, "Unrecognizable lambda output");
    assert_eq!(sqs.take().len(), 2);
    assert_eq!(lines(function)[0]["reason"], "unreadable");
}

#[test]
fn who_cannot_be_called_is_never_skipped() {
    for (status, code, times) in [
        (429, "TooManyRequestsException", 3),
        (403, "AccessDeniedException", 1),
        (404, "ResourceNotFoundException", 1),
        (500, "ServiceException", 1),
    ] {
        let (lambda, _sqs, function) = chained(move |_, _| Outcome::Refuses { status, code });
        let (kind, message) = error(function.invoke(SIGN_IN));
        assert_eq!((kind.as_str(), message), (code, format!("invocation failed due to error {code}")));
        assert_eq!(lambda.take().len(), times, "{code}");
        let lines = lines(function);
        assert_eq!((lines.len(), &lines[0]["ChainFailed"]), (1, &1.into()));
        assert!(lines[0]["message"].as_str().unwrap().contains(code), "{lines:?}");
    }
}

#[test]
fn a_connection_that_died_meanwhile_costs_no_sign_in() {
    let (lambda, _sqs, function) =
        chained(|before, _| if before == 1 { Outcome::Breaks } else { Outcome::Says(CLAIMED.into()) });
    for _ in 0..2 {
        assert_eq!(function.invoke(SIGN_IN), Answer::Response(CLAIMED.into()));
    }
    assert_eq!(lambda.take().len(), 3);
    assert!(lines(function).is_empty());
}

#[test]
fn a_former_function_that_says_nothing_is_given_up_when_cognito_has_and_the_next_event_is_served() {
    let (lambda, sqs, function) =
        chained(|before, _| if before == 0 { Outcome::Hangs } else { Outcome::Says(CLAIMED.into()) });
    assert!(error(function.invoke(SIGN_IN)).1.contains("Socket timeout"));
    lambda.given_up();
    assert!(sqs.take().is_empty());
    assert_eq!(function.invoke(SIGN_IN), Answer::Response(CLAIMED.into()));
    assert_eq!(sqs.take().len(), 1);
    let lines = lines(function);
    let reasons: Vec<_> = lines.iter().map(|line| line["reason"].as_str().unwrap()).collect();
    assert_eq!(reasons, ["no_time_left", "too_slow"]);
}

#[test]
fn two_captures_that_call_each_other_stop_at_the_second() {
    let arn = |name: &str| format!("arn:aws:lambda:eu-west-1:111122223333:function:{name}");
    let second: Arc<OnceLock<Function>> = Arc::default();
    let known = Arc::clone(&second);
    let lambda = Lambda::start(move |before, invoked| {
        assert_eq!(before, 0, "the first is not called again");
        let call =
            Call { function: invoked.function.clone(), client_context: Some(invoked.client_context.clone()) };
        match known.get().unwrap().invoke_as(&invoked.payload, call) {
            Answer::Response(body) => Outcome::Says(body),
            Answer::Error(body) => Outcome::Fails(body),
        }
    });
    let sqs = Sqs::start(Mood::Takes);
    let first = chained_to(&arn("second"), &lambda, &sqs);
    second.set(chained_to(&arn("first"), &lambda, &sqs)).unwrap();
    let call = Call { function: format!("{}:live", arn("first")), client_context: None };
    assert_eq!(error(first.invoke_as(SIGN_IN, call)).1, "invocation failed due to configuration");
    assert_eq!(lines(first)[0]["reason"], "error");
}

#[test]
fn a_wrong_former_function_fails_its_slot_and_says_which_setting() {
    let sqs = Sqs::start(Mood::Takes);
    let function = chained_to("hunter2-secret", &Lambda::start(|_, _| Outcome::Breaks), &sqs);
    assert_eq!(error(function.invoke(SIGN_IN)).1, "invocation failed due to configuration");
    let lines = lines(function);
    assert!(
        lines[0]["message"].as_str().unwrap().contains("TWINPOOL_CHAIN_PRE_TOKEN_GENERATION"),
        "{lines:?}"
    );
}
