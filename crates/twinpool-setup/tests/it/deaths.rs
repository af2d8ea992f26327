//! A run that dies at any of its calls: the pool is as it was or attached, and the same command again finishes.

use std::sync::Arc;

use serde_json::{Value, json};
use twinpool_core::id::PoolId;
use twinpool_core::port::Class;
use twinpool_setup::Trouble;
use twinpool_setup::attach::{self, TokenVersion, Unfinished};
use twinpool_setup::detach::{NoPlan, Refusal};
use twinpool_setup::guest::Guest;
use twinpool_testkit::{Knobs, Moment, Process};

use crate::matrix::{GUESTS, every, full};
use crate::world::World;

const MOMENTS: [Moment; 2] = [Moment::Before, Moment::After];

fn pool() -> PoolId {
    PoolId::parse(crate::world::POOL).expect("an id")
}

/// Second factors that are gone after a death may be the owner's doing: somebody must say. All else needs no word.
fn put_back(world: &mut World, knobs: &Knobs) {
    world.unfinished = knobs.update_turns_factors_off.then_some(Unfinished::PutBack);
}

/// How many calls a whole run makes.
async fn calls(guest: Guest, knobs: &Knobs, is_detaching: bool) -> usize {
    let world = World::of(guest, full(), knobs.clone()).await;
    let process = Arc::new(Process::healthy());
    if is_detaching {
        world.attached().await;
        assert!(world.detach(&process).await.is_ok());
    } else {
        assert!(world.attach(&process).await.is_ok());
    }
    process.calls().len()
}

#[tokio::test]
async fn an_attaching_that_dies_anywhere_is_finished_by_the_same_command() {
    for (guest, knobs) in every() {
        let calls = calls(guest, &knobs, false).await;
        assert!(calls > 12, "{calls}");
        for (call, moment) in (0..calls).flat_map(|call| MOMENTS.map(|moment| (call, moment))) {
            let mut world = World::of(guest, full(), knobs.clone()).await;
            let process = Arc::new(Process::dying_at(call, moment));
            assert!(world.attach(&process).await.is_err(), "call {call}");
            world.assert_settings_kept();
            world.assert_calls_succeed();
            put_back(&mut world, &knobs);
            world.attached().await;
            assert_eq!(world.pool.updates(), 1, "one update is enough");
            world.detached().await;
            world.assert_nothing_left();
        }
    }
}

#[tokio::test]
async fn an_attaching_that_dies_can_be_taken_back() {
    for guest in GUESTS {
        let calls = calls(guest, &Knobs::default(), false).await;
        for (call, moment) in (0..calls).flat_map(|call| MOMENTS.map(|moment| (call, moment))) {
            let world = World::of(guest, full(), Knobs::default()).await;
            assert!(world.attach(&Arc::new(Process::dying_at(call, moment))).await.is_err());
            world.detached().await;
            world.assert_nothing_left();
        }
    }
}

#[tokio::test]
async fn a_detaching_that_dies_anywhere_is_finished_by_the_same_command() {
    for (guest, knobs) in every() {
        let calls = calls(guest, &knobs, true).await;
        // The fewer former functions, the fewer are looked at.
        assert!(calls > 10, "{calls}");
        for (call, moment) in (0..calls).flat_map(|call| MOMENTS.map(|moment| (call, moment))) {
            let mut world = World::of(guest, full(), knobs.clone()).await;
            world.attached().await;
            assert!(world.detach(&Arc::new(Process::dying_at(call, moment))).await.is_err(), "call {call}");
            world.assert_settings_kept();
            world.assert_calls_succeed();
            put_back(&mut world, &knobs);
            world.detached().await;
            world.assert_nothing_left();
        }
    }
}

/// What changes a pool that is attached and proved already.
#[derive(Debug, Clone, Copy)]
enum Again {
    /// Another version of the events before tokens.
    Version,
    /// A slot that somebody has emptied.
    Slot,
}

/// An attached pool, before the same command with a change.
async fn attached_before(again: Again, guest: Guest, knobs: &Knobs, is_kept: bool) -> World {
    let mut description = full();
    let slots = description["LambdaConfig"].as_object_mut().expect("slots");
    slots.retain(|name, _| !name.starts_with("PreTokenGeneration") && name != "CustomMessage");
    let mut world = World::of(guest, description, knobs.clone()).await;
    world.attached().await;
    if !is_kept {
        world.archive.lose(&pool());
    }
    match again {
        Again::Version => world.token_version = Some(TokenVersion::V3),
        Again::Slot => world.pool.change(|it| {
            it["LambdaConfig"].as_object_mut().expect("slots").remove("CustomMessage");
        }),
    }
    world
}

#[tokio::test]
async fn an_attached_pool_that_is_changed_and_dies_anywhere_is_finished_or_detached_by_the_next_command() {
    let off = Knobs { update_turns_factors_off: true, ..Knobs::default() };
    for (again, guest, is_kept, knobs) in [
        (Again::Version, Guest::Capture, true, &off),
        (Again::Version, Guest::SignIn, true, &off),
        (Again::Version, Guest::SignIn, true, &Knobs::default()),
        (Again::Version, Guest::SignIn, false, &off),
        // The slots of the sign-in function that come and go: `continuity`.
        (Again::Slot, Guest::Capture, true, &off),
    ] {
        let process = Arc::new(Process::healthy());
        let whole = attached_before(again, guest, knobs, is_kept).await;
        assert!(whole.attach(&process).await.is_ok_and(|attached| attached.did_update));
        let calls = process.calls().len();
        assert!(calls > 8, "{calls}");
        for (call, moment) in (0..calls).flat_map(|call| MOMENTS.map(|moment| (call, moment))) {
            for detaches in [false, true] {
                let mut world = attached_before(again, guest, knobs, is_kept).await;
                assert!(world.attach(&Arc::new(Process::dying_at(call, moment))).await.is_err());
                world.assert_settings_kept();
                world.assert_calls_succeed();
                put_back(&mut world, knobs);
                if !detaches {
                    world.attached().await;
                    assert_eq!(world.pool.updates(), 2, "one update is enough");
                    assert_eq!(world.pool.factors(), world.original_mfa, "{again:?} call {call} {moment:?}");
                }
                world.detached().await;
                world.assert_nothing_left();
            }
        }
    }
}

#[tokio::test]
async fn a_change_that_is_refused_leaves_what_was_kept_before() {
    for is_kept in [true, false] {
        let world = attached_before(Again::Version, Guest::SignIn, &Knobs::default(), is_kept).await;
        let kept = world.archive.kept(&pool());
        assert_eq!(kept.is_some(), is_kept);
        world.pool.refuse_next("UpdateUserPool", "InvalidParameterException");
        assert!(world.attach(&Arc::new(Process::healthy())).await.is_err());
        assert_eq!(world.archive.kept(&pool()), kept);
        world.attached().await;
        assert_eq!(world.archive.kept(&pool()), kept);
    }
}

#[tokio::test]
async fn an_update_whose_answer_is_lost_is_judged_by_the_pool() {
    let world = World::new(full(), Knobs::default()).await;
    world.pool.lose_answer("UpdateUserPool", 0);
    world.attached().await;
    world.pool.lose_answer("UpdateUserPool", 0);
    world.detached().await;
    world.assert_nothing_left();
}

#[tokio::test]
async fn an_update_whose_answer_is_lost_and_that_is_not_seen_may_still_come() {
    for class in [Class::Unavailable, Class::Unreadable] {
        let world = World::new(full(), Knobs::default()).await;
        let process = Arc::new(Process::healthy());
        process.fail_next("UpdateUserPool", class);
        let trouble = world.attach(&process).await.expect_err("not known").trouble();
        assert!(matches!(trouble, Trouble::Unproved { .. }), "{trouble:?}");
        assert!(world.archive.kept(&pool()).is_some(), "it may be needed yet");
        world.assert_as_before();
        world.attached().await;
        world.detached().await;
        world.assert_nothing_left();
    }
}

#[tokio::test]
async fn second_factors_that_changed_since_a_run_that_died_are_asked_about() {
    let factors = json!({"MfaConfiguration": "OPTIONAL", "EmailMfaConfiguration": {"Subject": "code"}});
    let whole = Arc::new(Process::healthy());
    let other = World::new(full(), Knobs::default()).await;
    other.attached().await;
    assert!(other.detach(&whole).await.is_ok());
    let last = whole.calls().iter().position(|call| *call == "RemovePermission").expect("a call");
    for choice in [Unfinished::Keep, Unfinished::PutBack] {
        let mut world = World::new(full(), Knobs::default()).await;
        world.attached().await;
        assert!(world.detach(&Arc::new(Process::dying_at(last, Moment::Before))).await.is_err());
        world.set_factors(factors.clone()).await;
        let NoPlan::Refused(Refusal::Unfinished(paths)) = world.detach_plan().await.expect_err("asked")
        else {
            panic!("not asked about")
        };
        assert!(paths.iter().all(|path| path.starts_with("MFA.")) && paths.len() > 1, "{paths:?}");
        let attaching = world.attach_plan().await.expect_err("asked about");
        assert_eq!(attaching, attach::NoPlan::Refused(attach::Refusal::Unfinished(paths)));
        world.unfinished = Some(choice);
        world.detached().await;
        let kept = choice == Unfinished::Keep;
        let expected = if kept { factors.clone() } else { Value::Object(world.original_mfa.clone()) };
        assert_eq!(Value::Object(world.pool.factors()), expected);
        assert_eq!(world.archive.kept(&pool()), None);
    }
}

#[tokio::test]
async fn a_half_attached_pool_never_becomes_the_former_state() {
    let world = World::new(full(), Knobs::default()).await;
    world.attached().await;
    // Somebody takes one trigger out, and attaches again.
    world.pool.change(|it| {
        it["LambdaConfig"].as_object_mut().expect("slots").remove("CustomMessage");
    });
    let chain = json!({"TWINPOOL_CHAIN_POST_CONFIRMATION": world.original["LambdaConfig"]["PostConfirmation"],
        "TWINPOOL_CHAIN_PRE_TOKEN_GENERATION": world.original["LambdaConfig"]["PreTokenGeneration"]});
    world.functions.put(&world.ours, chain, twinpool_testkit::Behaviour::Echo);
    world.attached().await;
    world.detached().await;
    let (now, was) = (world.pool.described(), &world.original);
    assert_eq!(now["LambdaConfig"]["PostConfirmation"], was["LambdaConfig"]["PostConfirmation"]);
    assert_eq!(
        now["LambdaConfig"]["PreTokenGenerationConfig"],
        was["LambdaConfig"]["PreTokenGenerationConfig"]
    );
    assert_eq!(now["LambdaConfig"].get("CustomMessage"), None, "the owner took it out");
}
