//! The scratch pool: what decides what can be written is the new pool's; nothing that could reach a person is.

use serde_json::{Map, Value, json};

use crate::port::Json;

/// What every scratch pool's name begins with.
pub const NAME: &str = "twinpool-rehearsal";

/// The tag of a scratch pool, whose value is the new pool that it was made like.
pub const LIKE: &str = "twinpool:rehearsal";

/// Attributes that Cognito makes and keeps by itself: CreateUserPool refuses them.
const COGNITO_S: [&str; 5] = ["sub", "identities", "email_verified", "phone_number_verified", "updated_at"];

/// How a scratch pool is made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scratch {
    /// The body of CreateUserPool.
    pub body: Json,
    /// What of the new pool is not rehearsed, for people.
    pub left_out: Vec<&'static str>,
}

/// A pool like the one that DescribeUserPool told of: sign-in options, case sensitivity, schema, password policy and tier.
///
/// Without triggers, without settings for e-mail and text messages, without second factors, tags and domain of the new pool.
/// Nobody can sign up to it.
#[must_use]
pub fn scratch(new_pool: &Json) -> Scratch {
    let id = new_pool.get("Id").and_then(Value::as_str).unwrap_or_default();
    let mut body = Map::from_iter([
        ("PoolName".to_owned(), json!(format!("{NAME}-{id}"))),
        ("UserPoolTags".to_owned(), json!({ LIKE: id })),
        ("DeletionProtection".to_owned(), json!("INACTIVE")),
        ("MfaConfiguration".to_owned(), json!("OFF")),
        ("AdminCreateUserConfig".to_owned(), json!({ "AllowAdminCreateUserOnly": true })),
        ("Schema".to_owned(), schema(new_pool)),
    ]);
    for name in ["UsernameAttributes", "AliasAttributes", "AutoVerifiedAttributes", "UsernameConfiguration"] {
        if let Some(value) = new_pool.get(name).filter(|value| !is_empty(value)) {
            body.insert(name.to_owned(), value.clone());
        }
    }
    // Addresses that wait for proof must be among those that are verified.
    if let Some(settings) = new_pool.get("UserAttributeUpdateSettings").filter(|value| !is_empty(value)) {
        body.insert("UserAttributeUpdateSettings".to_owned(), settings.clone());
    }
    if let Some(policy) = new_pool.get("Policies").and_then(|policies| policies.get("PasswordPolicy")) {
        body.insert("Policies".to_owned(), json!({ "PasswordPolicy": policy }));
    }
    if let Some(tier) = new_pool.get("UserPoolTier").and_then(Value::as_str) {
        // What PLUS adds guards sign-ins, and each user of it costs more.
        let tier = if tier == "PLUS" { "ESSENTIALS" } else { tier };
        body.insert("UserPoolTier".to_owned(), json!(tier));
    }
    Scratch { body, left_out: left_out(new_pool) }
}

fn is_empty(value: &Value) -> bool {
    value.is_null()
        || value.as_array().is_some_and(Vec::is_empty)
        || value.as_object().is_some_and(Map::is_empty)
}

/// Describe names custom attributes with their prefix, and Create without.
fn schema(new_pool: &Json) -> Value {
    let attributes = new_pool.get("SchemaAttributes").and_then(Value::as_array).into_iter().flatten();
    let all = attributes.filter_map(Value::as_object).filter_map(|attribute| {
        let name = attribute.get("Name")?.as_str()?;
        if COGNITO_S.contains(&name) {
            return None;
        }
        let mut attribute = attribute.clone();
        let custom = name.strip_prefix("dev:").unwrap_or(name).strip_prefix("custom:");
        if let Some(bare) = custom {
            attribute.insert("Name".to_owned(), json!(bare));
            // CreateUserPool takes no custom attribute that is required.
            attribute.remove("Required");
        }
        Some(Value::Object(attribute))
    });
    all.collect()
}

fn left_out(new_pool: &Json) -> Vec<&'static str> {
    let has = |name: &str| new_pool.get(name).is_some_and(|value| !is_empty(value));
    let mut left_out = Vec::new();
    if has("LambdaConfig") {
        left_out.push("triggers");
    }
    if new_pool.get("MfaConfiguration").is_some_and(|mfa| mfa != "OFF") {
        left_out.push("second factors");
    }
    if has("DeviceConfiguration") {
        left_out.push("devices");
    }
    left_out.push("identity providers: linked identities are refused there");
    left_out
}

/// Whether a pool is a scratch pool of this new pool: only what carries our tag is ever removed.
#[must_use]
pub fn is_left_over(pool: &Json, new_pool: &str) -> bool {
    let named = pool.get("Name").and_then(Value::as_str).is_some_and(|name| name.starts_with(NAME));
    let tag = pool.get("UserPoolTags").and_then(|tags| tags.get(LIKE)).and_then(Value::as_str);
    let id = pool.get("Id").and_then(Value::as_str);
    named && tag == Some(new_pool) && id.is_some_and(|id| id != new_pool)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn object(value: Value) -> Json {
        value.as_object().unwrap().clone()
    }

    fn new_pool() -> Json {
        object(json!({
            "Id": "eu-west-1_New", "Name": "customers", "Arn": "arn", "Status": "Enabled", "CreationDate": 1.5,
            "UsernameAttributes": ["email"], "AliasAttributes": [], "UsernameConfiguration": { "CaseSensitive": false },
            "AutoVerifiedAttributes": ["email"], "Domain": "auth", "DeletionProtection": "ACTIVE", "UserPoolTier": "PLUS",
            "MfaConfiguration": "OPTIONAL", "UserPoolTags": { "team": "identity" },
            "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] },
            "EmailConfiguration": { "EmailSendingAccount": "DEVELOPER", "SourceArn": "arn:ses" },
            "SmsConfiguration": { "SnsCallerArn": "arn:role" }, "LambdaConfig": { "PostConfirmation": "arn" },
            "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": false, "UnusedAccountValidityDays": 7,
                "InviteMessageTemplate": { "EmailMessage": "hello {username} {####}" } },
            "Policies": { "PasswordPolicy": { "MinimumLength": 12, "TemporaryPasswordValidityDays": 7 },
                "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "EMAIL_OTP"] } },
            "SchemaAttributes": [
                { "Name": "sub", "AttributeDataType": "String", "Mutable": false, "Required": true },
                { "Name": "email_verified", "AttributeDataType": "Boolean", "Mutable": true, "Required": false },
                { "Name": "email", "AttributeDataType": "String", "Mutable": true, "Required": true,
                    "StringAttributeConstraints": { "MinLength": "0", "MaxLength": "2048" } },
                { "Name": "custom:twinpool", "AttributeDataType": "String", "Mutable": false, "Required": false,
                    "DeveloperOnlyAttribute": false, "StringAttributeConstraints": {} },
                { "Name": "dev:custom:level", "AttributeDataType": "Number", "Mutable": true, "Required": false,
                    "DeveloperOnlyAttribute": true, "NumberAttributeConstraints": { "MinValue": "1" } },
            ],
        }))
    }

    #[test]
    fn a_scratch_pool_takes_what_decides_what_can_be_written_and_nothing_that_reaches_a_person() {
        let Scratch { body, left_out } = scratch(&new_pool());
        let expected = json!({
            "PoolName": "twinpool-rehearsal-eu-west-1_New", "UserPoolTags": { "twinpool:rehearsal": "eu-west-1_New" },
            "DeletionProtection": "INACTIVE", "MfaConfiguration": "OFF", "UserPoolTier": "ESSENTIALS",
            "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true },
            "UsernameAttributes": ["email"], "UsernameConfiguration": { "CaseSensitive": false },
            "AutoVerifiedAttributes": ["email"],
            "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["email"] },
            "Policies": { "PasswordPolicy": { "MinimumLength": 12, "TemporaryPasswordValidityDays": 7 } },
            "Schema": [
                { "Name": "email", "AttributeDataType": "String", "Mutable": true, "Required": true,
                    "StringAttributeConstraints": { "MinLength": "0", "MaxLength": "2048" } },
                { "Name": "twinpool", "AttributeDataType": "String", "Mutable": false, "DeveloperOnlyAttribute": false,
                    "StringAttributeConstraints": {} },
                { "Name": "level", "AttributeDataType": "Number", "Mutable": true, "DeveloperOnlyAttribute": true,
                    "NumberAttributeConstraints": { "MinValue": "1" } },
            ],
        });
        assert_eq!(Value::Object(body), expected);
        assert_eq!(left_out[..2], ["triggers", "second factors"]);
    }

    #[test]
    fn only_a_pool_with_our_name_and_tag_is_a_left_over_one() {
        let pool = |name: &str, tag: &str, id: &str| {
            is_left_over(
                &object(json!({ "Id": id, "Name": name, "UserPoolTags": { LIKE: tag } })),
                "eu-west-1_New",
            )
        };
        let ours = "twinpool-rehearsal-eu-west-1_New";
        assert!(pool(ours, "eu-west-1_New", "eu-west-1_Scratch"));
        assert!(!pool("customers", "eu-west-1_New", "eu-west-1_Scratch"));
        assert!(!pool(ours, "eu-west-1_Other", "eu-west-1_Scratch"));
        assert!(!pool(ours, "eu-west-1_New", "eu-west-1_New"));
        assert!(!is_left_over(&object(json!({ "Id": "eu-west-1_S", "Name": ours })), "eu-west-1_New"));
    }
}
