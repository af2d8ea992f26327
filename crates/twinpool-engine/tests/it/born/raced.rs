//! Whatever dies, and whoever else is at it: one user, one link, one user id.

use std::sync::Arc;
use std::task::Poll;

use proptest::prelude::*;
use twinpool_core::value::Value;
use twinpool_testkit::world::{attribute, event_of};
use twinpool_testkit::{Moment, Process, World};

use super::{LATER, assert_born, assert_one, audited_in, nina, only_old, told_at, with_nina};
use crate::support::{NOW, SIGN_IN, SIGN_UP, engine_both_ways, poll, run};

/// What the queue brings again until it is done: of the account, and of whoever is in the old pool.
fn settle(world: &World) {
    let event = event_of(&world.new, "n-1", SIGN_UP);
    for delivery in 2..=3 {
        told_at(world, &event, delivery, LATER).expect("redelivery succeeds");
        for old in world.old.people() {
            let event = audited_in(&world.old, "AdminCreateUser", old.sub.as_str(), NOW);
            told_at(world, &event, delivery, LATER).expect("redelivery succeeds");
        }
    }
}

#[test]
fn a_process_killed_at_any_call_of_a_birth_leaves_one_user_and_one_link() {
    for moment in [Moment::Before, Moment::After] {
        for call in 0.. {
            let world = with_nina();
            let event = event_of(&world.new, "n-1", SIGN_UP);
            let process = Arc::new(Process::dying_at(call, moment));
            let first = run(engine_both_ways(&world, &process, NOW).sync_user(&event, 1));
            if !process.is_dead() {
                assert!(call > 6, "a birth makes more than {call} calls");
                break;
            }
            assert!(first.is_err(), "call {call}, {moment:?}");
            settle(&world);
            assert_one(&world, "n-1");
        }
    }
}

#[test]
fn after_a_death_the_record_of_the_old_pool_may_be_first_and_the_address_may_have_changed() {
    for moment in [Moment::Before, Moment::After] {
        for call in 0..12 {
            let world = with_nina();
            let event = event_of(&world.new, "n-1", SIGN_UP);
            let process = Arc::new(Process::dying_at(call, moment));
            drop(run(engine_both_ways(&world, &process, NOW).sync_user(&event, 1)));
            world.new.edit(&nina().sub, |nina| {
                nina.attributes.insert(attribute("email"), Value::new("nina.n@example.com"));
            });
            for old in world.old.people() {
                let event = audited_in(&world.old, "AdminCreateUser", old.sub.as_str(), NOW);
                told_at(&world, &event, 1, LATER).expect("the record is processed");
            }
            settle(&world);
            assert_one(&world, "n-1");
            assert_eq!(only_old(&world).value("email"), Some("nina.n@example.com"));
        }
    }
}

/// Two mirrors told of one account, and a third that sees the user in the old pool, by a schedule; one of them may die.
fn race(schedule: &[u8], death: Option<(usize, Moment)>) {
    let world = with_nina();
    let event = event_of(&world.new, "n-1", SIGN_UP);
    let later = event_of(&world.new, "n-1", SIGN_IN);
    let first =
        Arc::new(death.map_or_else(Process::healthy, |(call, moment)| Process::dying_at(call, moment)));
    let second = Arc::new(Process::healthy());
    let third = Arc::new(Process::healthy());
    let (one, two) = (engine_both_ways(&world, &first, NOW), engine_both_ways(&world, &second, NOW));
    let three = engine_both_ways(&world, &third, NOW);
    let mut seen: Vec<String> = Vec::new();
    let mut work = [Some(Box::pin(one.sync_user(&event, 1))), Some(Box::pin(two.sync_user(&later, 1)))];
    for step in schedule.iter().copied().chain([0, 1].into_iter().cycle()) {
        if step == 2 {
            // The audit trail tells of whoever is made in the old pool.
            let fresh = world.old.people().into_iter().find(|old| !seen.contains(&old.sub.to_string()));
            if let Some(old) = fresh {
                seen.push(old.sub.to_string());
                let event = audited_in(&world.old, "AdminCreateUser", old.sub.as_str(), NOW);
                drop(run(three.sync_user(&event, 1)));
            }
            continue;
        }
        let slot = &mut work[usize::from(step)];
        if let Some(future) = slot
            && let Poll::Ready(_) = poll(future)
        {
            *slot = None;
        }
        if work.iter().all(Option::is_none) {
            break;
        }
    }
    drop(work);
    settle(&world);
    if death.is_none() {
        return assert_born(&world, "n-1");
    }
    // Who dies late may leave a birth behind, whose pair is written.
    assert_one(&world, "n-1");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 500, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn of_several_mirrors_at_once_one_makes_the_user(schedule in prop::collection::vec(0_u8..3, 0..120)) {
        race(&schedule, None);
    }

    #[test]
    fn one_of_them_may_die(
        schedule in prop::collection::vec(0_u8..3, 0..120), call in 0_usize..16, after: bool,
    ) {
        race(&schedule, Some((call, if after { Moment::After } else { Moment::Before })));
    }
}

#[test]
fn whoever_was_slow_makes_nobody_a_second_time_although_the_address_has_changed_since() {
    for calls in 0.. {
        let world = with_nina();
        let event = event_of(&world.new, "n-1", SIGN_UP);
        let slow = Arc::new(Process::healthy());
        let engine = engine_both_ways(&world, &slow, NOW);
        let mut work = Box::pin(engine.sync_user(&event, 1));
        if (0..calls).any(|_| poll(&mut work).is_ready()) {
            assert!(calls > 6, "a birth makes more than {calls} calls");
            break;
        }
        // Somebody else makes Nina meanwhile, and she has another address then.
        drop(told_at(&world, &event_of(&world.new, "n-1", SIGN_IN), 1, NOW));
        world.new.edit(&nina().sub, |nina| {
            nina.attributes.insert(attribute("email"), Value::new("nina.n@example.com"));
        });
        while poll(&mut work).is_pending() {}
        settle(&world);
        assert_one(&world, "n-1");
    }
}
