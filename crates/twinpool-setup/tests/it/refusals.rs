//! What is refused before anything is changed, and with which words.

use serde_json::{Value, json};
use twinpool_setup::attach::{NoPlan, Refusal, Warning};
use twinpool_setup::guest::Guest;
use twinpool_setup::managed::Manager;
use twinpool_setup::port::FunctionArn;
use twinpool_setup::settings::Unsendable;
use twinpool_setup::triggers::Slot;
use twinpool_testkit::{Behaviour, Knobs};

use crate::matrix::full;
use crate::world::{World, function};

/// What is refused of a pool like the full one, after this.
async fn refusal(change: impl FnOnce(&mut World)) -> Refusal {
    let mut world = World::new(full(), Knobs::default()).await;
    change(&mut world);
    let refused = world.attach_plan().await.expect_err("refused");
    assert_eq!(world.pool.updates(), 0);
    let NoPlan::Refused(refusal) = refused else { panic!("{refused:?}") };
    refusal
}

fn chain(world: &World, change: impl FnOnce(&mut Value)) {
    let mut chain = json!({});
    for slot in Guest::Capture.slots().iter().copied() {
        chain[slot.variable().expect("shared")] = world.original["LambdaConfig"][slot.name()].clone();
    }
    change(&mut chain);
    world.functions.put(&world.ours, chain, Behaviour::Echo);
}

#[tokio::test]
async fn a_slot_that_is_taken_is_refused_with_the_parameter_to_deploy_with() {
    for slot in Guest::Capture.slots().iter().copied() {
        for empty in [json!(null), json!("")] {
            let refused =
                refusal(|world| chain(world, |it| it[slot.variable().expect("shared")] = empty)).await;
            let held = full()["LambdaConfig"][slot.name()].as_str().expect("taken").to_owned();
            assert!(
                refused.to_string().contains(&format!("{}={held}", Guest::Capture.parameter(slot))),
                "{refused}"
            );
            assert_eq!(refused, Refusal::Taken { guest: Guest::Capture, slot, function: held });
        }
    }
}

#[tokio::test]
async fn a_chain_must_name_the_very_function_in_the_slot() {
    // The same function by another alias is another one: its events go elsewhere.
    for other in ["welcome", "welcome:test", "another"] {
        let chained = function(other);
        let named = chained.clone();
        let refused = refusal(|world| {
            chain(world, |it| it["TWINPOOL_CHAIN_POST_CONFIRMATION"] = json!(named.as_str()));
        });
        let held = function("welcome:live").as_str().to_owned();
        let (guest, slot) = (Guest::Capture, Slot::PostConfirmation);
        let expected = Refusal::OtherFunction { guest, slot, function: held, chained };
        assert_eq!(refused.await, expected);
    }
}

#[tokio::test]
async fn a_chain_for_an_empty_slot_would_call_what_the_pool_does_not() {
    let refused = refusal(|world| {
        world.pool.change(|it| it["LambdaConfig"]["CustomMessage"] = Value::Null);
    });
    let chained = function("messages");
    let (guest, slot) = (Guest::Capture, Slot::CustomMessage);
    assert_eq!(refused.await, Refusal::NobodyThere { guest, slot, chained });
}

#[tokio::test]
async fn a_capture_that_would_call_itself_is_refused_by_whatever_name() {
    for itself in ["ours", "ours:live", "ours:test", "ours:7"] {
        let refused = refusal(|world| {
            chain(world, |it| it["TWINPOOL_CHAIN_CUSTOM_MESSAGE"] = json!(function(itself).as_str()));
        });
        assert_eq!(refused.await, Refusal::Loop { guest: Guest::Capture, slot: Slot::CustomMessage });
    }
}

#[tokio::test]
async fn a_chain_that_names_no_function_is_refused() {
    let refused = refusal(|world| chain(world, |it| it["TWINPOOL_CHAIN_CUSTOM_MESSAGE"] = json!("messages")));
    assert!(matches!(refused.await, Refusal::Chain(it) if it.parameter == "ChainCustomMessage"));
}

#[tokio::test]
async fn a_capture_of_another_region_is_refused() {
    let far = FunctionArn::parse("arn:aws:lambda:us-east-1:111122223333:function:ours").expect("an ARN");
    let refused = refusal(|world| world.ours = far.clone()).await;
    let pool = "eu-west-1".to_owned();
    assert_eq!(refused, Refusal::OtherRegion { guest: Guest::Capture, pool, function: far });
}

#[tokio::test]
async fn a_version_is_refused_because_a_slot_takes_none() {
    for version in ["ours:7", "ours:$LATEST"] {
        let refused = refusal(|world| world.ours = function(version)).await;
        assert_eq!(refused, Refusal::Version(function(version)));
    }
}

#[tokio::test]
async fn a_capture_that_is_not_there_is_refused() {
    let refused = refusal(|world| world.ours = function("nobody")).await;
    assert_eq!(refused, Refusal::NoFunction(function("nobody")));
}

#[tokio::test]
async fn two_functions_before_tokens_are_more_than_can_be_put_back() {
    let refused = refusal(|world| {
        world.pool.change(|it| it["LambdaConfig"]["PreTokenGeneration"] = json!(function("other").as_str()));
    });
    assert_eq!(refused.await, Refusal::Unclear);
}

#[tokio::test]
async fn validity_days_that_differ_are_refused_because_one_would_be_lost() {
    let description = json!({"Policies": {"PasswordPolicy": {"TemporaryPasswordValidityDays": 30}},
        "AdminCreateUserConfig": {"UnusedAccountValidityDays": 7}});
    let body = twinpool_setup::settings::update_body(description.as_object().expect("fields"));
    assert_eq!(body, Err(Unsendable::ValidityDays));
}

#[tokio::test]
async fn what_the_owner_should_know_stands_in_the_plan() {
    let world = World::new(full(), Knobs { hides_defaults: true, ..Knobs::default() }).await;
    world.pool.change(|it| {
        it["UserPoolTags"] = json!({"aws:cloudformation:stack-name": "shop"});
        it["UserPoolTier"] = json!("ESSENTIALS");
        it["KeyConfiguration"] = json!({"KmsKeyArn": "arn:aws:kms:eu-west-1:111122223333:key/mrk-1"});
    });
    let plan = world.attach_plan().await.expect("a plan");
    let expected =
        [Warning::Managed(Manager::CloudFormation), Warning::NotTold("UserPoolTier"), Warning::Replicated];
    assert_eq!(plan.warnings, expected);
}

#[tokio::test]
async fn a_plan_shows_the_triggers_and_nothing_else() {
    let world = World::new(full(), Knobs::default()).await;
    let plan = world.attach_plan().await.expect("a plan");
    let paths: Vec<_> = plan.changes.iter().map(|change| change.path.as_str()).collect();
    let expected =
        ["CustomMessage", "PostConfirmation", "PreTokenGeneration", "PreTokenGenerationConfig.LambdaArn"];
    assert_eq!(paths, expected.map(|slot| format!("LambdaConfig.{slot}")));
    assert!(plan.changes.iter().all(|change| change.after == Some(json!(world.ours.as_str()))));
    world.assert_nothing_left();
    world.attached().await;
    assert!(world.attach_plan().await.expect("a plan").is_done());
}
