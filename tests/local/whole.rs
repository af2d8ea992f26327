//! The functions that are asked, and the watch, under the roles of the template: what they may do is enough. And a function that had the
//! triggers of the new pool before.

use std::fs;

use serde_json::{Value, json};
use twinpool_core::phase::{Cohorts, Share, Step};
use twinpool_tests::bootstrap::workspace;
use twinpool_tests::phase::step;
use xtask::local::Stack;
use xtask::testbed::{MINISTACK, stack};

use crate::{arrived, claims};

const FORMER: &str = r#"
def handler(event, context):
    if event["triggerSource"].startswith("TokenGeneration_"):
        event["response"]["claimsAndScopeOverrideDetails"] = {
            "idTokenGeneration": {"claimsToAddOrOverride": {"tier": "gold"}}
        }
    return event
"#;

/// A request of `events/http`, to this path.
fn request(name: &str, path: &str, query: &str) -> Value {
    let text = fs::read_to_string(workspace().join("events/http").join(name)).unwrap();
    let mut event: Value = serde_json::from_str(&text).unwrap();
    event["rawPath"] = path.into();
    event["requestContext"]["http"]["path"] = path.into();
    event["rawQueryString"] = query.into();
    event.as_object_mut().unwrap().remove("queryStringParameters");
    event
}

/// What a function answers over HTTP.
fn ask(stack: &Stack, output: &str, event: &Value) -> Value {
    let answer = stack.aws().invoke(&stack.output(output).unwrap(), event).unwrap();
    assert_eq!(answer["statusCode"], 200, "{output}: {answer}");
    serde_json::from_str(answer["body"].as_str().unwrap()).unwrap()
}

#[test]
fn every_function_that_is_asked_has_the_rights_that_it_needs() {
    let name = format!("whole-{}", std::process::id());
    let stack = stack(MINISTACK).unwrap().whole(&name, FORMER).unwrap();
    let (new, email) = (stack.new_pool(), "vera@example.com");
    let sub = new.sign_up(email, &[("email", email), ("email_verified", "true")]).unwrap();
    new.confirm(email).unwrap();
    let claims = claims(&new.sign_in(email).unwrap());
    assert_eq!((&claims["tier"], &claims["user_id"]), (&json!("gold"), &json!(sub)));

    let one = request("http-api.json", &format!("/v1/subs/{sub}"), "pool=new");
    assert_eq!(ask(&stack, "ResolveArn", &one)["user_id"], sub.as_str());
    let mut many = request("function-url.json", "/v1/resolve", "");
    many["body"] = json!({ "accounts": [{ "pool": "new", "sub": sub }, { "pool": "old", "sub": sub }] })
        .to_string()
        .into();
    many["isBase64Encoded"] = false.into();
    assert_eq!(ask(&stack, "ResolveArn", &many)["accounts"][0]["user_id"], sub.as_str());

    let at = &stack.addresses;
    let everybody = Step::Switch { share: Share::ALL, cohorts: Cohorts::default() };
    step(&at.endpoint, &at.region, &at.table, &everybody);
    let sent = ask(&stack, "RouteArn", &request("http-api.json", "/v1/route", "id=install-1"));
    assert_eq!(sent["phase"], "cutover");
    let seen = stack.aws().invoke(&stack.output("WatchArn").unwrap(), &json!({})).unwrap();
    assert!(seen["phase"] == "cutover" && seen["verdict"].is_string(), "{seen}");
}

#[test]
fn who_differs_in_a_sample_is_read_in_both_pools_and_counted() {
    let name = format!("sampled-{}", std::process::id());
    let stack = stack(MINISTACK).unwrap().whole(&name, FORMER).unwrap();
    let profile = [("email", "vito@example.com"), ("email_verified", "true")];
    let sub = stack.old().make("vito", &profile).unwrap();
    stack.sweep().unwrap();
    arrived(&stack, &sub);
    // Nobody tells of it.
    stack.old().set("vito", &[("nickname", "V")]).unwrap();
    let task = json!({ "task": "sample", "users": 5 });
    let found = stack.aws().invoke(&stack.addresses.sweep, &task).unwrap();
    assert_eq!(found["users"], 1, "{found}");
    assert_ne!(found["differing"], 0, "{found}");
}
