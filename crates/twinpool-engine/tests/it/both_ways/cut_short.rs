//! What a round leaves behind that came to no end, or began before the switch.

use std::sync::Arc;
use std::task::Poll;

use twinpool_core::attribute::Contact;
use twinpool_core::id::{Pool, Sub, Timestamp};
use twinpool_core::phase::{ROUTES_AFTER, Step};
use twinpool_engine::SyncError;
use twinpool_testkit::world::{attribute, event_of, group};
use twinpool_testkit::{MemoryPool, Moment, Process, World};

use super::world::{
    Jane, LATER, SWITCHED, all, calls_until, in_canary, jane, jane_in, set,
    slowed_down_after_the_announcement, step, told,
};
use crate::support::{
    NOW, SIGN_IN, assert_in_step, audited, engine_at, engine_both_ways, link, poll, run, sign_in,
};

#[test]
fn what_the_old_pool_removes_goes_from_the_new_one_even_if_it_came_from_there() {
    let world = in_canary();
    let Jane { old, new } = jane(&world);
    world.new.edit(&new, |jane| {
        set(jane, "nickname", "JJ");
        jane.groups.insert(group("guests"));
    });
    let guests =
        twinpool_core::group::GroupDefinition { name: group("guests"), description: None, precedence: None };
    world.new.put_group(guests);
    told(&world, &event_of(&world.new, new.as_str(), SIGN_IN));
    assert_in_step(&world, "jane-sub");
    world.old.edit(&old, |jane| {
        jane.attributes.remove(&attribute("nickname"));
        jane.groups.remove(&group("guests"));
    });
    told(&world, &audited("AdminDeleteUserAttributes", "jane-sub"));
    assert_eq!(jane_in(&world.new).value("nickname"), None);
    assert_in_step(&world, "jane-sub");
}

/// Lets a process die after its first write to a pool, and the message come back.
fn dies_after(world: &World, write: &'static str, meanwhile: impl Fn()) {
    let event = audited("AdminUpdateUserAttributes", "jane-sub");
    let dying = Arc::new(Process::dying_at(calls_until(world, &event, write), Moment::After));
    assert!(run(engine_both_ways(world, &dying, NOW).sync_user(&event, 1)).is_err());
    meanwhile();
    let healthy = Arc::new(Process::healthy());
    run(engine_both_ways(world, &healthy, LATER).sync_user(&event, 2)).expect("processed");
    assert_in_step(world, "jane-sub");
}

#[test]
fn an_overruled_change_is_named_although_whoever_wrote_over_it_died() {
    let world = in_canary();
    let Jane { old, new } = jane(&world);
    world.old.edit(&old, |jane| set(jane, "name", "a"));
    world.new.edit(&new, |jane| set(jane, "name", "b"));
    dies_after(&world, "AdminUpdateUserAttributes", || ());
    let lost = link(&world, "jane-sub").reverse.overruled;
    assert_eq!(lost.iter().map(|lost| lost.pool).collect::<Vec<_>>(), [Pool::New]);
}

#[test]
fn a_change_that_waited_waits_no_more_once_somebody_wrote_over_it_and_died() {
    let world = in_canary();
    world.old.verify_from_now_on(Contact::Email);
    let Jane { old, new } = jane(&world);
    let address = |pool: &MemoryPool, sub: &Sub, email: &str, verified: &str| {
        pool.edit(sub, |jane| {
            set(jane, "email", email);
            set(jane, "email_verified", verified);
        });
    };
    let event = audited("AdminUpdateUserAttributes", "jane-sub");
    // In the old pool it would message somebody: it stays a change of the new one.
    address(&world.new, &new, "joan@example.com", "false");
    let token = event_of(&world.new, new.as_str(), SIGN_IN);
    assert!(!told(&world, &token).held_back.is_empty());
    step(&world, &Step::Rollback);
    address(&world.old, &old, "jj@example.com", "true");
    let dying =
        Arc::new(Process::dying_at(calls_until(&world, &event, "AdminUpdateUserAttributes"), Moment::After));
    assert!(run(engine_both_ways(&world, &dying, NOW).sync_user(&event, 1)).is_err());
    assert_eq!(jane_in(&world.new).value("email"), Some("jj@example.com"));
    address(&world.old, &old, "last@example.com", "true");
    // From here the new pool has the say again.
    step(&world, &all());
    let healthy = Arc::new(Process::healthy());
    run(engine_both_ways(&world, &healthy, LATER).sync_user(&token, 2)).expect("processed");
    assert_eq!(jane_in(&world.old).value("email"), Some("last@example.com"));
    assert_in_step(&world, "jane-sub");
}

#[test]
fn what_returns_in_the_new_pool_to_what_it_was_is_not_undone_by_what_a_dead_process_brought_to_the_old_one() {
    let world = in_canary();
    let Jane { new, .. } = jane(&world);
    let turn = |name: &'static str, enabled: bool| {
        world.new.edit(&new, |jane| {
            set(jane, "name", name);
            jane.enabled = enabled;
        });
    };
    turn("Joan", false);
    dies_after(&world, "AdminUpdateUserAttributes", || turn("Jane", true));
    let jane = jane_in(&world.new);
    assert_eq!((jane.value("name"), jane.enabled), (Some("Jane"), true));
}

#[test]
fn neither_is_it_when_the_next_one_dies_before_its_first_write() {
    let world = in_canary();
    let Jane { new, .. } = jane(&world);
    world.new.edit(&new, |jane| jane.enabled = false);
    let event = audited("AdminDisableUser", "jane-sub");
    let kill = |call: usize, at: Timestamp| {
        let dying = Arc::new(Process::dying_at(call, Moment::After));
        assert!(run(engine_both_ways(&world, &dying, at).sync_user(&event, 2)).is_err());
    };
    kill(calls_until(&world, &event, "AdminDisableUser"), NOW);
    assert!(!jane_in(&world.old).enabled);
    world.new.edit(&new, |jane| jane.enabled = true);
    let announces = |at: Timestamp| {
        let process = Arc::new(Process::healthy());
        process.fail_all("AdminEnableUser", twinpool_core::port::Class::Throttled);
        drop(run(engine_both_ways(&world, &process, at).sync_user(&event, 2)));
    };
    announces(LATER);
    let later = Timestamp(LATER.0 + 120_000);
    let healthy = Arc::new(Process::healthy());
    run(engine_both_ways(&world, &healthy, later).sync_user(&event, 3)).expect("processed");
    assert!(jane_in(&world.new).enabled);
    assert_in_step(&world, "jane-sub");
}

#[test]
fn nothing_is_written_until_everybody_knows_that_changes_travel_both_ways() {
    let world = in_canary();
    let Jane { old, .. } = jane(&world);
    world.old.edit(&old, |jane| set(jane, "name", "Joan"));
    let event = audited("AdminUpdateUserAttributes", "jane-sub");
    let wait = u64::try_from(ROUTES_AFTER.as_millis()).expect("some seconds");
    let at = |millis| {
        let healthy = Arc::new(Process::healthy());
        run(engine_both_ways(&world, &healthy, Timestamp(SWITCHED.0 + millis)).sync_user(&event, 1))
    };
    assert_eq!(at(wait - 1), Err(SyncError::Settling));
    assert_eq!(jane_in(&world.new).value("name"), Some("Jane"));
    assert!(at(wait).is_ok());
    assert_in_step(&world, "jane-sub");
}

#[test]
fn who_decided_before_the_switch_stops_and_what_was_written_is_no_change_of_the_new_pool() {
    for calls in 0..40 {
        let world = World::username_to_email().with_jane();
        sign_in(&world, "jane-sub");
        let jane = jane_in(&world.old).sub;
        world.old.edit(&jane, |jane| {
            set(jane, "name", "Joan");
            set(jane, "nickname", "JJ");
            jane.groups.clear();
        });
        let event = audited("AdminUpdateUserAttributes", "jane-sub");
        let slow = Arc::new(Process::healthy());
        let engine = engine_at(&world, &slow, SWITCHED);
        let mut work = Box::pin(engine.sync_user(&event, 1));
        let is_slow = (0..calls).all(|_| poll(&mut work).is_pending());
        // The old pool goes back to what it said; then comes the switch.
        world.old.edit(&jane, |jane| {
            set(jane, "name", "Jane");
            jane.attributes.remove(&attribute("nickname"));
            jane.groups.insert(group("staff"));
        });
        step(&world, &all());
        while is_slow && let Poll::Pending = poll(&mut work) {}
        drop(work);
        let healthy = Arc::new(Process::healthy());
        run(engine_both_ways(&world, &healthy, LATER).sync_user(&event, 2)).expect("processed");
        let old = jane_in(&world.old);
        assert_eq!((old.value("name"), old.value("nickname")), (Some("Jane"), None), "{calls} calls");
        assert_in_step(&world, "jane-sub");
    }
}

#[test]
fn a_call_that_arrives_after_somebody_took_over_is_no_change_that_a_user_made() {
    for steps in 0..4 {
        let world = in_canary();
        let Jane { old, new } = jane(&world);
        told(&world, &event_of(&world.new, new.as_str(), SIGN_IN));
        world.old.edit(&old, |jane| set(jane, "name", "a"));
        let event = audited("AdminUpdateUserAttributes", "jane-sub");
        let _ = slowed_down_after_the_announcement(&world, &event, (steps, 61_000), || {
            world.new.edit(&new, |jane| set(jane, "name", "b"));
            let healthy = Arc::new(Process::healthy());
            let taken_over = run(engine_both_ways(&world, &healthy, LATER).sync_user(&event, 2));
            taken_over.expect("processed");
        });
        let (healthy, later) = (Arc::new(Process::healthy()), Timestamp(LATER.0 + 120_000));
        run(engine_both_ways(&world, &healthy, later).sync_user(&event, 3)).expect("processed");
        let names = [&world.old, &world.new].map(|pool| jane_in(pool).value("name").map(str::to_owned));
        assert_eq!(names, ["b", "b"].map(|name| Some(name.to_owned())), "{steps} steps");
    }
}

#[test]
fn what_a_process_wrote_that_died_before_the_switch_is_no_change_of_the_new_pool() {
    for calls in 0..12 {
        let world = World::username_to_email().with_jane();
        sign_in(&world, "jane-sub");
        let old = jane_in(&world.old).sub;
        world.old.edit(&old, |jane| {
            set(jane, "name", "Joan");
            jane.enabled = false;
        });
        let event = audited("AdminDisableUser", "jane-sub");
        let dying = Arc::new(Process::dying_at(calls, Moment::After));
        drop(run(engine_at(&world, &dying, SWITCHED).sync_user(&event, 1)));
        // The old pool goes back to what it said, and that waits behind the one who died.
        world.old.edit(&old, |jane| {
            set(jane, "name", "Jane");
            jane.enabled = true;
        });
        step(&world, &all());
        let healthy = Arc::new(Process::healthy());
        run(engine_both_ways(&world, &healthy, LATER).sync_user(&event, 2)).expect("processed");
        let jane = jane_in(&world.old);
        assert_eq!((jane.value("name"), jane.enabled), (Some("Jane"), true), "{calls} calls");
        assert_in_step(&world, "jane-sub");
    }
}
