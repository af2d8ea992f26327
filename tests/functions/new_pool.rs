//! The built mirror with the new pool in another account and Region.

use std::sync::Arc;

use twinpool_testkit::MemoryPool;
use twinpool_testkit::world::{email_pool, event_of, person, username_pool};
use twinpool_tests::aws_stub::{AwsStub, Signature, TABLE};
use twinpool_tests::bootstrap::Function;
use twinpool_tests::mirror::{failures, one};

use crate::KEY;

const OLD: &str = "eu-west-1_Old";
const NEW: &str = "eu-central-1_New";
const ROLE: &str = "arn:aws:iam::222222222222:role/twinpool-new-pool";
const SUB: &str = "9441f38c-d64d-45d1-8401-ec94ab328c6d";

struct Bench {
    old: Arc<MemoryPool>,
    new: Arc<MemoryPool>,
    stub: AwsStub,
}

impl Bench {
    fn start() -> Self {
        let old = MemoryPool::with_uuids(username_pool(OLD));
        let new = MemoryPool::with_uuids(email_pool(NEW));
        old.put(person(SUB, "ada", &[("email", "ada@example.com"), ("email_verified", "true")]));
        let stub = AwsStub::start(&[&old, &new]);
        Self { old, new, stub }
    }

    fn mirror(&self, region: &str) -> Function {
        let endpoint = self.stub.endpoint();
        let queue = format!("{endpoint}/111111111111/changes.fifo");
        let settings = [
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
            ("TWINPOOL_OLD_POOL_ID", OLD),
            ("TWINPOOL_NEW_POOL_ID", NEW),
            ("TWINPOOL_NEW_POOL_REGION", region),
            ("TWINPOOL_NEW_POOL_ROLE_ARN", ROLE),
            ("TWINPOOL_NEW_POOL_EXTERNAL_ID", "between-us"),
            ("TWINPOOL_LINKS_TABLE", TABLE),
            ("TWINPOOL_QUEUE_URL", &queue),
            ("TWINPOOL_DIGEST_KEY", KEY),
        ];
        Function::start("twinpool-mirror", &settings)
    }

    fn event(&self) -> String {
        one(&event_of(&self.old, SUB, "TokenGeneration_Authentication"), 1)
    }
}

fn signature(about: &str, key: &str, region: &str) -> Signature {
    Signature { about: about.to_owned(), key: key.to_owned(), region: region.to_owned() }
}

#[test]
fn the_mirror_calls_the_new_pool_with_the_assumed_role_and_all_else_with_its_own() {
    let bench = Bench::start();
    let mirror = bench.mirror("eu-central-1");
    let answer = mirror.invoke(bench.event());
    assert_eq!(failures(&answer), [""; 0], "{}", mirror.end());
    assert_eq!(bench.new.people().len(), 1);
    let expected = [
        signature(NEW, "ASIA222222222222", "eu-central-1"),
        signature(OLD, "test", "eu-west-1"),
        signature("twinpool-mirror between-us", "test", "eu-west-1"),
    ];
    assert_eq!(bench.stub.sts().signatures(), expected);
}

#[test]
fn while_the_role_is_refused_events_go_back_to_the_queue_and_the_log_says_what_to_do() {
    let bench = Bench::start();
    bench.stub.sts().expire_at_once();
    let mirror = bench.mirror("eu-central-1");
    // It has started.
    let _ = mirror.first_poll();
    bench.stub.sts().deny(true);
    assert_eq!(failures(&mirror.invoke(bench.event())), ["m0"]);
    assert_eq!(bench.new.people().len(), 0);
    bench.stub.sts().deny(false);
    assert_eq!(failures(&mirror.invoke(bench.event())), [""; 0]);
    assert_eq!(bench.new.people().len(), 1);
    let log = mirror.end();
    assert!(log.contains("the role in the new pool's account cannot be assumed"), "{log}");
    assert!(!log.contains("ada@"), "{log}");
}

#[test]
fn a_mirror_that_cannot_start_takes_no_event_and_says_what_to_do() {
    let refused = Bench::start();
    refused.stub.sts().deny(true);
    let misplaced = Bench::start();
    let cases = [
        (&refused, "eu-central-1", "the role in the new pool's account cannot be assumed"),
        (&misplaced, "us-east-1", "the new pool eu-central-1_New is in eu-central-1"),
    ];
    for (bench, region, sentence) in cases {
        let mut mirror = bench.mirror(region);
        // Lambda gives the event back to the queue.
        assert_eq!(mirror.invoke_until_death(bench.event()), None);
        let log = mirror.end();
        assert!(log.contains(sentence), "{log}");
    }
}
