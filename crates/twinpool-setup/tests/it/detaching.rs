//! Taking capture out again: each slot gets what was in it, and what others did meanwhile stays.

use std::sync::Arc;

use serde_json::{Value, json};
use twinpool_core::id::PoolId;
use twinpool_setup::detach::{Fate, NoPlan, Refusal, Warning};
use twinpool_setup::guest::Guest;
use twinpool_setup::managed::Manager;
use twinpool_setup::triggers::{Slot, in_slot};
use twinpool_testkit::{Behaviour, Knobs, Process};

use crate::matrix::full;
use crate::world::{Failure, World, function};

fn pool() -> PoolId {
    PoolId::parse(crate::world::POOL).expect("an id")
}

async fn attached() -> World {
    let world = World::new(full(), Knobs::default()).await;
    world.attached().await;
    world
}

#[tokio::test]
async fn a_slot_that_somebody_else_took_is_left_and_told() {
    let world = attached().await;
    world.pool.change(|it| it["LambdaConfig"]["CustomMessage"] = json!(function("newer").as_str()));
    let plan = world.detach_plan().await.expect("a plan");
    let (_, fate) = plan.slots.iter().find(|(slot, _)| *slot == Slot::CustomMessage).expect("a slot");
    assert!(matches!(fate, Fate::Left(Some(held)) if held.function == function("newer").as_str()));
    world.detached().await;
    let now = world.pool.described();
    assert_eq!(now["LambdaConfig"]["CustomMessage"], function("newer").as_str());
    assert_eq!(now["LambdaConfig"]["PostConfirmation"], function("welcome:live").as_str());
}

#[tokio::test]
async fn a_slot_that_somebody_emptied_stays_empty() {
    let world = attached().await;
    world.pool.change(|it| it["LambdaConfig"]["CustomMessage"] = Value::Null);
    let plan = world.detach_plan().await.expect("a plan");
    assert!(plan.slots.contains(&(Slot::CustomMessage, Fate::Left(None))));
    world.detached().await;
    assert_eq!(in_slot(&world.pool.described(), Slot::CustomMessage), None);
}

#[tokio::test]
async fn without_a_saved_state_each_slot_gets_the_function_that_capture_calls() {
    let world = attached().await;
    world.archive.lose(&pool());
    world.pool.change(|it| it["LambdaConfig"]["PreTokenGenerationConfig"]["LambdaVersion"] = json!("V3_0"));
    let plan = world.detach_plan().await.expect("a plan");
    assert!(plan.slots.iter().all(|(_, fate)| matches!(fate, Fate::GivenBack(_))), "{:?}", plan.slots);
    world.detached().await;
    let mut expected = full()["LambdaConfig"].clone();
    expected["PreTokenGenerationConfig"]["LambdaVersion"] = json!("V3_0");
    assert_eq!(world.pool.described()["LambdaConfig"], expected);
}

#[tokio::test]
async fn without_a_saved_state_a_slot_that_capture_calls_nobody_for_is_emptied_and_told() {
    let mut description = full();
    let slots = description["LambdaConfig"].as_object_mut().expect("slots");
    slots.retain(|name, _| {
        !name.starts_with("PreTokenGeneration")
            && Guest::Capture.slots().iter().all(|slot| slot.name() != name)
    });
    let world = World::new(description, Knobs::default()).await;
    world.attached().await;
    world.archive.lose(&pool());
    let plan = world.detach_plan().await.expect("a plan");
    assert!(plan.slots.iter().all(|(_, fate)| *fate == Fate::FormerUnknown));
    world.detached().await;
    world.assert_nothing_left();
}

#[tokio::test]
async fn a_slot_is_not_emptied_where_nobody_can_say_what_was_in_it() {
    let mut world = attached().await;
    world.archive.lose(&pool());
    let (guest, slot) = (Guest::Capture, Slot::PostConfirmation);
    let unknown = NoPlan::Refused(Refusal::FormerUnknown { guest, slot });
    let process = Arc::new(Process::healthy());
    process.fail_next("GetFunctionConfiguration", twinpool_core::port::Class::Denied);
    assert_eq!(world.detach(&process).await, Err(Failure::NoPlan(unknown.clone())));
    for named in ["welcome", world.ours.unqualified().as_str()] {
        let chain = json!({"TWINPOOL_CHAIN_POST_CONFIRMATION": named});
        world.functions.put(&world.ours, chain, Behaviour::Echo);
        assert_eq!(world.detach_plan().await.expect_err("refused"), unknown);
    }
    world.functions.remove(&world.ours);
    assert_eq!(world.detach_plan().await.expect_err("refused"), unknown);
    assert_eq!(world.pool.updates(), 1);
    world.leave_empty = Guest::Capture.slots().iter().copied().collect();
    world.detached().await;
    let now = world.pool.described();
    assert!(Guest::Capture.slots().iter().all(|slot| in_slot(&now, *slot).is_none()));
    assert_eq!(now["LambdaConfig"]["PreSignUp"], function("pre-sign-up").as_str());
}

#[tokio::test]
async fn a_version_that_the_owner_chose_since_stays_with_the_former_function() {
    let world = attached().await;
    world.pool.change(|it| it["LambdaConfig"]["PreTokenGenerationConfig"]["LambdaVersion"] = json!("V3_0"));
    world.detached().await;
    let held = in_slot(&world.pool.described(), Slot::PreTokenGeneration).expect("the former function");
    assert_eq!(held.function, function("claims:7x").as_str());
    assert_eq!(held.version.as_deref(), Some("V3_0"));
}

#[tokio::test]
async fn a_former_function_that_is_gone_is_not_put_where_it_would_fail_sign_ins() {
    let mut world = World::new(full(), Knobs::default()).await;
    world.attached().await;
    world.functions.remove(&function("messages"));
    let refused = world.detach_plan().await.expect_err("refused");
    let gone =
        Refusal::FormerGone { slot: Slot::CustomMessage, function: function("messages").as_str().to_owned() };
    assert_eq!(refused, NoPlan::Refused(gone));
    world.leave_empty = [Slot::CustomMessage].into();
    world.detached().await;
    assert_eq!(in_slot(&world.pool.described(), Slot::CustomMessage), None);
    assert!(in_slot(&world.pool.described(), Slot::PostConfirmation).is_some());
}

#[tokio::test]
async fn a_former_function_that_lets_nobody_in_is_refused_unless_the_owner_wants_it() {
    let mut world = attached().await;
    world.functions.put(&function("messages"), json!({}), Behaviour::Echo);
    let former = function("messages").as_str().to_owned();
    let refused = Refusal::FormerNotAllowed { slot: Slot::CustomMessage, function: former.clone() };
    assert_eq!(world.detach_plan().await.expect_err("refused"), NoPlan::Refused(refused));
    world.leave_empty = [Slot::CustomMessage].into();
    assert!(world.detach_plan().await.is_ok_and(|plan| plan.warnings.is_empty()));
    world.leave_empty.clear();
    world.even_if_not_allowed = true;
    let plan = world.detach_plan().await.expect("a plan");
    assert_eq!(plan.warnings, [Warning::NotAllowed(Slot::CustomMessage, former)]);
    world.detached().await;
    world.assert_as_before();
}

#[tokio::test]
async fn a_managed_pool_is_left_to_its_template_unless_the_owner_says_so() {
    let mut description = full();
    description["UserPoolTags"] = json!({"aws:cloudformation:stack-name": "shop"});
    let mut world = World::new(description, Knobs::default()).await;
    world.attached().await;
    let refused = NoPlan::Refused(Refusal::Managed(Manager::CloudFormation));
    assert_eq!(world.detach_plan().await.expect_err("refused"), refused);
    world.even_if_managed = true;
    let plan = world.detach_plan().await.expect("a plan");
    assert_eq!(plan.warnings, [Warning::Managed(Manager::CloudFormation)]);
    world.detached().await;
    world.assert_nothing_left();
    world.even_if_managed = false;
    assert!(world.detach_plan().await.is_ok_and(|plan| plan.is_done()), "nothing changes");
}

#[tokio::test]
async fn the_permission_stays_as_long_as_any_slot_names_capture() {
    let world = attached().await;
    let capture = world.ours.clone();
    world.pool.change(move |it| it["LambdaConfig"]["PreSignUp"] = json!(capture.as_str()));
    let plan = world.detach_plan().await.expect("a plan");
    assert_eq!(plan.warnings, [Warning::Elsewhere(Guest::Capture, "PreSignUp".to_owned())]);
    world.detached().await;
    assert!(world.functions.lets_in(&world.ours, crate::world::POOL_ARN), "PreSignUp would fail");
    assert_eq!(world.archive.kept(&pool()), None, "the run finished: nothing waits to be put back");
    world.pool.change(|it| it["DeletionProtection"] = json!("INACTIVE"));
    let plan = world.attach_plan().await.expect("what the owner changed since is nobody's");
    assert!(plan.changes.iter().all(|change| change.path.starts_with("LambdaConfig")), "{:?}", plan.changes);
}

#[tokio::test]
async fn an_update_that_resets_a_setting_is_put_back_and_capture_still_works() {
    let world = attached().await;
    world.pool.mishap(|it| it["UserPoolTier"] = json!("ESSENTIALS"));
    let trouble = world.detach(&Arc::new(Process::healthy())).await.expect_err("trouble").trouble();
    assert!(trouble.to_string().contains("UserPoolTier"), "{trouble}");
    world.assert_attached();
    world.detached().await;
    world.assert_nothing_left();
}

#[tokio::test]
async fn a_capture_that_is_deleted_already_can_still_be_taken_out() {
    let world = attached().await;
    world.functions.remove(&world.ours);
    world.detached().await;
    world.assert_as_before();
}

#[tokio::test]
async fn a_pool_that_was_never_attached_stays_as_it_is() {
    let world = World::new(full(), Knobs::default()).await;
    world.detached().await;
    assert_eq!(world.pool.updates(), 0);
    world.assert_nothing_left();
}
