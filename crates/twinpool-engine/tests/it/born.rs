//! Users who are born in the new pool while people use both.

use std::sync::Arc;

use twinpool_core::account::{Account, AccountStore as _, IdReader as _};
use twinpool_core::arrival::{ArrivalStore as _, Mark};
use twinpool_core::born::BornStore as _;
use twinpool_core::change_event::{About, Cause, ChangeEvent, EventId};
use twinpool_core::group::GroupDefinition;
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::{NewSub, OldSub, Sub, Timestamp};
use twinpool_core::link::Link;
use twinpool_core::phase::{Cohorts, Phase, PhaseReader as _, Share, Step};
use twinpool_core::value::Value;
use twinpool_engine::{Kind, Outcome, SyncError};
use twinpool_testkit::world::{attribute, email_pool, event_of, group, person, username_pool};
use twinpool_testkit::{Person, Process, World};

use crate::support::{NOW, SIGN_IN, SIGN_UP, engine_at, engine_both_ways, run};

mod claimed;
mod deletions;
mod found;
mod obstacles;
mod raced;
mod swept;
mod taken_away;

/// Later than any lease lasts.
const LATER: Timestamp = Timestamp(NOW.0 + 120_000);

fn step(world: &World, step: &Step, at: Timestamp) {
    run(world.links.step(step, at));
}

fn switch(world: &World) {
    let share = Share::parse("5").expect("a share");
    step(world, &Step::Switch { share, cohorts: Cohorts::default() }, Timestamp(10));
}

/// Two pools that people use both.
fn canary() -> World {
    let world = World::username_to_email();
    switch(&world);
    world
}

fn nina() -> Person {
    let attributes = [
        ("email", "nina@example.com"),
        ("email_verified", "true"),
        ("name", "Nina"),
        ("custom:tenant", "acme"),
    ];
    person("n-1", "n-1", &attributes)
}

/// Nina has signed up in the new pool.
fn with_nina() -> World {
    let world = canary();
    world.new.put(nina());
    world
}

fn told_at(world: &World, event: &ChangeEvent, delivery: u32, now: Timestamp) -> Result<Outcome, SyncError> {
    let process = Arc::new(Process::healthy());
    run(engine_both_ways(world, &process, now).sync_user(event, delivery))
}

fn told(world: &World, event: &ChangeEvent, delivery: u32) -> Outcome {
    told_at(world, event, delivery, LATER).expect("the event is processed")
}

/// A trigger of the new pool, processed to the end.
fn shows(world: &World, sub: &str, cause: &str) -> Outcome {
    told(world, &event_of(&world.new, sub, cause), 1)
}

/// What the audit trail tells of a user of this pool.
fn audited_in(pool: &twinpool_testkit::MemoryPool, operation: &str, sub: &str, at: Timestamp) -> ChangeEvent {
    let about = About::User(Sub::parse(sub).expect("a sub"));
    let id = EventId::from_random([3; 16]);
    ChangeEvent::hint(id, pool.shape().id.clone(), about, Cause::audit_trail(operation), at)
}

/// The only user of the old pool.
fn only_old(world: &World) -> Person {
    let people = world.old.people();
    assert_eq!(people.len(), 1, "one user in the old pool");
    people.into_iter().next().expect("one user")
}

fn only_link(world: &World) -> Link {
    let links = world.links.all();
    assert_eq!(links.len(), 1, "one link");
    links.into_iter().next().expect("one link")
}

/// One user in each pool who say the same, one link, one user id.
fn assert_one(world: &World, id: &str) {
    let (link, old) = (only_link(world), only_old(world));
    assert_eq!((link.old_sub.as_str(), link.user_id.as_str()), (old.sub.as_str(), id));
    let linked = link.linked().expect("a pair");
    assert_eq!(world.links.back(), [(linked.new_sub.clone(), link.old_sub.clone())]);
    let accounts = [Account::from(&link.old_sub), Account::from(&linked.new_sub)];
    let ids = run(world.links.user_ids(&accounts)).expect("user ids");
    assert!(ids.iter().flatten().all(|found| found.as_str() == id) && ids.len() == 2, "{ids:?}");
    let new = world.new.person(linked.new_sub.as_str()).expect("the account");
    let mut attributes = old.attributes.clone();
    assert!(attributes.remove(&attribute("custom:twinpool")).is_some(), "the proof");
    assert_eq!(attributes, new.attributes);
    assert_eq!((&old.groups, old.enabled), (&new.groups, new.enabled));
    assert_eq!(old.messages, 0, "nobody was messaged");
    assert!(old.can_reset_password(), "the user has a password that can be reset");
}

/// Nobody is listed any more as somebody who has no user in the old pool.
fn assert_born(world: &World, id: &str) {
    assert_one(world, id);
    let sub = NewSub::parse(id).expect("a sub");
    assert_eq!(run(world.links.birth(&sub)), Ok(None), "nothing is left of the birth");
}

#[test]
fn who_signs_up_in_the_new_pool_gets_one_user_in_the_old_pool_under_the_same_user_id() {
    let world = with_nina();
    let outcome = shows(&world, "n-1", SIGN_UP);
    assert_eq!((outcome.kind, outcome.held_back), (Kind::Created, Vec::new()));
    assert_born(&world, "n-1");
    assert_eq!(only_old(&world).username.as_str(), "nina@example.com", "what Nina types today");
    assert_eq!(only_link(&world).reverse.moved_in, Some(run(world.links.standing()).expect("it").round));
    assert_eq!(only_link(&world).linked_at, Some(LATER));
    // Told again, nothing is written; the next token finds nothing new.
    let process = Arc::new(Process::healthy());
    let event = event_of(&world.new, "n-1", SIGN_IN);
    let again = run(engine_both_ways(&world, &process, LATER).sync_user(&event, 1)).expect("processed");
    assert_eq!((again.kind, process.calls().iter().all(|call| *call == "GetItem")), (Kind::Unchanged, true));
}

#[test]
fn what_changes_afterwards_travels_both_ways() {
    let world = with_nina();
    shows(&world, "n-1", SIGN_UP);
    let set = |person: &mut Person, name: &str, value: &str| {
        person.attributes.insert(attribute(name), Value::new(value));
    };
    world.new.edit(&nina().sub, |nina| set(nina, "name", "Nina N."));
    shows(&world, "n-1", SIGN_IN);
    assert_one(&world, "n-1");
    let old = only_old(&world).sub;
    world.old.edit(&old, |nina| set(nina, "custom:tenant", "other"));
    told(&world, &event_of(&world.old, old.as_str(), SIGN_IN), 1);
    assert_one(&world, "n-1");
    world.old.edit(&old, |nina| drop(nina.attributes.remove(&attribute("name"))));
    told(&world, &audited_in(&world.old, "AdminDeleteUserAttributes", old.as_str(), NOW), 1);
    assert_one(&world, "n-1");
    assert_eq!(world.new.person("n-1").expect("nina").value("name"), None);
}

#[test]
fn groups_a_disabled_account_and_a_renamed_attribute_arrive_as_the_rules_read_backwards_say() {
    let rules = "[attributes.\"custom:tenant\"]\nmap = { old = \"acme\" }\nmap_only = true\n[groups]\nrename = { crew = \"staff\" }";
    let world = canary().under(rules);
    world.new.put_group(GroupDefinition { name: group("staff"), description: None, precedence: Some(3) });
    world.new.put(Person { groups: [group("staff")].into(), enabled: false, ..nina() });
    shows(&world, "n-1", SIGN_UP);
    let old = only_old(&world);
    assert_eq!((old.groups, old.enabled), ([group("crew")].into(), false));
    assert_eq!(old.attributes.get(&attribute("custom:tenant")).map(Value::reveal), Some("old"));
    assert_eq!(world.old.group(&group("crew")).and_then(|crew| crew.precedence), Some(3));
}

#[test]
fn in_dual_write_nobody_is_made_and_who_may_not_write_the_old_pool_says_so_in_a_canary() {
    let world = World::username_to_email();
    world.new.put(nina());
    assert_eq!(shows(&world, "n-1", SIGN_UP).kind, Kind::Identified);
    assert_eq!(world.old.people().len(), 0);
    switch(&world);
    let process = Arc::new(Process::healthy());
    let event = event_of(&world.new, "n-1", SIGN_UP);
    let refused = run(engine_at(&world, &process, LATER).sync_user(&event, 1));
    assert_eq!(refused, Err(SyncError::NoWayBack));
    assert_eq!(world.old.people().len(), 0);
    assert_eq!(shows(&world, "n-1", SIGN_IN).kind, Kind::Created);
    assert_one(&world, "n-1");
}

#[test]
fn who_came_before_there_was_an_old_user_has_come() {
    let world = with_nina();
    let (new, sub) = (NewSub::parse("n-1").expect("a sub"), nina().sub);
    let id = (&new).into();
    run(twinpool_core::account::IdStore::assign(&world.links, &new, &id, None)).expect("an id");
    run(world.links.note(&sub, Mark::Came, Timestamp(7))).expect("noted");
    run(world.links.note_came(&new)).expect("noted");
    shows(&world, "n-1", SIGN_IN);
    let known = run(world.links.known(&new)).expect("an answer").expect("known");
    assert!(known.came);
    let arrival = run(world.links.arrival(&known.arrives_as(&new))).expect("an arrival");
    assert_eq!(arrival.came_at, Some(Timestamp(7)));
    assert!(arrival.has_password(), "no password of the old pool goes over the one that Nina has");
}

#[test]
fn a_born_user_survives_a_rollback_and_the_next_switch() {
    let world = with_nina();
    shows(&world, "n-1", SIGN_UP);
    step(&world, &Step::Rollback, NOW);
    assert_eq!(run(world.links.standing()).map(|standing| standing.phase), Ok(Phase::RolledBack));
    let old = only_old(&world).sub;
    world.old.edit(&old, |nina| drop(nina.attributes.insert(attribute("name"), Value::new("N."))));
    told(&world, &event_of(&world.old, old.as_str(), SIGN_IN), 1);
    assert_one(&world, "n-1");
    switch(&world);
    shows(&world, "n-1", SIGN_IN);
    assert_one(&world, "n-1");
}

#[test]
fn who_signs_up_in_the_new_pool_after_a_rollback_is_made_too() {
    let world = canary();
    step(&world, &Step::Rollback, NOW);
    world.new.put(nina());
    shows(&world, "n-1", SIGN_UP);
    assert_one(&world, "n-1");
    assert_eq!(only_link(&world).reverse.moved_in, None, "nobody moves after a rollback");
}

fn held_user(reason: Reason) -> Vec<HeldBack> {
    vec![HeldBack { subject: Subject::User, reason }]
}

fn old_sub_of(world: &World) -> OldSub {
    only_link(world).old_sub
}

fn pools(old: twinpool_core::pool::PoolShape) -> World {
    let world = World::new(old, email_pool("eu-west-1_New"));
    switch(&world);
    world
}

fn old_shape() -> twinpool_core::pool::PoolShape {
    username_pool(twinpool_testkit::world::OLD_POOL)
}
