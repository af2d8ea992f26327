//! The function of the new pool: which events it gets, and where it is refused.

use serde_json::{Value, json};
use twinpool_setup::attach::{NoPlan, OldVersion, Refusal, TokenVersion, Warning};
use twinpool_setup::guest::Guest;
use twinpool_setup::port::FunctionArn;
use twinpool_setup::triggers::{Slot, in_slot};
use twinpool_testkit::{Behaviour, Knobs};

use crate::matrix::full;
use crate::world::{World, function};

/// A pool on this plan, with this in `LambdaConfig`.
async fn world(plan: &Value, lambda: Value) -> World {
    let mut description = full();
    description["UserPoolTier"] = plan.clone();
    description["LambdaConfig"] = lambda;
    World::of(Guest::SignIn, description, Knobs::default()).await
}

fn version(world: &World) -> Option<String> {
    in_slot(&world.pool.described(), Slot::PreTokenGeneration).expect("ours").version
}

#[tokio::test]
async fn the_plan_of_the_pool_says_which_events_there_are_and_what_they_do_not_reach_is_told() {
    let lite = vec![Warning::IdTokensOnly(OldVersion::Plan)];
    let plans = [
        (json!("LITE"), "V1_0", lite.clone()),
        (json!("PLAN_OF_TOMORROW"), "V1_0", lite),
        (json!("ESSENTIALS"), "V2_0", vec![]),
        (json!("PLUS"), "V2_0", vec![]),
    ];
    for (plan, expected, warnings) in plans {
        let world = world(&plan, json!({"PreSignUp": function("guard").as_str()})).await;
        assert_eq!(world.attach_plan().await.expect("a plan").warnings, warnings, "{plan}");
        world.attached().await;
        assert_eq!(version(&world).as_deref(), Some(expected), "{plan}");
        world.detached().await;
        world.assert_nothing_left();
    }
}

#[tokio::test]
async fn a_pool_that_does_not_say_its_plan_gets_the_events_of_every_plan() {
    let mut description = full();
    description["UserPoolTier"] = json!("ESSENTIALS");
    description["LambdaConfig"] = json!({});
    let knobs = Knobs { hides_defaults: true, ..Knobs::default() };
    let world = World::of(Guest::SignIn, description, knobs).await;
    world.attached().await;
    assert_eq!(version(&world).as_deref(), Some("V1_0"));
}

#[tokio::test]
async fn a_former_function_keeps_its_events_and_what_that_means_is_told() {
    let claims = function("claims");
    let told = vec![Warning::IdTokensOnly(OldVersion::Former(claims.clone()))];
    for (former, warnings) in [("V1_0", told), ("V2_0", vec![]), ("V3_0", vec![])] {
        let lambda =
            json!({"PreTokenGenerationConfig": {"LambdaVersion": former, "LambdaArn": claims.as_str()}});
        let world = world(&json!("PLUS"), lambda).await;
        assert_eq!(world.attach_plan().await.expect("a plan").warnings, warnings, "{former}");
        world.attached().await;
        assert_eq!(version(&world).as_deref(), Some(former));
        world.detached().await;
        world.assert_nothing_left();
    }
}

#[tokio::test]
async fn the_first_version_is_told_with_the_reason_that_holds_and_the_command_that_changes_it() {
    let mut world = world(&json!("PLUS"), json!({})).await;
    world.token_version = Some(TokenVersion::V1);
    let told = async |world: &World| world.attach_plan().await.expect("a plan").warnings;
    assert_eq!(told(&world).await, [Warning::IdTokensOnly(OldVersion::Asked)]);
    world.attached().await;
    world.token_version = None;
    let kept = Warning::IdTokensOnly(OldVersion::Kept);
    assert_eq!(told(&world).await, std::slice::from_ref(&kept));
    assert!(kept.to_string().contains("twinpool attach --pool new --token-version V2_0"), "{kept}");
    world.token_version = Some(TokenVersion::V2);
    world.attached().await;
    assert_eq!(version(&world).as_deref(), Some("V2_0"));
}

#[tokio::test]
async fn a_taken_slot_is_refused_until_the_function_calls_that_very_one() {
    let claims = function("claims");
    let mut world = world(&json!("PLUS"), json!({"PreTokenGeneration": claims.as_str()})).await;
    world.continuity = "none";
    for (chain, parameter) in [
        (json!({}), format!("NewPoolChainPreTokenGeneration={claims}")),
        // What the old pool chains is another matter.
        (json!({"TWINPOOL_CHAIN_CUSTOM_MESSAGE": claims.as_str()}), format!("={claims}")),
        (json!({"TWINPOOL_CHAIN_PRE_TOKEN_GENERATION": function("other").as_str()}), format!("={claims}")),
    ] {
        world.functions.put(&world.ours, chain, Behaviour::Echo);
        let refused = world.attach_plan().await.expect_err("refused").to_string();
        assert!(refused.contains(&parameter) && refused.contains("the sign-in function"), "{refused}");
    }
    assert_eq!(world.pool.updates(), 0);
    let chain = json!({"TWINPOOL_CHAIN_PRE_TOKEN_GENERATION": claims.as_str()});
    world.functions.put(&world.ours, chain, Behaviour::Echo);
    world.attached().await;
}

#[tokio::test]
async fn a_pool_of_another_account_or_region_is_refused() {
    let mut world = world(&json!("PLUS"), json!({})).await;
    for (arn, word) in [
        ("arn:aws:lambda:eu-west-1:444455556666:function:sign-in", "account"),
        ("arn:aws:lambda:us-east-1:111122223333:function:sign-in", "eu-west-1"),
    ] {
        world.ours = FunctionArn::parse(arn).expect("an ARN");
        world.functions.put(&world.ours, json!({}), Behaviour::Echo);
        let refused = world.attach_plan().await.expect_err("refused");
        assert!(refused.to_string().contains(word), "{refused}");
        let is_place =
            matches!(refused, NoPlan::Refused(Refusal::OtherAccount { .. } | Refusal::OtherRegion { .. }));
        assert!(is_place, "{refused}");
    }
    assert_eq!(world.pool.updates(), 0);
}
