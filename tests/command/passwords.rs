//! The built `twinpool` after a rollback: who would type a password that the old pool does not know is told, and put to reset; and who
//! is who is exported.

use std::collections::BTreeSet;
use std::fs;
use std::sync::Arc;

use aws_config::Region;
use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use serde_json::{Value, json};
use twinpool_aws::client::{self, Patience};
use twinpool_aws::dynamodb::Links;
use twinpool_core::arrival::{ArrivalStore as _, Mark};
use twinpool_core::id::{NewSub, OldSub, PoolId, Sub, Timestamp};
use twinpool_core::link::{Base, Link, LinkState, Linked, Names, Side};
use twinpool_core::password::Checked;
use twinpool_core::phase::{Change, Phase, PhaseReader as _, PhaseStore as _, Standing};
use twinpool_core::port::LinkStore as _;
use twinpool_testkit::MemoryPool;
use twinpool_testkit::world::{email_pool, key, person, username_pool};
use twinpool_tests::aws_stub::{AwsStub, TABLE};

use super::{between, told};

pub(super) const OLD: &str = "eu-west-1_Old";
pub(super) const NEW: &str = "eu-west-1_New";
const RIGHT: &str = "Correct-horse-7";

struct Bench {
    stub: AwsStub,
    old: Arc<MemoryPool>,
    links: Links,
}

/// Somebody who is in both pools.
pub(super) fn pair(name: &str) -> Link {
    let linked = Linked {
        new_sub: NewSub::parse(format!("{name}-new")).unwrap(),
        base: Base { old: Side::default(), new: Side::default() },
        held_back: Vec::new(),
        unseen: BTreeSet::new(),
        mirrored_at: Timestamp(1),
        rules: String::new(),
    };
    let intent = Link::intent(&OldSub::parse(format!("{name}-old")).unwrap(), Names::default(), Timestamp(1));
    Link { state: LinkState::Linked(Box::new(linked)), ..intent }
}

/// The table, which is of both pools.
pub(super) async fn links_of(stub: &AwsStub) -> Links {
    let credentials = Credentials::new("test", "test", None, None, "tests");
    let config = client::load(Patience::MIRROR).await.into_builder().endpoint_url(stub.endpoint());
    let config = config.region(Region::new("eu-west-1"));
    let config = config.credentials_provider(SharedCredentialsProvider::new(credentials)).build();
    let links = Links::connect(&config, TABLE.to_owned(), Some(&key()));
    links.bind(&PoolId::parse(OLD).unwrap(), &PoolId::parse(NEW).unwrap()).await.unwrap();
    links
}

/// Jane chose a password in the new pool, and Max did not.
async fn bench() -> Bench {
    let (old, new) = (MemoryPool::new(username_pool(OLD)), MemoryPool::new(email_pool(NEW)));
    for name in ["jane", "max"] {
        let address = format!("{name}@example.com");
        let attributes = [("email", address.as_str()), ("email_verified", "true")];
        let of_old = person(&format!("{name}-old"), name, &attributes);
        old.give_password(&of_old.sub, RIGHT);
        old.put(of_old);
        new.put(person(&format!("{name}-new"), &format!("{name}-new"), &attributes));
    }
    let stub = AwsStub::start(&[&old, &new]);
    let links = links_of(&stub).await;
    for name in ["jane", "max"] {
        links.connect(&pair(name), None).await.unwrap();
    }
    links.note(&Sub::parse("jane-old").unwrap(), Mark::Chosen, Timestamp(5)).await.unwrap();
    Bench { stub, old, links }
}

impl Bench {
    fn say(&self, words: &[&str]) -> (Option<i32>, String) {
        let (code, out, said) = told(&between(&self.stub, OLD, NEW).args(words).output().unwrap());
        (code, out + &said)
    }

    fn json(&self, words: &[&str]) -> (Option<i32>, Value) {
        let (code, out, said) = told(&between(&self.stub, OLD, NEW).args(words).output().unwrap());
        (code, serde_json::from_str(&out).unwrap_or_else(|_| panic!("{out}{said}")))
    }

    async fn roll_back(&self) {
        let before = self.links.standing().await.unwrap();
        let next = Standing { phase: Phase::RolledBack, ..before.clone() };
        let line = Change {
            version: before.version,
            from: (before.phase, before.share),
            to: (next.phase, next.share),
            at: Timestamp(9),
            who: "a test".to_owned(),
            why: "a test".to_owned(),
            forced: Vec::new(),
        };
        self.links.change(&next, &line).await.unwrap();
    }

    fn messages(&self) -> Vec<u32> {
        ["jane", "max"].map(|name| self.old.person(name).unwrap().messages).to_vec()
    }
}

const RESET: [&str; 5] = ["reset-passwords", "--why", "back again", "--yes", "--json"];

#[tokio::test(flavor = "multi_thread")]
async fn after_a_rollback_whoever_chose_a_password_in_the_new_pool_is_put_to_reset_once() {
    let bench = bench().await;
    let before = bench.messages();
    let (code, refused) = bench.json(&RESET);
    assert_eq!((code, &refused["phase"]), (Some(10), &json!("dual-write")), "{refused}");
    assert!(refused["problem"].as_str().unwrap().contains("only after a rollback"), "{refused}");

    bench.roll_back().await;
    let (_, counted) = bench.json(&["report", "passwords", "--json"]);
    assert_eq!((&counted["fine"], &counted["need_reset"]), (&json!(1), &json!(1)), "{counted}");
    let listed = bench.say(&["report", "passwords", "--list", "need-reset"]);
    assert_eq!(listed, (Some(0), "jane-old chosen\n".to_owned()));

    let (code, done) = bench.json(&RESET);
    assert_eq!((code, &done["put_to_reset"]), (Some(0), &json!(1)), "{done}");
    assert_eq!(bench.messages(), [before[0] + 1, before[1]]);
    assert_eq!(bench.old.sign_in("jane", RIGHT), Checked::ResetRequired);
    assert!(matches!(bench.old.sign_in("max", RIGHT), Checked::Right { .. }));

    let (code, again) = bench.json(&RESET);
    assert_eq!((code, &again["users"]), (Some(0), &json!(0)), "nobody gets a second message: {again}");
    assert_eq!(bench.messages(), [before[0] + 1, before[1]]);
    let whys: Vec<_> = bench.links.changes().await.unwrap().into_iter().map(|line| line.why).collect();
    assert_eq!(whys.last().map(String::as_str), Some("reset-passwords: back again"));
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_who_is_exported_for_the_application_s_own_database() {
    let bench = bench().await;
    let folder = std::env::temp_dir().join(format!("twinpool-links-{}", std::process::id()));
    drop(fs::remove_dir_all(&folder));
    fs::create_dir(&folder).unwrap();
    let (jsonl, sql) = (folder.join("links.jsonl"), folder.join("links.sql"));
    let (jsonl_path, sql_path) = (jsonl.to_string_lossy().into_owned(), sql.to_string_lossy().into_owned());
    let words = ["export", "links", "--to", jsonl_path.as_str(), "--sql", sql_path.as_str(), "--json"];
    let (code, written) = bench.json(&words);
    assert_eq!((code, &written["rows"]), (Some(0), &json!(2)), "{written}");
    let rows = fs::read_to_string(&jsonl).unwrap();
    let rows: Vec<Value> = rows.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let jane =
        json!({ "user_id": "jane-old", "old_sub": "jane-old", "new_sub": "jane-new", "state": "linked" });
    assert!(rows.contains(&jane), "{rows:?}");
    assert!(fs::read_to_string(&sql).unwrap().contains("('jane-old', 'jane-old', 'jane-new', 'linked')"));
    let (code, again) = bench.say(&words);
    assert_eq!(code, Some(2), "nothing is overwritten: {again}");
    fs::remove_dir_all(&folder).unwrap();
}
