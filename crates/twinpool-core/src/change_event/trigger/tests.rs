use super::*;

fn key() -> DigestKey {
    DigestKey::new(&[7; 32]).unwrap()
}

fn captured(raw: &str) -> Captured {
    capture(raw, &key(), EventId::from_random([1; 16]), Timestamp(5))
}

fn event(raw: &str) -> ChangeEvent {
    match captured(raw) {
        Captured::Event(event) => *event,
        other => panic!("expected an event, got {other:?}"),
    }
}

fn with_attributes(attributes: &str) -> String {
    format!(
        r#"{{"triggerSource":"TokenGeneration_Authentication","userPoolId":"eu-west-1_A","userName":"jane",
            "request":{{"userAttributes":{attributes},"groupConfiguration":{{"groupsToOverride":["staff"]}}}}}}"#
    )
}

#[test]
fn a_sign_in_gives_digests_of_attributes_and_groups_and_no_value() {
    let event =
        event(&with_attributes(r#"{"sub":"s-1","email":"jane@example.com","email_verified":"true"}"#));
    let names: Vec<_> = event.attributes.keys().map(AttributeName::as_str).collect();
    assert_eq!(names, ["email", "email_verified"]);
    assert!(event.groups.is_some());
    assert!(!event.to_body().contains("jane"), "{}", event.to_body());
}

#[test]
fn a_boolean_flag_digests_as_its_text() {
    let text = event(&with_attributes(r#"{"sub":"s-1","email_verified":"true"}"#));
    let boolean = event(&with_attributes(r#"{"sub":"s-1","email_verified":true}"#));
    assert_eq!(text.attributes, boolean.attributes);
}

#[test]
fn what_the_pool_owns_and_what_is_not_a_scalar_is_left_out() {
    let event = event(&with_attributes(
        r#"{"sub":"s-1","cognito:user_status":"CONFIRMED","name":{"a":1},"nickname":null,"profile":"","custom:n":1e400}"#,
    ));
    let names: Vec<_> = event.attributes.keys().map(AttributeName::as_str).collect();
    assert_eq!(names, ["custom:n"]);
}

#[test]
fn a_federated_user_is_named_by_username() {
    let raw = with_attributes(r#"{"sub":"s-1","identities":"[]"}"#).replace("jane", "Google_12");
    assert_eq!(event(&raw).user().unwrap().parameter(), "Google_12");
}

#[test]
fn a_profile_with_a_password_is_named_by_username() {
    for identities in [r#"[{\"primary\":true}]"#, r#"[{\"primary\":\"true\"}]"#, "[{}]", "not a list"] {
        let raw = with_attributes(&format!(
            r#"{{"sub":"s-1","cognito:user_status":"CONFIRMED","identities":"{identities}"}}"#
        ));
        assert_eq!(event(&raw).user().unwrap().parameter(), "jane", "{identities}");
    }
}

#[test]
fn a_local_user_is_named_by_sub() {
    assert_eq!(event(&with_attributes(r#"{"sub":"s-1"}"#)).user().unwrap().parameter(), "s-1");
}

#[test]
fn a_local_user_with_linked_identities_is_named_by_sub_and_the_username_stays_out_of_the_queue() {
    for identities in [r#"[{\"primary\":false}]"#, r#"[{\"primary\":\"false\"}]"#, "[]"] {
        let event = event(&with_attributes(&format!(
            r#"{{"sub":"s-1","cognito:user_status":"CONFIRMED","identities":"{identities}"}}"#
        )));
        assert_eq!(event.user().unwrap().parameter(), "s-1", "{identities}");
        assert!(!event.to_body().contains("jane"), "{}", event.to_body());
    }
}

#[test]
fn any_app_client_that_a_token_is_accepted_of_can_be_told_of_a_sign_in() {
    let raw = with_attributes(r#"{"sub":"s-1"}"#);
    let by = |client: &str| raw.replacen('{', &format!(r#"{{"callerContext":{{"clientId":"{client}"}},"#), 1);
    assert_eq!(event(&by("1h57+kf_5")).client.unwrap().as_str(), "1h57+kf_5");
    assert_eq!(event(&by("no client")).client, None);
}

#[test]
fn without_a_sub_the_queue_group_is_a_digest_of_the_username() {
    let event = event(&with_attributes("{}"));
    assert_eq!(event.user().unwrap().parameter(), "jane");
    assert!(!event.group(&key()).contains("jane"));
}

#[test]
fn a_token_of_a_machine_names_no_user() {
    let raw = r#"{"triggerSource":"TokenGeneration_ClientCredentials","userPoolId":"eu-west-1_A","userName":"client"}"#;
    assert_eq!(captured(raw), Captured::NoUser);
}

#[test]
fn any_text_gives_an_answer() {
    for raw in ["", "[]", "7", "null", "\"\"", "{", r#"{"request":[]}"#, r#"{"userPoolId":7}"#] {
        assert!(matches!(captured(raw), Captured::Unreadable(_)), "{raw}");
    }
}

#[test]
fn an_event_with_more_attributes_than_a_pool_can_have_is_sent_without_digests() {
    let many: Vec<_> = (0..500).map(|n| format!(r#""custom:a{n}":"v""#)).collect();
    let event = event(&with_attributes(&format!(r#"{{"sub":"s-1",{}}}"#, many.join(","))));
    assert!(event.attributes.is_empty());
}

#[test]
fn no_hint_has_a_character_that_the_queue_refuses() {
    let event = event(&with_attributes("{\"sub\":\"s-1\",\"custom:\u{fffe}\":\"1\",\"custom:a\":\"1\"}"));
    let names: Vec<_> = event.attributes.keys().map(AttributeName::as_str).collect();
    assert_eq!(names, ["custom:a"]);
    let nameless = with_attributes("{}").replace("jane", "jane\u{ffff}");
    assert_eq!(captured(&nameless), Captured::Unreadable(Unreadable::NoUser));
}
