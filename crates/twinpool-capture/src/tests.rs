use std::collections::BTreeMap;
use std::sync::Mutex;

use lambda_runtime::Context;
use serde_json::Value;
use twinpool_core::change_event::ChangeEvent;
use twinpool_core::port::{self, Class, PortError};

use super::*;

mod chained;
mod claim;

const DEADLINE: Duration = Duration::from_secs(1);

const SIGN_IN: &str = r#"{"triggerSource":"TokenGeneration_Authentication", "userPoolId":"eu-west-1_A","userName":"jane",
    "big":340282366920938463463374607431768211456, "z":1e400,"a":-0.0,
    "request":{"userAttributes":{"sub":"s-1","email":"jane@example.com"}},"response":{"x":null}}"#;

/// What the queue does.
enum Mood {
    Takes,
    Refuses,
    Hangs,
    Panics,
}

struct Sink {
    mood: Mood,
    taken: Mutex<Vec<ChangeEvent>>,
}

impl ChangeSink for Sink {
    async fn send(&self, event: &ChangeEvent) -> port::Answer<()> {
        match self.mood {
            Mood::Takes => self.taken.lock().unwrap().push(event.clone()),
            Mood::Refuses => return Err(PortError::new(Class::Denied, "SendMessage", "AccessDenied")),
            Mood::Hangs => std::future::pending().await,
            Mood::Panics => panic!("about jane@example.com"),
        }
        Ok(())
    }
}

fn function(mood: Mood) -> Capture<Sink> {
    let sink = Sink { mood, taken: Mutex::default() };
    Capture::new(sink, DigestKey::new(&[7; 32]).unwrap(), DEADLINE)
}

fn taken(capture: &Capture<Sink>) -> Vec<ChangeEvent> {
    capture.wiring.as_ref().map_err(Clone::clone).unwrap().sink.taken.lock().unwrap().clone()
}

fn event(raw: &str) -> LambdaEvent<Box<RawValue>> {
    let mut context = Context::default();
    context.request_id = "r-1".to_owned();
    LambdaEvent::new(RawValue::from_string(raw.to_owned()).unwrap(), context)
}

async fn loss(capture: &Capture<Sink>, raw: &str) -> BTreeMap<String, Value> {
    let answer = capture.answer(event(raw)).await;
    assert_eq!(answer.event.unwrap().get(), raw);
    let line = answer.loss.unwrap().to_string();
    assert!(!line.contains("jane"), "{line}");
    serde_json::from_str(&line).unwrap()
}

#[tokio::test]
async fn a_sign_in_gets_its_own_text_back_and_the_queue_gets_a_hint() {
    let capture = function(Mood::Takes);
    let answer = capture.answer(event(SIGN_IN)).await;
    assert_eq!(answer.event.unwrap().get(), SIGN_IN);
    assert_eq!(answer.loss, None);
    let taken = taken(&capture);
    assert_eq!(taken.len(), 1);
    assert!(taken.iter().all(|event| !event.to_body().contains("jane")));
}

#[tokio::test]
async fn the_same_text_twice_is_two_events() {
    let capture = function(Mood::Takes);
    for _ in 0..2 {
        capture.answer(event(SIGN_IN)).await;
    }
    let taken = taken(&capture);
    assert_ne!(taken[0].id, taken[1].id);
    assert_eq!(taken[0].attributes, taken[1].attributes);
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_hangs_costs_the_deadline_and_no_more() {
    let start = tokio::time::Instant::now();
    let line = loss(&function(Mood::Hangs), SIGN_IN).await;
    assert_eq!(start.elapsed(), DEADLINE);
    assert_eq!((&line["reason"], &line["level"]), (&"too_slow".into(), &"WARN".into()));
}

#[tokio::test]
async fn a_queue_that_refuses_is_told_with_its_code() {
    let line = loss(&function(Mood::Refuses), SIGN_IN).await;
    assert_eq!((&line["reason"], &line["level"]), (&"not_sent".into(), &"ERROR".into()));
    assert!(line["message"].as_str().unwrap().contains("AccessDenied"), "{line:?}");
}

#[tokio::test]
async fn a_panic_is_a_loss_and_not_an_error() {
    let line = loss(&function(Mood::Panics), SIGN_IN).await;
    assert_eq!((&line["reason"], &line["sub"]), (&"panicked".into(), &"s-1".into()));
}

#[tokio::test]
async fn bad_settings_are_named_in_each_loss() {
    let line = loss(&Capture::misconfigured("TWINPOOL_QUEUE_URL is not set"), SIGN_IN).await;
    assert_eq!((&line["reason"], &line["level"]), (&"misconfigured".into(), &"ERROR".into()));
    assert!(line["message"].as_str().unwrap().ends_with("TWINPOOL_QUEUE_URL is not set"));
}

#[tokio::test]
async fn what_is_no_trigger_event_goes_back_and_is_counted() {
    for raw in ["[]", "\"jane\"", "7", "null", r#"{"userName":"jane"}"#] {
        let line = loss(&function(Mood::Takes), raw).await;
        assert_eq!(line["reason"], "unreadable", "{raw}");
    }
}

/// `cargo xtask fuzz` tries what is read of an event. This is the way through.
#[tokio::test(start_paused = true)]
async fn whatever_fuzzing_begins_with_goes_back_byte_for_byte() {
    let top = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    let folders = ["events/triggers", "fuzz/corpus/trigger_event", "fuzz/corpus/claim", "fuzz/corpus/json"];
    let mut passed = 0;
    for file in folders.iter().flat_map(|folder| std::fs::read_dir(top.join(folder)).unwrap()) {
        let text = std::fs::read_to_string(file.unwrap().path()).unwrap();
        // Lambda hands over JSON, and nothing else.
        let Ok(json) = serde_json::from_str::<&RawValue>(&text) else { continue };
        let answer = function(Mood::Takes).answer(event(json.get())).await;
        assert_eq!(answer.event.unwrap().get(), json.get());
        passed += 1;
    }
    assert!(passed > 60, "only {passed} inputs are JSON: has the corpus moved?");
}

#[tokio::test]
async fn a_machine_s_token_is_no_loss() {
    let capture = function(Mood::Takes);
    let raw = r#"{"triggerSource":"TokenGeneration_ClientCredentials","userPoolId":"eu-west-1_A"}"#;
    assert_eq!(capture.answer(event(raw)).await.loss, None);
    assert!(taken(&capture).is_empty());
}

#[tokio::test]
async fn a_loss_is_a_metric_in_cloudwatch_s_format() {
    let line = loss(&function(Mood::Refuses), SIGN_IN).await;
    assert_eq!((&line["CaptureLost"], &line["request_id"]), (&1.into(), &"r-1".into()));
    assert_eq!(line["trigger_source"], "TokenGeneration_Authentication");
    assert!(line.contains_key("FunctionName"));
    let directive = &line["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Namespace"], "twinpool");
    assert_eq!(directive["Dimensions"][0][0], "FunctionName");
    assert_eq!(directive["Metrics"][0]["Name"], "CaptureLost");
    assert!(line["_aws"]["Timestamp"].is_u64());
}

#[tokio::test]
async fn what_our_own_app_client_does_is_no_change_and_no_loss() {
    let own = SIGN_IN.replacen('{', r#"{"callerContext":{"awsSdkVersion":"x","clientId":"own"},"#, 1);
    let other = own.replace(r#""own""#, r#""their""#);
    for (mood, is_broken) in [(Mood::Takes, false), (Mood::Refuses, false), (Mood::Takes, true)] {
        let capture = if is_broken { Capture::misconfigured("no queue") } else { function(mood) };
        let capture = capture.silent_about(Some("own".to_owned()));
        let answer = capture.answer(event(&own)).await;
        assert_eq!((answer.event.unwrap().get(), answer.loss.is_none()), (own.as_str(), true));
    }
    let capture = function(Mood::Takes).silent_about(Some("own".to_owned()));
    for raw in [&own, &other, SIGN_IN] {
        drop(capture.answer(event(raw)).await);
    }
    assert_eq!(taken(&capture).len(), 2, "other clients, and events that name none, are told of");
}

#[tokio::test]
async fn whoever_uses_our_own_app_client_to_sign_up_or_to_change_something_is_told_of() {
    let capture = function(Mood::Takes).silent_about(Some("own".to_owned()));
    let own = SIGN_IN.replacen('{', r#"{"callerContext":{"awsSdkVersion":"x","clientId":"own"},"#, 1);
    let others = ["PostConfirmation_ConfirmSignUp", "PostConfirmation_ConfirmForgotPassword"];
    for source in others {
        drop(capture.answer(event(&own.replace("TokenGeneration_Authentication", source))).await);
    }
    assert_eq!(taken(&capture).len(), others.len());
}
