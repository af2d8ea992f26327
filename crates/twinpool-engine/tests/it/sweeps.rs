//! What no event told is found by a walk, and the mirror is sent there.

use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use tokio::time::Instant;
use twinpool_core::change_event::{ChangeEvent, EventId};
use twinpool_core::group::GroupDefinition;
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::Sub;
use twinpool_core::link::LinkState;
use twinpool_core::port::{Answer, ChangeSink, Class, LinkStore as _, Place};
use twinpool_core::snapshot::Status;
use twinpool_core::value::Value;
use twinpool_engine::{Deaf, Kind, Sweep, SweepError, Swept};
use twinpool_testkit::world::{attribute, group, person};
use twinpool_testkit::{Person, Process, World};

use crate::support::{deliver, engine, link, run, sign_in};

/// A queue that keeps what it gets.
#[derive(Debug, Default, Clone)]
struct Sent(Arc<Mutex<Vec<ChangeEvent>>>);

impl ChangeSink for Sent {
    async fn send(&self, event: &ChangeEvent) -> Answer<()> {
        self.0.lock().expect("nobody panicked").push(event.clone());
        Ok(())
    }
}

/// Sweeps, and gives what was sent and what was called.
async fn sweep_up_to(
    world: &World,
    most: u64,
) -> (Result<Swept, SweepError>, Vec<ChangeEvent>, Vec<&'static str>) {
    let process = Arc::new(Process::healthy());
    let (swept, events) = sweep_within(world, &process, Limits { most, ..Limits::default() }).await;
    (swept, events, process.calls())
}

struct Limits {
    most: u64,
    until: Option<Instant>,
    after: Option<Place>,
}

impl Default for Limits {
    fn default() -> Self {
        Self { most: 1_000, until: None, after: None }
    }
}

async fn sweep_within(
    world: &World,
    process: &Arc<Process>,
    Limits { most, until, after }: Limits,
) -> (Result<Swept, SweepError>, Vec<ChangeEvent>) {
    let (sent, mut number) = (Sent::default(), 0);
    let fresh_id = || {
        number += 1;
        EventId::from_random([number; 16])
    };
    let sweep = Sweep { sink: sent.clone(), fresh_id, most, until, after, dry_run: false };
    let swept = engine(world, process).sweep(sweep, &Deaf).await;
    let events = sent.0.lock().expect("nobody panicked").clone();
    (swept, events)
}

async fn sweep(world: &World) -> (Swept, Vec<(String, String)>) {
    let (swept, events, _) = sweep_up_to(world, 1_000).await;
    let found = events.iter().map(|event| {
        let whom = event.sub.as_ref().map_or("-", Sub::as_str);
        (whom.to_owned(), event.cause.as_str().to_owned())
    });
    (swept.expect("the sweep ends"), found.collect())
}

/// Five people who were mirrored, in two groups.
fn mirrored() -> World {
    crowd(5)
}

fn crowd(size: usize) -> World {
    let world = World::username_to_email();
    world.old.put_group(GroupDefinition { name: group("staff"), description: None, precedence: None });
    for number in 0..size {
        world.old.put(somebody(number));
        sign_in(&world, &format!("sub-{number}"));
    }
    world
}

fn somebody(number: usize) -> Person {
    let email = format!("p{number}@example.com");
    let attributes = [("email", email.as_str()), ("email_verified", "true"), ("name", "Somebody")];
    Person {
        groups: if number == 0 { [group("staff")].into() } else { BTreeSet::new() },
        ..person(&format!("sub-{number}"), &format!("user-{number}"), &attributes)
    }
}

fn pairs(all: &[(&str, &str)]) -> Vec<(String, String)> {
    all.iter().map(|(sub, cause)| ((*sub).to_owned(), (*cause).to_owned())).collect()
}

#[tokio::test(start_paused = true)]
async fn where_nothing_has_changed_nobody_is_read() {
    let world = mirrored();
    sweep(&world).await;
    let (swept, events, calls) = sweep_up_to(&world, 1_000).await;
    assert_eq!((swept.expect("the sweep ends").seen, events.len()), (5, 0));
    let per_user = calls.iter().filter(|call| call.starts_with("Admin"));
    assert_eq!(per_user.count(), 0, "digests only: {calls:?}");
}

#[tokio::test(start_paused = true)]
async fn what_no_event_told_is_found() {
    let world = mirrored();
    let sub = |number: usize| Sub::parse(format!("sub-{number}")).unwrap();
    world.old.edit(&sub(0), |person| person.groups = BTreeSet::new());
    world.old.edit(&sub(1), |person| {
        person.attributes.insert(attribute("name"), Value::new("Changed"));
    });
    world.old.edit(&sub(2), |person| person.enabled = false);
    world.old.remove(&sub(3));
    world.old.put(somebody(7));
    world.old.put(Person { status: Status::Unconfirmed, ..somebody(8) });
    world.old.put_group(GroupDefinition { name: group("empty"), description: None, precedence: None });
    let (_, found) = sweep(&world).await;
    let expected = pairs(&[
        ("-", "Sweep_Group"),
        ("sub-0", "Sweep_Changed"),
        ("sub-1", "Sweep_Changed"),
        ("sub-2", "Sweep_Changed"),
        ("sub-7", "Sweep_New"),
        ("sub-3", "Sweep_Missing"),
    ]);
    let as_set = |all: Vec<(String, String)>| all.into_iter().collect::<BTreeSet<_>>();
    assert_eq!(as_set(found), as_set(expected));
}

#[tokio::test(start_paused = true)]
async fn the_mirror_heals_what_a_sweep_found_and_the_next_one_finds_nothing() {
    let world = mirrored();
    let sub = |number: usize| Sub::parse(format!("sub-{number}")).unwrap();
    world.old.edit(&sub(0), |person| person.enabled = false);
    world.old.edit(&sub(1), |person| {
        person.attributes.remove(&attribute("name"));
    });
    world.old.put(somebody(7));
    let (_, events, _) = sweep_up_to(&world, 1_000).await;
    for event in &events {
        deliver(&world, event, 1).expect("the mirror processes it");
    }
    let new = |number: usize| {
        let link = link(&world, &format!("sub-{number}"));
        world.new.person(link.linked().expect("a pair").new_sub.as_str()).expect("a user")
    };
    assert!(!new(0).enabled);
    assert_eq!((new(1).value("name"), new(7).value("name")), (None, Some("Somebody")));
    let (swept, found) = sweep(&world).await;
    assert_eq!((swept.hints(), found), (0, vec![]));
}

#[tokio::test(start_paused = true)]
async fn who_is_not_in_the_list_is_looked_for_before_anything_happens() {
    let world = mirrored();
    let late = Sub::parse("sub-4").unwrap();
    world.old.list_late(&late, true);
    let (_, events, _) = sweep_up_to(&world, 1_000).await;
    let event = events.iter().find(|event| event.cause.as_str() == "Sweep_Missing").expect("a hint");
    assert_eq!(event.sub.as_ref(), Some(&late));
    // There, only late: nothing happens.
    deliver(&world, event, 1).expect("the mirror processes it");
    assert!(link(&world, "sub-4").linked().is_some());
    // Really gone: the fifth look is believed.
    world.old.remove(&late);
    for delivery in 1..5 {
        deliver(&world, event, delivery).expect_err("not believed yet");
    }
    assert_eq!(deliver(&world, event, 5).expect("believed").kind, Kind::Gone);
    assert!(matches!(link(&world, "sub-4").state, LinkState::Tombstone { .. }));
    let (_, found) = sweep(&world).await;
    assert!(found.iter().all(|(_, cause)| cause != "Sweep_Missing"), "{found:?}");
}

#[tokio::test(start_paused = true)]
async fn an_empty_list_sends_nobody_to_look_for_everybody() {
    let world = crowd(150);
    for person in world.old.people() {
        world.old.list_late(&person.sub, true);
    }
    let (swept, found) = sweep(&world).await;
    assert!(swept.too_many_missing);
    assert_eq!((swept.missing, found.iter().filter(|(_, cause)| cause == "Sweep_Missing").count()), (150, 0));
}

#[tokio::test(start_paused = true)]
async fn of_whom_the_link_says_that_the_old_pool_lost_them_nobody_is_sent_to_look_for() {
    let world = mirrored();
    for name in ["sub-3", "sub-4"] {
        world.old.remove(&Sub::parse(name).unwrap());
    }
    let mut link = link(&world, "sub-3");
    link.reverse.held_back.push(HeldBack { subject: Subject::User, reason: Reason::GoneFromOld });
    run(world.links.write(&link)).expect("written");
    let (_, found) = sweep(&world).await;
    let missing: Vec<_> = found.iter().filter(|(_, cause)| cause == "Sweep_Missing").collect();
    assert_eq!(missing.len(), 1, "{found:?}");
}

#[tokio::test(start_paused = true)]
async fn a_sweep_that_reaches_its_limit_says_where_it_was_and_calls_nobody_missing() {
    let world = mirrored();
    for number in 10..30 {
        world.old.put(somebody(number));
    }
    let (swept, events, _) = sweep_up_to(&world, 5).await;
    let swept = swept.expect("it ends in order");
    assert!(swept.next.is_some() && swept.hints() >= 5 && swept.hints() < 20);
    assert!(events.iter().all(|event| event.cause.as_str() != "Sweep_Missing"));
}

#[tokio::test(start_paused = true)]
async fn a_limit_holds_among_those_who_are_missing_too_and_the_next_sweeps_find_the_rest() {
    let world = crowd(60);
    for number in 0..40 {
        world.old.remove(&Sub::parse(format!("sub-{number}")).unwrap());
    }
    let mut sweeps = 0;
    loop {
        let (swept, events, _) = sweep_up_to(&world, 5).await;
        let swept = swept.expect("it ends in order");
        // Sixteen are on their way at a time.
        assert!(events.len() <= 16 && swept.hints() == events.len() as u64, "{swept:?}");
        for event in &events {
            assert_eq!(deliver(&world, event, 5).expect("believed").kind, Kind::Gone);
        }
        sweeps += 1;
        if swept.is_complete() {
            break;
        }
    }
    assert_eq!(sweeps, 3);
    let gone = world.links.all().into_iter().filter(|link| matches!(link.state, LinkState::Tombstone { .. }));
    assert_eq!(gone.count(), 40);
}

#[tokio::test(start_paused = true)]
async fn a_sweep_that_goes_on_somewhere_says_that_it_looked_for_nobody_who_is_missing() {
    let world = mirrored();
    for number in 10..30 {
        world.old.put(somebody(number));
    }
    let (first, _, _) = sweep_up_to(&world, 5).await;
    let first = first.expect("it ends in order");
    assert_eq!((first.is_complete(), first.looked_for), (false, None));
    let process = Arc::new(Process::healthy());
    let on = Limits { after: first.next, ..Limits::default() };
    let last = sweep_within(&world, &process, on).await.0.expect("it ends");
    assert_eq!((last.is_complete(), last.looked_for), (true, None));
    assert_eq!(sweep(&world).await.0.looked_for, Some(0));
}

#[tokio::test(start_paused = true)]
async fn a_sweep_whose_time_is_over_while_it_asks_who_is_missing_ends_in_order() {
    let world = mirrored();
    world.old.put(somebody(7));
    let process = Arc::new(Process::healthy());
    process.fail_all("Scan", Class::Unavailable);
    let until = Some(Instant::now() + Duration::from_secs(30));
    let (swept, events) = sweep_within(&world, &process, Limits { until, ..Limits::default() }).await;
    let swept = swept.expect("it ends in order");
    assert_eq!((swept.is_complete(), swept.looked_for, swept.next), (false, None, None));
    assert!(events.iter().any(|event| event.cause.as_str() == "Sweep_New"), "{events:?}");
}

#[tokio::test(start_paused = true)]
async fn who_is_in_conflict_for_a_reason_of_the_new_pool_costs_no_read() {
    let world = mirrored();
    world.old.put(person("twin", "twin", &[("email", "p1@example.com"), ("email_verified", "true")]));
    sign_in(&world, "twin");
    assert!(matches!(link(&world, "twin").state, LinkState::Conflict { .. }));
    let (_, found) = sweep(&world).await;
    assert!(found.iter().all(|(sub, _)| sub != "twin"), "{found:?}");
    // A new address may be free.
    world.old.edit(&Sub::parse("twin").unwrap(), |person| {
        person.attributes.insert(attribute("email_verified"), Value::new("false"));
    });
    let (_, found) = sweep(&world).await;
    assert!(found.contains(&("twin".to_owned(), "Sweep_Changed".to_owned())), "{found:?}");
}
