//! The built `twinpool` with the new pool in another account and Region.

use std::process::Output;
use std::sync::Arc;

use twinpool_testkit::MemoryPool;
use twinpool_testkit::world::{email_pool, person, username_pool};
use twinpool_tests::aws_stub::{AwsStub, Signature};

use super::{between, told};

const OLD: &str = "eu-west-1_Old";
const NEW: &str = "eu-central-1_New";
const SUB: &str = "9441f38c-d64d-45d1-8401-ec94ab328c6d";

struct Bench {
    new: Arc<MemoryPool>,
    stub: AwsStub,
}

impl Bench {
    fn start() -> Self {
        let old = MemoryPool::with_uuids(username_pool(OLD));
        let new = MemoryPool::with_uuids(email_pool(NEW));
        old.put(person(SUB, "ada", &[("email", "ada@example.com"), ("email_verified", "true")]));
        Self { stub: AwsStub::start(&[&old, &new]), new }
    }

    fn backfill(&self, region: &str) -> Output {
        let mut command = between(&self.stub, OLD, NEW);
        command.args(["backfill", "--yes", "--new-pool-region", region]);
        command.env("TWINPOOL_NEW_POOL_ROLE_ARN", "arn:aws:iam::222222222222:role/twinpool-new-pool");
        command.env("TWINPOOL_NEW_POOL_EXTERNAL_ID", "between-us");
        command.output().unwrap()
    }
}

#[test]
fn the_command_calls_the_new_pool_with_the_assumed_role_and_all_else_with_its_own() {
    let bench = Bench::start();
    let (code, out, said) = told(&bench.backfill("eu-central-1"));
    assert_eq!(code, Some(0), "{out}{said}");
    assert_eq!(bench.new.people().len(), 1);
    let signature = |about: &str, key: &str, region: &str| Signature {
        about: about.to_owned(),
        key: key.to_owned(),
        region: region.to_owned(),
    };
    let expected = [
        signature(NEW, "ASIA222222222222", "eu-central-1"),
        signature(OLD, "test", "eu-west-1"),
        signature("twinpool-command between-us", "test", "eu-west-1"),
    ];
    assert_eq!(bench.stub.sts().signatures(), expected);
}

#[test]
fn a_role_that_is_refused_and_a_region_that_is_not_the_pool_s_are_said_and_nobody_is_made() {
    let bench = Bench::start();
    bench.stub.sts().deny(true);
    let (code, _, said) = told(&bench.backfill("eu-central-1"));
    assert!(code == Some(1) && said.contains("you may not assume the role of --new-pool-role-arn"), "{said}");
    let (code, _, said) = told(&bench.backfill("us-east-1"));
    assert!(code == Some(1) && said.contains("the new pool eu-central-1_New is in eu-central-1"), "{said}");
    assert_eq!(bench.new.people().len(), 0);
}
