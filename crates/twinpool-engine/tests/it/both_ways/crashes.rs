//! A process may die at any call; the message comes back, and meanwhile people go on.

use std::sync::Arc;

use twinpool_testkit::world::{attribute, event_of};
use twinpool_testkit::{Moment, Process, World};

use super::world::{Jane, LATER, all, in_canary, jane, jane_in, set, step};
use crate::support::{NOW, SIGN_IN, assert_in_step, audited, engine_both_ways, link, run};

/// Changes in both pools, of which one process at a time is told.
fn changed() -> World {
    let world = in_canary();
    let Jane { old, new } = jane(&world);
    world.old.edit(&old, |jane| {
        set(jane, "name", "Joan");
        set(jane, "email", "joan@example.com");
    });
    world.new.edit(&new, |jane| {
        set(jane, "nickname", "JJ");
        jane.attributes.remove(&attribute("custom:tenant"));
        jane.groups.clear();
        jane.enabled = false;
    });
    world
}

/// Lets a process die at each of its calls, lets something happen, and delivers the message again when the lease is over.
fn die_everywhere(meanwhile: impl Fn(&World), check: impl Fn(&World)) {
    let event = audited("AdminUpdateUserAttributes", "jane-sub");
    for moment in [Moment::Before, Moment::After] {
        for call in 0.. {
            let world = changed();
            let process = Arc::new(Process::dying_at(call, moment));
            let first = run(engine_both_ways(&world, &process, NOW).sync_user(&event, 1));
            if !process.is_dead() {
                assert!(call > 8, "the process made more than {call} calls");
                break;
            }
            assert!(first.is_err());
            meanwhile(&world);
            let healthy = Arc::new(Process::healthy());
            let again = run(engine_both_ways(&world, &healthy, LATER).sync_user(&event, 2));
            again.unwrap_or_else(|error| panic!("call {call}, {moment:?}: {error}"));
            assert_in_step_but_for_messages(&world);
            check(&world);
            assert_eq!(link(&world, "jane-sub").reverse.overruled, [], "call {call}, {moment:?}");
        }
    }
}

fn assert_in_step_but_for_messages(world: &World) {
    assert_in_step(world, "jane-sub");
    assert_eq!(jane_in(&world.old).messages, 0);
}

#[test]
fn a_process_killed_at_any_call_leaves_what_the_next_one_brings_to_its_end() {
    die_everywhere(
        |_| (),
        |world| {
            let jane = jane_in(&world.old);
            assert_eq!((jane.value("name"), jane.value("nickname")), (Some("Joan"), Some("JJ")));
            assert_eq!((jane.value("custom:tenant"), jane.enabled), (None, false));
            assert_eq!(jane.value("email"), Some("joan@example.com"));
            assert!(jane.groups.is_empty());
        },
    );
}

#[test]
fn what_changes_after_a_death_is_newer_than_whatever_the_dead_one_wrote() {
    die_everywhere(
        |world| {
            let Jane { old, new } = jane(world);
            world.old.edit(&old, |jane| set(jane, "name", "Jo"));
            world.new.edit(&new, |jane| set(jane, "nickname", "J"));
        },
        |world| {
            let jane = jane_in(&world.new);
            assert_eq!((jane.value("name"), jane.value("nickname")), (Some("Jo"), Some("J")));
        },
    );
}

#[test]
fn a_process_killed_at_any_call_of_a_first_mirror_leaves_one_user_while_people_use_both_pools() {
    for moment in [Moment::Before, Moment::After] {
        for call in 0.. {
            let world = World::username_to_email().with_jane();
            step(&world, &all());
            let event = event_of(&world.old, "jane-sub", SIGN_IN);
            let process = Arc::new(Process::dying_at(call, moment));
            drop(run(engine_both_ways(&world, &process, NOW).sync_user(&event, 1)));
            if !process.is_dead() {
                assert!(call > 8, "the process made more than {call} calls");
                break;
            }
            let healthy = Arc::new(Process::healthy());
            let again = run(engine_both_ways(&world, &healthy, LATER).sync_user(&event, 2));
            again.unwrap_or_else(|error| panic!("call {call}, {moment:?}: {error}"));
            assert_in_step_but_for_messages(&world);
        }
    }
}
