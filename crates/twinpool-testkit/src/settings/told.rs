//! What DescribeUserPool tells of what is stored: some settings are told twice.

use serde_json::{Value, json};
use twinpool_setup::port::Json;

use super::{Knobs, reset};

/// `UserPool` of DescribeUserPool.
pub(super) fn told(stored: &Json, knobs: &Knobs, modified: u64) -> Json {
    let mut told = stored.clone();
    told.insert("LastModifiedDate".to_owned(), json!(modified));
    told.insert("EstimatedNumberOfUsers".to_owned(), json!(modified % 1000));
    let days =
        stored.get("Policies").and_then(|it| it.pointer("/PasswordPolicy/TemporaryPasswordValidityDays"));
    // F§6, trap 1: both may be returned.
    let config = object(&mut told, "AdminCreateUserConfig").filter(|_| !knobs.forgets_validity);
    if let (Some(days), Some(config)) = (days, config) {
        config.insert("UnusedAccountValidityDays".to_owned(), days.clone());
    }
    // F§6, trap 2: the older fields and the template say the same.
    for (older, key) in
        [("EmailVerificationMessage", "EmailMessage"), ("EmailVerificationSubject", "EmailSubject")]
    {
        if let (Some(text), Some(template)) =
            (stored.get(older), object(&mut told, "VerificationMessageTemplate"))
        {
            template.entry(key).or_insert_with(|| text.clone());
        }
    }
    if let Some(lambda) = object(&mut told, "LambdaConfig").filter(|_| knobs.shows_both_pre_tokens) {
        both_pre_tokens(lambda);
    }
    if knobs.hides_defaults {
        told.retain(|field, value| reset::default(field).as_ref() != Some(value));
    }
    told
}

/// F§6, trap 6.
fn both_pre_tokens(lambda: &mut Json) {
    if let Some(arn) = lambda.get("PreTokenGeneration").cloned() {
        lambda
            .entry("PreTokenGenerationConfig")
            .or_insert_with(|| json!({"LambdaVersion": "V1_0", "LambdaArn": arn}));
    } else if let Some(arn) =
        lambda.get("PreTokenGenerationConfig").and_then(|it| it.get("LambdaArn")).cloned()
    {
        lambda.insert("PreTokenGeneration".to_owned(), arn);
    }
}

fn object<'a>(told: &'a mut Json, field: &str) -> Option<&'a mut Json> {
    told.get_mut(field).and_then(Value::as_object_mut)
}
