use serde_json::{Value, json};

use super::*;

fn groups(names: &[&str]) -> BTreeSet<GroupName> {
    names.iter().map(|name| GroupName::parse(*name).unwrap()).collect()
}

/// A first token of this version, with this in `groupConfiguration` and in `response`.
fn event(version: u8, shown: &str, response: &str) -> String {
    format!(
        r#"{{ "z":1e400,"triggerSource":"TokenGeneration_Authentication","version":"{version}",
        "request":{{"userAttributes":{{"sub":"n-1"}},"groupConfiguration":{shown}}}, "response": {response} }}"#
    )
}

fn with(event: &str, names: &[&str]) -> Result<Option<String>, NotAdded> {
    with_groups(event, event, &groups(names))
}

/// What Cognito reads in the answer.
fn response(answer: &str) -> Value {
    let (_, response) = answer.split_once("\"response\": ").unwrap();
    serde_json::from_str(response.trim_end().strip_suffix('}').unwrap()).unwrap()
}

const NONE: &str = r#"{"groupsToOverride":[],"iamRolesToOverride":[],"preferredRole":null}"#;

#[test]
fn each_version_gets_the_groups_where_it_reads_them_and_the_roles_as_they_came() {
    let details = json!({ "groupOverrideDetails":
        { "groupsToOverride": ["admins", "staff"], "iamRolesToOverride": [], "preferredRole": null } });
    for (version, name) in [
        (1, "claimsOverrideDetails"),
        (2, "claimsAndScopeOverrideDetails"),
        (3, "claimsAndScopeOverrideDetails"),
    ] {
        for before in ["null".to_owned(), "{}".to_owned(), format!("{{\"{name}\":null}}")] {
            let answer = with(&event(version, NONE, &before), &["staff", "admins"]).unwrap().unwrap();
            assert_eq!(response(&answer), json!({ name: details }), "{version} {before}");
        }
    }
}

#[test]
fn what_the_event_shows_stays_in_its_order_and_names_are_escaped() {
    let shown = r#"{"groupsToOverride":["zoo","staff"],"preferredRole":"arn:x"}"#;
    let answer = with(&event(1, shown, "null"), &["a\"b", "staff"]).unwrap().unwrap();
    let details = &response(&answer)["claimsOverrideDetails"]["groupOverrideDetails"];
    assert_eq!(*details, json!({ "groupsToOverride": ["zoo", "staff", "a\"b"], "preferredRole": "arn:x" }));
}

#[test]
fn an_event_that_shows_all_groups_is_left_alone_and_no_empty_override_appears() {
    let shown = r#"{"groupsToOverride":["staff","zoo"]}"#;
    assert_eq!(with(&event(2, shown, "null"), &["staff"]), Ok(None));
    for nothing in [NONE, "{}", "[]", "null", r#"{"groupsToOverride":null}"#] {
        assert_eq!(with(&event(1, nothing, "null"), &[]), Ok(None), "{nothing}");
        let answer = with(&event(1, nothing, "null"), &["staff"]).unwrap().unwrap();
        let details = &response(&answer)["claimsOverrideDetails"]["groupOverrideDetails"];
        assert_eq!(details["groupsToOverride"], json!(["staff"]), "{nothing}");
    }
}

#[test]
fn what_a_former_function_says_of_groups_stands_and_its_claims_stay_beside_ours() {
    for said in ["null", "{}", r#"{"groupsToOverride":["x"]}"#] {
        let details = format!(r#"{{"claimsOverrideDetails":{{"groupOverrideDetails":{said}}}}}"#);
        assert_eq!(with(&event(1, NONE, &details), &["staff"]), Ok(None), "{said}");
    }
    let claims = event(1, NONE, r#"{"claimsOverrideDetails" : { "claimsToAddOrOverride":{"plan":"gold"}}}"#);
    let answer = with(&claims, &["staff"]).unwrap().unwrap();
    let ours = r#""groupOverrideDetails":{"groupsToOverride":["staff"],"iamRolesToOverride":[],"preferredRole":null},"#;
    assert_eq!(answer.replacen(ours, "", 1), claims);
}

#[test]
fn no_group_goes_where_it_cannot_be_told_that_it_belongs() {
    let machine = event(3, NONE, "null").replace("_Authentication", "_ClientCredentials");
    assert_eq!(with(&machine, &["staff"]), Err(NotAdded::Machine));
    let sign_up =
        event(1, NONE, "null").replace("TokenGeneration_Authentication", "PostConfirmation_ConfirmSignUp");
    assert_eq!(with(&sign_up, &["staff"]), Err(NotAdded::NoToken));
    assert_eq!(with(&event(9, NONE, "null"), &["staff"]), Err(NotAdded::UnknownVersion));
    for odd in [r#"{"groupsToOverride":"x"}"#, r#"{"groupsToOverride":[1]}"#] {
        assert_eq!(with(&event(1, odd, "null"), &["staff"]), Err(NotAdded::Odd), "{odd}");
    }
    let twice = r#"{"claimsOverrideDetails":{"groupOverrideDetails":{},"groupOverrideDetails":{}}}"#;
    assert_eq!(with(&event(1, NONE, twice), &["staff"]), Err(NotAdded::Odd));
    assert_eq!(with("", &["staff"]), Err(NotAdded::Unreadable));
}
