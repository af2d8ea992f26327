//! Two processes at one pair, in every order of their calls that the schedules reach, while people change it in both pools.

use std::sync::Arc;
use std::task::Poll;

use proptest::prelude::*;
use twinpool_core::change_event::ChangeEvent;
use twinpool_testkit::world::event_of;
use twinpool_testkit::{Moment, Process, World};

use super::world::{Jane, LATER, in_canary, jane, jane_in, set};
use crate::support::{NOW, SIGN_IN, assert_in_step, audited, engine_both_ways, link, poll, run};

/// What changes in one pool changes there only, so that every last change has to arrive.
fn change(world: &World, pool: u8, value: &str) {
    let Jane { old, new } = jane(world);
    match pool {
        0 => world.old.edit(&old, |jane| {
            set(jane, "name", value);
            jane.enabled = !jane.enabled;
        }),
        _ => world.new.edit(&new, |jane| {
            set(jane, "nickname", value);
            set(jane, "email", &format!("{value}@example.com"));
        }),
    }
}

fn settle(world: &World, event: &ChangeEvent) {
    for delivery in 2..6 {
        let healthy = Arc::new(Process::healthy());
        if run(engine_both_ways(world, &healthy, LATER).sync_user(event, delivery)).is_ok() {
            return;
        }
    }
    panic!("a message that comes again is not processed");
}

fn race(schedule: &[u8], death: Option<(usize, Moment)>) {
    let world = in_canary();
    change(&world, 0, "a");
    change(&world, 1, "b");
    let Jane { old, new } = jane(&world);
    let events =
        [audited("AdminUpdateUserAttributes", old.as_str()), event_of(&world.new, new.as_str(), SIGN_IN)];
    let first =
        Arc::new(death.map_or_else(Process::healthy, |(call, moment)| Process::dying_at(call, moment)));
    let second = Arc::new(Process::healthy());
    let (one, two) = (engine_both_ways(&world, &first, NOW), engine_both_ways(&world, &second, NOW));
    let mut work =
        [Some(Box::pin(one.sync_user(&events[0], 1))), Some(Box::pin(two.sync_user(&events[1], 1)))];
    let mut failed = [false; 2];
    for (number, step) in schedule.iter().copied().chain([0, 1].into_iter().cycle()).enumerate() {
        if step >= 2 {
            change(&world, step - 2, &format!("v{number}"));
            continue;
        }
        let slot = &mut work[usize::from(step)];
        if let Some(future) = slot
            && let Poll::Ready(result) = poll(future)
        {
            failed[usize::from(step)] = result.is_err();
            *slot = None;
        }
        if work.iter().all(Option::is_none) {
            break;
        }
    }
    drop(work);
    let last = (jane_in(&world.old), jane_in(&world.new));
    for (event, _) in events.iter().zip(failed).filter(|(_, failed)| *failed) {
        settle(&world, event);
    }
    // What tells of the last changes.
    for sub in [old, new] {
        settle(&world, &audited("AdminUpdateUserAttributes", sub.as_str()));
    }
    assert_in_step(&world, "jane-sub");
    let jane = jane_in(&world.new);
    assert_eq!((jane.value("name"), jane.enabled), (last.0.value("name"), last.0.enabled));
    assert_eq!(
        (jane.value("nickname"), jane.value("email")),
        (last.1.value("nickname"), last.1.value("email"))
    );
    assert_eq!(link(&world, "jane-sub").reverse.overruled, [], "nobody's change was overruled");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_mirrors_racing_on_a_pair_lose_no_change_of_either_pool(schedule in prop::collection::vec(0u8..4, 0..100)) {
        race(&schedule, None);
    }

    #[test]
    fn a_race_in_which_one_dies_loses_no_change_of_either_pool(
        schedule in prop::collection::vec(0u8..4, 0..100),
        call in 0usize..16,
        after: bool,
    ) {
        let moment = if after { Moment::After } else { Moment::Before };
        race(&schedule, Some((call, moment)));
    }
}
