//! Two processes at one user, in every order of their calls that the schedules reach.

use std::sync::Arc;
use std::task::Poll;

use proptest::prelude::*;
use twinpool_core::group::GroupDefinition;
use twinpool_core::value::Value;
use twinpool_testkit::world::{attribute, event_of, group};
use twinpool_testkit::{Moment, Process, World};

use crate::support::{SIGN_IN, assert_in_step, deliver, engine, poll, sign_in};

fn change(world: &World, to: &str) {
    let jane = world.old.person("jane-sub").expect("jane");
    let definition = GroupDefinition { name: group(to), description: None, precedence: None };
    world.old.put_group(definition);
    world.old.edit(&jane.sub, |jane| {
        jane.attributes.insert(attribute("name"), Value::new(to));
        jane.attributes.retain(|name, _| name.as_str() != "nickname");
        if to == "b" {
            jane.attributes.insert(attribute("nickname"), Value::new("JJ"));
        }
        jane.groups = [group(to)].into();
    });
}

/// Runs two mirrors of one user by a schedule, with changes of the old pool in between; one of them may die. What does
/// not end well is delivered again, as the queue would.
fn race(linked: bool, schedule: &[u8], death: Option<(usize, Moment)>) {
    let world = World::username_to_email().with_jane();
    if linked {
        sign_in(&world, "jane-sub");
    }
    change(&world, "a");
    let event = event_of(&world.old, "jane-sub", SIGN_IN);
    let first =
        Arc::new(death.map_or_else(Process::healthy, |(call, moment)| Process::dying_at(call, moment)));
    let second = Arc::new(Process::healthy());
    let (one, two) = (engine(&world, &first), engine(&world, &second));
    let mut work = [Some(Box::pin(one.sync_user(&event, 1))), Some(Box::pin(two.sync_user(&event, 1)))];
    let mut again = 0;
    for step in schedule.iter().copied().chain([0, 1].into_iter().cycle()) {
        if step >= 2 {
            change(&world, ["b", "c"][usize::from(step) - 2]);
            continue;
        }
        let slot = &mut work[usize::from(step)];
        if let Some(future) = slot
            && let Poll::Ready(result) = poll(future)
        {
            again += u32::from(result.is_err());
            *slot = None;
        }
        if work.iter().all(Option::is_none) {
            break;
        }
    }
    drop(work);
    for delivery in 0..again {
        deliver(&world, &event, 2 + delivery).expect("redelivery succeeds");
    }
    // The sign-in that shows the last change.
    sign_in(&world, "jane-sub");
    assert_in_step(&world, "jane-sub");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 3_000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_mirrors_racing_on_a_new_user_end_in_agreement(schedule in prop::collection::vec(0u8..4, 0..80)) {
        race(false, &schedule, None);
    }

    #[test]
    fn two_mirrors_racing_on_a_linked_user_end_in_agreement(schedule in prop::collection::vec(0u8..4, 0..80)) {
        race(true, &schedule, None);
    }

    #[test]
    fn a_race_in_which_one_dies_ends_in_agreement(
        linked: bool,
        schedule in prop::collection::vec(0u8..4, 0..80),
        call in 0usize..14,
        after: bool,
    ) {
        let moment = if after { Moment::After } else { Moment::Before };
        race(linked, &schedule, Some((call, moment)));
    }
}
