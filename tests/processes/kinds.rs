//! Kinds of users that triggers say little of, through the built mirror.

use serde_json::{Value, json};
use twinpool_core::change_event::ChangeEvent;
use twinpool_tests::bootstrap::Function;
use twinpool_tests::mirror::{Bench, failures, one};
use twinpool_tests::task::Task;

const LINKED_AHEAD: &str = "[federation.Google]\npolicy = \"link\"\nprovider = \"GoogleNew\"";

fn mirror_one(mirror: &Function, event: &ChangeEvent) {
    assert_eq!(failures(&mirror.invoke(one(event, 1))), Vec::<String>::new());
}

fn provider(name: &str) -> Value {
    json!({
        "ProviderName": name,
        "ProviderType": "Google",
        "ProviderDetails": { "client_id": "id", "client_secret": "none", "authorize_scopes": "email" },
    })
}

/// The new pool's word on the counterpart of this user.
fn counterpart(bench: &Bench, sub: &str) -> Value {
    let new_sub = bench.links.new_sub(sub).unwrap().unwrap();
    bench.at_new("AdminGetUser", json!({ "Username": new_sub }))
}

fn attribute(user: &Value, name: &str) -> String {
    let pairs = user["UserAttributes"].as_array().unwrap();
    let found = pairs.iter().find(|pair| pair["Name"] == name);
    found.and_then(|pair| pair["Value"].as_str()).unwrap_or_default().to_owned()
}

#[test]
fn a_linked_provider_is_linked_in_the_new_pool_and_unlinked_again() {
    let bench = Bench::new();
    drop(bench.at_old("CreateIdentityProvider", provider("Google")));
    drop(bench.at_new("CreateIdentityProvider", provider("GoogleNew")));
    let sub = bench.person("vera", &[]);
    let vera = json!({ "ProviderName": "Cognito", "ProviderAttributeValue": "vera" });
    let google = |name: &str| json!({ "ProviderName": name, "ProviderAttributeName": "Cognito_Subject", "ProviderAttributeValue": "117" });
    let link = json!({ "DestinationUser": vera, "SourceUser": google("Google") });
    drop(bench.at_old("AdminLinkProviderForUser", link));
    let task = Task::with("linked", LINKED_AHEAD);
    let mirror = bench.mirror_with(&[("LAMBDA_TASK_ROOT", task.root())]);

    mirror_one(&mirror, &bench.told("AdminLinkProviderForUser", &sub));
    let identities = attribute(&counterpart(&bench, &sub), "identities");
    assert!(identities.contains("\"GoogleNew\"") && identities.contains("\"117\""), "{identities}");

    drop(bench.at_old("AdminDisableProviderForUser", json!({ "User": google("Google") })));
    mirror_one(&mirror, &bench.told("AdminDisableProviderForUser", &sub));
    let identities = attribute(&counterpart(&bench, &sub), "identities");
    assert!(!identities.contains("117"), "{identities}");
}

#[test]
fn codes_by_text_message_follow() {
    let bench = Bench::new();
    let on = json!({
        "MfaConfiguration": "OPTIONAL",
        "SmsMfaConfiguration": { "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::000000000000:role/sns" } },
    });
    drop(bench.at_old("SetUserPoolMfaConfig", on.clone()));
    drop(bench.at_new("SetUserPoolMfaConfig", on));
    let sub = bench.person("walt", &[]);
    bench.old.set("walt", &[("phone_number", "+4915112345678"), ("phone_number_verified", "true")]).unwrap();
    let sms = json!({ "Username": "walt", "SMSMfaSettings": { "Enabled": true, "PreferredMfa": true } });
    drop(bench.at_old("AdminSetUserMFAPreference", sms));
    let mirror = bench.mirror();
    mirror_one(&mirror, &bench.told("AdminSetUserMFAPreference", &sub));
    let walt = counterpart(&bench, &sub);
    assert_eq!(walt["UserMFASettingList"], json!(["SMS_MFA"]));
    assert_eq!(walt["PreferredMfaSetting"], "SMS_MFA");
}

#[test]
fn a_deleted_user_is_deleted_where_the_rules_say_so() {
    let bench = Bench::new();
    let sub = bench.person("xena", &[]);
    let task = Task::with("deleted", "[users]\ndeleted = \"delete\"");
    let mirror = bench.mirror_with(&[("LAMBDA_TASK_ROOT", task.root())]);
    mirror_one(&mirror, &bench.sign_in("xena"));
    let new_sub = bench.links.new_sub(&sub).unwrap().expect("a link");
    bench.old.delete("xena").unwrap();
    mirror_one(&mirror, &bench.told("AdminDeleteUser", &sub));
    assert_eq!(bench.new.person(&new_sub).unwrap(), None);
    assert_eq!(bench.links.left(&sub).unwrap().as_deref(), Some("deleted"));
    assert_eq!(bench.links.old_sub(&new_sub).unwrap(), Some(sub), "the user id is found for ever");
}
