//! What UpdateUserPool does: each setting becomes what was sent, or its default (F§6).

use serde_json::{Value, json};
use twinpool_setup::port::Json;

use super::Knobs;

/// Fields that UpdateUserPool takes (F§6).
pub(super) const UPDATED: [&str; 23] = [
    "Policies",
    "DeletionProtection",
    "LambdaConfig",
    "AutoVerifiedAttributes",
    "SmsVerificationMessage",
    "EmailVerificationMessage",
    "EmailVerificationSubject",
    "VerificationMessageTemplate",
    "SmsAuthenticationMessage",
    "UserAttributeUpdateSettings",
    "MfaConfiguration",
    "DeviceConfiguration",
    "EmailConfiguration",
    "SmsConfiguration",
    "UserPoolTags",
    "AdminCreateUserConfig",
    "UserPoolAddOns",
    "DcrConfiguration",
    "AccountRecoverySetting",
    "UserPoolTier",
    "KeyConfiguration",
    "IssuerConfiguration",
    "AcrConfiguration",
];

/// Fields that DescribeUserPool alone has (F§6).
pub(super) const DESCRIBED_ONLY: [&str; 15] = [
    "Id",
    "Name",
    "Status",
    "LastModifiedDate",
    "CreationDate",
    "SchemaAttributes",
    "AliasAttributes",
    "UsernameAttributes",
    "UsernameConfiguration",
    "EstimatedNumberOfUsers",
    "SmsConfigurationFailure",
    "EmailConfigurationFailure",
    "Domain",
    "CustomDomain",
    "Arn",
];

/// The default of a setting; `None` where there is nothing by default (F§6).
pub(super) fn default(field: &str) -> Option<Value> {
    Some(match field {
        "UserPoolTier" => json!("ESSENTIALS"),
        "DeletionProtection" => json!("INACTIVE"),
        "MfaConfiguration" => json!("OFF"),
        "Policies" => {
            json!({"PasswordPolicy": {"MinimumLength": 8, "RequireUppercase": true, "RequireLowercase": true,
            "RequireNumbers": true, "RequireSymbols": true, "TemporaryPasswordValidityDays": 7}})
        }
        "AdminCreateUserConfig" => json!({"AllowAdminCreateUserOnly": false}),
        "EmailConfiguration" => json!({"EmailSendingAccount": "COGNITO_DEFAULT"}),
        "VerificationMessageTemplate" => json!({"DefaultEmailOption": "CONFIRM_WITH_CODE"}),
        "LambdaConfig" | "UserPoolTags" => json!({}),
        "IssuerConfiguration" => json!({"Type": "ORIGINAL"}),
        _ => return None,
    })
}

/// Gives a pool the defaults of what was never set.
pub(super) fn fill(stored: &mut Json) {
    for field in UPDATED.into_iter().filter(|field| !stored.contains_key(*field)).collect::<Vec<_>>() {
        stored.extend(default(field).map(|value| (field.to_owned(), value)));
    }
}

/// Carries an update out on what is stored.
pub(super) fn update(stored: &mut Json, body: &Json, knobs: &Knobs) {
    let reserved = reserved_tags(stored);
    let fixed = |field: &str| DESCRIBED_ONLY.contains(&field);
    let fields: Vec<_> = stored.keys().cloned().chain(UPDATED.map(str::to_owned)).collect();
    for field in fields {
        // "If you omit, keeps existing" is documented of this one alone (F§6).
        let is_kept = fixed(&field)
            || field == "DcrConfiguration"
            || (!knobs.takes_new_fields && !UPDATED.contains(&field.as_str()));
        if !is_kept {
            stored.remove(&field);
            stored.extend(default(&field).map(|value| (field, value)));
        }
    }
    for (field, value) in body {
        let is_new = !UPDATED.contains(&field.as_str());
        if field == "PoolName" {
            stored.insert("Name".to_owned(), value.clone());
        } else if field != "UserPoolId" && !fixed(field) && (knobs.takes_new_fields || !is_new) {
            stored.insert(field.clone(), taken(field, value));
        }
    }
    if let Some(tags) = stored.get_mut("UserPoolTags").and_then(Value::as_object_mut) {
        tags.extend(reserved);
    }
}

/// Tags of AWS itself: nobody else sets or removes them.
fn reserved_tags(stored: &Json) -> Json {
    let tags = stored.get("UserPoolTags").and_then(Value::as_object);
    let tags = tags.into_iter().flatten().filter(|(key, _)| key.starts_with("aws:"));
    tags.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// A setting as AWS stores it.
fn taken(field: &str, value: &Value) -> Value {
    // Any value at all turns the remembering of devices on (F§6, trap 3).
    if field == "DeviceConfiguration" && value.as_object().is_some_and(Json::is_empty) {
        return json!({"ChallengeRequiredOnNewDevice": false, "DeviceOnlyRememberedOnUserPrompt": false});
    }
    value.clone()
}
