use serde_json::{Value, json};

use super::*;

const ID: &str = "s-1";

fn add(event: &str) -> Result<String, NotAdded> {
    in_answer(event, event, &ClaimName::default(), &UserId::parse(ID).unwrap())
}

/// A sign-in of this version with this response, and odd things around it.
fn event(version: &str, response: &str) -> String {
    format!(
        r#"{{ "a":1e400,"a":-0.0, "triggerSource":"TokenGeneration_Authentication",
    "version":{version},"request":{{"groupConfiguration":{{"groupsToOverride":["staff"]}}}},
    "response": {response} , "z":"\ud800" }}
"#
    )
}

/// What Cognito reads in the answer.
fn response(answer: &str) -> Value {
    let start = answer.find("\"response\": ").unwrap() + "\"response\": ".len();
    let end = answer.rfind(" , \"z\"").unwrap();
    serde_json::from_str(&answer[start..end]).unwrap()
}

#[test]
fn version_1_takes_the_claim_for_the_id_token() {
    for before in
        ["null", "{}", "{ }", r#"{"claimsOverrideDetails":null}"#, r#"{"claimsOverrideDetails":{}}"#]
    {
        let answer = add(&event("\"1\"", before)).unwrap();
        let want = json!({ "claimsOverrideDetails": { "claimsToAddOrOverride": { "user_id": ID } } });
        assert_eq!(response(&answer), want, "{before}");
    }
}

#[test]
fn later_versions_take_it_for_both_tokens() {
    let token = json!({ "claimsToAddOrOverride": { "user_id": ID } });
    let want = json!({ "claimsAndScopeOverrideDetails":
        { "idTokenGeneration": token, "accessTokenGeneration": token } });
    for version in ["\"2\"", "\"3\""] {
        for before in [
            "null",
            "{}",
            r#"{"claimsAndScopeOverrideDetails":null}"#,
            r#"{"claimsAndScopeOverrideDetails":{"accessTokenGeneration":null}}"#,
            r#"{"claimsAndScopeOverrideDetails":{"idTokenGeneration":{"claimsToAddOrOverride":null}}}"#,
        ] {
            assert_eq!(response(&add(&event(version, before)).unwrap()), want, "{version} {before}");
        }
    }
}

#[test]
fn what_a_former_function_said_stays_beside_it_to_the_letter() {
    let said = r#"{"claimsOverrideDetails" : {"claimsToSuppress":["email"],
        "claimsToAddOrOverride":{ "plan":"gold","n":1.0e1},"groupOverrideDetails":{"groupsToOverride":["x"]}}}"#;
    let event = event("\"1\"", said);
    let answer = add(&event).unwrap();
    let claim = format!("\"user_id\":\"{ID}\",");
    assert!(answer.contains(&format!("{{{claim} \"plan\"")), "{answer}");
    assert_eq!(answer.replacen(&claim, "", 1), event);
}

#[test]
fn no_group_override_appears_and_none_is_touched() {
    for said in ["null", "{}", "{\"groupsToOverride\":[\"x\"]}"] {
        let before = format!(r#"{{"claimsAndScopeOverrideDetails":{{"groupOverrideDetails":{said}}}}}"#);
        let answer = response(&add(&event("\"2\"", &before)).unwrap());
        let want: Value = serde_json::from_str(said).unwrap();
        assert_eq!(answer["claimsAndScopeOverrideDetails"]["groupOverrideDetails"], want);
    }
    for version in ["\"1\"", "\"2\"", "\"3\""] {
        assert!(!add(&event(version, "null")).unwrap().contains("groupOverrideDetails"));
    }
}

#[test]
fn a_former_function_s_own_claim_is_left_alone() {
    for said in [
        r#"{"claimsToAddOrOverride":{"user_id":"other"}}"#,
        r#"{"claimsToAddOrOverride":{"user_id":null}}"#,
        r#"{"claimsToSuppress":["user_id"]}"#,
        r#"{"claimsToSuppress":["user_id"],"claimsToAddOrOverride":{"user_id":"s-1"}}"#,
    ] {
        let v1 = format!(r#"{{"claimsOverrideDetails":{said}}}"#);
        assert_eq!(add(&event("\"1\"", &v1)), Err(NotAdded::Taken), "{said}");
        for token in ["idTokenGeneration", "accessTokenGeneration"] {
            let v2 = format!(r#"{{"claimsAndScopeOverrideDetails":{{"{token}":{said}}}}}"#);
            assert_eq!(add(&event("\"2\"", &v2)), Err(NotAdded::Taken), "{token} {said}");
        }
    }
}

#[test]
fn the_same_claim_already_there_is_added() {
    for version in ["\"1\"", "\"2\"", "\"3\""] {
        let once = add(&event(version, "{}")).unwrap();
        assert_eq!(add(&once), Ok(once));
    }
    let escaped =
        event("\"1\"", r#"{"claimsOverrideDetails":{"claimsToAddOrOverride":{"user\u005fid":"\u0073-1"}}}"#);
    assert_eq!(add(&escaped), Ok(escaped));
}

#[test]
fn an_unknown_version_is_told_by_its_response() {
    for version in ["\"4\"", "1", "null", "[]"] {
        let first = add(&event(version, r#"{"claimsOverrideDetails":null}"#)).unwrap();
        assert_eq!(response(&first)["claimsOverrideDetails"]["claimsToAddOrOverride"]["user_id"], ID);
        let later = add(&event(version, r#"{"claimsAndScopeOverrideDetails":null}"#)).unwrap();
        let tokens = &response(&later)["claimsAndScopeOverrideDetails"];
        assert_eq!(tokens["accessTokenGeneration"]["claimsToAddOrOverride"]["user_id"], ID);
        for neither in
            ["null", "{}", "7", r#"{"claimsAndScopeOverrideDetails":null,"claimsOverrideDetails":null}"#]
        {
            assert_eq!(add(&event(version, neither)), Err(NotAdded::UnknownVersion), "{neither}");
        }
    }
}

#[test]
fn what_is_for_no_user_s_token_is_told() {
    for (source, why) in [
        ("\"TokenGeneration_ClientCredentials\"", NotAdded::Machine),
        ("\"PostConfirmation_ConfirmSignUp\"", NotAdded::NoToken),
        ("\"TokenGeneration\"", NotAdded::NoToken),
        ("7", NotAdded::NoToken),
    ] {
        let event = format!(r#"{{"version":"3","triggerSource":{source},"response":{{}}}}"#);
        assert_eq!(add(&event), Err(why), "{source}");
    }
    assert_eq!(add(r#"{"version":"1","response":{}}"#), Err(NotAdded::NoToken));
}

#[test]
fn odd_responses_are_left_alone() {
    for odd in [
        "7",
        "[]",
        "\"x\"",
        r#"{"claimsOverrideDetails":[]}"#,
        r#"{"claimsOverrideDetails":{"claimsToAddOrOverride":"x"}}"#,
        r#"{"claimsOverrideDetails":{"claimsToSuppress":"user_id"}}"#,
        r#"{"claimsOverrideDetails":{"claimsToSuppress":[1]}}"#,
        r#"{"claimsOverrideDetails":null,"claimsOverrideDetails":{}}"#,
        r#"{"claimsOverrideDetails":{"claimsToAddOrOverride":{"user_id":"s-1","user_id":"s-1"}}}"#,
    ] {
        assert_eq!(add(&event("\"1\"", odd)), Err(NotAdded::Odd), "{odd}");
    }
}

#[test]
fn no_json_object_is_unreadable() {
    for text in ["", "null", "[]", "7", "{", "{}x", "{\"\\ud800\":1}", "\u{feff}{}"] {
        assert_eq!(add(text), Err(NotAdded::Unreadable), "{text:?}");
    }
}

#[test]
fn the_event_says_what_it_is_where_the_answer_does_not() {
    let claim = ClaimName::default();
    let id = UserId::parse(ID).unwrap();
    let came = event("\"1\"", "{}");
    let answer = in_answer(&came, r#"{"response":{}}"#, &claim, &id).unwrap();
    let want = format!(
        r#"{{"response":{{"claimsOverrideDetails":{{"claimsToAddOrOverride":{{"user_id":"{ID}"}}}}}}}}"#
    );
    assert_eq!(answer, want);
    assert_eq!(in_answer(&came, "null", &claim, &id), Err(NotAdded::Unreadable));
    let machine = r#"{"version":"3","triggerSource":"TokenGeneration_ClientCredentials"}"#;
    assert_eq!(in_answer(machine, &came, &claim, &id), Err(NotAdded::Machine));
}

#[test]
fn deep_json_around_it_is_no_trouble() {
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    let event =
        format!(r#"{{"version":"1","triggerSource":"TokenGeneration_X","x":{deep},"response":{{}}}}"#);
    assert!(add(&event).unwrap().contains("\"user_id\""));
}

#[test]
fn whose_token_it_is_says_the_sub_and_nothing_else() {
    let of = |source: &str, request: &str| {
        whose(&format!(r#"{{"userName":"jane","triggerSource":"{source}","request":{request}}}"#))
    };
    let jane = r#"{"userAttributes":{"email":"x","sub":"s-1"}}"#;
    assert_eq!(of("TokenGeneration_HostedAuth", jane), Ok(Sub::parse("s-1").unwrap()));
    assert_eq!(of("PostConfirmation_ConfirmSignUp", jane), Err(NotAdded::NoToken));
    assert_eq!(of("TokenGeneration_ClientCredentials", "{}"), Err(NotAdded::Machine));
    assert_eq!(whose("[]"), Err(NotAdded::Unreadable));
    for nobody in [
        "null",
        "{}",
        r#"{"userAttributes":{}}"#,
        r#"{"userAttributes":{"sub":7}}"#,
        r#"{"userAttributes":{"sub":""}}"#,
        r#"{"userAttributes":{"sub":"a","sub":"b"}}"#,
    ] {
        assert_eq!(of("TokenGeneration_HostedAuth", nobody), Err(NotAdded::NoUser), "{nobody}");
    }
}
