//! Every file of `events/triggers`, through the built capture.

use std::collections::BTreeSet;

use twinpool_core::change_event::ChangeEvent;
use twinpool_tests::events::{TriggerEvent, trigger_events};
use twinpool_tests::queue::{Mood, Sent, Sqs};
use twinpool_tests::runtime_api::{Answer, TRACE};

use crate::{QUEUE, capture};

/// The trigger sources that are promised one by one; the rest is "anything unknown".
const SOURCES: [&str; 15] = [
    "PostConfirmation_ConfirmSignUp",
    "PostConfirmation_ConfirmForgotPassword",
    "TokenGeneration_HostedAuth",
    "TokenGeneration_Authentication",
    "TokenGeneration_NewPasswordChallenge",
    "TokenGeneration_AuthenticateDevice",
    "TokenGeneration_RefreshTokens",
    "TokenGeneration_ClientCredentials",
    "CustomMessage_SignUp",
    "CustomMessage_AdminCreateUser",
    "CustomMessage_ResendCode",
    "CustomMessage_ForgotPassword",
    "CustomMessage_UpdateUserAttribute",
    "CustomMessage_VerifyUserAttribute",
    "CustomMessage_Authentication",
];

#[test]
fn the_files_cover_every_source_and_are_named_after_it() {
    let events = trigger_events();
    for event in &events {
        assert_eq!(event.said_source(), event.source(), "{}", event.name);
    }
    let covered: BTreeSet<_> = events.iter().map(TriggerEvent::source).collect();
    for source in SOURCES {
        assert!(covered.contains(source), "no file for {source}");
    }
}

#[test]
fn every_event_comes_back_byte_for_byte_and_sends_one_hint_without_values() {
    let sqs = Sqs::start(Mood::Takes);
    let function = capture(&sqs.endpoint());
    let mut deduplications = BTreeSet::new();
    for event in trigger_events() {
        for _ in 0..2 {
            let answer = function.invoke(&event.json);
            assert_eq!(answer, Answer::Response(event.json.clone().into_bytes()), "{}", event.name);
            let sent = sqs.take();
            assert_eq!(sent.len(), usize::from(event.has_user()), "{}", event.name);
            for sent in sent {
                check(&event, &sent);
                assert!(deduplications.insert(sent.deduplication), "{} was deduplicated", event.name);
            }
        }
    }
    assert!(!deduplications.is_empty());
    assert_eq!(function.end(), "", "all went well, and yet something was written");
}

fn check(event: &TriggerEvent, sent: &Sent) {
    let name = &event.name;
    let change = ChangeEvent::parse(&sent.body).unwrap_or_else(|error| panic!("{name}: {error}"));
    assert_eq!(change.cause.as_str(), event.source(), "{name}");
    assert_eq!(change.id.as_str(), sent.deduplication, "{name}");
    assert_eq!(sent.queue_url, QUEUE);
    assert_eq!(sent.trace.as_deref(), Some(TRACE), "{name}: the trace ends at the trigger");
    match event.sub() {
        Some(sub) => assert_eq!(sent.group, sub, "{name}"),
        None => assert!(!sent.group.is_empty() && sent.group.len() <= 128, "{name}: {}", sent.group),
    }
    for secret in event.secrets() {
        assert!(!sent.body.contains(&secret), "{name}: an attribute value left the function");
        assert!(!sent.group.contains(&secret), "{name}: an attribute value left the function");
    }
}

#[test]
fn a_federated_user_is_named_and_a_local_one_is_not() {
    let sqs = Sqs::start(Mood::Takes);
    let function = capture(&sqs.endpoint());
    for event in trigger_events() {
        function.invoke(&event.json);
        for sent in sqs.take() {
            let change = ChangeEvent::parse(&sent.body).unwrap();
            let username = change.username.is_some();
            if event.name.ends_with("federated") {
                assert!(username, "{}", event.name);
            }
            if [".alias", "-alias", "linked"].iter().any(|local| event.name.contains(local)) {
                assert!(!username, "{}", event.name);
            }
        }
    }
}
