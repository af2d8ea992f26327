//! Settings of invented pools.

use super::*;

const SIGN_IN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:twinpool-sign-in";

fn settings(more: Value) -> Settings {
    let mut all = json!({ "LambdaConfig": { "PreTokenGeneration": SIGN_IN, "PostConfirmation": SIGN_IN } });
    for (name, value) in more.as_object().unwrap() {
        all[name] = value.clone();
    }
    Settings(all)
}

fn arn(text: &str) -> FunctionArn {
    FunctionArn::parse(text).unwrap()
}

#[test]
fn cognito_s_own_mailer_is_refused_above_what_it_sends_in_a_day() {
    let sign_in = arn(SIGN_IN);
    for email in [json!({}), json!({ "EmailConfiguration": { "EmailSendingAccount": "COGNITO_DEFAULT" } })] {
        let found = settings(email);
        assert_eq!(found.refusal(50, false, Some(&sign_in)), None);
        assert!(found.refusal(51, false, Some(&sign_in)).unwrap().contains("--cognito-mail"));
        assert_eq!(found.refusal(51, true, Some(&sign_in)), None);
    }
    let by_ses = settings(
        json!({ "EmailConfiguration": { "EmailSendingAccount": "DEVELOPER", "From": "a@example.com" } }),
    );
    assert_eq!(
        (by_ses.refusal(5_000, false, Some(&sign_in)), by_ses.sender()),
        (None, "SES, from a@example.com".to_owned())
    );
}

#[test]
fn where_nobody_notes_who_comes_nobody_is_invited() {
    let sign_in = arn(SIGN_IN);
    assert_eq!(settings(json!({})).refusal(1, false, Some(&sign_in)), None);
    let other = arn("arn:aws:lambda:eu-west-1:123456789012:function:other");
    let said = settings(json!({})).refusal(1, true, Some(&other)).unwrap();
    assert!(
        said.contains("PreTokenGeneration and PostConfirmation") && said.contains("attach --pool new"),
        "{said}"
    );
    let half = settings(json!({ "LambdaConfig": { "PreTokenGeneration": SIGN_IN } }));
    assert!(half.refusal(1, true, Some(&sign_in)).unwrap().contains("is not in PostConfirmation."));
    assert!(settings(json!({ "LambdaConfig": {} })).refusal(1, true, Some(&sign_in)).is_some());
    // Some function is in both triggers, and nobody says whether it is ours.
    assert!(settings(json!({})).refusal(1, true, None).unwrap().contains("--sign-in-arn"));
}

#[test]
fn temporary_passwords_work_as_long_as_the_pool_says() {
    let days = |more| settings(more).valid_for().as_secs() / DAY.as_secs();
    assert_eq!(days(json!({})), 7);
    assert_eq!(
        days(json!({ "Policies": { "PasswordPolicy": { "TemporaryPasswordValidityDays": 30 } } })),
        30
    );
    assert_eq!(days(json!({ "AdminCreateUserConfig": { "UnusedAccountValidityDays": 3 } })), 3);
}

#[test]
fn the_message_is_shown_with_its_placeholders() {
    insta::assert_snapshot!("default_message", settings(json!({})).preview(false));
    let own = settings(json!({
        "LambdaConfig": { "CustomMessage": SIGN_IN },
        "EmailConfiguration": { "EmailSendingAccount": "DEVELOPER" },
        "AdminCreateUserConfig": { "InviteMessageTemplate": { "EmailSubject": "Welcome back", "EmailMessage": "Hello {username}: {####}" } },
    }));
    insta::assert_snapshot!("own_message", own.preview(false));
    insta::assert_snapshot!("for_programs", own.preview(true));
}
