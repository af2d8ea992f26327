//! What UpdateUserPool and SetUserPoolMfaConfig refuse.

use serde_json::Value;
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_setup::port::Json;

use super::{Knobs, Stranger, reset};

const UPDATE: &str = "UpdateUserPool";
const INVALID: &str = "InvalidParameterException";

/// The class that a code has.
pub(super) fn class(code: &str) -> Class {
    match code {
        "ConcurrentModificationException" => Class::Stale,
        "TooManyRequestsException" => Class::Throttled,
        "InternalErrorException" => Class::Unavailable,
        "NotAuthorizedException" | "AccessDeniedException" => Class::Denied,
        _ => Class::Rejected,
    }
}

fn refused<T>(code: &str) -> Answer<T> {
    Err(PortError::new(class(code), UPDATE, code))
}

/// Whether an update may be carried out.
pub(super) fn refuse(body: &Json, mfa: &Json, imports: bool, knobs: &Knobs) -> Answer<()> {
    // F§6, trap 8.
    if imports {
        return refused("UserImportInProgressException");
    }
    let strange = body.keys().any(|key| {
        reset::DESCRIBED_ONLY.contains(&key.as_str()) || (!knobs.takes_new_fields && !is_known(key))
    });
    if strange && knobs.described_only == Stranger::Refused {
        return refused(INVALID);
    }
    if events_of_another_plan(body) {
        return refused("FeatureUnavailableInTierException");
    }
    let wrong = both_validities(body)
        || both_bodies(body)
        || factor_without_channel(body, mfa, knobs)
        || two_pre_tokens(body)
        || sender_without_key(body)
        || reserved_tag(body);
    if wrong { refused(INVALID) } else { Ok(()) }
}

fn is_known(key: &str) -> bool {
    reset::UPDATED.contains(&key) || key == "PoolName" || key == "UserPoolId"
}

fn nested<'a>(body: &'a Json, path: &[&str]) -> Option<&'a Value> {
    let (first, rest) = path.split_first()?;
    rest.iter().try_fold(body.get(*first)?, |value, key| value.get(key))
}

/// F§6, trap 1.
fn both_validities(body: &Json) -> bool {
    nested(body, &["Policies", "PasswordPolicy", "TemporaryPasswordValidityDays"]).is_some()
        && nested(body, &["AdminCreateUserConfig", "UnusedAccountValidityDays"]).is_some()
}

/// F§6, trap 2.
fn both_bodies(body: &Json) -> bool {
    let template = |key| nested(body, &["VerificationMessageTemplate", key]);
    template("EmailMessage").is_some() && template("EmailMessageByLink").is_some()
}

/// F§6, trap 5.
fn factor_without_channel(body: &Json, mfa: &Json, knobs: &Knobs) -> bool {
    let asks = body.get("MfaConfiguration").is_some_and(|value| value != "OFF");
    let app = mfa.contains_key("SoftwareTokenMfaConfiguration") || mfa.contains_key("EmailMfaConfiguration");
    asks && !body.contains_key("SmsConfiguration") && (knobs.factor_needs_sms || !app)
}

/// F§6, trap 6.
fn two_pre_tokens(body: &Json) -> bool {
    let Some(config) = nested(body, &["LambdaConfig", "PreTokenGenerationConfig"]) else { return false };
    let (arn, version) = (config.get("LambdaArn"), config.get("LambdaVersion").and_then(Value::as_str));
    let other = nested(body, &["LambdaConfig", "PreTokenGeneration"]);
    arn.is_none()
        || !version.is_some_and(|version| ["V1_0", "V2_0", "V3_0"].contains(&version))
        || other.is_some_and(|other| Some(other) != arn)
}

/// Lite has the first version of the events before tokens only (F§1.2). A plan that is not sent becomes Essentials.
fn events_of_another_plan(body: &Json) -> bool {
    let version = nested(body, &["LambdaConfig", "PreTokenGenerationConfig", "LambdaVersion"]);
    body.get("UserPoolTier").is_some_and(|tier| tier == "LITE") && version.is_some_and(|it| it != "V1_0")
}

/// F§6, trap 7.
fn sender_without_key(body: &Json) -> bool {
    let lambda = |key| nested(body, &["LambdaConfig", key]).is_some();
    (lambda("CustomSMSSender") || lambda("CustomEmailSender")) != lambda("KMSKeyID")
}

/// Tags that begin with `aws:` belong to AWS.
fn reserved_tag(body: &Json) -> bool {
    let tags = body.get("UserPoolTags").and_then(Value::as_object);
    tags.is_some_and(|tags| tags.keys().any(|key| key.starts_with("aws:")))
}

/// Whether a second factor may be set so: none can be asked for where no way is configured (F§6, trap 5).
pub(super) fn refuse_mfa(body: &Json) -> Answer<()> {
    let asks = body.get("MfaConfiguration").is_some_and(|value| value != "OFF");
    let ways = ["SmsMfaConfiguration", "SoftwareTokenMfaConfiguration", "EmailMfaConfiguration"];
    if asks && !ways.iter().any(|way| body.contains_key(*way)) {
        return Err(PortError::new(Class::Rejected, "SetUserPoolMfaConfig", INVALID));
    }
    Ok(())
}
