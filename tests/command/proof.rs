//! The way back, proven by the built `twinpool switch` with a test user, or not.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use serde_json::{Value, json};
use twinpool_aws::dynamodb::Links;
use twinpool_core::digest::DigestKey;
use twinpool_core::id::{Sub, Timestamp};
use twinpool_core::phase::{Change, Phase, PhaseReader as _, PhaseStore as _, Share, Standing};
use twinpool_core::port::LinkStore as _;
use twinpool_testkit::MemoryPool;
use twinpool_testkit::world::{attribute, email_pool, person};
use twinpool_tests::aws_stub::AwsStub;
use xtask::process;

use super::passwords::{NEW, OLD, links_of, pair};
use super::switch::marked;
use super::{DIGEST_KEY, between, told};

/// The test user of all of these.
const TESTER: [&str; 4] = ["--canary-user", "jane-old", "--canary-attribute", "nickname"];
const FORCE: [&str; 6] = ["--why", "a test", "--force", "nothing to look at here", "--yes", "--json"];

struct Bench {
    stub: AwsStub,
    old: Arc<MemoryPool>,
    new: Arc<MemoryPool>,
    links: Links,
}

impl Bench {
    /// Jane in both pools, in dual-write; every process knows for long that changes travel both ways.
    async fn start() -> Self {
        let (old, new) = (MemoryPool::new(marked()), MemoryPool::new(email_pool(NEW)));
        let attributes = [("email", "jane@example.com"), ("email_verified", "true"), ("nickname", "jj")];
        old.put(person("jane-old", "jane", &attributes));
        new.put(person("jane-new", "jane-new", &attributes));
        let stub = AwsStub::start(&[&old, &new]);
        let links = links_of(&stub).await;
        links.connect(&pair("jane"), None).await.unwrap();
        let before = links.standing().await.unwrap();
        let next = Standing { two_way_since: Some(Timestamp(1)), ..before.clone() };
        let line = Change {
            version: before.version,
            from: (before.phase, before.share),
            to: (next.phase, next.share),
            at: Timestamp(1),
            who: "a test".to_owned(),
            why: "a test".to_owned(),
            forced: Vec::new(),
        };
        links.change(&next, &line).await.unwrap();
        Self { stub, old, new, links }
    }

    fn switch(&self, words: &[&str]) -> (Option<i32>, Value) {
        let mut command = between(&self.stub, OLD, NEW);
        command.arg("switch").args(words).args(TESTER).args(FORCE);
        command.env("TWINPOOL_QUEUE_URL", format!("{}/000000000000/events.fifo", self.stub.endpoint()));
        command.env("TWINPOOL_CAPTURE_ARN", "arn:aws:lambda:eu-west-1:123456789012:function:capture");
        let (code, out, said) = told(&command.output().unwrap());
        (code, serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{said}")))
    }

    /// The same, while what is changed in the new pool comes to the old one.
    fn mirrored(&self, words: &[&str]) -> (Option<i32>, Value) {
        let is_over = AtomicBool::new(false);
        thread::scope(|scope| {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    let jane = self.new.person("jane-new").unwrap();
                    self.old.edit(&Sub::parse("jane-old").unwrap(), |old| old.attributes = jane.attributes);
                    process::pause();
                }
            });
            let answer = self.switch(words);
            is_over.store(true, Ordering::Relaxed);
            answer
        })
    }

    /// The share that is sent, how many groups and testers; and that the tester is the test user.
    async fn sent(&self) -> (Phase, Share, usize, usize) {
        let Standing { phase, share, cohorts, .. } = self.links.standing().await.unwrap();
        assert!(cohorts.values.is_empty() && cohorts.deny.is_empty(), "{cohorts:?}");
        let key = DigestKey::new(DIGEST_KEY.as_bytes()).unwrap();
        assert!(cohorts.allow.iter().all(|tester| *tester == key.tester("jane-old")), "{cohorts:?}");
        (phase, share, cohorts.groups.len(), cohorts.allow.len())
    }

    /// Nothing of the proof is left.
    fn nicknames(&self) -> [Option<String>; 2] {
        [self.old.person("jane"), self.new.person("jane-new")].map(|person| {
            let all = person.unwrap().attributes;
            all.get(&attribute("nickname")).map(|value| value.reveal().to_owned())
        })
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn where_the_way_back_is_not_proven_nobody_is_sent_but_the_test_user() {
    for words in
        [&["--percent", "5"][..], &["--percent", "5", "--group", "staff", "--where", "custom:tenant=acme"]]
    {
        let bench = Bench::start().await;
        let (code, answer) = bench.switch(&[&["--wait", "1"], words].concat());
        assert_eq!((code, &answer["done"]), (Some(1), &json!(false)), "{answer}");
        let problem = answer["problem"].as_str().unwrap();
        assert!(problem.contains("the way back is not proven"), "{problem}");
        assert_eq!(bench.sent().await, (Phase::Canary, Share::NONE, 0, 1));
        assert_eq!(bench.links.standing().await.unwrap().proven, None);
        assert_eq!(bench.nicknames()[1].as_deref(), Some("jj"), "put back");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn once_the_way_back_is_proven_the_others_are_sent_and_where_nobody_else_is_meant_it_is_done() {
    let bench = Bench::start().await;
    let (code, answer) = bench.mirrored(&["--allow", "jane-old"]);
    assert_eq!(
        (code, &answer["done"], &answer["phase"]),
        (Some(0), &json!(true), &json!("canary")),
        "{answer}"
    );
    assert_eq!(bench.sent().await, (Phase::Canary, Share::NONE, 0, 1));
    assert!(bench.links.standing().await.unwrap().proven.is_some());
    assert_eq!(bench.nicknames(), [Some("jj".to_owned()), Some("jj".to_owned())]);
    // Nothing is proven where nothing would be done.
    let (code, answer) = bench.switch(&["--allow", "jane-old"]);
    assert_eq!((code, &answer["done"]), (Some(10), &json!(false)), "{answer}");

    let (code, answer) = bench.mirrored(&["--percent", "5", "--group", "staff"]);
    assert_eq!((code, &answer["done"]), (Some(0), &json!(true)), "{answer}");
    assert_eq!(bench.sent().await, (Phase::Canary, Share::parse("5").unwrap(), 1, 1));
}
