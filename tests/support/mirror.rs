//! The built mirror between two fresh pools of a bare local AWS.

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};
use twinpool_core::change_event::{About, Captured, Cause, ChangeEvent, EventId, capture};
use twinpool_core::digest::DigestKey;
use twinpool_core::id::{PoolId, Sub, Timestamp};
use xtask::local::{Links, Person, PoolAddress, SignIn, Users, create_pool};
use xtask::testbed::Bare;
use xtask::wire::Aws;

use crate::bootstrap::{Function, Settings};
use crate::proxy::Proxy;
use crate::runtime_api::Answer;

const KEY: &str = "a-key-for-tests-of-at-least-32-bytes";

/// Two pools and a table, and the way to them.
#[derive(Debug)]
pub struct Bench {
    pub old: Users,
    pub new: Users,
    pub links: Links,
    pub proxy: Proxy,
    old_pool: PoolAddress,
    new_pool: PoolAddress,
    table: String,
}

impl Bench {
    /// A fresh one: from usernames to e-mail addresses.
    #[must_use]
    pub fn new() -> Self {
        static MADE: AtomicU32 = AtomicU32::new(0);
        let table = format!("links-{}-{}", std::process::id(), MADE.fetch_add(1, Ordering::Relaxed));
        let bare = Bare::running().expect("the test servers");
        let aws = Aws::new(&bare.ministack);
        let old_pool = create_pool(&aws, "old", SignIn::Username, false).expect("a pool");
        let new_pool = create_pool(&aws, "new", SignIn::Email, true).expect("a pool");
        Self {
            old: Users::of(&old_pool),
            new: Users::of(&new_pool),
            links: Links::create(aws, &table).expect("a table"),
            proxy: Proxy::to(&bare.ministack),
            old_pool,
            new_pool,
            table,
        }
    }

    /// The id of the old pool.
    #[must_use]
    pub fn old_pool(&self) -> &str {
        &self.old_pool.id
    }

    /// An operation of an administrator on the old pool.
    #[must_use]
    pub fn at_old(&self, operation: &str, body: Value) -> Value {
        administer(&self.old_pool, operation, body)
    }

    /// An operation of an administrator on the new pool.
    #[must_use]
    pub fn at_new(&self, operation: &str, body: Value) -> Value {
        administer(&self.new_pool, operation, body)
    }

    /// What the audit trail tells of a user.
    #[must_use]
    pub fn told(&self, operation: &str, sub: &str) -> ChangeEvent {
        let pool = PoolId::parse(self.old_pool.id.clone()).expect("a pool id");
        let about = About::User(Sub::parse(sub).expect("a sub"));
        let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
        let at = Timestamp(u64::try_from(now.as_millis()).expect("a time"));
        ChangeEvent::hint(EventId::from_random([8; 16]), pool, about, Cause::audit_trail(operation), at)
    }

    /// A mirror that runs.
    #[must_use]
    pub fn mirror(&self) -> Function {
        self.mirror_with(&[])
    }

    /// A mirror that runs, with more settings than it needs.
    #[must_use]
    pub fn mirror_with(&self, more: Settings<'_>) -> Function {
        let endpoint = self.proxy.endpoint();
        let queue = format!("{endpoint}/000000000000/none.fifo");
        let own = [
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
            ("AWS_REGION", "us-east-1"),
            ("TWINPOOL_OLD_POOL_ID", &self.old_pool.id),
            ("TWINPOOL_NEW_POOL_ID", &self.new_pool.id),
            ("TWINPOOL_LINKS_TABLE", &self.table),
            ("TWINPOOL_QUEUE_URL", &queue),
            ("TWINPOOL_DIGEST_KEY", KEY),
        ];
        Function::start("twinpool-mirror", &[&own, more].concat())
    }

    /// A confirmed person of the old pool, with a verified address; gives the sub.
    #[must_use]
    pub fn person(&self, username: &str, groups: &[&str]) -> String {
        let email = address(username);
        let profile = [("email", email.as_str()), ("email_verified", "true"), ("given_name", "Ada")];
        let sub = self.old.sign_up(username, &profile).expect("a sign-up");
        self.old.confirm(username).expect("a confirmation");
        for group in groups {
            self.old.join(username, group).expect("a member");
        }
        sub
    }

    /// The event that a sign-in of this person would cause now.
    #[must_use]
    pub fn sign_in(&self, username: &str) -> ChangeEvent {
        let person = self.old.person(username).expect("an answer").expect("a person");
        let mut attributes = json!(person.attributes);
        attributes["sub"] = person.sub.into();
        let trigger = json!({
            "triggerSource": "TokenGeneration_Authentication",
            "userPoolId": self.old_pool.id,
            "userName": username,
            "request": {
                "userAttributes": attributes,
                "groupConfiguration": { "groupsToOverride": person.groups },
            },
        });
        let key = DigestKey::new(KEY.as_bytes()).expect("a key");
        match capture(&trigger.to_string(), &key, EventId::from_random([7; 16]), Timestamp(0)) {
            Captured::Event(event) => *event,
            other => panic!("a sign-in is a change event: {other:?}"),
        }
    }

    /// Asserts that this person is in the new pool once, as the old pool says, with one link.
    pub fn assert_in_step(&self, username: &str, when: &str) {
        let old = self.old.person(username).expect("an answer").expect("a person");
        let subs = self.new.with("email", &old.attributes["email"]).expect("an answer");
        assert_eq!(subs.len(), 1, "users of the new pool, {when}");
        let new = self.new.person(&subs[0]).expect("an answer").expect("a person");
        assert_eq!(travelling(&old), travelling(&new), "{when}");
        assert_eq!(new.status, "CONFIRMED", "{when}");
        assert_eq!(self.links.new_sub(&old.sub).expect("an answer").as_ref(), Some(&new.sub), "{when}");
        let keys = [format!("NEW#{}", new.sub), format!("OLD#{}", old.sub)];
        assert_eq!(self.links.keys_of(&old.sub).expect("an answer"), keys, "{when}");
    }
}

impl Default for Bench {
    fn default() -> Self {
        Self::new()
    }
}

fn administer(pool: &PoolAddress, operation: &str, mut body: Value) -> Value {
    body["UserPoolId"] = pool.id.clone().into();
    Aws::new(&pool.endpoint).cognito(operation, &body).expect("an answer")
}

fn travelling(person: &Person) -> (Vec<(&String, &String)>, Vec<&String>) {
    let attributes = person.attributes.iter().filter(|(name, _)| *name != "custom:twinpool");
    (attributes.collect(), person.groups.iter().collect())
}

/// The address that a person is made with.
#[must_use]
pub fn address(username: &str) -> String {
    format!("{username}@example.com")
}

/// A batch as the event source mapping hands it over: message `n` has the id `m<n>`.
#[must_use]
pub fn batch(messages: &[(&str, &str)], delivery: u32) -> String {
    let record = |(number, (group, body)): (usize, &(&str, &str))| {
        json!({
            "messageId": format!("m{number}"),
            "receiptHandle": format!("r{number}"),
            "body": body,
            "attributes": { "ApproximateReceiveCount": delivery.to_string(), "MessageGroupId": group },
            "messageAttributes": {},
            "eventSource": "aws:sqs",
            "awsRegion": "us-east-1",
        })
    };
    json!({ "Records": messages.iter().enumerate().map(record).collect::<Vec<_>>() }).to_string()
}

/// A batch of one event.
#[must_use]
pub fn one(event: &ChangeEvent, delivery: u32) -> String {
    batch(&[(event.sub.as_ref().map_or("", |sub| sub.as_str()), &event.to_body())], delivery)
}

/// The ids of the messages that go back to the queue.
#[must_use]
pub fn failures(answer: &Answer) -> Vec<String> {
    let body = answer.response().unwrap_or_else(|| panic!("the mirror failed as a whole: {answer:?}"));
    let answer: Value = serde_json::from_slice(body).expect("a batch response");
    let items = answer["batchItemFailures"].as_array().expect("batchItemFailures");
    items.iter().filter_map(|item| item["itemIdentifier"].as_str().map(str::to_owned)).collect()
}
