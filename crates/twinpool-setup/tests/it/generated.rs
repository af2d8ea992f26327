//! Generated pools: whatever is set, attaching and detaching leaves it as it was.

use std::sync::Arc;

use proptest::collection::btree_map;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_oneof, proptest};
use serde_json::{Map, Value, json};
use twinpool_setup::attach::Unfinished;
use twinpool_setup::guest::Guest;
use twinpool_testkit::{Knobs, Moment, Process, Stranger};

use crate::matrix::full;
use crate::world::{World, function};

fn scalar() -> impl Strategy<Value = Value> {
    prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<i32>().prop_map(Value::from),
        "[A-Za-z {}#.]{0,12}".prop_map(Value::from),
    ]
}

fn anything() -> impl Strategy<Value = Value> {
    scalar().prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            btree_map("[A-Z][a-z]{1,6}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// `LambdaConfig`: any of the slots taken, with senders and kinds of triggers that nobody knows.
fn lambda() -> impl Strategy<Value = Value> {
    let slots = proptest::collection::vec(any::<bool>(), 6);
    let version = prop_oneof![Just("V1_0"), Just("V2_0"), Just("V3_0")];
    (slots, version, any::<bool>()).prop_map(|(taken, version, config)| {
        let mut lambda = Map::new();
        let names = ["PostConfirmation", "CustomMessage", "PreSignUp", "FutureTrigger"];
        for (name, _) in names.iter().zip(&taken).filter(|(_, taken)| **taken) {
            lambda.insert((*name).to_owned(), json!(function(name).as_str()));
        }
        if taken[4] {
            let arn = function("claims:live");
            lambda.insert("PreTokenGeneration".to_owned(), json!(arn.as_str()));
            if config {
                let config = json!({"LambdaVersion": version, "LambdaArn": arn.as_str()});
                lambda.insert("PreTokenGenerationConfig".to_owned(), config);
            }
        }
        if taken[5] {
            lambda.insert("KMSKeyID".to_owned(), json!("key"));
            let sender = json!({"LambdaVersion": "V1_0", "LambdaArn": function("sender").as_str()});
            lambda.insert("CustomSMSSender".to_owned(), sender);
        }
        Value::Object(lambda)
    })
}

/// A pool with a part of the fields, some of them never seen.
fn description() -> impl Strategy<Value = Value> {
    let kept = proptest::collection::vec(proptest::bool::weighted(0.7), 40);
    let new =
        btree_map("Future[A-Z][a-z]{1,6}", anything().prop_filter("says nothing", |it| !it.is_null()), 0..3);
    let option = prop_oneof![Just("CONFIRM_WITH_CODE"), Just("CONFIRM_WITH_LINK")];
    let days = proptest::option::of(0..366);
    (kept, lambda(), new, option, days).prop_map(|(kept, lambda, new, option, days)| {
        let Value::Object(full) = full() else { return Value::Null };
        let named = ["Id", "Arn", "Name"];
        let fields =
            full.into_iter().zip(kept).filter(|((name, _), kept)| *kept || named.contains(&name.as_str()));
        let mut fields: Map<_, _> = fields.map(|(field, _)| field).collect();
        fields.insert("LambdaConfig".to_owned(), lambda);
        fields.extend(new);
        let mut pool = Value::Object(fields);
        if let Some(policy) = pool.pointer_mut("/Policies/PasswordPolicy").and_then(Value::as_object_mut) {
            policy.remove("TemporaryPasswordValidityDays");
            policy.extend(days.map(|days| ("TemporaryPasswordValidityDays".to_owned(), json!(days))));
        }
        if option == "CONFIRM_WITH_CODE" && pool.get("VerificationMessageTemplate").is_some() {
            pool["VerificationMessageTemplate"] =
                json!({"DefaultEmailOption": option, "EmailMessage": "{####}"});
        }
        pool
    })
}

/// A plan of Cognito's; none: the description does not name one.
fn plan() -> impl Strategy<Value = Option<&'static str>> {
    proptest::option::weighted(0.8, prop_oneof![Just("LITE"), Just("ESSENTIALS"), Just("PLUS")])
}

/// The same pool on this plan. Lite has the first version of the events before tokens only (F§1.2).
fn of_plan(mut description: Value, plan: Option<&str>) -> Value {
    if let Some(fields) = description.as_object_mut() {
        fields.remove("UserPoolTier");
        fields.extend(plan.map(|plan| ("UserPoolTier".to_owned(), json!(plan))));
    }
    let version = description.pointer_mut("/LambdaConfig/PreTokenGenerationConfig/LambdaVersion");
    if let Some(version) = version.filter(|_| plan == Some("LITE")) {
        *version = json!("V1_0");
    }
    description
}

fn knobs() -> impl Strategy<Value = Knobs> {
    proptest::collection::vec(any::<bool>(), 4).prop_map(|is| Knobs {
        described_only: if is[0] { Stranger::Refused } else { Stranger::Ignored },
        update_turns_factors_off: is[1],
        shows_both_pre_tokens: is[2],
        hides_defaults: is[3],
        ..Knobs::default()
    })
}

/// A process that may die at any call.
fn process() -> impl Strategy<Value = Arc<Process>> {
    prop_oneof![
        Just(()).prop_map(|()| Arc::new(Process::healthy())),
        (0_usize..25, any::<bool>()).prop_map(|(call, before)| {
            let moment = if before { Moment::Before } else { Moment::After };
            Arc::new(Process::dying_at(call, moment))
        }),
    ]
}

async fn there_and_back(guest: Guest, description: Value, knobs: Knobs, [first, second]: [Arc<Process>; 2]) {
    let unfinished = knobs.update_turns_factors_off.then_some(Unfinished::PutBack);
    let mut world = World::of(guest, description, knobs).await;
    let died = world.attach(&first).await;
    assert_eq!(died.is_err(), first.is_dead(), "{died:?}");
    world.unfinished = unfinished;
    world.attached().await;
    let died = world.detach(&second).await;
    assert_eq!(died.is_err(), second.is_dead(), "{died:?}");
    world.detached().await;
    world.assert_nothing_left();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_a_pool_has_attaching_and_detaching_leaves_it(
        description in description(), knobs in knobs(), first in process(), second in process(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(there_and_back(Guest::Capture, description, knobs, [first, second]));
    }

    #[test]
    fn whatever_a_new_pool_has_the_sign_in_function_comes_and_goes(
        description in description(), plan in plan(), knobs in knobs(), first in process(), second in process(),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let description = of_plan(description, plan);
        runtime.block_on(there_and_back(Guest::SignIn, description, knobs, [first, second]));
    }
}
