//! Real tokens of the old pool with the user id in them: a capture with the claim switched on, beside the other stack.

use serde_json::{Value, json};
use xtask::local::{Beside, Stack, Tokens};
use xtask::testbed::{MINISTACK, stack};

use crate::{arrived, claims};

/// It says nothing of groups, as most do.
const FORMER: &str = r#"
def handler(event, context):
    if event["triggerSource"].startswith("CustomMessage_"):
        return event
    event["response"]["claimsAndScopeOverrideDetails"] = {
        "idTokenGeneration": {"claimsToAddOrOverride": {"tier": "gold"}, "claimsToSuppress": ["nickname"]}
    }
    return event
"#;

fn claiming(name: &str, version: &str, former: Option<&str>) -> Stack {
    let name = format!("{name}-{}", std::process::id());
    let beside = Beside { name: &name, version, former, claim: Some("user_id") };
    stack(MINISTACK).unwrap().beside(&beside).unwrap()
}

/// Signs somebody up who is in two groups; gives the sub.
fn person(stack: &Stack, name: &str) -> String {
    let old = stack.old();
    let email = format!("{name}@example.com");
    let profile = [("email", email.as_str()), ("email_verified", "true"), ("nickname", "N")];
    let sub = old.sign_up(name, &profile).unwrap();
    old.confirm(name).unwrap();
    for (group, precedence) in [("claimed-readers", 1), ("claimed-writers", 2)] {
        old.make_group(group, "", precedence).unwrap();
        old.join(name, group).unwrap();
    }
    sub
}

/// The claims of the ID token and of the access token.
fn signed_in(stack: &Stack, name: &str) -> (Value, Value) {
    let Tokens { id, access } = stack.old().tokens(name).unwrap();
    (claims(&id), claims(&access))
}

fn groups(token: &Value) -> Vec<&str> {
    let mut groups: Vec<_> =
        token["cognito:groups"].as_array().unwrap().iter().flat_map(Value::as_str).collect();
    groups.sort_unstable();
    groups
}

#[test]
fn with_version_1_the_id_token_holds_the_user_id_and_the_groups() {
    let stack = claiming("claim-1", "V1_0", None);
    let sub = person(&stack, "claude");
    let (id, access) = signed_in(&stack, "claude");
    assert_eq!((&id["user_id"], &id["sub"]), (&json!(sub), &json!(sub)));
    assert_eq!(access.get("user_id"), None, "access tokens take claims from version 2 on");
    for token in [&id, &access] {
        assert_eq!(groups(token), ["claimed-readers", "claimed-writers"]);
    }
    arrived(&stack, &sub);
}

#[test]
fn with_version_2_both_tokens_hold_it_beside_what_a_former_function_added() {
    let stack = claiming("claim-2", "V2_0", Some(FORMER));
    let sub = person(&stack, "clara");
    let (id, access) = signed_in(&stack, "clara");
    assert_eq!((&id["tier"], id.get("nickname")), (&json!("gold"), None));
    for token in [&id, &access] {
        assert_eq!(token["user_id"], json!(sub));
        assert_eq!(groups(token), ["claimed-readers", "claimed-writers"]);
    }
    arrived(&stack, &sub);
}

#[test]
fn with_version_2_and_no_former_function_both_tokens_hold_it() {
    let stack = claiming("claim-3", "V2_0", None);
    let sub = person(&stack, "cleo");
    let (id, access) = signed_in(&stack, "cleo");
    for token in [&id, &access] {
        assert_eq!(token["user_id"], json!(sub));
        assert_eq!(groups(token), ["claimed-readers", "claimed-writers"]);
    }
}
