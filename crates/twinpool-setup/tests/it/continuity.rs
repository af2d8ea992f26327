//! Which slots of the new pool the sign-in function takes, as the ways in change that it is deployed with.

use std::sync::Arc;

use serde_json::{Value, json};
use twinpool_core::id::PoolId;
use twinpool_setup::attach::{NoPlan, Refusal, Warning};
use twinpool_setup::detach;
use twinpool_setup::guest::Guest;
use twinpool_setup::port::{Archive as _, Saved};
use twinpool_setup::triggers::{Held, Slot, in_slot, put};
use twinpool_testkit::{Behaviour, Knobs, Moment, Process};

use crate::matrix::full;
use crate::world::{World, function};

const MIGRATION: [&str; 4] = ["PreTokenGeneration", "PostConfirmation", "UserMigration", "PreSignUp"];
const CHALLENGES: [&str; 5] = [
    "PreTokenGeneration",
    "PostConfirmation",
    "DefineAuthChallenge",
    "CreateAuthChallenge",
    "VerifyAuthChallengeResponse",
];

fn pool() -> PoolId {
    PoolId::parse(crate::world::POOL).expect("an id")
}

/// A new pool as rich as can be, and a sign-in function that is deployed with these ways in.
async fn world(continuity: &'static str) -> World {
    let mut world = World::of(Guest::SignIn, full(), Knobs::default()).await;
    world.redeployed(continuity).await;
    world
}

/// The slots that hold the sign-in function.
fn ours(world: &World) -> Vec<&'static str> {
    let described = world.pool.described();
    let is_ours = |slot: &Slot| in_slot(&described, *slot).is_some_and(|held| held.is(&world.ours));
    Slot::ALL.into_iter().filter(is_ours).map(Slot::name).collect()
}

fn sorted(names: &[&'static str]) -> Vec<&'static str> {
    let mut names = names.to_vec();
    names.sort_unstable();
    names
}

#[tokio::test]
async fn the_function_goes_into_the_slots_of_the_ways_that_it_is_deployed_with() {
    let all: Vec<_> = MIGRATION.into_iter().chain(CHALLENGES.into_iter().skip(2)).collect();
    for (continuity, slots) in [
        ("none", sorted(&["PreTokenGeneration", "PostConfirmation"])),
        ("migration", sorted(&MIGRATION)),
        ("challenges", sorted(&CHALLENGES)),
        ("all", sorted(&all)),
    ] {
        let world = world(continuity).await;
        world.attached().await;
        assert_eq!(sorted(&ours(&world)), slots, "{continuity}");
        world.detached().await;
        world.assert_nothing_left();
    }
}

#[tokio::test]
async fn a_slot_that_two_cannot_share_is_refused_with_what_is_left_without_it() {
    for (continuity, slot, without) in [
        ("migration", Slot::UserMigration, "none"),
        ("all", Slot::UserMigration, "challenges"),
        ("challenges", Slot::DefineAuthChallenge, "none"),
        ("all", Slot::DefineAuthChallenge, "migration"),
        ("all", Slot::CreateAuthChallenge, "migration"),
        ("all", Slot::VerifyAuthChallengeResponse, "migration"),
    ] {
        let mut world = world(continuity).await;
        let theirs = function("theirs");
        world.pool.change(|it| it["LambdaConfig"][slot.name()] = json!(theirs.as_str()));
        let before = world.pool.described();
        let refused = world.attach_plan().await.expect_err("refused").to_string();
        for word in [slot.name(), theirs.as_str(), &format!("SignInContinuity={without},")] {
            assert!(refused.contains(word), "{refused}");
        }
        // What it says works, and the slot stays theirs.
        world.redeployed(without).await;
        world.original = before;
        world.attached().await;
        assert_eq!(in_slot(&world.pool.described(), slot).expect("theirs").function, theirs.as_str());
        world.detached().await;
        world.assert_nothing_left();
    }
}

#[tokio::test]
async fn a_former_function_of_pre_sign_up_has_to_be_called_first() {
    let world = world("migration").await;
    let chain = json!({"TWINPOOL_CONTINUITY": "migration",
        "TWINPOOL_CHAIN_POST_CONFIRMATION": function("welcome:live").as_str(),
        "TWINPOOL_CHAIN_PRE_TOKEN_GENERATION": function("claims:7x").as_str()});
    world.functions.put(&world.ours, chain, Behaviour::Echo);
    let refused = world.attach_plan().await.expect_err("refused").to_string();
    assert!(refused.contains(&format!("NewPoolChainPreSignUp={}", function("pre-sign-up"))), "{refused}");
}

#[tokio::test]
async fn a_word_that_is_no_way_in_is_refused() {
    let world = world("none").await;
    world.functions.put(&world.ours, json!({"TWINPOOL_CONTINUITY": "everything"}), Behaviour::Echo);
    let refused = world.attach_plan().await.expect_err("refused");
    assert!(matches!(&refused, NoPlan::Refused(Refusal::Continuity(_))), "{refused}");
    assert!(refused.to_string().contains("SignInContinuity"), "{refused}");
}

/// A pool that the version before attached: with the slot before tokens alone.
async fn of_before() -> World {
    let mut world = world("none").await;
    let process = Arc::new(Process::healthy());
    let saved = Saved {
        pool: pool(),
        description: world.original.clone(),
        mfa: world.original_mfa.clone(),
        attached: vec![("PreTokenGeneration".to_owned(), world.ours.clone())],
        at: 5,
    };
    world.archive.handle(&process).save(&saved).await.expect("saved");
    let ours = world.ours.clone();
    world.pool.change(|it| put(it, Slot::PreTokenGeneration, ours.as_str(), "V2_0"));
    world.redeployed("all").await;
    world
}

#[tokio::test]
async fn a_pool_that_the_version_before_attached_is_brought_up_and_gives_everything_back() {
    let world = of_before().await;
    world.attached().await;
    assert_eq!(ours(&world).len(), 7);
    let kept = world.archive.kept(&pool()).expect("kept");
    assert_eq!(kept.attached.len(), 7);
    assert_eq!(kept.description["LambdaConfig"]["PreTokenGeneration"], function("claims:7x").as_str());
    world.attached_as_changed().await;
    world.detached().await;
    world.assert_nothing_left();
}

#[tokio::test]
async fn slots_of_ways_that_are_turned_off_get_back_what_was_in_them() {
    for (then, left) in [("none", 2), ("migration", 4), ("challenges", 5)] {
        let mut world = world("all").await;
        world.attached().await;
        world.redeployed(then).await;
        world.attached().await;
        assert_eq!(ours(&world).len(), left, "{then}");
        let guard = in_slot(&world.pool.described(), Slot::PreSignUp).expect("a function").function;
        assert_eq!(guard == function("pre-sign-up").as_str(), then != "migration", "{then}: {guard}");
        assert_eq!(world.archive.kept(&pool()).expect("kept").attached.len(), left);
        world.attached_as_changed().await;
        world.redeployed("all").await;
        world.attached().await;
        world.detached().await;
        world.assert_nothing_left();
    }
}

#[tokio::test]
async fn a_slot_is_not_given_back_to_a_function_that_is_gone() {
    let mut world = world("all").await;
    world.attached().await;
    world.redeployed("none").await;
    world.functions.remove(&function("pre-sign-up"));
    let refused = world.attach_plan().await.expect_err("refused");
    let gone = detach::Refusal::FormerGone {
        slot: Slot::PreSignUp,
        function: function("pre-sign-up").as_str().to_owned(),
    };
    assert_eq!(refused, NoPlan::Refused(Refusal::NotGivenBack(gone)));
    assert_eq!(ours(&world).len(), 7);
}

#[tokio::test]
async fn a_slot_that_is_not_needed_any_more_and_that_nobody_remembers_is_emptied_and_told() {
    let mut description = full();
    description["LambdaConfig"] = json!({});
    let mut world = World::of(Guest::SignIn, description, Knobs::default()).await;
    world.attached().await;
    world.archive.lose(&pool());
    world.redeployed("challenges").await;
    let warnings = world.attach_plan().await.expect("a plan").warnings;
    for slot in [Slot::PreSignUp, Slot::UserMigration] {
        assert!(warnings.contains(&Warning::Emptied(slot)), "{warnings:?}");
    }
    world.attached().await;
    assert_eq!(in_slot(&world.pool.described(), Slot::UserMigration), None);
}

#[tokio::test]
async fn ways_that_are_turned_on_or_off_by_a_run_that_dies_anywhere_are_finished_or_taken_back() {
    for (first, then) in [("none", "all"), ("all", "none"), ("migration", "challenges")] {
        let begin = async || {
            let mut world = world(first).await;
            world.attached().await;
            world.redeployed(then).await;
            world
        };
        let process = Arc::new(Process::healthy());
        assert!(begin().await.attach(&process).await.is_ok_and(|attached| attached.did_update));
        let calls = process.calls().len();
        for (call, moment) in (0..calls).flat_map(|call| [(call, Moment::Before), (call, Moment::After)]) {
            for detaches in [false, true] {
                let world = begin().await;
                assert!(world.attach(&Arc::new(Process::dying_at(call, moment))).await.is_err());
                world.assert_settings_kept();
                world.assert_calls_succeed();
                if !detaches {
                    world.attached().await;
                    assert_eq!(world.pool.updates(), 2, "one update is enough");
                }
                world.detached().await;
                world.assert_nothing_left();
            }
        }
    }
}

#[tokio::test]
async fn somebody_else_s_function_in_a_slot_of_ours_stays_when_the_way_is_turned_off() {
    let mut world = world("all").await;
    world.attached().await;
    world.pool.change(|it| it["LambdaConfig"]["UserMigration"] = json!(function("newer").as_str()));
    world.redeployed("none").await;
    assert!(world.attach(&Arc::new(Process::healthy())).await.is_ok());
    let held = in_slot(&world.pool.described(), Slot::UserMigration);
    assert_eq!(held, Some(Held { function: function("newer").as_str().to_owned(), version: None }));
    assert_eq!(
        world.pool.described()["LambdaConfig"]["PreSignUp"],
        Value::from(function("pre-sign-up").as_str())
    );
}
