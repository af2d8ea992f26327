//! Sweeps come to rest: whom the mirror has answered for is not sent to it again, until the old pool says something new.

use std::sync::{Arc, Mutex};

use twinpool_core::change_event::{ChangeEvent, EventId};
use twinpool_core::decision::Decision;
use twinpool_core::group::GroupDefinition;
use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::id::{OldSub, Sub};
use twinpool_core::link::LinkState;
use twinpool_core::port::{Answer, ChangeSink, Place};
use twinpool_core::value::Value;
use twinpool_engine::{Deaf, Sweep, Swept};
use twinpool_testkit::world::{attribute, group, person};
use twinpool_testkit::{Person, Process, World};

use crate::support::{decide, deliver, engine, link, sign_in};

#[derive(Debug, Default, Clone)]
struct Sent(Arc<Mutex<Vec<ChangeEvent>>>);

impl ChangeSink for Sent {
    async fn send(&self, event: &ChangeEvent) -> Answer<()> {
        self.0.lock().expect("nobody panicked").push(event.clone());
        Ok(())
    }
}

async fn sweep_after(world: &World, after: Option<Place>) -> (Swept, Vec<ChangeEvent>) {
    let (sent, mut number) = (Sent::default(), 0);
    let fresh_id = || {
        number += 1;
        EventId::from_random([number; 16])
    };
    let sweep = Sweep { sink: sent.clone(), fresh_id, most: 1_000, until: None, after, dry_run: false };
    let swept = engine(world, &Arc::new(Process::healthy())).sweep(sweep, &Deaf).await.expect("it ends");
    let events = sent.0.lock().expect("nobody panicked").clone();
    (swept, events)
}

/// Whom a sweep finds, after which the mirror has answered.
async fn swept(world: &World) -> Vec<String> {
    let (_, events) = sweep_after(world, None).await;
    for event in &events {
        deliver(world, event, 1).expect("the mirror processes it");
    }
    events.iter().filter_map(|event| Some(event.sub.as_ref()?.to_string())).collect()
}

fn jane() -> Person {
    let attributes = [("email", "jane@example.com"), ("email_verified", "true"), ("name", "Jane")];
    person("jane", "jane-name", &attributes)
}

fn set(world: &World, sub: &str, name: &str, value: &str) {
    world.old.edit(&Sub::parse(sub).expect("a sub"), |person| {
        person.attributes.insert(attribute(name), Value::new(value));
    });
}

fn testers(world: &World) {
    world.old.put_group(GroupDefinition { name: group("testers"), description: None, precedence: None });
}

const LEFT_OUT: &str = "[users]\nleave_out_groups = [\"testers\"]";

#[tokio::test(start_paused = true)]
async fn a_pair_that_rules_leave_out_is_at_rest_whatever_the_old_pool_says() {
    let world = World::username_to_email();
    testers(&world);
    world.old.put(jane());
    sign_in(&world, "jane");
    let world = world.under(LEFT_OUT);
    world.old.edit(&Sub::parse("jane").unwrap(), |person| person.groups = [group("testers")].into());
    swept(&world).await;
    set(&world, "jane", "name", "Changed");
    swept(&world).await;
    assert_eq!(swept(&world).await, Vec::<String>::new());
    // Not left out any more: found again.
    world.old.edit(&Sub::parse("jane").unwrap(), |person| person.groups.clear());
    assert_eq!(swept(&world).await, ["jane"]);
    let new_sub = link(&world, "jane").linked().unwrap().new_sub.clone();
    assert_eq!(world.new.person(new_sub.as_str()).unwrap().value("name"), Some("Changed"));
    assert_eq!(swept(&world).await, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn who_was_left_out_or_could_not_be_made_is_found_when_that_is_over() {
    for (rules, before, name, value) in [
        (LEFT_OUT, Reason::LeftOut, None, ""),
        ("", Reason::NoSignInName, Some("email"), "jane@example.com"),
        ("", Reason::UnverifiedSignInName, Some("email_verified"), "true"),
    ] {
        let world = World::username_to_email().under(rules);
        testers(&world);
        let mut old = jane();
        match before {
            Reason::LeftOut => old.groups = [group("testers")].into(),
            Reason::NoSignInName => drop(old.attributes.remove(&attribute("email"))),
            _ => drop(old.attributes.insert(attribute("email_verified"), Value::new("false"))),
        }
        world.old.put(old);
        sign_in(&world, "jane");
        let state = link(&world, "jane").state;
        assert!(matches!(state, LinkState::Conflict { reason, .. } if reason == before), "{state:?}");
        assert_eq!(swept(&world).await, Vec::<String>::new());
        match name {
            Some(name) => set(&world, "jane", name, value),
            None => {
                world.old.edit(&Sub::parse("jane").unwrap(), |person| person.groups.clear());
            }
        }
        assert_eq!(swept(&world).await, ["jane"], "{before:?}");
        assert!(link(&world, "jane").linked().is_some());
        assert_eq!(swept(&world).await, Vec::<String>::new());
    }
}

#[tokio::test(start_paused = true)]
async fn a_conflict_that_a_decision_led_to_is_at_rest() {
    let world = World::username_to_email();
    world.old.put(jane());
    sign_in(&world, "jane");
    let mut other = person("other", "other-name", &[("name", "Jane")]);
    other.groups.clear();
    world.old.put(other);
    sign_in(&world, "other");
    let into = OldSub::parse("jane").unwrap();
    decide(&world, "other", Subject::User, Decision::MergeInto(into)).unwrap();
    world.old.remove(&Sub::parse("jane").unwrap());
    let gone = crate::support::audited("AdminDeleteUser", "jane");
    deliver(&world, &gone, 1).unwrap();
    sign_in(&world, "other");
    let state = link(&world, "other").state;
    assert!(matches!(state, LinkState::Conflict { reason: Reason::MergedGone, .. }), "{state:?}");
    swept(&world).await;
    assert_eq!(swept(&world).await, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_pair_whose_new_side_is_missing_is_at_rest() {
    let world = World::username_to_email();
    world.old.put(jane());
    sign_in(&world, "jane");
    let new_sub = link(&world, "jane").linked().unwrap().new_sub.clone();
    world.new.remove(&Sub::from(&new_sub));
    set(&world, "jane", "name", "Changed");
    let (_, events) = sweep_after(&world, None).await;
    deliver(&world, &events[0], 5).expect("it is believed");
    assert_eq!(swept(&world).await, Vec::<String>::new());
}

#[tokio::test(start_paused = true)]
async fn a_walk_whose_place_is_forgotten_begins_anew_and_finds_who_is_missing() {
    let world = World::username_to_email();
    for number in 0..130 {
        let email = format!("p{number}@example.com");
        let sub = format!("sub-{number:03}");
        let attributes = [("email", email.as_str()), ("email_verified", "true")];
        world.old.put(person(&sub, &sub, &attributes));
        sign_in(&world, &sub);
    }
    let forgotten = Place("forgotten".to_owned());
    world.old.remove(&Sub::parse("sub-120").unwrap());
    let (swept, events) = sweep_after(&world, Some(forgotten)).await;
    assert_eq!((swept.seen, swept.missing), (129, 1));
    assert!(events.iter().any(|event| event.cause.as_str() == "Sweep_Missing"));
}
