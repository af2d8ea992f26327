//! Two pools, and what tells of a user of the old one.

use std::sync::Arc;

use serde_json::json;
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::Sub;
use twinpool_core::value::Value;
use twinpool_testkit::world::{
    MARKER, OLD_POOL, attribute, email_pool, event_of, group, person, username_pool,
};
use twinpool_testkit::{MemoryPool, Person, uuid};
use twinpool_tests::aws_stub::{AwsStub, TABLE};
use twinpool_tests::mirror::one;

use crate::function::{Program, Running};

use super::wait_for_quotas;

const NEW_POOL: &str = "eu-west-1_New";

/// In which form a contender is told.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Form {
    /// A change event in a batch of the queue.
    Queue,
    /// The trigger event.
    Trigger,
}

pub(crate) struct World {
    old: Arc<MemoryPool>,
    new: Arc<MemoryPool>,
    pub(crate) stub: AwsStub,
    users: u64,
}

impl World {
    /// So many users in the old pool, with six attributes and a group; nobody in the new one.
    pub(crate) fn of(users: u64) -> Self {
        let old = MemoryPool::with_uuids(username_pool(OLD_POOL));
        let new = MemoryPool::with_uuids(email_pool(NEW_POOL));
        for pool in [&old, &new] {
            pool.put_group(GroupDefinition { name: group("staff"), description: None, precedence: None });
        }
        for user in 0..users {
            let (email, name) = (email(user), format!("Ann {user}"));
            let attributes = [
                ("email", email.as_str()),
                ("email_verified", "true"),
                ("name", &name),
                ("given_name", "Ann"),
                ("locale", "en-GB"),
                ("custom:tenant", "acme"),
            ];
            let one = person(&sub(user), &format!("user-{user}"), &attributes);
            old.put(Person { groups: [group("staff")].into(), ..one });
        }
        let stub = AwsStub::start(&[&old, &new]);
        Self { old, new, stub, users }
    }

    /// A contender between these pools, after this event.
    pub(crate) fn start(&self, program: &Program, first: &[u8]) -> Running {
        let endpoint = self.stub.endpoint();
        let queue = format!("{endpoint}/111111111111/changes.fifo");
        // The key of the events that the testkit makes.
        let key = "\u{7}".repeat(32);
        let settings = [
            ("AWS_ENDPOINT_URL", endpoint.as_str()),
            ("AWS_DEFAULT_REGION", "eu-west-1"),
            ("TWINPOOL_OLD_POOL_ID", OLD_POOL),
            ("TWINPOOL_NEW_POOL_ID", NEW_POOL),
            ("TWINPOOL_LINKS_TABLE", TABLE),
            ("TWINPOOL_QUEUE_URL", &queue),
            ("TWINPOOL_DIGEST_KEY", &key),
            ("TWINPOOL_MARKER_ATTRIBUTE", MARKER),
            // All of the quotas, for the one process that there is.
            ("TWINPOOL_QUOTA_PERCENT", "100"),
            ("TWINPOOL_MAX_CONCURRENCY", "1"),
            ("OLD_POOL_ID", OLD_POOL),
            ("NEW_POOL_ID", NEW_POOL),
        ];
        program.start(&settings, first)
    }

    /// What a sign-in of this user tells now.
    pub(crate) fn event(&self, form: Form, user: u64) -> Vec<u8> {
        match form {
            Form::Queue => {
                one(&event_of(&self.old, &sub(user), "TokenGeneration_Authentication"), 1).into_bytes()
            }
            Form::Trigger => self.trigger(user),
        }
    }

    /// The same, when there is room in the quotas.
    pub(crate) fn paced(&self, form: Form, user: u64) -> Vec<u8> {
        wait_for_quotas();
        self.event(form, user)
    }

    fn trigger(&self, user: u64) -> Vec<u8> {
        let person = self.old.person(&sub(user)).unwrap();
        let mut attributes = json!({ "sub": sub(user), "cognito:user_status": "CONFIRMED" });
        for (name, value) in &person.attributes {
            attributes[name.as_str()] = value.reveal().into();
        }
        let event = json!({
            "version": "1", "triggerSource": "PostAuthentication_Authentication", "region": "eu-west-1",
            "userPoolId": OLD_POOL, "userName": person.username.as_str(),
            "callerContext": { "awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "4h1exampleclient0web0000aa" },
            "request": { "userAttributes": attributes, "newDeviceUsed": false }, "response": {},
        });
        event.to_string().into_bytes()
    }

    /// The user takes another name, which no one had before.
    pub(crate) fn change(&self, user: u64) {
        let sub = Sub::parse(sub(user)).unwrap();
        self.old.edit(&sub, |person| {
            let name = person.value("name").unwrap().to_owned();
            person.attributes.insert(attribute("name"), Value::new(format!("{name} B")));
        });
    }

    /// Everybody is in the new pool, as the old one says: who is fast and wrong does not count.
    pub(crate) fn assert_in_step(&self) {
        assert_eq!(self.new.count(), self.old.count());
        for user in 0..self.users {
            let theirs = self.old.person(&sub(user)).unwrap();
            let mut ours = self.new.person(&email(user)).expect("everybody is in the new pool");
            ours.attributes.remove(&attribute(MARKER));
            assert_eq!((ours.attributes, ours.groups), (theirs.attributes, theirs.groups));
        }
    }
}

fn sub(user: u64) -> String {
    uuid("mirror", user)
}

fn email(user: u64) -> String {
    format!("user{user}@example.com")
}
