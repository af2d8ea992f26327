//! The start of capture: with and without its settings.

use twinpool_tests::queue::{Mood, Sqs};
use twinpool_tests::runtime_api::Answer;

use crate::{KEY, QUEUE, SIGN_IN, capture, capture_with, losses, reasons};

#[test]
fn a_bad_or_missing_setting_costs_the_event_and_not_the_sign_in() {
    let cases: [(&[(&str, &str)], &str); 5] = [
        (&[], "TWINPOOL_QUEUE_URL"),
        (&[("TWINPOOL_DIGEST_KEY", KEY)], "TWINPOOL_QUEUE_URL"),
        (&[("TWINPOOL_QUEUE_URL", QUEUE)], "TWINPOOL_DIGEST_KEY"),
        (&[("TWINPOOL_QUEUE_URL", QUEUE), ("TWINPOOL_DIGEST_KEY", "hunter2")], "TWINPOOL_DIGEST_KEY"),
        (
            &[("TWINPOOL_QUEUE_URL", QUEUE), ("TWINPOOL_DIGEST_KEY", KEY), ("TWINPOOL_DEADLINE_MS", "soon")],
            "TWINPOOL_DEADLINE_MS",
        ),
    ];
    for (settings, named) in cases {
        let function = capture_with(settings);
        for _ in 0..2 {
            assert_eq!(function.invoke(SIGN_IN), Answer::Response(SIGN_IN.as_bytes().to_vec()));
        }
        let losses = losses(function);
        assert_eq!(reasons(&losses), ["misconfigured"; 2]);
        let message = losses[0]["message"].as_str().unwrap();
        assert!(message.contains(named) && !message.contains("hunter2"), "{message}");
    }
}

#[test]
fn the_connection_is_opened_before_the_first_event_and_kept() {
    let sqs = Sqs::start(Mood::Takes);
    let function = capture(&sqs.endpoint());
    for _ in 0..3 {
        function.invoke(SIGN_IN);
    }
    let connections: Vec<_> = sqs.take().iter().map(|sent| sent.connection).collect();
    let ahead = sqs.warm_ups();
    assert_eq!(ahead.len(), 1);
    assert_eq!(connections, [ahead[0]; 3]);
    assert_eq!(function.end(), "");
}

#[test]
fn capture_stays_small() {
    // The download of a cold start; docs/benchmarks.md has the rest.
    let zip = std::fs::metadata(xtask::package::zip_of("twinpool-capture")).unwrap();
    assert!(zip.len() < 4_500_000, "{} bytes", zip.len());
}

#[test]
fn capture_holds_no_client_of_pools_or_tables() {
    let binary = std::fs::read(twinpool_tests::bootstrap::binary("twinpool-capture")).unwrap();
    let holds = |text: &str| binary.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("AmazonSQS"), "the client of the queue is how these names would show");
    for service in ["AWSCognitoIdentityProviderService", "DynamoDB_20120810"] {
        assert!(!holds(service), "{service}");
    }
}
