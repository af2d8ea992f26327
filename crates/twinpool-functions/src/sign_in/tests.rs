use std::collections::BTreeMap;

use lambda_runtime::Context;
use serde_json::{Value, json};
use twinpool_core::change_event::{About, ChangeEvent};
use twinpool_core::id::{OldSub, PoolId};
use twinpool_core::snapshot::{Identity, Status};
use twinpool_core::value::Value as Secret;
use twinpool_testkit::Person;
use twinpool_testkit::world::{MARKER, OLD_POOL, attribute, key, person};

use super::*;

mod bench;
mod both_ways;
mod first;
mod former;
mod newcomers;
mod rounds;

use bench::{Bench, Function, Mood, Nobody};

const DEADLINE: Duration = Duration::from_secs(1);
const NEW_POOL: &str = "eu-west-1_New";

/// A first version's event about this account, with numbers that no type could hold.
fn token(sub: &str) -> String {
    format!(
        r#"{{"version":"1","triggerSource":"TokenGeneration_Authentication", "userPoolId":"{NEW_POOL}","userName":"{sub}",
        "z":1e400,"request":{{"userAttributes":{{"sub":"{sub}","email":"jane@example.com"}},
        "groupConfiguration":{{"groupsToOverride":["staff"]}}}},"response":{{"claimsOverrideDetails":null}}}}"#
    )
}

fn event(raw: &str) -> LambdaEvent<Box<RawValue>> {
    let mut context = Context::default();
    context.request_id = "r-1".to_owned();
    LambdaEvent::new(RawValue::from_string(raw.to_owned()).unwrap(), context)
}

/// The answer's text, and the line that was written.
async fn said<F: Functions>(function: &Function<F>, raw: &str) -> (String, Option<BTreeMap<String, Value>>) {
    let answer = function.answer(event(raw)).await;
    assert!(answer.lines.len() <= 1, "{:?}", answer.lines);
    let line = answer.lines.first().map(ToString::to_string);
    assert!(!line.as_ref().is_some_and(|line| line.contains("jane@") || line.contains("Google")), "{line:?}");
    (answer.event.unwrap().get().to_owned(), line.map(|line| serde_json::from_str(&line).unwrap()))
}

/// The line of a token that went as it came.
async fn missing<F: Functions>(function: &Function<F>, raw: &str) -> BTreeMap<String, Value> {
    let (text, line) = said(function, raw).await;
    assert_eq!(text, raw);
    line.unwrap()
}

/// What the ID token of a first version's answer gets.
fn claim(text: &str) -> Value {
    let answer: BTreeMap<String, Box<RawValue>> = serde_json::from_str(text).unwrap();
    let response: Value = serde_json::from_str(answer["response"].get()).unwrap();
    response["claimsOverrideDetails"]["claimsToAddOrOverride"]["user_id"].clone()
}

/// A profile that Google made.
fn profile(sub: &str) -> Person {
    let identity =
        Identity { provider: "Google".to_owned().try_into().unwrap(), subject: Secret::new("117") };
    Person {
        status: Status::ExternalProvider,
        identities: [identity].into(),
        ..person(sub, "Google_117", &[])
    }
}

fn federated(sub: &str) -> String {
    token(sub)
        .replace(&format!(r#""userName":"{sub}""#), r#""userName":"Google_117""#)
        .replace(r#""email":"jane@example.com""#, r#""identities":"[]""#)
}

#[tokio::test]
async fn a_token_holds_the_user_id_for_one_read_and_everything_else_is_as_it_came() {
    let bench = Bench::new();
    let (first, line) = said(&bench.function(), &token("n-1")).await;
    assert_eq!((claim(&first), line), (json!("n-1"), None));
    let before = bench.process.calls().len();
    let (again, _) = said(&bench.function(), &token("n-1")).await;
    assert_eq!(bench.process.calls()[before..], ["GetItem"]);
    assert_eq!(first, again);
    let (start, end) = (token("n-1"), "}}");
    let kept = start.split("null").next().unwrap();
    assert!(again.starts_with(kept) && again.ends_with(end), "{again}");
    assert!(bench.hints().is_empty());
}

#[tokio::test]
async fn what_is_no_token_of_a_person_goes_back_as_it_came_and_calls_nothing() {
    let bench = Bench::new();
    let machine = token("n-1").replace("_Authentication", "_ClientCredentials");
    let other = token("n-1").replace("TokenGeneration_Authentication", "PostConfirmation_ConfirmSignUp");
    for raw in [machine.as_str(), &other, "[]", "7", "null", r#"{"triggerSource":7}"#] {
        assert_eq!(said(&bench.function(), raw).await, (raw.to_owned(), None));
    }
    assert!(bench.process.calls().is_empty() && bench.hints().is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_table_that_hangs_costs_the_deadline_and_the_mirror_looks_later() {
    let (bench, start) = (Bench::new(), Instant::now());
    let function = bench.in_mood(Mood::Hangs, Mood::Works, Chain::<Nobody>::Nothing);
    let line = missing(&function, &token("n-1")).await;
    assert_eq!(start.elapsed(), DEADLINE);
    assert_eq!((&line["reason"], &line["level"]), (&json!("too_slow"), &json!("WARN")));
    let sub = bench.world.new.person("n-1").unwrap().sub;
    assert_eq!(bench.hints(), [(NEW_POOL.to_owned(), Some(About::User(sub)))]);
}

#[tokio::test(start_paused = true)]
async fn a_queue_that_hangs_too_costs_half_a_second_more() {
    let (bench, start) = (Bench::new(), Instant::now());
    let function = bench.in_mood(Mood::Hangs, Mood::Hangs, Chain::<Nobody>::Nothing);
    let line = missing(&function, &token("n-1")).await;
    assert_eq!(start.elapsed(), DEADLINE + Duration::from_millis(500));
    assert!(line["message"].as_str().unwrap().ends_with("the mirror could not be told"), "{line:?}");
}

#[tokio::test]
async fn whatever_goes_wrong_the_token_goes_out_and_is_counted_with_the_reason() {
    let bench = Bench::new();
    for (table, reason, hints) in [(Mood::Refuses, "table", 1), (Mood::Panics, "panicked", 0)] {
        let function = bench.in_mood(table, Mood::Works, Chain::<Nobody>::Nothing);
        let line = missing(&function, &token("n-1")).await;
        assert_eq!((&line["reason"], &line["level"]), (&json!(reason), &json!("ERROR")));
        assert_eq!(bench.hints.lock().unwrap().drain(..).count(), hints);
    }
    for (raw, reason) in [
        (token("n-1").replace(NEW_POOL, OLD_POOL), "other_pool"),
        (
            token("n-1").replace(r#""version":"1""#, r#""version":"9""#).replace("claimsOverr", "o"),
            "unknown_version",
        ),
        (token("n-1").replace(r#""sub":"n-1","#, ""), "unreadable"),
        (token("n-2"), "gone"),
    ] {
        assert_eq!(missing(&bench.function(), &raw).await["reason"], reason);
    }
}

#[tokio::test]
async fn bad_settings_are_named_in_each_line() {
    let function: Function<Nobody> =
        SignIn::new(Err("TWINPOOL_LINKS_TABLE is not set".to_owned()), Chain::Nothing);
    let line = missing(&function, &token("n-1")).await;
    assert_eq!((&line["reason"], &line["level"]), (&json!("misconfigured"), &json!("ERROR")));
    assert!(line["message"].as_str().unwrap().ends_with("TWINPOOL_LINKS_TABLE is not set"));
    let raw = token("n-1").replace("_Authentication", "_ClientCredentials");
    assert_eq!(said(&function, &raw).await, (raw, None));
}

#[tokio::test(start_paused = true)]
async fn while_the_link_is_on_its_way_the_mirror_is_sent_to_the_user_of_the_old_pool() {
    let bench = Bench::new();
    first::made_for_jane(&bench);
    let line = missing(&bench.function(), &token("n-1")).await;
    assert_eq!((&line["reason"], &line["level"]), (&json!("link_pending"), &json!("WARN")));
    let jane = bench.world.old.person("jane-sub").unwrap().sub;
    assert_eq!(bench.hints(), [(OLD_POOL.to_owned(), Some(About::User(jane)))]);
}

#[tokio::test]
async fn a_federated_user_of_the_old_pool_has_the_old_id_at_the_first_token_and_the_mirror_makes_the_pair() {
    let bench = Bench::new();
    bench.world.old.put(profile("g-sub"));
    bench.world.new.put(profile("n-9"));
    let (text, line) = said(&bench.function(), &federated("n-9")).await;
    assert_eq!((claim(&text), line), (json!("g-sub"), None));
    let gina = bench.world.old.person("g-sub").unwrap();
    assert_eq!(bench.hints(), [(OLD_POOL.to_owned(), Some(About::Profile(gina.sub, gina.username)))]);
    said(&bench.function(), &federated("n-9")).await;
    assert_eq!(bench.hints().len(), 1, "the second token has nothing to tell");
}

#[tokio::test]
async fn a_pair_that_the_mirror_is_not_told_of_is_counted_and_the_claim_is_there() {
    let bench = Bench::new();
    bench.world.old.put(profile("g-sub"));
    bench.world.new.put(profile("n-9"));
    let function = bench.in_mood(Mood::Works, Mood::Panics, Chain::<Nobody>::Nothing);
    let (text, line) = said(&function, &federated("n-9")).await;
    assert_eq!(claim(&text), "g-sub");
    let line = line.unwrap();
    assert_eq!((&line["HintLost"], line.get("ClaimMissing")), (&json!(1), None));
}

#[tokio::test]
async fn a_missing_claim_is_a_metric_in_cloudwatch_s_format() {
    let bench = Bench::new();
    let line = missing(&bench.function(), &token("n-2")).await;
    assert_eq!((&line["ClaimMissing"], &line["request_id"]), (&json!(1), &json!("r-1")));
    assert_eq!(
        (&line["trigger_source"], &line["sub"]),
        (&json!("TokenGeneration_Authentication"), &json!("n-2"))
    );
    assert!(line.contains_key("FunctionName"));
    let directive = &line["_aws"]["CloudWatchMetrics"][0];
    assert_eq!(directive["Namespace"], "twinpool");
    assert_eq!(directive["Dimensions"][0][0], "FunctionName");
    assert_eq!(directive["Metrics"][0]["Name"], "ClaimMissing");
    assert!(line["_aws"]["Timestamp"].is_u64());
}
