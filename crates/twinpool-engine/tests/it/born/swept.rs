//! The sweep also walks the new pool while people use both.

use std::sync::{Arc, Mutex};

use twinpool_core::change_event::{ChangeEvent, EventId};
use twinpool_core::held_back::Reason;
use twinpool_core::port::{Answer, ChangeSink, Place};
use twinpool_core::value::Value;
use twinpool_engine::{Deaf, Sweep, Swept};
use twinpool_testkit::world::{attribute, event_of, person};
use twinpool_testkit::{Process, World};

use super::{LATER, assert_one, canary, held_user, nina, only_link, shows, switch, told, with_nina};
use crate::support::{SIGN_IN, engine_both_ways, run};

#[derive(Debug, Default, Clone)]
struct Sent(Arc<Mutex<Vec<ChangeEvent>>>);

impl ChangeSink for Sent {
    async fn send(&self, event: &ChangeEvent) -> Answer<()> {
        self.0.lock().expect("nobody panicked").push(event.clone());
        Ok(())
    }
}

fn sweep_from(world: &World, after: Option<Place>, most: u64) -> (Swept, Vec<ChangeEvent>) {
    let (sent, process, mut number) = (Sent::default(), Arc::new(Process::healthy()), 0);
    let fresh_id = || {
        number += 1;
        EventId::from_random([number; 16])
    };
    let sweep = Sweep { sink: sent.clone(), fresh_id, most, until: None, after, dry_run: false };
    let swept = run(engine_both_ways(world, &process, LATER).sweep(sweep, &Deaf)).expect("the sweep ends");
    let events = sent.0.lock().expect("nobody panicked").clone();
    (swept, events)
}

fn found(world: &World) -> Vec<(String, String, String)> {
    let (_, events) = sweep_from(world, None, 1_000);
    let one = |event: ChangeEvent| {
        let whom = event.sub.map_or_else(String::new, |sub| sub.to_string());
        (event.pool.to_string(), whom, event.cause.as_str().to_owned())
    };
    events.into_iter().map(one).collect()
}

fn in_new(sub: &str, cause: &str) -> (String, String, String) {
    ("eu-west-1_New".to_owned(), sub.to_owned(), format!("Sweep_{cause}"))
}

#[test]
fn it_finds_who_was_born_unseen_who_changed_unseen_and_who_went_unseen() {
    let world = with_nina();
    assert_eq!(found(&world), [in_new("n-1", "New")]);
    let (_, events) = sweep_from(&world, None, 1_000);
    told(&world, &events[0], 1);
    assert_one(&world, "n-1");
    assert_eq!(found(&world), []);

    world.new.edit(&nina().sub, |nina| drop(nina.attributes.insert(attribute("name"), Value::new("N."))));
    assert_eq!(found(&world), [in_new("n-1", "Changed")]);
    shows(&world, "n-1", SIGN_IN);
    assert_eq!(found(&world), []);

    world.new.remove(&nina().sub);
    assert_eq!(found(&world), [in_new("n-1", "Missing")]);
    let (_, events) = sweep_from(&world, None, 1_000);
    told(&world, &events[0], 5);
    assert!(!world.old.people()[0].enabled);
    assert_eq!(found(&world), [], "nobody is looked for for ever");
}

#[test]
fn whoever_went_from_the_new_pool_is_found_where_the_old_one_has_the_say_too() {
    let world = World::username_to_email().with_jane();
    told(&world, &event_of(&world.old, "jane-sub", SIGN_IN), 1);
    switch(&world);
    let new = world.new.people().remove(0).sub;
    assert_eq!(found(&world), []);
    world.new.remove(&new);
    assert_eq!(found(&world), [in_new(new.as_str(), "Missing")]);
    let (_, events) = sweep_from(&world, None, 1_000);
    told(&world, &events[0], 5);
    assert_eq!(only_link(&world).linked().unwrap().held_back, held_user(Reason::Missing));
    assert_eq!(found(&world), [], "nobody is looked for for ever");
}

#[test]
fn its_budget_holds_among_those_who_went_too() {
    let world = World::username_to_email();
    for number in 0..70 {
        let (sub, email) = (format!("sub-{number}"), format!("p{number}@example.com"));
        world.old.put(person(&sub, &sub, &[("email", &email), ("email_verified", "true")]));
        told(&world, &event_of(&world.old, &sub, SIGN_IN), 1);
    }
    switch(&world);
    for account in world.new.people() {
        world.new.remove(&account.sub);
    }
    // A page of links each.
    for page in [60, 10] {
        let (swept, events) = sweep_from(&world, None, 5);
        assert_eq!((swept.is_complete(), events.len()), (page < 60, page));
        events
            .iter()
            .for_each(|event| assert_eq!(told(&world, event, 5).held_back, held_user(Reason::Missing)));
    }
    assert_eq!(found(&world), []);
}

#[test]
fn in_dual_write_it_does_not_look_there() {
    let world = World::username_to_email();
    world.new.put(nina());
    let (swept, events) = sweep_from(&world, None, 1_000);
    assert_eq!((swept.seen_in_new, events.len()), (0, 0));
}

#[test]
fn it_stops_at_its_budget_and_goes_on_in_the_new_pool_later() {
    let world = canary();
    for number in 0..3 {
        let sub = format!("n-{number}");
        let email = format!("n{number}@example.com");
        world.new.put(person(&sub, &sub, &[("email", &email), ("email_verified", "true")]));
    }
    let (mut place, mut seen, mut rounds) = (None, Vec::new(), 0);
    loop {
        let (swept, events) = sweep_from(&world, place, 1);
        seen.extend(events.into_iter().filter_map(|event| event.sub).map(|sub| sub.to_string()));
        rounds += 1;
        assert!(rounds < 10);
        place = swept.next;
        if place.is_none() {
            break;
        }
    }
    seen.sort();
    seen.dedup();
    assert_eq!(seen, ["n-0", "n-1", "n-2"]);
}
