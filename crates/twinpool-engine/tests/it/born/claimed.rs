//! Somebody whom the old pool has deleted lives in the new one, and the old pool gives the name to somebody else.

use twinpool_core::change_event::ChangeEvent;
use twinpool_core::held_back::Reason;
use twinpool_core::id::Sub;
use twinpool_core::phase::Step;
use twinpool_core::value::Value;
use twinpool_engine::Kind;
use twinpool_testkit::World;
use twinpool_testkit::world::{OLD_POOL, alias_pool, attribute, event_of, person, username_pool};

use super::deletions::{delete_old, moved};
use super::{LATER, audited_in, held_user, shows, step, switch, told};
use crate::support::{NOW, SIGN_IN, link};

/// From this delivery on a deletion is believed that nobody told of.
const BELIEVED: u32 = 8;

const ADDRESS: [(&str, &str); 2] = [("email", "jane@example.com"), ("email_verified", "true")];

/// Joe signs up in the old pool with Jane's address.
fn joe(world: &World) -> ChangeEvent {
    world.old.put(person("joe-sub", "joe", &ADDRESS));
    event_of(&world.old, "joe-sub", SIGN_IN)
}

/// Jane can sign in to the new pool with her address, and has her link.
fn assert_lives(world: &World, new: &str) {
    let jane = world.new.person(new).expect("jane is there");
    assert_eq!((jane.value("email"), jane.value("email_verified")), (Some("jane@example.com"), Some("true")));
    assert!(jane.enabled);
    assert!(link(world, "jane-sub").linked().is_some(), "{:?}", link(world, "jane-sub").state);
}

#[test]
fn who_lives_in_the_new_pool_keeps_the_name_that_the_old_one_gave_to_somebody_who_is_made() {
    for rules in ["", "[users]\ndeleted = \"delete\""] {
        let (world, new) = moved();
        let world = world.under(rules);
        delete_old(&world, "jane-sub");
        let event = joe(&world);
        let hold = || {
            assert_eq!(told(&world, &event, BELIEVED).held_back, held_user(Reason::Twin));
            assert_lives(&world, &new);
        };
        hold();
        hold();
        step(&world, &Step::Rollback, NOW);
        hold();
        // She gives the address up.
        let sub = Sub::parse(new.as_str()).expect("a sub");
        world.new.edit(&sub, |jane| {
            jane.attributes.insert(attribute("email"), Value::new("joan@example.com"));
        });
        assert_eq!(told(&world, &event, BELIEVED).kind, Kind::Created);
        assert!(world.new.person(&new).expect("jane is there").enabled);
    }
}

#[test]
fn who_lives_in_the_new_pool_keeps_the_address_that_somebody_else_changes_to_in_the_old_one() {
    let world = World::new(username_pool(OLD_POOL), alias_pool("eu-west-1_New")).with_jane();
    world.old.put(person("joe-sub", "joe", &[("name", "Joe")]));
    for sub in ["jane-sub", "joe-sub"] {
        told(&world, &event_of(&world.old, sub, SIGN_IN), 1);
    }
    switch(&world);
    let new = world.new.person("jane").expect("jane").sub.to_string();
    shows(&world, &new, SIGN_IN);
    delete_old(&world, "jane-sub");
    let outcome = told(&world, &joe(&world), BELIEVED);
    let reasons: Vec<_> = outcome.held_back.iter().map(|held| held.reason).collect();
    assert!(!reasons.is_empty() && reasons.iter().all(|reason| *reason == Reason::Twin), "{outcome:?}");
    assert_lives(&world, &new);
    assert_eq!(world.new.person("joe").expect("joe").value("email"), None);
}

#[test]
fn the_name_is_given_on_once_the_old_pool_has_the_say_and_tells_of_the_deletion_anew() {
    let (world, _) = moved();
    step(&world, &Step::Rollback, NOW);
    delete_old(&world, "jane-sub");
    let event = joe(&world);
    assert_eq!(told(&world, &event, BELIEVED).held_back, held_user(Reason::Twin));
    told(&world, &audited_in(&world.old, "AdminDeleteUser", "jane-sub", LATER), 1);
    assert_eq!(told(&world, &event, BELIEVED).kind, Kind::Created);
}
