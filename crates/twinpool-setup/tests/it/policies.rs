//! Which statements let a pool in, what capture is tested with, and two archives as one.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Value, json};
use twinpool_core::change_event::{Captured, EventId, capture};
use twinpool_core::digest::DigestKey;
use twinpool_core::id::{PoolId, Timestamp};
use twinpool_setup::archive::Both;
use twinpool_setup::guest::Guest;
use twinpool_setup::permission::{allows, holds, may_let_in, permission};
use twinpool_setup::port::{Archive as _, FunctionArn, Saved};
use twinpool_setup::self_test::{event, source};
use twinpool_setup::triggers::Slot;
use twinpool_testkit::{MemoryArchive, Process};

use crate::world::{POOL, POOL_ARN};

fn statement(change: impl FnOnce(&mut Value)) -> (bool, bool) {
    let mut statement = json!({"Sid": "any", "Effect": "Allow", "Action": "lambda:InvokeFunction",
        "Principal": {"Service": "cognito-idp.amazonaws.com"},
        "Condition": {"StringEquals": {"AWS:SourceAccount": "111122223333"}, "ArnLike": {"AWS:SourceArn": POOL_ARN}}});
    change(&mut statement);
    let policy = json!({"Statement": [statement]});
    let pool = json!({"Arn": POOL_ARN});
    let permission = permission(pool.as_object().expect("fields")).expect("an ARN");
    let policy = policy.as_object();
    (holds(policy, &permission), allows(policy, &permission))
}

#[test]
fn a_statement_is_ours_only_if_it_names_this_pool_and_this_account() {
    assert_eq!(statement(|_| {}), (true, true));
    let also = json!({"StringEquals": {"aws:sourceaccount": ["111122223333"]}, "ArnEquals": {"aws:SourceArn": POOL_ARN}});
    assert_eq!(statement(|it| it["Condition"] = also), (true, true), "keys of conditions know no case");
    // Lets the pool in, and others too.
    assert_eq!(statement(|it| it["Condition"] = json!({})), (false, true));
    assert_eq!(statement(|it| it["Condition"]["StringEquals"] = json!({})), (false, true));
    let pattern =
        json!({"ArnLike": {"AWS:SourceArn": "arn:aws:cognito-idp:eu-west-1:111122223333:userpool/*"}});
    assert_eq!(statement(|it| it["Condition"] = pattern), (false, true));
    let not_another = json!({"ArnNotLike": {"AWS:SourceArn": format!("{POOL_ARN}x")}});
    assert_eq!(statement(|it| it["Condition"] = not_another), (false, true));
    assert_eq!(statement(|it| it["Action"] = json!("lambda:*")), (false, true));
    assert_eq!(statement(|it| it["Principal"] = json!("*")), (false, true));
    let others: [(&str, Value); 6] = [
        ("Effect", json!("Deny")),
        ("Action", json!("lambda:GetFunction")),
        ("Principal", json!({"Service": "events.amazonaws.com"})),
        ("Condition", json!({"ArnLike": {"AWS:SourceArn": format!("{POOL_ARN}x")}})),
        ("Condition", json!({"StringEquals": {"AWS:SourceAccount": "444455556666"}})),
        ("Condition", json!({"ArnNotLike": {"AWS:SourceArn": POOL_ARN}})),
    ];
    for (field, value) in others {
        assert_eq!(statement(|it| it[field] = value.clone()), (false, false), "{field}: {value}");
    }
}

/// As [`statement`], where nobody can look at the pool.
fn may_be_called(change: impl FnOnce(&mut Value)) -> bool {
    let mut statement = json!({"Effect": "Allow", "Action": "lambda:InvokeFunction",
        "Principal": {"Service": "cognito-idp.amazonaws.com"}, "Condition": {"ArnLike": {"AWS:SourceArn": POOL_ARN}}});
    change(&mut statement);
    let policy = json!({"Statement": [statement]});
    let pool = json!({"Arn": POOL_ARN});
    let permission = permission(pool.as_object().expect("fields")).expect("an ARN");
    may_let_in(policy.as_object(), &permission)
}

#[test]
fn a_pool_that_nobody_can_look_at_is_ruled_out_by_a_statement_that_names_others_and_by_nothing_less() {
    let another = format!("{POOL_ARN}x");
    assert!(!may_be_called(|it| it["Condition"]["ArnLike"]["AWS:SourceArn"] = json!(another)));
    assert!(!may_be_called(|it| it["Condition"]["ArnLike"]["AWS:SourceArn"] = json!([another, another])));
    assert!(!may_be_called(|it| it["Principal"] = json!({"Service": "events.amazonaws.com"})));
    assert!(!may_be_called(|it| it["Action"] = json!("lambda:GetFunction")));
    assert!(!may_let_in(
        None,
        &permission(json!({"Arn": POOL_ARN}).as_object().expect("fields")).expect("an ARN")
    ));
    let may: [(&str, Value); 7] = [
        ("Condition", json!({"ArnLike": {"AWS:SourceArn": POOL_ARN}})),
        ("Condition", json!({"ArnLike": {"AWS:SourceArn": [another, POOL_ARN]}})),
        ("Condition", json!({"ArnLike": {"aws:sourcearn": "arn:aws:cognito-idp:*:*:userpool/*"}})),
        ("Condition", json!({"ArnNotLike": {"AWS:SourceArn": another}})),
        ("Condition", json!({})),
        ("Principal", json!("*")),
        ("Action", json!(["lambda:*"])),
    ];
    for (field, value) in may {
        assert!(may_be_called(|it| it[field] = value.clone()), "{field}: {value}");
    }
}

#[test]
fn what_capture_is_tested_with_is_about_nobody_and_calls_no_former_function() {
    let function =
        FunctionArn::parse("arn:aws:lambda:eu-west-1:111122223333:function:claims").expect("an ARN");
    for chained in [BTreeMap::from([(Slot::PreTokenGeneration, function)]), BTreeMap::new()] {
        let calls_before_tokens = !chained.is_empty();
        let event = event(POOL, "eu-west-1", source(Guest::Capture, &chained));
        let text = Value::Object(event.clone()).to_string();
        let key = DigestKey::new(&[7; 32]).expect("a key");
        let captured = capture(&text, &key, EventId::from_random([1; 16]), Timestamp(1));
        assert_eq!(captured, Captured::NoUser);
        let source = event["triggerSource"].as_str().expect("a source");
        assert_eq!(source.starts_with("TokenGeneration_"), !calls_before_tokens);
    }
}

#[tokio::test]
async fn two_archives_find_the_later_state_and_what_only_one_of_them_has() {
    let process = Arc::new(Process::healthy());
    let (file, table) = (MemoryArchive::new(), MemoryArchive::new());
    let both = Both(file.handle(&process), table.handle(&process));
    let pool = PoolId::parse(POOL).expect("an id");
    let saved = |at| Saved {
        pool: pool.clone(),
        description: serde_json::Map::new(),
        mfa: serde_json::Map::new(),
        attached: Vec::new(),
        at,
    };
    both.save(&saved(1)).await.expect("saved");
    assert_eq!((file.kept(&pool), table.kept(&pool)), (Some(saved(1)), Some(saved(1))));
    for archive in [&file, &table] {
        archive.handle(&process).save(&saved(2)).await.expect("saved");
        assert_eq!(both.find(&pool).await, Ok(Some(saved(2))));
        both.save(&saved(1)).await.expect("saved");
    }
    file.lose(&pool);
    assert_eq!(both.find(&pool).await, Ok(Some(saved(1))));
    both.forget(&pool).await.expect("forgotten");
    assert_eq!(both.find(&pool).await, Ok(None));
}
