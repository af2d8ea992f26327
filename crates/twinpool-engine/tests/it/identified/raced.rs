//! First tokens, mirrors and deaths in every order of their calls that the schedules reach.

use std::future::Future;
use std::pin::pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use proptest::prelude::*;
use twinpool_core::id::{OldSub, Timestamp};
use twinpool_engine::{Named, NotYet};
use twinpool_testkit::world::{event_of, person};
use twinpool_testkit::{Moment, Process, World};

use super::{gina, healthy, id_of, jane_linked, known, named, naming};
use crate::support::{SIGN_IN, assert_in_step, deliver, engine, link, only, run, sign_in};

/// Runs two futures by a schedule, and then in turn.
fn race<A, B>(one: impl Future<Output = A>, two: impl Future<Output = B>, schedule: &[bool]) -> (A, B) {
    let (mut one, mut two) = (pin!(one), pin!(two));
    let (mut first, mut second) = (None, None);
    let mut context = Context::from_waker(Waker::noop());
    for is_first in schedule.iter().copied().chain([true, false].into_iter().cycle()) {
        if is_first && first.is_none() {
            first = ready(one.as_mut().poll(&mut context));
        } else if !is_first && second.is_none() {
            second = ready(two.as_mut().poll(&mut context));
        }
        if first.is_some() && second.is_some() {
            break;
        }
    }
    first.zip(second).expect("both are over")
}

fn ready<T>(poll: Poll<T>) -> Option<T> {
    match poll {
        Poll::Ready(value) => Some(value),
        Poll::Pending => None,
    }
}

fn dying(death: Option<(usize, bool)>) -> Arc<Process> {
    let moment = |after| if after { Moment::After } else { Moment::Before };
    Arc::new(death.map_or_else(Process::healthy, |(call, after)| Process::dying_at(call, moment(after))))
}

fn assert_id(named: &Result<Named, NotYet>, expected: &str) {
    if let Ok(named) = named {
        assert_eq!(named.id.as_str(), expected);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn two_first_tokens_hold_one_id(
        schedule in prop::collection::vec(any::<bool>(), 0..40),
        is_known_from_old: bool,
        death in prop::option::of((0usize..8, any::<bool>())),
    ) {
        let world = gina("");
        world.new.put(person("n-1", "n-1", &[]));
        let (sub, expected) = if is_known_from_old { ("n-9", "g-sub") } else { ("n-1", "n-1") };
        let (one, two) = (dying(death), healthy());
        let (first, second) =
            race(naming(&world, sub, &one, &one), naming(&world, sub, &two, &two), &schedule);
        assert_id(&first, expected);
        assert_eq!(second.expect("the healthy one gets an id").id.as_str(), expected);
        assert_eq!(id_of(&world, sub), expected);
    }

    #[test]
    fn a_first_token_beside_the_mirror_holds_the_id_of_the_pair(
        schedule in prop::collection::vec(any::<bool>(), 0..80),
        death in prop::option::of((0usize..14, any::<bool>())),
        who_dies: bool,
    ) {
        let world = gina("");
        let event = event_of(&world.old, "g-sub", SIGN_IN);
        let token = dying(death.filter(|_| who_dies));
        let mirror = dying(death.filter(|_| !who_dies));
        let engine = engine(&world, &mirror);
        let (named, mirrored) =
            race(naming(&world, "n-9", &token, &token), engine.sync_user(&event, 1), &schedule);
        assert_id(&named, "g-sub");
        if mirrored.is_err() {
            deliver(&world, &event, 2).expect("redelivery succeeds");
        }
        sign_in(&world, "g-sub");
        assert_eq!(link(&world, "g-sub").linked().expect("a pair").new_sub.as_str(), "n-9");
        assert_eq!(id_of(&world, "n-9"), "g-sub");
    }
}

#[test]
fn whom_the_mirror_is_making_gets_no_id_but_that_of_the_link() {
    let pending = NotYet::LinkPending { of: OldSub::parse("jane-sub").expect("a sub"), made: Timestamp(0) };
    let mut waited = 0;
    for moment in [Moment::Before, Moment::After] {
        for call in 0.. {
            let world = World::username_to_email().with_jane();
            let event = event_of(&world.old, "jane-sub", SIGN_IN);
            let process = Arc::new(Process::dying_at(call, moment));
            let _ = run(engine(&world, &process).sync_user(&event, 1));
            if !process.is_dead() {
                break;
            }
            for made in world.new.people() {
                match named(&world, made.sub.as_str()) {
                    Ok(named) => assert_eq!(named.id.as_str(), "jane-sub"),
                    Err(why) => {
                        assert_eq!(why, pending);
                        assert_eq!(known(&world, made.sub.as_str()), None);
                        waited += 1;
                    }
                }
            }
            deliver(&world, &event, 2).expect("redelivery succeeds");
            assert_in_step(&world, "jane-sub");
            assert_eq!(id_of(&world, only(&world).sub.as_str()), "jane-sub");
        }
    }
    assert!(waited > 0, "the mirror died between the user and the link");
}

#[test]
fn a_function_killed_at_any_call_leaves_an_id_that_the_next_token_holds_too() {
    for moment in [Moment::Before, Moment::After] {
        for call in 0.. {
            let world = jane_linked();
            let process = Arc::new(Process::dying_at(call, moment));
            let first = run(naming(&world, "n-9", &process, &process));
            if !process.is_dead() {
                assert!(call > 3, "the function made more than {call} calls");
                break;
            }
            assert!(first.is_err());
            assert!(known(&world, "n-9").is_none_or(|id| id.as_str() == "jane-sub"));
            assert_eq!(id_of(&world, "n-9"), "jane-sub");
        }
    }
}
