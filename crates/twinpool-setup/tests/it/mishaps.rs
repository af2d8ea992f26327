//! Updates that do more than they were told, and captures that would fail sign-ins: the former state comes back.

use std::sync::Arc;

use serde_json::{Value, json};
use twinpool_core::id::PoolId;
use twinpool_core::port::Class;
use twinpool_setup::attach::{NoPlan, Refusal, Unfinished};
use twinpool_setup::guest::Guest;
use twinpool_setup::self_test::SelfTestFailure;
use twinpool_setup::{Because, Trouble};
use twinpool_testkit::{Behaviour, Knobs, Process};

use crate::matrix::full;
use crate::world::World;

fn pool() -> PoolId {
    PoolId::parse(crate::world::POOL).expect("an id")
}

async fn fails(world: &World) -> Trouble {
    world.attach(&Arc::new(Process::healthy())).await.expect_err("trouble").trouble()
}

#[tokio::test]
async fn a_setting_that_the_update_resets_is_put_back_and_named() {
    let resets: [(&str, Value); 4] = [
        ("UserPoolTier", json!("ESSENTIALS")),
        ("DeletionProtection", json!("INACTIVE")),
        ("MfaConfiguration", json!("OFF")),
        ("IssuerConfiguration", json!({"Type": "ORIGINAL"})),
    ];
    for (field, value) in resets {
        let world = World::new(full(), Knobs::default()).await;
        world.pool.mishap(move |it| it[field] = value);
        let Trouble::PutBack { because: Because::Changed(paths) } = fails(&world).await else {
            panic!("{field} stays reset")
        };
        assert!(paths.iter().all(|path| path.starts_with(field)), "{paths:?}");
        world.assert_as_before();
        assert!(world.archive.kept(&pool()).is_none(), "there is nothing to detach");
        world.attached().await;
    }
}

#[tokio::test]
async fn a_trigger_that_the_update_loses_is_put_back() {
    let world = World::new(full(), Knobs::default()).await;
    world.pool.mishap(|it| {
        it["LambdaConfig"].as_object_mut().expect("slots").remove("PreSignUp");
    });
    assert!(matches!(fails(&world).await, Trouble::PutBack { .. }));
    world.assert_as_before();
}

#[tokio::test]
async fn a_half_attached_pool_keeps_its_former_state_when_the_rest_is_put_back() {
    let world = World::new(full(), Knobs::default()).await;
    world.attached().await;
    world.pool.change(|it| {
        it["LambdaConfig"]["PostConfirmation"] = full()["LambdaConfig"]["PostConfirmation"].clone();
    });
    world.pool.mishap(|it| it["UserPoolTier"] = json!("ESSENTIALS"));
    assert!(matches!(fails(&world).await, Trouble::PutBack { .. }));
    world.detached().await;
    world.assert_as_before();
}

#[tokio::test]
async fn what_cannot_be_put_back_is_named() {
    let world = World::new(full(), Knobs::default()).await;
    for _ in 0..4 {
        world.pool.mishap(|it| it["UserPoolTier"] = json!("ESSENTIALS"));
    }
    let trouble = fails(&world).await;
    let Trouble::NotPutBack { left, .. } = &trouble else { panic!("{trouble:?}") };
    assert_eq!(left, &["UserPoolTier"]);
    assert!(trouble.to_string().contains("could not be put back: UserPoolTier"), "{trouble}");
    let saved = world.archive.kept(&pool());
    assert_eq!(saved.expect("kept").description["UserPoolTier"], "PLUS");
}

#[tokio::test]
async fn where_nothing_can_be_put_back_the_call_that_failed_is_named() {
    let world = World::new(full(), Knobs::default()).await;
    let process = Arc::new(Process::healthy());
    let failing = Arc::clone(&process);
    world.pool.mishap(move |it| {
        it["UserPoolTier"] = json!("ESSENTIALS");
        failing.fail_all("UpdateUserPool", Class::Denied);
    });
    let trouble = world.attach(&process).await.expect_err("trouble").trouble();
    assert!(matches!(&trouble, Trouble::NotPutBack { left, .. } if left.is_empty()), "{trouble:?}");
    let said = trouble.to_string();
    assert!(said.contains("the former state could not be put back"), "{said}");
    assert!(said.contains("UpdateUserPool failed: InjectedFault"), "{said}");
}

#[tokio::test]
async fn settings_that_could_not_be_put_back_never_become_the_former_state() {
    for (choice, tier) in [(Unfinished::Keep, "ESSENTIALS"), (Unfinished::PutBack, "PLUS")] {
        let mut world = World::new(full(), Knobs::default()).await;
        for _ in 0..4 {
            world.pool.mishap(|it| it["UserPoolTier"] = json!("ESSENTIALS"));
        }
        assert!(matches!(fails(&world).await, Trouble::NotPutBack { .. }));
        let refused = world.attach_plan().await.expect_err("asked about");
        assert_eq!(refused, NoPlan::Refused(Refusal::Unfinished(vec!["UserPoolTier".to_owned()])));
        world.unfinished = Some(Unfinished::PutBack);
        world.functions.behave(&world.ours, Behaviour::Fails);
        assert!(matches!(fails(&world).await, Trouble::SelfTest(_)));
        let saved = world.archive.kept(&pool()).expect("kept");
        assert_eq!(saved.description["UserPoolTier"], "PLUS", "nobody has put it back yet");
        world.functions.behave(&world.ours, Behaviour::Echo);
        world.unfinished = Some(choice);
        assert!(world.attach(&Arc::new(Process::healthy())).await.is_ok());
        world.unfinished = None;
        world.detached().await;
        assert_eq!(world.pool.described()["UserPoolTier"], tier);
        assert_eq!(world.pool.described()["LambdaConfig"], world.original["LambdaConfig"]);
    }
}

#[tokio::test]
async fn an_attaching_that_failed_before_its_update_leaves_nothing_that_a_later_one_would_put_back() {
    let factors = json!({"MfaConfiguration": "OPTIONAL", "EmailMfaConfiguration": {"Subject": "code"}});
    for operation in ["AddPermission", "Invoke"] {
        let world = World::new(full(), Knobs::default()).await;
        let process = Arc::new(Process::healthy());
        process.fail_next(operation, Class::Denied);
        assert!(world.attach(&process).await.is_err());
        assert_eq!(world.pool.updates(), 0);
        assert_eq!(world.archive.kept(&pool()), None, "{operation}");
        world.set_factors(factors.clone()).await;
        world.attached().await;
        world.detached().await;
        assert_eq!(Value::Object(world.pool.factors()), factors);
    }
}

#[tokio::test]
async fn a_capture_that_fails_is_never_put_into_a_pool() {
    let answers = [Behaviour::Fails, Behaviour::Says(b"null".to_vec()), Behaviour::Says(b"{}".to_vec())];
    for behaviour in answers {
        let world = World::new(full(), Knobs::default()).await;
        world.functions.behave(&world.ours, behaviour);
        assert!(matches!(fails(&world).await, Trouble::SelfTest(_)));
        assert_eq!(world.pool.updates(), 0);
    }
}

#[tokio::test]
async fn a_capture_that_fails_once_it_is_attached_is_taken_out_again() {
    let world = World::new(full(), Knobs::default()).await;
    world.functions.behave(&world.ours, Behaviour::EchoFor(1));
    let trouble = fails(&world).await;
    let (guest, error) = (Guest::Capture, "Unhandled".to_owned());
    let because = Because::SelfTest(SelfTestFailure::Failed { guest, error });
    assert_eq!(trouble, Trouble::PutBack { because });
    assert_eq!(world.pool.updates(), 2);
    world.assert_as_before();
}

#[tokio::test]
async fn an_attached_capture_that_fails_is_told_and_left() {
    let world = World::new(full(), Knobs::default()).await;
    world.attached().await;
    world.functions.behave(&world.ours, Behaviour::Fails);
    assert!(matches!(fails(&world).await, Trouble::Failing(_)));
    world.assert_attached();
}

#[tokio::test]
async fn second_factors_that_the_update_turns_off_are_turned_on_again() {
    let world = World::new(full(), Knobs { update_turns_factors_off: true, ..Knobs::default() }).await;
    world.attached().await;
    assert_eq!(world.pool.factors(), world.original_mfa);
}

#[tokio::test]
async fn second_factors_without_text_messages_are_kept_or_the_pool_is_not_touched() {
    let mut description = full();
    description.as_object_mut().expect("fields").remove("SmsConfiguration");
    let world = World::new(description.clone(), Knobs::default()).await;
    world.attached().await;
    world.detached().await;
    world.assert_nothing_left();
    let world = World::new(description, Knobs { factor_needs_sms: true, ..Knobs::default() }).await;
    assert!(matches!(fails(&world).await, Trouble::Refused { .. }));
    world.assert_as_before();
}

#[tokio::test]
async fn two_messages_that_cannot_both_be_sent_leave_the_pool_untouched() {
    let mut description = full();
    description["VerificationMessageTemplate"]["EmailMessage"] = json!("unlike the older field {####}");
    let world = World::new(description, Knobs::default()).await;
    assert!(matches!(fails(&world).await, Trouble::Refused { .. }));
    world.assert_as_before();
}

#[tokio::test]
async fn a_statement_of_our_name_that_says_something_else_is_not_taken_for_ours() {
    use twinpool_setup::port::{Functions as _, Permission};
    let world = World::new(full(), Knobs::default()).await;
    let other = Permission {
        statement_id: format!("twinpool-{}", crate::world::POOL),
        source_arn: "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/eu-west-1_another".to_owned(),
        source_account: "111122223333".to_owned(),
    };
    let functions = world.functions.handle(&Arc::new(Process::healthy()));
    functions.allow(&world.ours, &other).await.expect("allowed");
    world.attached().await;
    world.detached().await;
    assert!(world.functions.statements(&world.ours).is_empty());
}

#[tokio::test]
async fn a_validity_that_is_told_twice_may_be_told_once_afterwards() {
    let world = World::new(full(), Knobs { forgets_validity: true, ..Knobs::default() }).await;
    let attached = world.attach(&Arc::new(Process::healthy())).await.expect("attached");
    assert!(attached.did_update);
    world.detach(&Arc::new(Process::healthy())).await.expect("detached");
    let described = world.pool.described();
    assert_eq!(described["Policies"], full()["Policies"]);
    assert_eq!(described["AdminCreateUserConfig"].get("UnusedAccountValidityDays"), None);
}
