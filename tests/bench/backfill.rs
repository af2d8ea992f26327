//! Carrying a pool over: under AWS's quotas, and beside the ways that people use today.

use std::sync::Arc;

use twinpool_core::group::GroupDefinition;
use twinpool_core::id::PoolId;
use twinpool_core::pool::PoolShape;
use twinpool_core::snapshot::Status;
use twinpool_testkit::world::{MARKER, attribute, email_pool, group, person, username_pool};
use twinpool_testkit::{MemoryPool, Person, uuid};

pub(crate) mod governed;
pub(crate) mod race;

const GROUPS: [&str; 3] = ["staff", "beta", "admins"];

/// An old pool: users sign in with a username, and are in none, one, two or three groups.
fn old_pool(id: &str, users: u64) -> Arc<MemoryPool> {
    let pool = MemoryPool::with_uuids(username_pool(id));
    for name in GROUPS {
        pool.put_group(GroupDefinition { name: group(name), description: None, precedence: None });
    }
    for number in 0..users {
        let (email, name) = (format!("user{number}@example.com"), format!("Ann {number}"));
        let attributes = [
            ("email", email.as_str()),
            ("email_verified", "true"),
            ("name", &name),
            ("given_name", "Ann"),
            ("locale", "en-GB"),
            ("custom:tenant", "acme"),
        ];
        let groups = GROUPS.into_iter().take(usize::try_from(number % 4).unwrap()).map(group).collect();
        let one = person(&uuid(id, number), &format!("user-{number}"), &attributes);
        pool.put(Person { groups, ..one });
    }
    pool
}

/// A new pool: users sign in with their e-mail address.
fn new_pool(id: &str) -> Arc<MemoryPool> {
    MemoryPool::with_uuids(PoolShape { id: PoolId::parse(id).unwrap(), ..email_pool(id) })
}

/// Everyone is in the new pool, as they should be: who is fast and wrong does not count.
fn assert_carried_over(old: &MemoryPool, new: &MemoryPool) {
    assert_eq!(new.count(), old.count(), "everyone is carried over, once");
    for mut theirs in old.people() {
        let mut ours = new.person(theirs.value("email").unwrap()).expect("everyone is in the new pool");
        assert_eq!(ours.status, Status::Confirmed);
        assert_eq!(ours.groups, theirs.groups);
        for person in [&mut ours, &mut theirs] {
            person.attributes.remove(&attribute(MARKER));
        }
        assert_eq!(ours.attributes, theirs.attributes);
    }
}
