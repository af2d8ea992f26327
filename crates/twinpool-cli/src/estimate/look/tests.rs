use std::sync::Arc;

use twinpool_core::group::GroupDefinition;
use twinpool_testkit::world::{email_pool, group, person};
use twinpool_testkit::{MemoryPool, PoolHandle, Process};

use super::*;

/// People of whom every fifth is disabled, every tenth unconfirmed, every second in a group and every fourth in two.
fn pool(users: usize) -> PoolHandle {
    let pool = MemoryPool::new(email_pool("eu-west-1_Old"));
    let names = [group("readers"), group("writers")];
    for name in &names {
        pool.put_group(GroupDefinition { name: name.clone(), description: None, precedence: None });
    }
    for number in 0..users {
        let (sub, email) = (format!("sub-{number:04}"), format!("u{number}@example.com"));
        let verified = if number % 20 == 7 { "false" } else { "true" };
        let mut one = person(&sub, &sub, &[("email", &email), ("email_verified", verified)]);
        one.enabled = number % 5 != 1;
        if number % 10 == 0 {
            one.status = Status::Unconfirmed;
        }
        let groups = if number % 4 == 0 { 2 } else { usize::from(number % 2 == 0) };
        one.groups = names.iter().take(groups).cloned().collect();
        pool.put(one);
    }
    pool.called_by(&Arc::new(Process::healthy()))
}

async fn found(users: usize, exact: bool) -> Found {
    look(&pool(users), &email_pool("eu-west-1_Old"), exact).await.unwrap()
}

#[tokio::test]
async fn everybody_is_counted_if_asked_for() {
    let found = found(800, true).await;
    let crowd = Crowd {
        users: 800,
        known: 0,
        waiting: 80,
        groups: 2,
        memberships: 600,
        grouped: 400,
        disabled: 160,
        has_factors: false,
    };
    assert_eq!(found.crowd, crowd);
    assert_eq!((found.unreachable, found.basis), (40, Basis { users: None, groups_of: None }));
}

#[tokio::test]
async fn otherwise_the_first_pages_stand_for_all() {
    let found = found(800, false).await;
    assert_eq!(found.basis, Basis { users: Some(300), groups_of: Some(60) });
    assert_eq!((found.crowd.users, found.crowd.waiting, found.crowd.disabled), (800, 80, 160));
    assert_eq!(found.unreachable, 40);
    // Judged by sixty users from all over the first three hundred.
    assert!((500..=700).contains(&found.crowd.memberships), "{:?}", found.crowd);
    assert!((320..=480).contains(&found.crowd.grouped), "{:?}", found.crowd);
}

#[tokio::test]
async fn a_small_pool_is_counted_whole_and_an_empty_one_is_no_trouble() {
    let small = found(40, false).await;
    assert_eq!((small.crowd.memberships, small.basis), (30, Basis { users: None, groups_of: None }));
    let none = found(0, false).await;
    assert_eq!((none.crowd.users, none.crowd.memberships), (0, 0));
}

#[tokio::test]
async fn the_old_pool_s_users_are_not_made_active() {
    let process = Arc::new(Process::healthy());
    let world = MemoryPool::new(email_pool("eu-west-1_Old"));
    world.put(person("sub-1", "sub-1", &[]));
    world.put_group(GroupDefinition { name: group("readers"), description: None, precedence: None });
    for exact in [false, true] {
        look(&world.called_by(&process), &email_pool("eu-west-1_Old"), exact).await.unwrap();
    }
    assert!(!process.calls().contains(&"AdminGetUser"), "{:?}", process.calls());
    assert!(process.calls().contains(&"ListUsers"));
}
