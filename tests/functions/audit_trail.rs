//! Every file of `events/cloudtrail`, through the built reader of the audit trail.

use std::collections::BTreeSet;

use serde_json::Value;
use twinpool_core::change_event::{Audited, ChangeEvent, EventId, Followed, audit};
use twinpool_core::digest::DigestKey;
use twinpool_core::id::{PoolId, Timestamp};
use twinpool_tests::bootstrap::{Function, binary};
use twinpool_tests::events::audit_events;
use twinpool_tests::queue::{Mood, Sqs};
use twinpool_tests::runtime_api::Answer;

use crate::{KEY, QUEUE};

const POOL: &str = "eu-west-1_oLdP00l01";
const ROLE: &str = "arn:aws:iam::123456789012:role/twinpool-MirrorRole-1A2B3C4D5E6F";

fn start(endpoint: &str) -> Function {
    let settings = [
        ("AWS_ENDPOINT_URL", endpoint),
        ("TWINPOOL_QUEUE_URL", QUEUE),
        ("TWINPOOL_DIGEST_KEY", KEY),
        ("TWINPOOL_OLD_POOL_ID", POOL),
        ("TWINPOOL_MIRROR_ROLE_ARN", ROLE),
    ];
    Function::start("twinpool-audit-trail", &settings)
}

fn read(json: &str) -> Audited {
    let old_pool = PoolId::parse(POOL).unwrap();
    let followed = Followed { old_pool, new_pool: None, own_roles: vec![ROLE.to_owned()] };
    audit(json, EventId::from_random([0; 16]), &followed, Timestamp(0))
}

fn record(name: &str) -> String {
    audit_events().into_iter().find(|event| event.name == name).unwrap().json
}

/// Ends the function. Gives the lines that it wrote, after checking that nothing of the records is in them.
fn lines(function: Function) -> Vec<Value> {
    let written = function.end();
    let secrets = ["HIDDEN", "example.com", "192.0.2.", "198.51.100.", "jo.support", "editors", "aws-cli"];
    for secret in secrets {
        assert!(!written.contains(secret), "{secret} in {written}");
    }
    written.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn count(lines: &[Value], key: &str) -> usize {
    lines.iter().filter(|line| line[key].is_string()).count()
}

#[test]
fn every_record_sends_its_one_hint_or_is_counted() {
    let sqs = Sqs::start(Mood::Takes);
    let function = start(&sqs.endpoint());
    let key = DigestKey::new(KEY.as_bytes()).unwrap();
    let (mut deduplications, mut ignored, mut unreadable) = (BTreeSet::new(), 0, 0);
    for event in audit_events() {
        let name = &event.name;
        assert_eq!(function.invoke(&event.json), Answer::Response(b"null".to_vec()), "{name}");
        let mut sent = sqs.take();
        match read(&event.json) {
            Audited::Event(mut expected) => {
                assert_eq!(sent.len(), 1, "{name}");
                let sent = sent.remove(0);
                let change = ChangeEvent::parse(&sent.body).unwrap_or_else(|error| panic!("{name}: {error}"));
                expected.id = change.id.clone();
                assert_eq!(change, *expected, "{name}");
                assert_eq!(sent.deduplication, change.id.as_str(), "{name}");
                assert_eq!(sent.group, change.group(&key), "{name}");
                assert_eq!(sent.queue_url, QUEUE);
                assert!(deduplications.insert(sent.deduplication), "{name} was deduplicated");
            }
            Audited::Ignored(_) => {
                assert_eq!(sent.len(), 0, "{name}");
                ignored += 1;
            }
            Audited::Unreadable(_) => {
                assert_eq!(sent.len(), 0, "{name}");
                unreadable += 1;
            }
        }
    }
    assert!(deduplications.len() > 50 && ignored > 5 && unreadable > 2);
    let lines = lines(function);
    assert_eq!(lines.len(), ignored + unreadable, "{lines:?}");
    assert_eq!((count(&lines, "ignored"), count(&lines, "unreadable")), (ignored, unreadable));
}

#[test]
fn a_queue_that_refuses_fails_the_invocation_and_the_next_record_is_served() {
    let sqs = Sqs::start(Mood::Refuses { status: 403, code: "AccessDenied" });
    let function = start(&sqs.endpoint());
    let event = record("AdminDisableUser");
    let Answer::Error(error) = function.invoke(&event) else {
        panic!("the record would not come again");
    };
    let error: Value = serde_json::from_str(&error).unwrap();
    assert_eq!(error["errorType"], "NotSent");
    assert_eq!(error["errorMessage"], "the change event was not sent: SendMessage failed: AccessDenied");
    sqs.take();
    sqs.set(Mood::Takes);
    assert_eq!(function.invoke(&event), Answer::Response(b"null".to_vec()));
    assert_eq!(sqs.take().len(), 1);
    let lines = lines(function);
    assert_eq!(lines[0]["cause"], "CloudTrail_AdminDisableUser");
}

#[test]
fn a_queue_that_refuses_fails_no_record_that_has_nothing_to_send() {
    let sqs = Sqs::start(Mood::Refuses { status: 500, code: "InternalError" });
    let function = start(&sqs.endpoint());
    for name in ["AdminDisableUser.other-pool", "AdminDeleteUser.hidden-user", "DeleteGroup.hidden-group"] {
        assert_eq!(function.invoke(record(name)), Answer::Response(b"null".to_vec()), "{name}");
    }
    for other in ["{}", "[]", "7", r#"{"Records":[]}"#] {
        assert_eq!(function.invoke(other), Answer::Response(b"null".to_vec()), "{other}");
    }
    assert_eq!(sqs.take().len(), 0);
    assert_eq!(count(&lines(function), "unreadable"), 6);
}

#[test]
fn a_missing_setting_is_named_and_the_function_does_not_start() {
    let mut function = Function::start("twinpool-audit-trail", &[("TWINPOOL_OLD_POOL_ID", POOL)]);
    assert_eq!(function.invoke_until_death(record("DeleteUser")), None);
    let written = function.end();
    assert!(written.contains("TWINPOOL_MIRROR_ROLE_ARN is not set"), "{written}");
}

#[test]
fn the_reader_of_the_audit_trail_holds_no_client_of_pools_or_tables() {
    let binary = std::fs::read(binary("twinpool-audit-trail")).unwrap();
    let holds = |text: &str| binary.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds("AmazonSQS"), "the client of the queue is how these names would show");
    for service in ["AWSCognitoIdentityProviderService", "DynamoDB_20120810"] {
        assert!(!holds(service), "{service}");
    }
}
