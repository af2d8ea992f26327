//! The version of the events before tokens, on which hangs which tokens can take the user id.

use std::sync::Arc;

use serde_json::json;
use twinpool_setup::attach::{NoPlan, Refusal, TokenVersion, Warning};
use twinpool_setup::triggers::{Slot, in_slot};
use twinpool_testkit::{Knobs, Process};

use crate::matrix::full;
use crate::world::{World, function};

/// A pool on this plan, or one that tells none, without a function for tokens.
async fn free(plan: Option<&str>) -> World {
    let mut description = full();
    match plan {
        Some(plan) => description["UserPoolTier"] = json!(plan),
        None => drop(description.as_object_mut().expect("fields").remove("UserPoolTier")),
    }
    let slots = description["LambdaConfig"].as_object_mut().expect("slots");
    slots.retain(|name, _| !name.starts_with("PreTokenGeneration"));
    World::new(description, Knobs::default()).await
}

fn version(world: &World) -> Option<String> {
    in_slot(&world.pool.described(), Slot::PreTokenGeneration)?.version
}

#[tokio::test]
async fn a_free_slot_gets_the_version_that_is_wanted_and_is_empty_again_afterwards() {
    for (wanted, got) in [
        (None, "V1_0"),
        (Some(TokenVersion::V1), "V1_0"),
        (Some(TokenVersion::V2), "V2_0"),
        (Some(TokenVersion::V3), "V3_0"),
    ] {
        let mut world = free(Some("ESSENTIALS")).await;
        world.token_version = wanted;
        world.attached().await;
        assert_eq!(version(&world).as_deref(), Some(got));
        world.detached().await;
        world.assert_nothing_left();
    }
}

#[tokio::test]
async fn an_attached_pool_can_be_given_another_version_and_keeps_it() {
    let mut world = free(Some("PLUS")).await;
    world.attached().await;
    world.token_version = Some(TokenVersion::V2);
    world.attached().await;
    assert_eq!(version(&world).as_deref(), Some("V2_0"));
    world.token_version = None;
    let again = world.attach(&Arc::new(Process::healthy())).await.expect("attached");
    assert!(!again.did_update);
    assert_eq!(version(&world).as_deref(), Some("V2_0"));
    world.detached().await;
    world.assert_nothing_left();
}

#[tokio::test]
async fn a_pool_on_lite_is_refused_what_it_has_not_and_told_what_to_do() {
    for wanted in [TokenVersion::V2, TokenVersion::V3] {
        let mut world = free(Some("LITE")).await;
        world.token_version = Some(wanted);
        let Err(NoPlan::Refused(refusal)) = world.attach_plan().await else { panic!("not refused") };
        assert_eq!(refusal, Refusal::Plan(wanted));
        assert!(refusal.to_string().contains("change its plan to Essentials"), "{refusal}");
        assert_eq!(world.pool.updates(), 0);
    }
    let mut world = free(Some("LITE")).await;
    world.token_version = Some(TokenVersion::V1);
    world.attached().await;
}

#[tokio::test]
async fn a_former_function_keeps_the_version_that_it_was_made_for() {
    let mut description = full();
    description["UserPoolTier"] = json!("PLUS");
    let mut world = World::new(description, Knobs::default()).await;
    world.token_version = Some(TokenVersion::V3);
    let plan = world.attach_plan().await.expect("a plan");
    let stays = Warning::VersionStays { version: "V2_0".to_owned(), former: function("claims:7x") };
    assert!(plan.warnings.contains(&stays), "{:?}", plan.warnings);
    world.attached().await;
    assert_eq!(version(&world).as_deref(), Some("V2_0"));
    // The version that it has is no other.
    world.token_version = Some(TokenVersion::V2);
    let plan = world.attach_plan().await.expect("a plan");
    assert!(!plan.warnings.contains(&stays), "{:?}", plan.warnings);
}

#[tokio::test]
async fn a_pool_that_does_not_tell_its_plan_is_for_aws_to_refuse() {
    let mut world = free(None).await;
    world.token_version = Some(TokenVersion::V2);
    assert!(world.attach_plan().await.is_ok());
}
