//! A queue that fails, hangs or is gone: the sign-in goes on, and the loss is told.

use std::collections::BTreeSet;

use twinpool_tests::queue::{Mood, Nobody, Sqs};
use twinpool_tests::runtime_api::Answer;

use crate::{KEY, QUEUE, SIGN_IN, capture, capture_with, losses, reasons};

fn unchanged() -> Answer {
    Answer::Response(SIGN_IN.as_bytes().to_vec())
}

#[test]
fn a_queue_that_fails_is_tried_twice_with_one_message_and_then_given_up() {
    let sqs = Sqs::start(Mood::Refuses { status: 500, code: "InternalError" });
    let function = capture(&sqs.endpoint());
    assert_eq!(function.invoke(SIGN_IN), unchanged());
    let sent = sqs.take();
    assert_eq!(sent.len(), 2);
    let ids: BTreeSet<_> = sent.into_iter().map(|sent| (sent.group, sent.deduplication, sent.body)).collect();
    assert_eq!(ids.len(), 1, "the second attempt is the same message");
    let losses = losses(function);
    assert_eq!(reasons(&losses), ["not_sent"]);
    assert_eq!(losses[0]["level"], "WARN");
    assert_eq!(losses[0]["sub"], "5ub-of-ada");
    assert_eq!(losses[0]["trigger_source"], "TokenGeneration_Authentication");
    assert_eq!(losses[0]["FunctionName"], "twinpool-capture-under-test");
}

#[test]
fn a_missing_permission_is_told_by_its_code_and_not_tried_again() {
    let sqs = Sqs::start(Mood::Refuses { status: 403, code: "AccessDenied" });
    let function = capture(&sqs.endpoint());
    assert_eq!(function.invoke(SIGN_IN), unchanged());
    assert_eq!(sqs.take().len(), 1);
    let losses = losses(function);
    assert_eq!(reasons(&losses), ["not_sent"]);
    assert_eq!(losses[0]["level"], "ERROR");
    assert!(losses[0]["message"].as_str().unwrap().contains("AccessDenied"));
}

#[test]
fn a_queue_that_never_answers_is_left_while_the_sign_in_goes_on() {
    let sqs = Sqs::start(Mood::Takes);
    let function = capture(&sqs.endpoint());
    sqs.set(Mood::SaysNothing);
    // The answer comes although the queue has given none, and never will.
    assert_eq!(function.invoke(SIGN_IN), unchanged());
    let tried = sqs.take();
    assert!(!tried.is_empty());
    for _ in &tried {
        sqs.given_up();
    }
    sqs.set(Mood::Takes);
    assert_eq!(function.invoke(SIGN_IN), unchanged());
    assert_eq!(sqs.take().len(), 1, "what hung once does not hang for ever");
    let losses = losses(function);
    assert_eq!(losses.len(), 1);
    assert!(["too_slow", "not_sent"].contains(&reasons(&losses)[0]), "{losses:?}");
}

#[test]
fn a_queue_that_never_answers_does_not_keep_the_function_from_starting() {
    let sqs = Sqs::start(Mood::SaysNothing);
    let function = capture(&sqs.endpoint());
    assert_eq!(function.invoke(SIGN_IN), unchanged());
    let ahead = sqs.warm_ups();
    assert_eq!(ahead.len(), 1);
    assert_eq!(sqs.given_up(), ahead[0]);
    assert_eq!(losses(function).len(), 1);
}

#[test]
fn nobody_at_the_queue_s_address_costs_no_sign_in() {
    let nobody = Nobody::new();
    let function = capture(&nobody.endpoint());
    for _ in 0..3 {
        assert_eq!(function.invoke(SIGN_IN), unchanged());
    }
    assert_eq!(reasons(&losses(function)), ["not_sent"; 3]);
}

#[test]
fn the_shortest_deadline_still_gives_the_answer() {
    let sqs = Sqs::start(Mood::SaysNothing);
    let endpoint = sqs.endpoint();
    let function = capture_with(&[
        ("AWS_ENDPOINT_URL", &endpoint),
        ("TWINPOOL_QUEUE_URL", QUEUE),
        ("TWINPOOL_DIGEST_KEY", KEY),
        ("TWINPOOL_DEADLINE_MS", "1"),
    ]);
    assert_eq!(function.invoke(SIGN_IN), unchanged());
    assert_eq!(losses(function).len(), 1);
}
