//! A run that dies at any of its calls: the pool is as it was or attached, and the same command again finishes.

use std::sync::Arc;

use serde_json::json;
use twinpool_testkit::{Knobs, Moment, Process};

use crate::matrix::{all_knobs, full};
use crate::world::World;

const MOMENTS: [Moment; 2] = [Moment::Before, Moment::After];

/// How many calls a whole run makes.
async fn calls(knobs: &Knobs, is_detaching: bool) -> usize {
    let world = World::new(full(), knobs.clone()).await;
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
    for knobs in all_knobs() {
        let calls = calls(&knobs, false).await;
        assert!(calls > 12, "{calls}");
        for (call, moment) in (0..calls).flat_map(|call| MOMENTS.map(|moment| (call, moment))) {
            let world = World::new(full(), knobs.clone()).await;
            let process = Arc::new(Process::dying_at(call, moment));
            assert!(world.attach(&process).await.is_err(), "call {call}");
            world.assert_settings_kept();
            world.assert_calls_succeed();
            world.attached().await;
            assert_eq!(world.pool.updates(), 1, "one update is enough");
            world.detached().await;
            world.assert_nothing_left();
        }
    }
}

#[tokio::test]
async fn an_attaching_that_dies_can_be_taken_back() {
    let calls = calls(&Knobs::default(), false).await;
    for (call, moment) in (0..calls).flat_map(|call| MOMENTS.map(|moment| (call, moment))) {
        let world = World::new(full(), Knobs::default()).await;
        assert!(world.attach(&Arc::new(Process::dying_at(call, moment))).await.is_err());
        world.detached().await;
        world.assert_nothing_left();
    }
}

#[tokio::test]
async fn a_detaching_that_dies_anywhere_is_finished_by_the_same_command() {
    for knobs in all_knobs() {
        let calls = calls(&knobs, true).await;
        assert!(calls > 12, "{calls}");
        for (call, moment) in (0..calls).flat_map(|call| MOMENTS.map(|moment| (call, moment))) {
            let world = World::new(full(), knobs.clone()).await;
            world.attached().await;
            assert!(world.detach(&Arc::new(Process::dying_at(call, moment))).await.is_err(), "call {call}");
            world.assert_settings_kept();
            world.assert_calls_succeed();
            world.detached().await;
            world.assert_nothing_left();
        }
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
async fn an_update_that_never_arrives_leaves_the_pool_as_it_was() {
    let world = World::new(full(), Knobs::default()).await;
    let process = Arc::new(Process::healthy());
    process.fail_next("UpdateUserPool", twinpool_core::port::Class::Unavailable);
    assert!(world.attach(&process).await.is_err());
    world.assert_as_before();
    world.attached().await;
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
    world.functions.put(&world.capture, chain, twinpool_testkit::Behaviour::Echo);
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
