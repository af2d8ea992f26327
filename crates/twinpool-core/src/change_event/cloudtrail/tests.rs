use super::*;

const SUB: &str = "3f2a1c84-0d5e-4b7a-9c61-5e8d7f6a0b12";
const ROLE: &str = "arn:aws:iam::123456789012:role/migration/twinpool-MirrorRole-1A2B";

/// The old pool's record of this operation, with these fields more.
fn record(operation: &str, fields: &str) -> String {
    format!(
        r#"{{"source":"aws.cognito-idp","detail":{{"eventSource":"cognito-idp.amazonaws.com","eventName":"{operation}",
            "eventTime":"2026-11-21T10:00:00Z","readOnly":false{fields}}}}}"#
    )
}

fn audited(raw: &str) -> Audited {
    audit(raw, EventId::from_random([1; 16]), &followed(None), Timestamp(5))
}

fn followed(new_pool: Option<&str>) -> Followed {
    Followed {
        old_pool: PoolId::parse("eu-west-1_oLdP00l01").unwrap(),
        new_pool: new_pool.map(|id| PoolId::parse(id).unwrap()),
        own_roles: vec![
            ROLE.to_owned(),
            "arn:aws:iam::123456789012:role/twinpool-BridgeRole-3C4D".to_owned(),
        ],
    }
}

fn event(raw: &str) -> ChangeEvent {
    match audited(raw) {
        Audited::Event(event) => *event,
        other => panic!("expected an event, got {other:?}"),
    }
}

/// The user of a record with these fields.
fn sub(fields: &str) -> Option<String> {
    event(&record("AdminUpdateUserAttributes", fields)).sub.map(String::from)
}

fn why(operation: &str, fields: &str) -> Ignored {
    match audited(&record(operation, fields)) {
        Audited::Ignored(why) => why,
        other => panic!("expected to be ignored, got {other:?}"),
    }
}

#[test]
fn a_record_gives_a_hint_with_its_sub_cause_and_time() {
    let event = event(&record("AdminDisableUser", &format!(r#","additionalEventData":{{"sub":"{SUB}"}}"#)));
    assert_eq!(event.sub.as_ref().map(Sub::as_str), Some(SUB));
    assert_eq!((event.username.as_ref(), event.group_name.as_ref()), (None, None));
    assert_eq!(event.cause, Cause::audit_trail("AdminDisableUser"));
    assert_eq!(event.at, Timestamp(1_795_255_200_000));
    assert_eq!(event.pool.as_str(), "eu-west-1_oLdP00l01");
}

#[test]
fn the_record_alone_and_what_lambda_keeps_of_it_give_the_same() {
    let whole = record("DeleteUser", &format!(r#","additionalEventData":{{"sub":"{SUB}"}}"#));
    let alone = whole.split_once("\"detail\":").unwrap().1.strip_suffix('}').unwrap();
    assert_eq!(audited(alone), audited(&whole));
    let kept = format!(r#"{{"requestContext":{{"condition":"RetriesExhausted"}},"requestPayload":{whole}}}"#);
    assert_eq!(audited(&kept), audited(&whole));
}

#[test]
fn a_time_that_cannot_be_read_is_when_it_came() {
    let raw = record("DeleteUser", &format!(r#","additionalEventData":{{"sub":"{SUB}"}}"#));
    assert_eq!(event(&raw.replace("2026-11-21T10", "yesterday")).at, Timestamp(5));
}

#[test]
fn the_sub_is_found_wherever_it_stands() {
    let places = [
        r#","additionalEventData":{"sub":"SUB"}"#,
        r#","additionalEventData":{"sub":["SUB"]}"#,
        r#","responseElements":{"userSub":"SUB"}"#,
        r#","additionalEventData":{"requestParameters":{"sub":["SUB"],"username":["HIDDEN_DUE_TO_SECURITY_REASONS"]}}"#,
        r#","responseElements":{"user":{"attributes":[{"name":"email","value":"a@b"},7,{"name":"sub","value":"SUB"}]}}"#,
    ];
    for place in places {
        assert_eq!(sub(&place.replace("SUB", SUB)).as_deref(), Some(SUB), "{place}");
    }
}

#[test]
fn a_username_that_could_be_a_sub_is_one_only_where_no_pool_can_tell_any_more() {
    let places = [
        r#","responseElements":{"user":{"username":"SUB","attributes":"HIDDEN_DUE_TO_SECURITY_REASONS"}}"#,
        r#","requestParameters":{"username":"SUB"}"#,
        r#","requestParameters":{"destinationUser":{"providerName":"Cognito","providerAttributeValue":"SUB"}}"#,
    ];
    for place in places.map(|place| place.replace("SUB", SUB)) {
        let deleted = event(&record("AdminDeleteUser", &place));
        assert_eq!((deleted.sub.unwrap().as_str(), deleted.username), (SUB, None));
        let enabled = event(&record("AdminEnableUser", &place));
        assert_eq!((enabled.sub, enabled.username.unwrap().as_str()), (None, SUB));
    }
}

#[test]
fn a_username_is_taken_only_where_there_is_no_sub() {
    let both =
        format!(r#","requestParameters":{{"username":"jane"}},"additionalEventData":{{"sub":"{SUB}"}}"#);
    assert_eq!(event(&record("AdminEnableUser", &both)).username, None);
    let named = event(&record("AdminEnableUser", r#","requestParameters":{"username":"jane"}"#));
    assert_eq!(named.username.unwrap().as_str(), "jane");
    assert_eq!(named.sub, None);
}

#[test]
fn a_username_that_only_resembles_a_sub_is_a_username() {
    for name in
        ["jane", "3f2a1c84-0d5e-4b7a-9c61", "3f2a1c84-0d5e-4b7a-9c61-5e8d7f6a0bxy", &format!("{SUB}-1")]
    {
        let raw = record("AdminEnableUser", &format!(r#","requestParameters":{{"username":"{name}"}}"#));
        assert_eq!(event(&raw).username.unwrap().as_str(), name);
    }
}

#[test]
fn what_is_hidden_names_nobody() {
    let hidden = [
        "",
        r#","requestParameters":{"username":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#,
        r#","requestParameters":null,"responseElements":null,"additionalEventData":{"sub":null}"#,
        r#","requestParameters":{"username":""},"additionalEventData":{"sub":"no sub at all"}"#,
        r#","additionalEventData":{"sub":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#,
        r#","additionalEventData":{"requestParameters":{"username":["jane"]}}"#,
    ];
    for fields in hidden {
        let raw = record("DeleteUser", fields);
        assert_eq!(audited(&raw), Audited::Unreadable(UnreadableRecord::NoUser("DeleteUser")), "{fields}");
    }
    for fields in ["", r#","requestParameters":{"groupName":"HIDDEN_DUE_TO_SECURITY_REASONS"}"#] {
        let raw = record("DeleteGroup", fields);
        assert_eq!(audited(&raw), Audited::Unreadable(UnreadableRecord::NoGroup("DeleteGroup")), "{fields}");
    }
}

#[test]
fn an_operation_on_a_group_names_the_group() {
    for operation in GROUP_OPERATIONS {
        let event = event(&record(operation, r#","requestParameters":{"groupName":"équipe-日本"}"#));
        assert_eq!(event.group_name.unwrap().as_str(), "équipe-日本");
        assert_eq!(event.sub, None);
    }
}

#[test]
fn what_has_changed_nothing_is_ignored() {
    assert_eq!(why("AdminGetUser", ""), Ignored::OtherOperation);
    assert_eq!(why("adminDisableUser", ""), Ignored::OtherOperation);
    assert_eq!(why("DeleteUser", r#","errorCode":"NotAuthorizedException""#), Ignored::Failed);
    let read = record("Confirm_With_Link_GET", "").replace(r#""readOnly":false"#, r#""readOnly":true"#);
    assert_eq!(audited(&read), Audited::Ignored(Ignored::ReadOnly));
    let other = record("DeleteUser", "").replace("cognito-idp.amazonaws", "cognito-sync.amazonaws");
    assert_eq!(audited(&other), Audited::Ignored(Ignored::OtherService));
    let fine = format!(r#","errorCode":"","errorMessage":"","additionalEventData":{{"sub":"{SUB}"}}"#);
    assert_eq!(sub(&fine).as_deref(), Some(SUB), "an empty code is no error");
}

#[test]
fn another_pool_is_nobody_s_business_here_and_no_pool_is_the_old_one() {
    for place in ["requestParameters", "additionalEventData"] {
        let fields = format!(r#","{place}":{{"userPoolId":"eu-west-1_nEwP00l02","sub":"{SUB}"}}"#);
        assert_eq!(why("AdminDisableUser", &fields), Ignored::OtherPool);
    }
    assert!(sub(&format!(r#","additionalEventData":{{"sub":"{SUB}"}}"#)).is_some());
}

#[test]
fn calls_of_the_own_role_are_ignored_and_those_of_others_are_not() {
    let issued = |arn: &str| {
        let fields = r#","userIdentity":{"type":"AssumedRole","sessionContext":{"sessionIssuer":{"arn":"ARN"}}},
            "additionalEventData":{"sub":"SUB"}"#;
        record("AdminDisableUser", &fields.replace("ARN", arn).replace("SUB", SUB))
    };
    let session = |arn: &str| {
        let fields =
            r#","userIdentity":{"type":"AssumedRole","arn":"ARN"},"additionalEventData":{"sub":"SUB"}"#;
        record("AdminDisableUser", &fields.replace("ARN", arn).replace("SUB", SUB))
    };
    let own = Audited::Ignored(Ignored::OwnCall);
    assert_eq!(audited(&issued(ROLE)), own);
    assert_eq!(
        audited(&session("arn:aws:sts::123456789012:assumed-role/twinpool-MirrorRole-1A2B/mirror")),
        own
    );
    event(&issued("arn:aws:iam::123456789012:role/twinpool-MirrorRole-1A2B"));
    let others = [
        "arn:aws:sts::123456789012:assumed-role/twinpool-MirrorRole-1A2/mirror",
        "arn:aws:sts::210987654321:assumed-role/twinpool-MirrorRole-1A2B/mirror",
        "arn:aws:iam::123456789012:user/twinpool-MirrorRole-1A2B",
        "arn:aws:sts::123456789012:assumed-role/",
        "",
    ];
    for other in others {
        event(&session(other));
    }
}

#[test]
fn any_text_gives_an_answer() {
    let deep = format!(r#"{{"detail":{}1{}}}"#, r#"{"a":"#.repeat(50_000), "}".repeat(50_000));
    for raw in
        ["", "[]", "7", "null", "\"\"", "{", "{}", r#"{"detail":[]}"#, r#"{"detail":{"eventName":7}}"#, &deep]
    {
        assert_eq!(
            audited(raw),
            Audited::Unreadable(UnreadableRecord::NotARecord),
            "{}",
            &raw[..raw.len().min(40)]
        );
    }
    // Numbers that fit no type, in places that nobody reads.
    assert!(sub(&format!(r#","serial":1e400,"additionalEventData":{{"sub":"{SUB}","n":1e400}}"#)).is_some());
}

#[test]
fn where_both_pools_are_followed_each_hint_names_its_pool_and_groups_of_the_new_one_stay() {
    const NEW: &str = "eu-west-1_nEwP00l01";
    let of = |new_pool, operation, fields: &str| {
        let raw = record(operation, fields);
        audit(&raw, EventId::from_random([1; 16]), &followed(new_pool), Timestamp(5))
    };
    let fields = |pool: &str| {
        format!(
            r#","requestParameters":{{"userPoolId":"{pool}","groupName":"staff"}},"additionalEventData":{{"sub":"{SUB}"}}"#
        )
    };
    for pool in [NEW, "eu-west-1_oLdP00l01"] {
        let Audited::Event(event) = of(Some(NEW), "AdminDeleteUser", &fields(pool)) else { panic!("{pool}") };
        assert_eq!(event.pool.as_str(), pool);
    }
    assert_eq!(of(None, "AdminDeleteUser", &fields(NEW)), Audited::Ignored(Ignored::OtherPool));
    assert_eq!(
        of(Some(NEW), "AdminDeleteUser", &fields("eu-west-1_0ther")),
        Audited::Ignored(Ignored::OtherPool)
    );
    assert_eq!(of(Some(NEW), "DeleteGroup", &fields(NEW)), Audited::Ignored(Ignored::GroupOfNewPool));
    // Each of its own roles, in either pool.
    for role in ["migration/twinpool-MirrorRole-1A2B", "twinpool-BridgeRole-3C4D"] {
        let own = format!(
            r#"{},"userIdentity":{{"sessionContext":{{"sessionIssuer":{{"arn":"arn:aws:iam::123456789012:role/{role}"}}}}}}"#,
            fields(NEW)
        );
        assert_eq!(of(Some(NEW), "AdminSetUserPassword", &own), Audited::Ignored(Ignored::OwnCall), "{role}");
    }
}
