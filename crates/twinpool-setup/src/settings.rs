//! From what DescribeUserPool says to what UpdateUserPool must be told so that all of it stays (F§6).

use serde_json::Value;

use crate::port::Json;

mod difference;

pub use difference::{Change, difference, paths};

/// Fields of DescribeUserPool that UpdateUserPool does not take (F§6). Every other one is sent back, known or not.
const DESCRIBED_ONLY: [&str; 15] = [
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

/// Whether a path of [`difference`] is a setting: something that an update can change, and put back.
#[must_use]
pub fn is_setting(path: &str) -> bool {
    let field = path.split('.').next().unwrap_or_default();
    field == "Name" || !DESCRIBED_ONLY.contains(&field)
}

/// Why a description cannot be sent back without loss.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Unsendable {
    /// F§6, trap 1: one of the two must be left out, and they differ.
    #[error(
        "the pool says two things of how long a temporary password is valid: Policies.PasswordPolicy.TemporaryPasswordValidityDays \
         and AdminCreateUserConfig.UnusedAccountValidityDays; only one can be sent back: make them equal first, in the console"
    )]
    ValidityDays,
}

/// The body of the UpdateUserPool that changes nothing: everything that the description says, in the form that is accepted.
///
/// # Errors
/// When something would be lost.
pub fn update_body(description: &Json) -> Result<Json, Unsendable> {
    let mut body = description.clone();
    body.retain(|_, value| !value.is_null());
    let name = body.get("Name").cloned();
    body.retain(|field, _| !DESCRIBED_ONLY.contains(&field.as_str()));
    body.extend(name.map(|name| ("PoolName".to_owned(), name)));
    one_validity(&mut body)?;
    one_message(&mut body);
    no_empty_device_configuration(&mut body);
    no_reserved_tags(&mut body);
    Ok(body)
}

/// F§6, trap 1: both are described, and only the one of the password policy is taken back.
fn one_validity(body: &mut Json) -> Result<(), Unsendable> {
    let policy =
        body.get("Policies").and_then(|it| it.pointer("/PasswordPolicy/TemporaryPasswordValidityDays"));
    let Some(temporary) = policy.filter(|days| !days.is_null()).cloned() else { return Ok(()) };
    let Some(config) = object(body, "AdminCreateUserConfig") else { return Ok(()) };
    match config.remove("UnusedAccountValidityDays") {
        Some(unused) if !unused.is_null() && unused != temporary => Err(Unsendable::ValidityDays),
        Some(_) | None => Ok(()),
    }
}

/// A description without the older of the two validities, where both say the same: it cannot be sent back, so it may be gone
/// after an update (F§6, trap 1).
pub(crate) fn with_one_validity(description: &Json) -> Json {
    let mut one = description.clone();
    // Where they differ, both stay.
    if one_validity(&mut one).is_ok() { one } else { description.clone() }
}

/// F§6, trap 2: of the message with a code and the one with a link, only that of the default is taken back. The one with a code
/// is left out where the older field says the same and is sent. Otherwise both are sent: if AWS refuses them, nothing changed.
fn one_message(body: &mut Json) {
    let older = body.get("EmailVerificationMessage").cloned();
    let Some(template) = object(body, "VerificationMessageTemplate") else { return };
    let by_link = template.get("DefaultEmailOption").is_some_and(|option| option == "CONFIRM_WITH_LINK");
    let is_twin = older.is_some() && template.get("EmailMessage") == older.as_ref();
    if by_link && is_twin && template.contains_key("EmailMessageByLink") {
        template.remove("EmailMessage");
    }
}

/// F§6, trap 3: an empty one would turn the remembering of devices on, and a null in it must not become a value.
fn no_empty_device_configuration(body: &mut Json) {
    let Some(config) = object(body, "DeviceConfiguration") else { return };
    config.retain(|_, value| !value.is_null());
    if config.is_empty() {
        body.remove("DeviceConfiguration");
    }
}

/// Tags that begin with `aws:` are set by AWS itself, and stay whatever is sent.
fn no_reserved_tags(body: &mut Json) {
    if let Some(tags) = object(body, "UserPoolTags") {
        tags.retain(|key, _| !key.starts_with("aws:"));
    }
}

fn object<'a>(body: &'a mut Json, field: &str) -> Option<&'a mut Json> {
    body.get_mut(field).and_then(Value::as_object_mut)
}
