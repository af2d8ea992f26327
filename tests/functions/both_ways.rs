//! The built functions while people use both pools: with the owner's leave to write the old one, and without.

use std::sync::Arc;

use serde_json::Value;
use twinpool_core::change_event::{Captured, ChangeEvent, EventId, capture};
use twinpool_core::digest::DigestKey;
use twinpool_core::id::Timestamp;
use twinpool_core::phase::{Cohorts, Share, Step};
use twinpool_core::value::Value as Secret;
use twinpool_testkit::MemoryPool;
use twinpool_testkit::world::{OLD_POOL, attribute, email_pool, event_of, person, username_pool};
use twinpool_tests::aws_stub::{AwsStub, TABLE};
use twinpool_tests::bootstrap::Function;
use twinpool_tests::events::audit_events;
use twinpool_tests::mirror::{failures, one};
use twinpool_tests::phase::step;
use twinpool_tests::queue::{Mood, Sqs};
use twinpool_tests::runtime_api::Answer;

use crate::{KEY, QUEUE, SIGN_IN};

/// The pool of [`SIGN_IN`] and of all records, which is the new one here.
const NEW: &str = "eu-west-1_oLdP00l01";
const ADA: &str = "5ub-of-ada";
const JANE: &str = "9441f38c-d64d-45d1-8401-ec94ab328c6d";
const ROLE: &str = "arn:aws:iam::123456789012:role/twinpool-MirrorRole-1A2B3C4D5E6F";

struct Bench {
    old: Arc<MemoryPool>,
    new: Arc<MemoryPool>,
    stub: AwsStub,
}

impl Bench {
    fn start() -> Self {
        let old = MemoryPool::with_uuids(username_pool(OLD_POOL));
        let new = MemoryPool::with_uuids(email_pool(NEW));
        old.put(person(JANE, "jane", &[("email", "jane@example.com"), ("email_verified", "true")]));
        let stub = AwsStub::start(&[&old, &new]);
        Self { old, new, stub }
    }

    fn function(&self, name: &str, more: &[(&str, &str)]) -> Function {
        let endpoint = self.stub.endpoint();
        let queue = format!("{endpoint}/111111111111/changes.fifo");
        let own = [
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
            ("TWINPOOL_OLD_POOL_ID", OLD_POOL),
            ("TWINPOOL_NEW_POOL_ID", NEW),
            ("TWINPOOL_LINKS_TABLE", TABLE),
            ("TWINPOOL_QUEUE_URL", &queue),
            ("TWINPOOL_DIGEST_KEY", KEY),
            ("TWINPOOL_CLAIM_DEADLINE_MS", "2000"),
        ];
        Function::start(name, &[&own, more].concat())
    }

    fn mirror(&self, reverse_sync: &str) -> Function {
        self.function("twinpool-mirror", &[("TWINPOOL_REVERSE_SYNC", reverse_sync)])
    }

    /// An operator sends some to the new pool.
    fn switch(&self) {
        let share = Share::parse("5").unwrap();
        let switch = Step::Switch { share, cohorts: Cohorts::default() };
        step(&self.stub.endpoint(), "eu-west-1", TABLE, &switch);
    }

    /// Jane in the new pool changes her given name, and signs in: the event of that.
    fn renames(&self, name: &str) -> String {
        let jane = self.new.people().pop().unwrap();
        self.new.edit(&jane.sub, |jane| {
            jane.attributes.insert(attribute("given_name"), Secret::new(name));
        });
        one(&event_of(&self.new, jane.sub.as_str(), "TokenGeneration_Authentication"), 1)
    }

    fn given_name(&self) -> Option<String> {
        self.old.person(JANE).unwrap().value("given_name").map(str::to_owned)
    }
}

/// In step before anybody is sent to the new pool.
fn in_step() -> Bench {
    let bench = Bench::start();
    let mirror = bench.mirror("off");
    let event = one(&event_of(&bench.old, JANE, "TokenGeneration_Authentication"), 1);
    for _ in 0..2 {
        assert_eq!(failures(&mirror.invoke(event.clone())), [""; 0]);
    }
    drop(mirror.end());
    bench
}

#[test]
fn while_people_use_both_pools_a_change_in_the_new_one_reaches_the_old_one() {
    let bench = in_step();
    bench.switch();
    let mirror = bench.mirror("on");
    assert_eq!(failures(&mirror.invoke(bench.renames("Janet"))), [""; 0], "{}", mirror.end());
    assert_eq!(bench.given_name().as_deref(), Some("Janet"));
    let log = mirror.end();
    assert!(!log.contains("Janet") && !log.contains("jane@"), "{log}");
}

#[test]
fn without_leave_the_old_pool_is_not_written_and_the_event_is_set_aside_with_what_to_do() {
    let bench = in_step();
    bench.switch();
    let mirror = bench.mirror("off");
    assert_eq!(failures(&mirror.invoke(bench.renames("Janet"))), ["m0"]);
    assert_eq!(bench.given_name(), None);
    let log = mirror.end();
    assert!(log.contains("deploy with ReverseSync=on"), "{log}");
}

#[test]
fn before_the_first_switch_the_old_pool_is_not_written_whatever_the_owner_allows() {
    let bench = in_step();
    let mirror = bench.mirror("on");
    assert_eq!(failures(&mirror.invoke(bench.renames("Janet"))), [""; 0], "{}", mirror.end());
    assert_eq!(bench.given_name(), None);
    drop(mirror.end());
}

#[test]
fn a_token_of_the_new_pool_tells_the_mirror_what_capture_would() {
    let bench = Bench::start();
    bench.new.put(person(ADA, "ada", &[("email", "ada.okonjo@example.com")]));
    let key = DigestKey::new(KEY.as_bytes()).unwrap();
    let expected = match capture(SIGN_IN, &key, EventId::from_random([0; 16]), Timestamp(0)) {
        Captured::Event(event) => event,
        other => panic!("{other:?}"),
    };
    for (reverse_sync, hints) in [("off", 0), ("on", 1)] {
        let function = bench.function("twinpool-sign-in", &[("TWINPOOL_REVERSE_SYNC", reverse_sync)]);
        let Answer::Response(_) = function.invoke(SIGN_IN) else { panic!("the token failed") };
        let sent = bench.stub.queue().take();
        assert_eq!(sent.len(), hints, "{reverse_sync}");
        for body in &sent {
            let event = ChangeEvent::parse(body).unwrap();
            assert_eq!(
                (&event.pool, &event.sub, &event.client, &event.attributes),
                (&expected.pool, &expected.sub, &expected.client, &expected.attributes)
            );
            assert!(!body.contains("okonjo"), "{body}");
        }
        assert_eq!(function.end(), "");
    }
}

#[test]
fn the_audit_trail_follows_the_new_pool_and_passes_over_what_twinpool_writes_there() {
    let sqs = Sqs::start(Mood::Takes);
    let endpoint = sqs.endpoint();
    let own = [
        ("AWS_ENDPOINT_URL", endpoint.as_str()),
        ("TWINPOOL_QUEUE_URL", QUEUE),
        ("TWINPOOL_DIGEST_KEY", KEY),
        ("TWINPOOL_OLD_POOL_ID", OLD_POOL),
        ("TWINPOOL_NEW_POOL_ID", NEW),
        ("TWINPOOL_MIRROR_ROLE_ARN", "arn:aws:iam::123456789012:role/else"),
        ("TWINPOOL_BRIDGE_ROLE_ARN", ROLE),
        ("TWINPOOL_REVERSE_SYNC", "on"),
    ];
    let function = Function::start("twinpool-audit-trail", &own);
    let record = |name: &str| audit_events().into_iter().find(|event| event.name == name).unwrap().json;
    let disabled = record("AdminDisableUser");
    assert_eq!(function.invoke(&disabled), Answer::Response(b"null".to_vec()));
    let [sent] = sqs.take().try_into().unwrap();
    assert_eq!(ChangeEvent::parse(&sent.body).unwrap().pool.as_str(), NEW);
    // The same by the bridge.
    let mut whole: Value = serde_json::from_str(&disabled).unwrap();
    whole["detail"]["userIdentity"]["sessionContext"]["sessionIssuer"]["arn"] = ROLE.into();
    assert_eq!(function.invoke(whole.to_string()), Answer::Response(b"null".to_vec()));
    // What groups are like there never goes back.
    assert_eq!(function.invoke(record("UpdateGroup")), Answer::Response(b"null".to_vec()));
    assert_eq!(sqs.take().len(), 0);
    let written = function.end();
    assert!(written.contains("own_call") && written.contains("group_of_new_pool"), "{written}");
}
