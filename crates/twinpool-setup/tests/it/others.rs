//! Other people at work on the same pool.

use std::sync::Arc;

use serde_json::json;
use twinpool_setup::Trouble;
use twinpool_setup::attach::{NoPlan, Refusal, Unfinished, Warning};
use twinpool_setup::guest::Guest;
use twinpool_setup::port::PoolSettings as _;
use twinpool_setup::triggers::Slot;
use twinpool_testkit::{Behaviour, Knobs, Moment, Process};

use crate::matrix::full;
use crate::world::{Failure, World, function, still};

#[tokio::test]
async fn a_pool_that_changed_since_the_plan_was_shown_is_left_alone() {
    let world = World::new(full(), Knobs::default()).await;
    world.pool.change_before("DescribeUserPool", 1, |it| it["DeletionProtection"] = json!("INACTIVE"));
    let trouble = world.attach(&Arc::new(Process::healthy())).await.expect_err("changed").trouble();
    assert_eq!(trouble, Trouble::ChangedMeanwhile(vec!["DeletionProtection".to_owned()]));
    assert_eq!(world.pool.updates(), 0);
    assert_eq!(world.pool.described()["DeletionProtection"], "INACTIVE");
}

#[tokio::test]
async fn what_moves_without_being_a_setting_is_no_reason_to_put_anything_back() {
    let world = World::new(full(), Knobs::default()).await;
    world.pool.change_before("DescribeUserPool", 1, |it| it["Status"] = json!("Disabled"));
    world.pool.change_before("DescribeUserPool", 2, |it| it["Domain"] = json!("new"));
    let attached = world.attach(&Arc::new(Process::healthy())).await.expect("attached");
    assert_eq!(attached.noticed, ["Domain", "Status"]);
}

#[tokio::test]
async fn a_change_right_after_the_update_is_named_when_it_is_put_back() {
    let world = World::new(full(), Knobs::default()).await;
    world.pool.change_before("DescribeUserPool", 2, |it| it["UserPoolTags"] = json!({"team": "b"}));
    let trouble = world.attach(&Arc::new(Process::healthy())).await.expect_err("changed").trouble();
    assert!(trouble.to_string().contains("UserPoolTags.team"), "{trouble}");
    world.assert_as_before();
}

#[tokio::test]
async fn a_change_of_others_is_no_update_of_ours_whose_answer_was_lost() {
    let world = World::new(full(), Knobs::default()).await;
    world.pool.refuse_next("UpdateUserPool", "ConcurrentModificationException");
    world.pool.change_before("DescribeUserPool", 2, |it| it["LambdaConfig"]["PreSignUp"] = json!(null));
    let trouble = world.attach(&Arc::new(Process::healthy())).await.expect_err("changed").trouble();
    assert_eq!(trouble, Trouble::ChangedMeanwhile(vec!["LambdaConfig.PreSignUp".to_owned()]));
    assert_eq!(world.pool.updates(), 0, "nothing of theirs is put back");
}

#[tokio::test]
async fn refusals_of_aws_leave_the_pool_as_it_was_and_say_what_to_do() {
    let codes = [
        ("ConcurrentModificationException", "run the same command again"),
        ("UserImportInProgressException", "wait until it is done"),
        ("InvalidParameterException", "in the console"),
        ("NotAuthorizedException", "iam:PassRole"),
    ];
    for (code, remedy) in codes {
        let world = World::new(full(), Knobs::default()).await;
        world.pool.refuse_next("UpdateUserPool", code);
        let trouble = world.attach(&Arc::new(Process::healthy())).await.expect_err("refused").trouble();
        assert!(matches!(&trouble, Trouble::Refused { source } if source.code == code), "{trouble:?}");
        assert!(trouble.to_string().contains(remedy), "{trouble}");
        assert!(world.archive.kept(world.pool.handle(&Arc::new(Process::healthy())).id()).is_none());
        world.assert_as_before();
        world.attached().await;
    }
}

#[tokio::test]
async fn an_import_job_is_waited_for() {
    let world = World::new(full(), Knobs::default()).await;
    world.pool.import_runs(true);
    assert!(world.attach(&Arc::new(Process::healthy())).await.is_err());
    world.assert_as_before();
    world.pool.import_runs(false);
    world.attached().await;
}

#[tokio::test]
async fn whatever_the_owner_changes_while_attached_stays() {
    let world = World::new(full(), Knobs::default()).await;
    world.attached().await;
    let change = |it: &mut twinpool_setup::port::Json| {
        it["DeletionProtection"] = json!("INACTIVE");
        it["Policies"]["PasswordPolicy"]["MinimumLength"] = json!(16);
        it["UserPoolTags"] = json!({"team": "payments"});
        it["LambdaConfig"]["PreSignUp"] = json!("arn:aws:lambda:eu-west-1:111122223333:function:newer");
        it.insert("FutureSetting".to_owned(), json!({"Mode": "ON"}));
        it.remove("DeviceConfiguration");
    };
    world.pool.change(change);
    world.attached_as_changed().await;
    world.detached().await;
    let mut expected = world.original.clone();
    change(&mut expected);
    assert_eq!(still(&world.pool.described()), still(&expected));
}

#[tokio::test]
async fn a_chain_that_the_owner_drops_while_attached_is_refused_and_a_new_one_told() {
    let world = World::new(full(), Knobs::default()).await;
    world.attached().await;
    let mut chain = json!({});
    for slot in Guest::Capture.slots().iter().copied() {
        chain[slot.variable().expect("shared")] = world.original["LambdaConfig"][slot.name()].clone();
    }
    chain["TWINPOOL_CHAIN_CUSTOM_MESSAGE"] = json!(function("newer").as_str());
    world.functions.put(&world.ours, chain.clone(), Behaviour::Echo);
    let warnings = world.attach_plan().await.expect("a plan").warnings;
    assert!(matches!(&warnings[..], [Warning::OtherFormer { slot: Slot::CustomMessage, .. }]));
    chain["TWINPOOL_CHAIN_CUSTOM_MESSAGE"] = json!("");
    world.functions.put(&world.ours, chain, Behaviour::Echo);
    let refused = world.attach_plan().await.expect_err("refused");
    let former = function("messages").as_str().to_owned();
    let (guest, slot) = (Guest::Capture, Slot::CustomMessage);
    let expected = Refusal::NotCalled { guest, slot, function: former };
    assert_eq!(refused, NoPlan::Refused(expected));
}

#[tokio::test]
async fn settings_that_changed_since_a_run_that_died_are_asked_about() {
    for (choice, kept) in [(Unfinished::Keep, "INACTIVE"), (Unfinished::PutBack, "ACTIVE")] {
        let mut world = World::new(full(), Knobs::default()).await;
        let healthy = Arc::new(Process::healthy());
        let update = {
            let other = World::new(full(), Knobs::default()).await;
            assert!(other.attach(&healthy).await.is_ok());
            healthy.calls().iter().position(|call| *call == "UpdateUserPool").expect("an update")
        };
        let died = world.attach(&Arc::new(Process::dying_at(update, Moment::After))).await;
        assert!(died.is_err());
        world.pool.change(|it| it["DeletionProtection"] = json!("INACTIVE"));
        let refused = world.attach(&Arc::new(Process::healthy())).await.expect_err("asked about");
        let paths = vec!["DeletionProtection".to_owned()];
        assert_eq!(refused, Failure::NoPlan(NoPlan::Refused(Refusal::Unfinished(paths))));
        world.unfinished = Some(choice);
        assert!(world.attach(&Arc::new(Process::healthy())).await.is_ok());
        assert_eq!(world.pool.described()["DeletionProtection"], kept);
        world.unfinished = None;
        assert!(world.attach(&Arc::new(Process::healthy())).await.is_ok(), "it is finished now");
    }
}

#[tokio::test]
async fn two_who_attach_at_once_end_with_the_true_former_state() {
    let world = World::new(full(), Knobs::default()).await;
    let (one, other) = (Arc::new(Process::healthy()), Arc::new(Process::healthy()));
    let both = world.interleaved(&one, &other).await;
    assert!(both.0 || both.1, "somebody got through");
    world.attached().await;
    world.detached().await;
    world.assert_nothing_left();
}
