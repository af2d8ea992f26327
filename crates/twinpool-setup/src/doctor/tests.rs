use serde_json::{Value, json};
use twinpool_core::id::{AttributeName, PoolId};
use twinpool_core::port::{Class, PortError};

use super::*;
use crate::port::{FunctionArn, Json};

mod broken;
mod new_client;
mod walk;
mod way_back;
mod ways;

const OLD: &str = "eu-west-1_Old";
const NEW: &str = "eu-west-1_New";
const CAPTURE: &str = "arn:aws:lambda:eu-west-1:111122223333:function:twinpool-Capture-1";
const SIGN_IN: &str = "arn:aws:lambda:eu-west-1:111122223333:function:twinpool-SignIn-1";
const KEY: &str = "the-secret-of-the-digests-32-bytes";
const QUEUE: &str = "https://sqs.eu-west-1.amazonaws.com/111122223333/events.fifo";
const QUEUE_ARN: &str = "arn:aws:sqs:eu-west-1:111122223333:events.fifo";
const DLQ_ARN: &str = "arn:aws:sqs:eu-west-1:111122223333:dead.fifo";

fn object(value: Value) -> Json {
    value.as_object().unwrap().clone()
}

fn function(more: &Value) -> Json {
    let mut variables = object(json!({
        "TWINPOOL_QUEUE_URL": QUEUE, "TWINPOOL_DIGEST_KEY": KEY, "TWINPOOL_VERSION": "1.2.0",
    }));
    variables.extend(object(more.clone()));
    object(json!({
        "Runtime": "provided.al2023", "Architectures": ["arm64"], "Timeout": 4, "State": "Active",
        "LastUpdateStatus": "Successful", "Role": "arn:aws:iam::111122223333:role/mirror",
        "Environment": { "Variables": variables },
    }))
}

/// A chain in which nothing is broken.
fn healthy() -> Facts {
    let expected = Expected {
        old_pool: PoolId::parse(OLD).unwrap(),
        new_pool: PoolId::parse(NEW).unwrap(),
        capture: FunctionArn::parse(CAPTURE).unwrap(),
        sign_in: Some(FunctionArn::parse(SIGN_IN).unwrap()),
        queue_url: QUEUE.to_owned(),
        table: "links".to_owned(),
        marker: AttributeName::parse("custom:twinpool").unwrap(),
        version: "1.2.0".to_owned(),
    };
    Facts {
        own_key: Some(KEY.to_owned()),
        old_pool: Ok(object(json!({
            "Arn": format!("arn:aws:cognito-idp:eu-west-1:111122223333:userpool/{OLD}"),
            "LambdaConfig": {
                "PostConfirmation": CAPTURE, "CustomMessage": format!("{CAPTURE}:live"), "PreTokenGeneration": CAPTURE,
                "PreTokenGenerationConfig": { "LambdaVersion": "V2_0", "LambdaArn": CAPTURE },
            },
        }))),
        new_pool: Ok(object(json!({
            "Arn": new_pool_arn(),
            "LambdaConfig": { "PreTokenGenerationConfig": { "LambdaVersion": "V2_0", "LambdaArn": SIGN_IN } },
            "SchemaAttributes": [{ "Name": "custom:twinpool", "AttributeDataType": "String", "Mutable": false }],
            "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true },
        }))),
        capture: Ok(function(&json!({ "TWINPOOL_DEADLINE_MS": "1000" }))),
        policy: Ok(Some(policy(&json!({
            "ArnLike": { "AWS:SourceArn": format!("arn:aws:cognito-idp:eu-west-1:111122223333:userpool/{OLD}") },
            "StringEquals": { "AWS:SourceAccount": "111122223333" },
        })))),
        sign_in: Some(SignIn {
            configuration: Ok(function(&json!({
                "TWINPOOL_OLD_POOL_ID": OLD, "TWINPOOL_NEW_POOL_ID": NEW, "TWINPOOL_LINKS_TABLE": "links",
            }))),
            policy: Ok(Some(policy(&json!({ "ArnLike": { "AWS:SourceArn": new_pool_arn() } })))),
            test: Some(Ok(())),
        }),
        ways: None,
        new_client: None,
        new_slot: None,
        mirror: Ok(function(&json!({
            "TWINPOOL_OLD_POOL_ID": OLD, "TWINPOOL_NEW_POOL_ID": NEW, "TWINPOOL_LINKS_TABLE": "links",
            "TWINPOOL_MARKER_ATTRIBUTE": "custom:twinpool",
        }))),
        audit_trail: Ok(function(
            &json!({ "TWINPOOL_MIRROR_ROLE_ARN": "arn:aws:iam::111122223333:role/mirror" }),
        )),
        sweep: Ok(function(&json!({}))),
        mappings: Ok(vec![object(json!({
            "UUID": "6f1a", "State": "Enabled", "EventSourceArn": QUEUE_ARN,
            "FunctionResponseTypes": ["ReportBatchItemFailures"], "LastProcessingResult": "OK",
        }))]),
        queue: Ok(object(json!({
            "QueueArn": QUEUE_ARN, "FifoQueue": "true", "ApproximateNumberOfMessages": "3",
            "ApproximateNumberOfMessagesNotVisible": "1",
            "RedrivePolicy": format!(r#"{{"deadLetterTargetArn":"{DLQ_ARN}","maxReceiveCount":50}}"#),
        }))),
        age: Ok(Some(4.0)),
        dlq: Ok(object(json!({ "QueueArn": DLQ_ARN, "ApproximateNumberOfMessages": "0" }))),
        key: Some(Ok(object(json!({ "KeyState": "Enabled" })))),
        table: Ok(object(
            json!({ "TableStatus": "ACTIVE", "KeySchema": [{ "AttributeName": "pk", "KeyType": "HASH" }] }),
        )),
        pools: Ok(Some((expected.old_pool.clone(), expected.new_pool.clone()))),
        rule: Ok(object(
            json!({ "Name": "audit", "State": "ENABLED", "EventPattern": format!(r#"{{"userPoolId":["{OLD}"]}}"#) }),
        )),
        trails: Ok(vec![trail(
            &json!({ "EventSelectors": [{ "ReadWriteType": "WriteOnly", "IncludeManagementEvents": true }] }),
        )]),
        ahead: Ok(-2),
        expected,
    }
}

fn new_pool_arn() -> String {
    format!("arn:aws:cognito-idp:eu-west-1:111122223333:userpool/{NEW}")
}

fn of_sign_in(facts: &mut Facts) -> &mut SignIn {
    facts.sign_in.as_mut().unwrap()
}

fn policy(condition: &Value) -> Json {
    object(json!({ "Statement": [{
        "Effect": "Allow", "Principal": { "Service": "cognito-idp.amazonaws.com" }, "Action": "lambda:InvokeFunction",
        "Resource": CAPTURE, "Condition": condition,
    }] }))
}

fn trail(selectors: &Value) -> Trail {
    let status = Ok(object(json!({ "IsLogging": true })));
    Trail { name: "org".to_owned(), status, selectors: Ok(object(selectors.clone())) }
}

fn set(look: &mut Look<Json>, path: &str, value: Value) {
    let mut whole = Value::Object(look.as_ref().unwrap().clone());
    *whole.pointer_mut(path).unwrap() = value;
    *look = Ok(object(whole));
}

fn take(look: &mut Look<Json>, name: &str) {
    look.as_mut().unwrap().remove(name);
}

fn failed<T>(class: Class) -> Look<T> {
    Err(Blind::Failed(PortError::new(class, "GetPolicy", "AccessDeniedException")))
}

#[test]
fn a_chain_in_which_nothing_is_broken_is_fine_in_every_part() {
    let steps = steps(&healthy());
    let other: Vec<_> = steps.iter().filter(|step| step.verdict != Verdict::Fine).collect();
    assert!(other.is_empty(), "{other:#?}");
    let parts: Vec<_> = steps.iter().map(|step| step.part.code()).collect();
    let expected = "clock trigger permission capture queue dlq encryption_key mapping mirror table new_pool sign_up \
        new_trigger new_trigger sign_in digest_key version audit_trail trail";
    assert_eq!(parts.join(" "), expected);
}

#[test]
fn which_tokens_get_the_user_id_is_told_where_it_is_switched_on() {
    for (version, told) in [
        ("V1_0", "ID tokens of the old pool get the claim uid; access tokens do not"),
        ("V2_0", "ID and access tokens of the old pool get the claim uid"),
        ("V3_0", "ID and access tokens of the old pool get the claim uid"),
    ] {
        let mut facts = healthy();
        facts.capture = Ok(function(&json!({ "TWINPOOL_USER_ID_CLAIM": "uid" })));
        set(&mut facts.old_pool, "/LambdaConfig/PreTokenGenerationConfig/LambdaVersion", json!(version));
        let steps = steps(&facts);
        let step = steps.iter().find(|step| step.part == Part::UserIdClaim).unwrap();
        assert_eq!(step.verdict, Verdict::Fine);
        assert!(step.why.starts_with(told), "{}", step.why);
        let other_version = version == "V1_0";
        assert_eq!(step.why.contains("twinpool attach --token-version V2_0"), other_version, "{}", step.why);
    }
    let mut facts = healthy();
    let variables =
        json!({ "TWINPOOL_USER_ID_CLAIM": "uid", "TWINPOOL_CHAIN_PRE_TOKEN_GENERATION": "claims" });
    facts.capture = Ok(function(&variables));
    set(&mut facts.old_pool, "/LambdaConfig/PreTokenGenerationConfig/LambdaVersion", json!("V1_0"));
    let steps = steps(&facts);
    let step = steps.iter().find(|step| step.part == Part::UserIdClaim).unwrap();
    assert!(step.why.contains("together with claims") && !step.why.contains("V2_0"), "{}", step.why);
}

type Harm = fn(&mut Facts);

#[test]
fn what_is_another_way_to_be_fine_is_fine() {
    let ways: [Harm; 11] = [
        |it| (it.expected.sign_in, it.sign_in) = (None, None),
        |it| set(&mut it.new_pool, "/LambdaConfig", json!({})),
        |it| {
            set(
                &mut it.new_pool,
                "/LambdaConfig/PreTokenGenerationConfig/LambdaArn",
                json!(format!("{SIGN_IN}2")),
            );
            it.new_slot = Some(Ok(function(&json!({}))));
        },
        |it| {
            set(
                &mut it.old_pool,
                "/LambdaConfig",
                json!({ "PostConfirmation": CAPTURE, "CustomMessage": CAPTURE, "PreTokenGeneration": CAPTURE }),
            );
        },
        |it| {
            it.policy = Ok(Some(policy(
                &json!({ "ArnLike": { "aws:SourceArn": format!("arn:aws:cognito-idp:*:userpool/{OLD}") } }),
            )));
        },
        |it| {
            it.capture = Ok(function(&json!({ "TWINPOOL_CHAIN_POST_CONFIRMATION": format!("{CAPTURE}2") })));
            set(&mut it.capture, "/Timeout", json!(6));
        },
        |it| {
            it.trails = Ok(vec![trail(
                &json!({ "AdvancedEventSelectors": [{ "FieldSelectors": [{ "Field": "eventCategory", "Equals": ["Management"] }] }] }),
            )]);
        },
        |it| it.key = None,
        |it| it.pools = Ok(None),
        |it| it.own_key = None,
        |it| it.age = failed(Class::Denied),
    ];
    for (index, way) in ways.into_iter().enumerate() {
        let mut facts = healthy();
        way(&mut facts);
        let told: Vec<_> = steps(&facts).into_iter().filter(|step| step.verdict != Verdict::Fine).collect();
        assert!(told.is_empty(), "{index}: {told:#?}");
    }
}

#[test]
fn that_no_other_pool_may_call_is_told_only_where_a_statement_names_this_one_alone() {
    let told = |condition: &Value| {
        let mut facts = healthy();
        facts.policy = Ok(Some(policy(condition)));
        let step = steps(&facts).into_iter().find(|step| step.part == Part::Permission).unwrap();
        (step.verdict, step.why.contains("and no other"), step.why.contains("and so may others"))
    };
    let pool = format!("arn:aws:cognito-idp:eu-west-1:111122223333:userpool/{OLD}");
    assert_eq!(told(&json!({ "ArnLike": { "AWS:SourceArn": pool } })), (Verdict::Fine, true, false));
    for others in [
        json!({}),
        json!({ "StringEquals": { "AWS:SourceAccount": "111122223333" } }),
        json!({ "ArnLike": { "AWS:SourceArn": pool.replace(OLD, "*") } }),
        json!({ "ArnLike": { "AWS:SourceArn": [pool, pool.replace(OLD, NEW)] } }),
        json!({ "ArnNotLike": { "AWS:SourceArn": pool.replace(OLD, NEW) } }),
    ] {
        assert_eq!(told(&others), (Verdict::Fine, false, true), "{others}");
    }
    assert_eq!(told(&json!({ "ArnNotLike": { "AWS:SourceArn": pool } })), (Verdict::Broken, false, false));
}

#[test]
fn the_secret_is_told_to_nobody() {
    let mut facts = healthy();
    facts.own_key = Some("another-secret-of-32-bytes-or-so".to_owned());
    let said = format!("{:?} {:?}", facts, steps(&facts));
    assert!(!said.contains(KEY) && !said.contains("another-secret"), "{said}");
}

#[test]
fn who_may_look_at_nothing_is_told_what_is_missing_and_of_nothing_broken() {
    let mut facts = healthy();
    facts.own_key = None;
    (facts.old_pool, facts.new_pool, facts.capture) =
        (failed(Class::Denied), failed(Class::Denied), failed(Class::Denied));
    (facts.mirror, facts.audit_trail, facts.sweep) =
        (failed(Class::Denied), failed(Class::Denied), failed(Class::Denied));
    (facts.queue, facts.dlq, facts.table, facts.rule) =
        (failed(Class::Denied), failed(Class::Denied), failed(Class::Denied), failed(Class::Denied));
    (facts.policy, facts.mappings, facts.age) =
        (failed(Class::Denied), failed(Class::Denied), failed(Class::Denied));
    (facts.key, facts.pools, facts.trails, facts.ahead) =
        (Some(failed(Class::Denied)), failed(Class::Denied), failed(Class::Denied), failed(Class::Denied));
    let sign_in = of_sign_in(&mut facts);
    (sign_in.configuration, sign_in.policy, sign_in.test) =
        (failed(Class::Denied), failed(Class::Denied), None);
    let steps = steps(&facts);
    assert!(steps.iter().all(|step| step.verdict == Verdict::Unseen && step.remedy.is_some()), "{steps:#?}");
}
