//! What no trigger sends: it goes back as it came, and nothing of it is shown.

use twinpool_core::change_event::ChangeEvent;
use twinpool_tests::queue::{Mood, Sqs};
use twinpool_tests::runtime_api::Answer;

use crate::{SIGN_IN, capture, losses, reasons};

/// An event for Ada with this as `userAttributes`.
fn with_attributes(attributes: &str) -> String {
    format!(
        r#"{{"triggerSource":"PostConfirmation_ConfirmSignUp","userPoolId":"eu-west-1_oLdP00l01","userName":"ada",
            "request":{{"userAttributes":{attributes}}}}}"#
    )
}

#[test]
fn what_is_no_trigger_event_goes_back_and_is_counted() {
    let sqs = Sqs::start(Mood::Takes);
    let function = capture(&sqs.endpoint());
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let without_pool = SIGN_IN.replace("userPoolId", "poolId");
    let broken_pool = SIGN_IN.replace("eu-west-1_oLdP00l01", "ada.okonjo@example.com");
    let nobody = SIGN_IN.replace("userName", "user").replace(r#""sub":"5ub-of-ada","#, "");
    let cases = [
        "[]",
        r#"[{"email":"ada.okonjo@example.com"}]"#,
        r#""ada.okonjo@example.com""#,
        "7",
        "1e400",
        "null",
        "true",
        "{}",
        &deep,
        &without_pool,
        &broken_pool,
        &nobody,
    ];
    for case in cases {
        assert_eq!(function.invoke(case), Answer::Response(case.as_bytes().to_vec()));
    }
    assert_eq!(sqs.take().len(), 0);
    assert_eq!(reasons(&losses(function)), vec!["unreadable"; cases.len()]);
}

#[test]
fn odd_events_that_name_a_user_give_a_hint() {
    let sqs = Sqs::start(Mood::Takes);
    let function = capture(&sqs.endpoint());
    let large = format!(r#"{{"sub":"s-1","profile":"{}"}}"#, "ada.okonjo ".repeat(100_000));
    let many: Vec<_> = (0..20_000).map(|n| format!(r#""custom:a{n}":"okonjo{n}""#)).collect();
    let many = format!(r#"{{"sub":"s-1",{}}}"#, many.join(","));
    let deep = format!(r#"{{"sub":"s-1","name":{}1{}}}"#, r#"{"a":"#.repeat(50_000), "}".repeat(50_000));
    let cases = [
        // Not attributes at all: the username has to do.
        "[]",
        "null",
        "7",
        r#""ada.okonjo@example.com""#,
        r#"[{"sub":"s-1"}]"#,
        "{}",
        // Attributes of types that no document names.
        r#"{"sub":7,"email":["ada.okonjo@example.com"]}"#,
        r#"{"sub":null,"email":null}"#,
        r#"{"sub":"s-1","email":{"value":"ada.okonjo@example.com"},"email_verified":[],"name":1e400}"#,
        r#"{"sub":"s-1","email":"\ud800","sub":"s-1"}"#,
        &large,
        &many,
        &deep,
    ];
    for case in cases {
        let event = with_attributes(case);
        assert_eq!(function.invoke(&event), Answer::Response(event.into_bytes()));
        let sent = sqs.take();
        assert_eq!(sent.len(), 1, "{}", &case[..case.len().min(80)]);
        assert!(ChangeEvent::parse(&sent[0].body).is_ok());
        assert!(!sent[0].body.contains("okonjo"));
        assert!(sent[0].body.len() < 10_000, "a hint is small: {}", sent[0].body.len());
    }
    assert!(losses(function).is_empty());
}

#[test]
fn an_event_of_a_megabyte_goes_back_whole() {
    let sqs = Sqs::start(Mood::Takes);
    let function = capture(&sqs.endpoint());
    let event = SIGN_IN.replace(r#""c""#, &format!(r#""{}""#, "x".repeat(1 << 20)));
    assert!(event.len() > 1 << 20);
    assert_eq!(function.invoke(&event), Answer::Response(event.into_bytes()));
    assert_eq!(sqs.take().len(), 1);
    assert!(losses(function).is_empty());
}

#[test]
fn what_is_not_json_is_an_error_of_its_own_and_the_next_event_is_served() {
    let sqs = Sqs::start(Mood::Takes);
    let function = capture(&sqs.endpoint());
    let cases: [&[u8]; 5] =
        [b"", b"ada.okonjo@example.com", b"{\"a\":", b"{'email':'ada.okonjo@example.com'}", b"\"\xff\xfe\""];
    for case in cases {
        let Answer::Error(error) = function.invoke(case) else {
            panic!("{case:?} was taken for JSON");
        };
        assert!(!error.contains("okonjo"), "{error}");
        assert_eq!(function.invoke(SIGN_IN), Answer::Response(SIGN_IN.as_bytes().to_vec()));
        assert_eq!(sqs.take().len(), 1);
    }
    assert!(losses(function).is_empty());
}

#[test]
fn white_space_around_the_event_is_all_that_may_be_lost() {
    let sqs = Sqs::start(Mood::Takes);
    let function = capture(&sqs.endpoint());
    let answer = function.invoke(format!("\n  {SIGN_IN}\r\n\t"));
    assert_eq!(answer, Answer::Response(SIGN_IN.as_bytes().to_vec()));
    assert!(losses(function).is_empty());
}
