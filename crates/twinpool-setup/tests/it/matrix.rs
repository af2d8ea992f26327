//! Every field of DescribeUserPool, present, absent, unknown or new: attaching and detaching leaves each as it was.

use std::sync::Arc;

use serde_json::{Value, json};
use twinpool_setup::guest::Guest;
use twinpool_setup::settings::update_body;
use twinpool_setup::triggers::{Slot, in_slot};
use twinpool_testkit::{Knobs, Process, Stranger};

use crate::world::{POOL, POOL_ARN, World, function};

/// A pool that has every field of F§6.
pub(crate) fn full() -> Value {
    json!({
        "Id": POOL, "Name": "shop", "Arn": POOL_ARN, "Status": "Enabled", "CreationDate": 1_500_000_000.25,
        "Policies": {"PasswordPolicy": {"MinimumLength": 12, "RequireUppercase": true, "RequireLowercase": true,
            "RequireNumbers": false, "RequireSymbols": false, "PasswordHistorySize": 3, "TemporaryPasswordValidityDays": 30},
            "SignInPolicy": {"AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP", "WEB_AUTHN"]}},
        "DeletionProtection": "ACTIVE",
        "LambdaConfig": {"PreSignUp": function("pre-sign-up").as_str(),
            "PostConfirmation": function("welcome:live").as_str(),
            "CustomMessage": function("messages").as_str(),
            "PreTokenGeneration": function("claims:7x").as_str(),
            "PreTokenGenerationConfig": {"LambdaVersion": "V2_0", "LambdaArn": function("claims:7x").as_str()},
            "CustomEmailSender": {"LambdaVersion": "V1_0", "LambdaArn": function("mailer").as_str()},
            "KMSKeyID": "arn:aws:kms:eu-west-1:111122223333:key/11111111-2222-3333-4444-555555555555",
            "InboundFederation": {"LambdaVersion": "V1_0", "LambdaArn": function("federation").as_str()}},
        "SchemaAttributes": [{"Name": "sub", "AttributeDataType": "String", "Mutable": false, "Required": true}],
        "AutoVerifiedAttributes": ["email", "phone_number"], "AliasAttributes": ["email"],
        "UsernameAttributes": ["email"], "UsernameConfiguration": {"CaseSensitive": false},
        "SmsVerificationMessage": "code {####}", "EmailVerificationMessage": "your code is {####}",
        "EmailVerificationSubject": "code", "SmsAuthenticationMessage": "sign in {####}",
        "VerificationMessageTemplate": {"SmsMessage": "code {####}", "EmailSubjectByLink": "link",
            "EmailMessageByLink": "{##here##}", "DefaultEmailOption": "CONFIRM_WITH_LINK"},
        "UserAttributeUpdateSettings": {"AttributesRequireVerificationBeforeUpdate": ["email"]},
        "MfaConfiguration": "OPTIONAL",
        "DeviceConfiguration": {"ChallengeRequiredOnNewDevice": true, "DeviceOnlyRememberedOnUserPrompt": false},
        "EstimatedNumberOfUsers": 5,
        "EmailConfiguration": {"SourceArn": "arn:aws:ses:eu-west-1:111122223333:identity/example.com",
            "EmailSendingAccount": "DEVELOPER", "From": "Shop <shop@example.com>", "ConfigurationSet": "set"},
        "SmsConfiguration": {"EumsSms": {"OriginationIdentity": "pool-1"}, "SnsRegion": "eu-west-1"},
        "UserPoolTags": {"team": "identity"},
        "SmsConfigurationFailure": "InvalidSmsRoleTrustPolicyException", "EmailConfigurationFailure": "none",
        "Domain": "shop", "CustomDomain": "auth.example.com",
        "AdminCreateUserConfig": {"AllowAdminCreateUserOnly": true, "UnusedAccountValidityDays": 30,
            "InviteMessageTemplate": {"EmailMessage": "{username} {####}", "EmailSubject": "welcome"}},
        "UserPoolAddOns": {"AdvancedSecurityMode": "ENFORCED",
            "AdvancedSecurityAdditionalFlows": {"CustomAuthMode": "AUDIT"}},
        "AccountRecoverySetting": {"RecoveryMechanisms": [{"Priority": 1, "Name": "verified_email"}]},
        "UserPoolTier": "PLUS",
        "DcrConfiguration": {"Enabled": true}, "KeyConfiguration": {"KeyType": "AWS_OWNED_KEY"},
        "IssuerConfiguration": {"Type": "UPDATED"}, "AcrConfiguration": {"Levels": ["silver"]},
    })
}

/// Each function of ours, with each knob turned once.
pub(crate) fn every() -> impl Iterator<Item = (Guest, Knobs)> {
    GUESTS.into_iter().flat_map(|guest| all_knobs().into_iter().map(move |knobs| (guest, knobs)))
}

/// The knobs, each turned once.
fn all_knobs() -> Vec<Knobs> {
    vec![
        Knobs::default(),
        Knobs { described_only: Stranger::Ignored, ..Knobs::default() },
        Knobs { update_turns_factors_off: true, ..Knobs::default() },
        Knobs { shows_both_pre_tokens: false, ..Knobs::default() },
        Knobs { hides_defaults: true, ..Knobs::default() },
    ]
}

pub(crate) const GUESTS: [Guest; 2] = [Guest::Capture, Guest::SignIn];

async fn survives(name: &str, description: &Value) {
    for (guest, knobs) in every() {
        let told = format!("{guest}, {name} with {knobs:?}");
        let mut world = World::of(guest, description.clone(), knobs).await;
        world.even_if_managed = true;
        let attached = world.attach(&Arc::new(Process::healthy())).await;
        assert!(attached.is_ok(), "{told}: {:?}", attached.err());
        world.assert_attached();
        let detached = world.detach(&Arc::new(Process::healthy())).await;
        assert!(detached.is_ok(), "{told}: {:?}", detached.err());
        world.assert_nothing_left();
    }
}

fn with(change: impl FnOnce(&mut Value)) -> Value {
    let mut description = full();
    change(&mut description);
    description
}

#[tokio::test]
async fn a_pool_with_every_field_survives() {
    survives("full", &full()).await;
}

#[tokio::test]
async fn a_pool_without_any_one_field_survives() {
    let fields: Vec<_> = full().as_object().expect("fields").keys().cloned().collect();
    assert_eq!(fields.len(), 37, "38 without LastModifiedDate, which the model makes");
    for field in fields.iter().filter(|field| !["Id", "Arn"].contains(&field.as_str())) {
        let description = with(|it| {
            it.as_object_mut().expect("fields").remove(field);
        });
        survives(field, &description).await;
    }
}

#[tokio::test]
async fn a_pool_with_next_to_nothing_survives() {
    survives("bare", &json!({"Id": POOL, "Arn": POOL_ARN, "Name": "bare"})).await;
}

#[tokio::test]
async fn fields_that_nobody_knows_survive() {
    let description = with(|it| {
        it["FutureSetting"] = json!({"Mode": "ON", "List": [3, 1, 2], "Deep": {"Deeper": [{"a": null}]}});
        it["LambdaConfig"]["FutureTrigger"] =
            json!({"LambdaVersion": "V9_0", "LambdaArn": function("f").as_str()});
        it["LambdaConfig"]["PreTokenGenerationConfig"]["FutureMember"] = json!("kept");
        it["SmsConfiguration"]["FutureMember"] = json!(true);
        it["Policies"]["FuturePolicy"] = json!({"Days": 4});
    });
    survives("unknown", &description).await;
}

#[tokio::test]
async fn a_field_that_is_shown_only_stops_before_anything_changes_or_survives() {
    let description = with(|it| it["FutureFact"] = json!("shown"));
    let ignored = Knobs { takes_new_fields: false, described_only: Stranger::Ignored, ..Knobs::default() };
    let world = World::new(description.clone(), ignored).await;
    world.attached().await;
    world.detached().await;
    world.assert_nothing_left();
    let refused = Knobs { takes_new_fields: false, ..Knobs::default() };
    let world = World::new(description, refused).await;
    assert!(world.attach(&Arc::new(Process::healthy())).await.is_err());
    world.assert_as_before();
}

#[tokio::test]
async fn former_functions_of_each_version_come_back() {
    for version in ["V1_0", "V2_0", "V3_0"] {
        let arn = function("claims");
        let lambda =
            json!({"PreTokenGenerationConfig": {"LambdaVersion": version, "LambdaArn": arn.as_str()}});
        for both in [true, false] {
            let description = with(|it| {
                it["LambdaConfig"] = lambda.clone();
                if both {
                    it["LambdaConfig"]["PreTokenGeneration"] = json!(arn.as_str());
                }
            });
            survives(version, &description).await;
            let world = World::new(description, Knobs::default()).await;
            world.attached().await;
            let held = in_slot(&world.pool.described(), Slot::PreTokenGeneration).expect("capture");
            assert_eq!(held.version.as_deref(), Some(version), "the former function expects these events");
        }
    }
}

#[tokio::test]
async fn an_empty_or_null_device_configuration_turns_nothing_on() {
    for empty in [json!(null), json!({}), json!({"ChallengeRequiredOnNewDevice": null})] {
        let description = with(|it| it["DeviceConfiguration"] = empty);
        let body = update_body(description.as_object().expect("fields")).expect("sendable");
        assert!(!body.contains_key("DeviceConfiguration"));
    }
}

#[tokio::test]
async fn tags_of_aws_itself_are_not_sent_and_stay() {
    let tag = "aws:cloudformation:stack-name";
    survives("tags", &with(|it| it["UserPoolTags"] = json!({"team": "a", tag: "shop"}))).await;
    survives("tags of aws alone", &with(|it| it["UserPoolTags"] = json!({tag: "shop"}))).await;
}
