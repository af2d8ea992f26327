//! A function that had the trigger before: real, beside a capture whose role is enforced.

use std::sync::LazyLock;

use serde_json::{Value, json};
use xtask::local::Stack;
use xtask::testbed::{MINISTACK, stack};
use xtask::wire::Refusal;

use crate::{arrived, claims};

/// What it does hangs on whom it is asked about.
const FORMER: &str = r#"
import time

def handler(event, context):
    name = event["userName"]
    if event["triggerSource"].startswith("CustomMessage_"):
        raise ValueError("no entry for this one")
    if name.startswith("null"):
        return None
    if name.startswith("slow"):
        time.sleep(2)
    event["response"]["claimsAndScopeOverrideDetails"] = {
        "idTokenGeneration": {"claimsToAddOrOverride": {"tier": "gold"}}
    }
    return event
"#;

/// One for each process of tests.
fn chained() -> &'static Stack {
    static CHAINED: LazyLock<Stack> = LazyLock::new(|| {
        let name = format!("chained-{}", std::process::id());
        stack(MINISTACK).unwrap().chained(&name, FORMER).unwrap()
    });
    &CHAINED
}

/// Signs a new person up, who can sign in; gives the sub.
fn person(name: &str) -> String {
    let email = format!("{name}@example.com");
    let old = chained().old();
    let sub = old.sign_up(name, &[("email", &email), ("email_verified", "true")]).unwrap();
    old.confirm(name).unwrap();
    sub
}

#[test]
fn claims_of_a_former_function_are_in_the_token_and_the_user_arrives() {
    let sub = person("grace");
    let token = chained().old().sign_in("grace").unwrap();
    assert_eq!(claims(&token)["tier"], "gold");
    assert_eq!(arrived(chained(), &sub).attributes["email"], "grace@example.com");
}

#[test]
fn an_error_of_a_former_function_reaches_the_client() {
    // The local pool lets a failed PreTokenGeneration pass; a failed CustomMessage it takes as AWS does.
    let body = json!({
        "UserPoolId": chained().addresses.old_pool.id,
        "Username": "hugo",
        "UserAttributes": [{ "Name": "email", "Value": "hugo@example.com" }],
    });
    let error = chained().aws().cognito("AdminCreateUser", &body).unwrap_err();
    let refusal: &Refusal = error.downcast_ref().unwrap();
    assert_eq!(refusal.code, "UserLambdaValidationException");
    assert!(refusal.message.contains("no entry for this one"), "{refusal}");
    let log = chained().log("capture").unwrap();
    assert!(log.contains("FormerError") && !log.contains("no entry") && !log.contains("hugo"), "{log}");
}

#[test]
fn a_slow_former_function_is_waited_for() {
    let sub = person("slow.ines");
    let token = chained().old().sign_in("slow.ines").unwrap();
    assert_eq!(claims(&token)["tier"], "gold");
    arrived(chained(), &sub);
}

#[test]
fn null_of_a_former_function_is_what_cognito_gets() {
    let event = json!({
        "version": "2", "triggerSource": "TokenGeneration_Authentication", "userName": "null.jack",
        "userPoolId": chained().addresses.old_pool.id, "request": { "userAttributes": {} }, "response": {},
    });
    // The local pool takes it for "no changes", where Cognito refuses it.
    assert_eq!(chained().capture(&event).unwrap(), Value::Null);
    let other = json!({ "triggerSource": "PostConfirmation_ConfirmSignUp", "response": null });
    assert_eq!(chained().capture(&other).unwrap(), other, "a free slot has no former function");
}
