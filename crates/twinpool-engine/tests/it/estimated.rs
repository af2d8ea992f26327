//! The forecast counts what backfill calls.

use std::collections::BTreeMap;
use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use twinpool_core::forecast::{Crowd, Way, forecast};
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::{RunId, Sub};
use twinpool_core::port::PortError;
use twinpool_core::quota::Quotas;
use twinpool_core::run::{Run, RunKind};
use twinpool_core::snapshot::Status;
use twinpool_engine::{
    Backfill, Budget, Category, Deaf, Governor, Keeper, LaneState, Listener, OfPool, Ports as _, Selection,
    SyncError, Walk, Watcher, memberships,
};
use twinpool_testkit::world::{group, person, username_pool};
use twinpool_testkit::{Process, World};

use crate::support::{NOW, engine};

const USERS: u64 = 24;

/// All are in one group, every third is in a second, every fourth is disabled, every eighth has not confirmed.
fn world(mfa: bool) -> World {
    let mut shape = username_pool("eu-west-1_oLdP00l01");
    shape.mfa = if mfa { twinpool_core::pool::MfaMode::Optional } else { twinpool_core::pool::MfaMode::Off };
    let world = World::new(shape, username_pool("eu-west-1_nEwP00l02"));
    let names = [group("readers"), group("writers")];
    for name in &names {
        world.old.put_group(GroupDefinition { name: name.clone(), description: None, precedence: None });
    }
    for number in 0..USERS {
        let sub = format!("sub-{number:02}");
        let mut one = person(&sub, &sub, &[("name", "Somebody")]);
        one.groups = names.iter().take(if number % 3 == 0 { 2 } else { 1 }).cloned().collect();
        one.enabled = number % 4 != 1;
        if number % 8 == 0 {
            one.status = Status::Unconfirmed;
        }
        world.old.put(one);
    }
    world
}

struct Nobody;

impl Listener for Nobody {
    fn waits(&self, _error: &PortError, _after: Duration) {}
    fn begins_anew(&self) {}
}

impl Watcher for Nobody {
    fn progress(&self, _run: &Run, _lanes: &[LaneState]) {}
    fn failed(&self, user: &Sub, problem: &SyncError) {
        panic!("{user}: {problem}");
    }
}

/// What backfill calls, by category.
async fn called(world: &World) -> BTreeMap<Category, u64> {
    let process = Arc::new(Process::healthy());
    let engine = engine(world, &process);
    let governor = Arc::new(Governor::new(Budget { percent: 100, processes: NonZeroU32::MIN }));
    let fresh = Run::new(
        RunId::parse("run-1").expect("it is as the world says"),
        RunKind::Backfill,
        String::new(),
        NOW,
    );
    let keeper = Keeper::begin(engine.ports().links(), governor, 100, fresh, false, NOW)
        .await
        .expect("it is as the world says");
    let old = engine.ports().old();
    let groups = memberships(old, &Deaf).await.expect("it is as the world says");
    let backfill =
        Backfill { engine: &engine, watcher: &Nobody, selection: Selection::default(), limit: None };
    let source = OfPool::new(Walk::new(old, None, &Deaf), &groups);
    backfill.run(source, keeper, std::future::pending()).await.expect("it is as the world says");
    let mut calls = BTreeMap::new();
    for category in process.calls().into_iter().filter_map(category) {
        *calls.entry(category).or_default() += 1;
    }
    calls
}

fn category(operation: &str) -> Option<Category> {
    match operation {
        "AdminGetUser" => Some(Category::UserRead),
        "AdminListGroupsForUser" => Some(Category::UserResourceRead),
        "AdminCreateUser" => Some(Category::UserCreation),
        "AdminSetUserPassword" => Some(Category::UserAccountRecovery),
        "AdminAddUserToGroup" | "AdminDisableUser" | "AdminUpdateUserAttributes" => {
            Some(Category::UserUpdate)
        }
        // Pages are short here.
        _ => None,
    }
}

async fn compare(mfa: bool) {
    let world = world(mfa);
    // The groups are there: what making them takes is no matter of users.
    for name in [group("readers"), group("writers")] {
        world.new.put_group(GroupDefinition { name, description: None, precedence: None });
    }
    // Of the 21 who are coming, 7 are in the second group and 6 are disabled; the unconfirmed have 3 + 1 memberships.
    let crowd = Crowd {
        users: 21,
        known: 0,
        waiting: 0,
        groups: 2,
        memberships: 28,
        grouped: 21,
        disabled: 6,
        has_factors: mfa,
    };
    let mut expected = forecast(Way::Create, &crowd, &Quotas::default(), 100).calls;
    expected.retain(|category, _| {
        !matches!(
            category,
            Category::UserList | Category::UserPoolResourceRead | Category::UserPoolResourceUpdate
        )
    });
    assert_eq!(called(&world).await, expected);
    assert_eq!(world.new.people().len(), 21);
}

#[tokio::test(start_paused = true)]
async fn the_forecast_counts_what_backfill_calls() {
    compare(false).await;
}

#[tokio::test(start_paused = true)]
async fn the_forecast_counts_what_backfill_calls_where_there_are_second_factors() {
    compare(true).await;
}
