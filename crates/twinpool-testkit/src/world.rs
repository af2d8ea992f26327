//! Small worlds: two pools, the links, and invented people at example.com.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use twinpool_core::attribute::Contact;
use twinpool_core::change_event::ChangeEvent;
use twinpool_core::digest::DigestKey;
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::{AttributeName, GroupName, PoolId, Sub, Timestamp, Username};
use twinpool_core::pool::{AttributeSchema, MfaMode, PoolShape, SignIn};
use twinpool_core::port::Clock;
use twinpool_core::snapshot::{Mfa, Status};
use twinpool_core::value::Value;

use crate::links::MemoryLinks;
use crate::pool::{MemoryPool, Person};

/// The marker attribute of every new pool here.
pub const MARKER: &str = "custom:twinpool";

/// The old pool's id.
pub const OLD_POOL: &str = "eu-west-1_Old";

/// Two pools and the links between them.
#[derive(Debug, Clone)]
pub struct World {
    /// The old pool.
    pub old: Arc<MemoryPool>,
    /// The new pool.
    pub new: Arc<MemoryPool>,
    /// The links.
    pub links: MemoryLinks,
    /// `twinpool.toml`.
    pub rules: String,
}

/// A key for tests.
///
/// # Panics
/// Never: the key is long enough.
#[must_use]
pub fn key() -> DigestKey {
    DigestKey::new(&[7; 32]).expect("32 bytes")
}

/// A name for tests.
///
/// # Panics
/// When the text is not an attribute name.
#[must_use]
pub fn attribute(name: &str) -> AttributeName {
    AttributeName::parse(name).expect("an attribute name")
}

/// A group for tests.
///
/// # Panics
/// When the text is not a group name.
#[must_use]
pub fn group(name: &str) -> GroupName {
    GroupName::parse(name).expect("a group name")
}

fn shape(id: &str, sign_in: SignIn) -> PoolShape {
    let custom =
        |name: &str, mutable| (attribute(name), AttributeSchema { mutable, ..AttributeSchema::TEXT });
    PoolShape {
        id: PoolId::parse(id).expect("a pool id"),
        sign_in,
        case_sensitive: false,
        attributes: BTreeMap::from([
            custom("custom:tenant", true),
            custom("custom:born", false),
            custom(MARKER, false),
        ]),
        verifies: BTreeSet::new(),
        mfa: MfaMode::Off,
        passkeys: false,
        devices: false,
    }
}

/// People sign in with their e-mail address.
#[must_use]
pub fn email_pool(id: &str) -> PoolShape {
    shape(id, SignIn::Contact([Contact::Email].into()))
}

/// People sign in with a username.
#[must_use]
pub fn username_pool(id: &str) -> PoolShape {
    shape(id, SignIn::Username { contacts: BTreeSet::new(), preferred_username: false })
}

/// People sign in with a username or a verified contact.
#[must_use]
pub fn alias_pool(id: &str) -> PoolShape {
    let contacts = Contact::ALL.into();
    shape(id, SignIn::Username { contacts, preferred_username: true })
}

impl World {
    /// Two empty pools.
    #[must_use]
    pub fn new(old: PoolShape, new: PoolShape) -> Self {
        Self {
            old: MemoryPool::new(old),
            new: MemoryPool::new(new),
            links: MemoryLinks::default(),
            rules: String::new(),
        }
    }

    /// The commonest move: from usernames to e-mail addresses.
    #[must_use]
    pub fn username_to_email() -> Self {
        Self::new(username_pool(OLD_POOL), email_pool("eu-west-1_New"))
    }

    /// The same world under these rules.
    #[must_use]
    pub fn under(self, rules: &str) -> Self {
        Self { rules: rules.to_owned(), ..self }
    }

    /// Jane: confirmed, with a verified address, in the group `staff`, which has a description and a precedence.
    #[must_use]
    pub fn with_jane(self) -> Self {
        let staff = GroupDefinition {
            name: group("staff"),
            description: Some("People who work here".to_owned()),
            precedence: Some(5),
        };
        self.old.put_group(staff);
        let jane = person(
            "jane-sub",
            "jane",
            &[
                ("email", "jane@example.com"),
                ("email_verified", "true"),
                ("name", "Jane"),
                ("custom:tenant", "acme"),
            ],
        );
        self.old.put(Person { groups: [group("staff")].into(), ..jane });
        self
    }
}

/// A confirmed, enabled person without groups.
///
/// # Panics
/// When a name cannot be what it is meant to be.
#[must_use]
pub fn person(sub: &str, username: &str, attributes: &[(&str, &str)]) -> Person {
    let attributes = attributes.iter().map(|(name, value)| (attribute(name), Value::new(*value)));
    Person {
        sub: Sub::parse(sub).expect("a sub"),
        username: Username::parse(username).expect("a username"),
        status: Status::Confirmed,
        enabled: true,
        attributes: attributes.collect(),
        groups: BTreeSet::new(),
        identities: BTreeSet::new(),
        mfa: Mfa::default(),
        factors: BTreeSet::new(),
        messages: 0,
    }
}

/// The event that Cognito would cause for this user now, with this trigger source. Groups show in tokens only (F§1.1).
///
/// # Panics
/// When the user is not in the pool.
#[must_use]
pub fn event_of(pool: &MemoryPool, sub: &str, cause: &str) -> ChangeEvent {
    use twinpool_core::change_event::{Captured, EventId, capture};
    let person = pool.person(sub).expect("the user is in the pool");
    let mut attributes: serde_json::Map<_, _> = person
        .attributes
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), value.reveal().into()))
        .collect();
    attributes.insert("sub".to_owned(), sub.into());
    let mut request = serde_json::json!({ "userAttributes": attributes });
    if cause.starts_with("TokenGeneration_") {
        let groups: Vec<_> = person.groups.iter().map(GroupName::as_str).collect();
        request["groupConfiguration"] = serde_json::json!({ "groupsToOverride": groups });
    }
    let trigger = serde_json::json!({
        "triggerSource": cause,
        "userPoolId": pool.shape().id.as_str(),
        "userName": person.username.as_str(),
        "request": request,
    });
    match capture(&trigger.to_string(), &key(), EventId::from_random([1; 16]), Timestamp(1)) {
        Captured::Event(event) => *event,
        other => panic!("the trigger gave {other:?}"),
    }
}

/// A clock that stands still.
#[derive(Debug, Clone, Copy)]
pub struct StoppedClock(pub Timestamp);

impl Clock for StoppedClock {
    fn now(&self) -> Timestamp {
        self.0
    }
}
