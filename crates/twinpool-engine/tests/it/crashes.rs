//! A process may die at any call; the message comes back.

use std::sync::Arc;

use twinpool_core::value::Value;
use twinpool_testkit::world::{attribute, event_of, group};
use twinpool_testkit::{Moment, Process, World};

use crate::support::{SIGN_IN, assert_in_step, deliver, engine, run, sign_in};

/// Lets a process die at each of its calls, before and after the call has its effect; then delivers the message again.
fn die_everywhere(world: impl Fn() -> World) {
    for moment in [Moment::Before, Moment::After] {
        for call in 0.. {
            let world = world();
            let event = event_of(&world.old, "jane-sub", SIGN_IN);
            let process = Arc::new(Process::dying_at(call, moment));
            let first = run(engine(&world, &process).sync_user(&event, 1));
            if !process.is_dead() {
                assert!(call > 3, "the process made more than {call} calls");
                break;
            }
            assert!(first.is_err());
            deliver(&world, &event, 2).unwrap_or_else(|error| panic!("call {call}, {moment:?}: {error}"));
            assert_in_step(&world, "jane-sub");
        }
    }
}

#[test]
fn a_process_killed_at_any_call_of_a_first_mirror_leaves_one_user_and_one_link() {
    die_everywhere(|| World::username_to_email().with_jane());
}

#[test]
fn a_process_killed_at_any_call_of_an_update_leaves_both_pools_in_step() {
    die_everywhere(|| {
        let world = World::username_to_email().with_jane();
        sign_in(&world, "jane-sub");
        let jane = world.old.person("jane-sub").expect("jane");
        world.old.edit(&jane.sub, |jane| {
            jane.attributes.insert(attribute("email"), Value::new("jane.doe@example.com"));
            jane.attributes.insert(attribute("nickname"), Value::new("JJ"));
            drop(jane.attributes.remove(&attribute("name")));
            jane.groups = [group("admins")].into();
            jane.enabled = true;
        });
        let definition = twinpool_core::group::GroupDefinition {
            name: group("admins"),
            description: None,
            precedence: None,
        };
        world.old.put_group(definition);
        world
    });
}

#[test]
fn what_a_dead_process_wrote_is_undone_when_the_old_pool_has_moved_on() {
    for call in 0..12 {
        let world = World::username_to_email().with_jane();
        sign_in(&world, "jane-sub");
        let jane = world.old.person("jane-sub").expect("jane");
        world
            .old
            .edit(&jane.sub, |jane| drop(jane.attributes.insert(attribute("nickname"), Value::new("JJ"))));
        let event = event_of(&world.old, "jane-sub", SIGN_IN);
        let process = Arc::new(Process::dying_at(call, Moment::After));
        let _ = run(engine(&world, &process).sync_user(&event, 1));
        world.old.edit(&jane.sub, |jane| drop(jane.attributes.remove(&attribute("nickname"))));
        deliver(&world, &event, 2).expect("processed");
        assert_in_step(&world, "jane-sub");
    }
}
