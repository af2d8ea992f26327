//! A first sign-in beside the mirror, and beside itself, in every order of their calls that the schedules reach.

use std::pin::Pin;
use std::task::Poll;

use proptest::prelude::*;
use twinpool_testkit::Moment;
use twinpool_testkit::world::event_of;

use super::*;
use crate::support::{SIGN_IN, engine, engine_at, poll};

type Work<'a, T> = Pin<Box<dyn Future<Output = T> + 'a>>;

/// Lets both go on by the schedule, and then in turn.
fn together<A, B>(one: Work<'_, A>, two: Work<'_, B>, schedule: &[bool]) -> (A, B) {
    let (mut one, mut two) = (Some(one), Some(two));
    let (mut first, mut second) = (None, None);
    for is_one in schedule.iter().copied().chain([true, false].into_iter().cycle()) {
        if let (true, Some(work)) = (is_one, &mut one)
            && let Poll::Ready(answer) = poll(work)
        {
            (first, one) = (Some(answer), None);
        }
        if let (false, Some(work)) = (is_one, &mut two)
            && let Poll::Ready(answer) = poll(work)
        {
            (second, two) = (Some(answer), None);
        }
        if one.is_none() && two.is_none() {
            break;
        }
    }
    (first.expect("it ended"), second.expect("it ended"))
}

/// Whatever happened, it is over after a while: one user, in step; and whoever was let in stays in.
fn assert_settled(world: &World, seen: Seen) {
    let event = event_of(&world.old, "jane-sub", SIGN_IN);
    run(engine_at(world, &healthy(), later(120)).sync_user(&event, 2)).expect("redelivery succeeds");
    assert_in_step(world, "jane-sub");
    if seen == Seen::In {
        assert_eq!(signs_in(world, JANE, PASSWORD), Seen::In);
        assert!(link(world, "jane-sub").is_of_sign_in());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_first_sign_in_beside_the_mirror_ends_in_one_account(
        schedule in prop::collection::vec(any::<bool>(), 0..80),
        dies in prop::option::of((any::<bool>(), 0usize..16, any::<bool>())),
    ) {
        let world = jane("");
        let process = |is_one: bool| Arc::new(match dies {
            Some((one, call, after)) if one == is_one => {
                Process::dying_at(call, if after { Moment::After } else { Moment::Before })
            }
            _ => Process::healthy(),
        });
        let (person, mirror) = (process(true), process(false));
        let (door, engine) = (door(&world, &person, NOW), engine(&world, &mirror));
        let event = event_of(&world.old, "jane-sub", SIGN_IN);
        let comes = Box::pin(comes(&world, &door, JANE, PASSWORD));
        let (seen, _) = together(comes, Box::pin(engine.sync_user(&event, 1)), &schedule);
        // Whoever was let in is not overtaken by the mirror.
        prop_assert!(dies.is_some() || seen != Seen::Failed);
        assert_settled(&world, seen);
    }

    #[test]
    fn the_same_person_on_two_devices_at_once_has_one_account(
        schedule in prop::collection::vec(any::<bool>(), 0..80),
    ) {
        let world = jane("");
        let (one, two) = (door(&world, &healthy(), NOW), door(&world, &healthy(), NOW));
        let sees = together(
            Box::pin(comes(&world, &one, JANE, PASSWORD)),
            Box::pin(comes(&world, &two, JANE, PASSWORD)),
            &schedule,
        );
        prop_assert!(sees.0 == Seen::In || sees.1 == Seen::In, "{:?}", sees);
        prop_assert!(sees.0 != Seen::Wrong && sees.1 != Seen::Wrong, "{:?}", sees);
        assert_settled(&world, Seen::In);
    }
}
