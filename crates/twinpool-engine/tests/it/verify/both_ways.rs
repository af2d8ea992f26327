//! Verdicts while people use both pools.

use twinpool_core::change_event::{About, Cause, ChangeEvent, EventId};
use twinpool_core::id::Sub;
use twinpool_testkit::World;
use twinpool_testkit::world::{event_of, person};

use super::{quick, thorough, verify};
use crate::both_ways::world::{Jane, canary_of, in_canary, jane, set, told};
use crate::support::{NOW, SIGN_IN, audited};

/// Jane has signed in to the new pool, which has the say from then on.
fn moved(world: World) -> (World, Jane) {
    let jane = jane(&world);
    told(&world, &event_of(&world.new, jane.new.as_str(), SIGN_IN));
    (world, jane)
}

fn deleted_from_new(world: &World, sub: &Sub) -> ChangeEvent {
    let pool = world.new.shape().id.clone();
    let cause = Cause::audit_trail("AdminDeleteUser");
    ChangeEvent::hint(EventId::from_random([7; 16]), pool, About::User(sub.clone()), cause, NOW)
}

fn said(world: &World) -> [String; 2] {
    [quick(), thorough()].map(|looking| verify(world, &looking).said("jane-sub"))
}

#[test]
fn who_was_deleted_from_the_new_pool_is_in_the_old_one_as_the_rules_want() {
    for (rules, enabled, expected) in [
        ("", false, "held_back: user deleted"),
        ("", true, "differs: enabled differs"),
        ("[users]\ndeleted = \"keep\"", true, "held_back: user deleted"),
    ] {
        let (world, jane) = moved(in_canary().under(rules));
        world.new.remove(&jane.new);
        told(&world, &deleted_from_new(&world, &jane.new));
        world.old.edit(&jane.old, |jane| jane.enabled = enabled);
        assert_eq!(said(&world), [expected, expected], "{rules}");
    }
}

#[test]
fn whom_the_old_pool_has_lost_is_held_back_once_the_link_says_so() {
    let (world, jane) = moved(in_canary());
    world.old.remove(&jane.old);
    assert_eq!(said(&world), ["only_in_new: user gone"; 2]);
    told(&world, &audited("AdminDeleteUser", "jane-sub"));
    assert_eq!(said(&world), ["held_back: user gone_from_old"; 2]);
}

#[test]
fn what_has_no_way_back_is_held_back_and_what_nobody_told_of_differs() {
    let rules = "[attributes]\n\"custom:tenant\" = { constant = \"x\" }";
    let world = canary_of(World::username_to_email().with_jane().under(rules));
    let jane = jane(&world);
    world.new.edit(&jane.new, |jane| set(jane, "custom:tenant", "y"));
    assert_eq!(said(&world), ["differs: attribute custom:tenant differs"; 2]);
    told(&world, &event_of(&world.new, jane.new.as_str(), SIGN_IN));
    assert_eq!(said(&world), ["held_back: attribute custom:tenant no_way_back"; 2]);
    world.new.edit(&jane.new, |jane| set(jane, "custom:tenant", "z"));
    assert_eq!(said(&world), ["differs: attribute custom:tenant differs"; 2], "nobody has told of this one");
}

#[test]
fn who_was_born_in_the_new_pool_and_cannot_be_made_in_the_old_one_is_held_back() {
    let world = in_canary();
    let attributes = [("email", "nina@example.com"), ("email_verified", "true")];
    world.new.put(person("n-1", "n-1", &attributes));
    world.old.put(person("o-9", "nina@example.com", &[]));
    let of_nina = |world: &World| {
        let rows = verify(world, &quick()).rows;
        let nina = rows.iter().find(|row| row.new_sub.as_ref().is_some_and(|sub| sub.as_str() == "n-1"));
        super::said(nina.expect("a row"))
    };
    assert_eq!(of_nina(&world), "only_in_new: user no_link");
    told(&world, &event_of(&world.new, "n-1", SIGN_IN));
    assert_eq!(of_nina(&world), "held_back: user taken");
}
