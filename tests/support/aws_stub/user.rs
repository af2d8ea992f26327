//! Users as Cognito writes them in JSON, and as snapshots.

use serde::Serialize;
use serde_json::{Value, json};
use twinpool_core::id::Timestamp;
use twinpool_core::snapshot::{Factor, Mfa, Snapshot, Status};
use twinpool_testkit::Person;

/// When everyone was made and changed: no test looks.
const AT: u64 = 1_700_000_000;

#[derive(Serialize)]
struct Attribute<'a> {
    #[serde(rename = "Name")]
    name: &'a str,
    #[serde(rename = "Value")]
    value: &'a str,
}

/// A user in a list: without groups and second factors (F§4.6).
#[derive(Serialize)]
#[serde(rename_all = "PascalCase")]
pub(super) struct Listed<'a> {
    username: &'a str,
    enabled: bool,
    user_status: &'static str,
    user_create_date: u64,
    user_last_modified_date: u64,
    attributes: Vec<Attribute<'a>>,
}

impl<'a> Listed<'a> {
    /// `identities` is the text that [`identities`] makes.
    pub(super) fn new(person: &'a Person, identities: &'a str) -> Self {
        Self {
            username: person.username.as_str(),
            enabled: person.enabled,
            user_status: status(&person.status),
            user_create_date: AT,
            user_last_modified_date: AT,
            attributes: attributes(person, identities),
        }
    }
}

fn attributes<'a>(person: &'a Person, identities: &'a str) -> Vec<Attribute<'a>> {
    let own = person.attributes.iter();
    let own = own.map(|(name, value)| Attribute { name: name.as_str(), value: value.reveal() });
    let sub = Attribute { name: "sub", value: person.sub.as_str() };
    let identities = Attribute { name: "identities", value: identities };
    let identities = Some(identities).filter(|attribute| !attribute.value.is_empty());
    [sub].into_iter().chain(own).chain(identities).collect()
}

/// The answer of AdminGetUser.
pub(super) fn described(person: &Person) -> Value {
    let on = [(person.mfa.sms, SMS), (person.mfa.email, EMAIL), (person.mfa.totp, TOTP)];
    let on: Vec<_> = on.into_iter().filter(|(is_on, _)| *is_on).map(|(_, name)| name).collect();
    let mut user = json!({
        "Username": person.username.as_str(),
        "UserAttributes": attributes(person, &identities(person)),
        "Enabled": person.enabled,
        "UserStatus": status(&person.status),
        "UserCreateDate": AT,
        "UserLastModifiedDate": AT,
        "UserMFASettingList": on,
    });
    if let Some(preferred) = person.mfa.preferred {
        user["PreferredMfaSetting"] = json!(match preferred {
            Factor::Sms => SMS,
            Factor::Email => EMAIL,
            Factor::Totp | Factor::Passkeys | Factor::Devices => TOTP,
        });
    }
    user
}

const SMS: &str = "SMS_MFA";
const EMAIL: &str = "EMAIL_OTP";
const TOTP: &str = "SOFTWARE_TOKEN_MFA";

/// JSON in a text (F§4.8); nothing for nobody.
pub(super) fn identities(person: &Person) -> String {
    if person.identities.is_empty() {
        return String::new();
    }
    let one = |identity: &twinpool_core::snapshot::Identity| json!({ "userId": identity.subject.reveal(), "providerName": identity.provider.as_str() });
    Value::Array(person.identities.iter().map(one).collect()).to_string()
}

fn status(status: &Status) -> &'static str {
    match status {
        Status::Unconfirmed => "UNCONFIRMED",
        Status::Confirmed => "CONFIRMED",
        Status::ForceChangePassword => "FORCE_CHANGE_PASSWORD",
        Status::ResetRequired => "RESET_REQUIRED",
        Status::ExternalProvider => "EXTERNAL_PROVIDER",
        Status::Other => "UNKNOWN",
    }
}

/// What a strong read of this user says, groups included.
pub(super) fn snapshot(person: &Person) -> Snapshot {
    Snapshot {
        sub: person.sub.clone(),
        username: person.username.clone(),
        status: person.status,
        enabled: person.enabled,
        attributes: Snapshot::attributes_that_travel(person.attributes.clone()),
        groups: person.groups.clone(),
        identities: person.identities.clone(),
        mfa: person.mfa,
        factors: [].into(),
        created_at: Timestamp(AT * 1_000),
        modified_at: Timestamp(AT * 1_000),
    }
}

/// What AdminSetUserMFAPreference makes of the second factors: what it does not name stays.
pub(super) fn preference(now: Mfa, body: &Value) -> Mfa {
    let mut now = now;
    let fields = [
        ("SMSMfaSettings", Factor::Sms),
        ("EmailMfaSettings", Factor::Email),
        ("SoftwareTokenMfaSettings", Factor::Totp),
    ];
    for (field, factor) in fields {
        let Some(settings) = body[field].as_object() else {
            continue;
        };
        let says = |name: &str| settings.get(name).and_then(Value::as_bool).unwrap_or_default();
        match factor {
            Factor::Sms => now.sms = says("Enabled"),
            Factor::Email => now.email = says("Enabled"),
            Factor::Totp | Factor::Passkeys | Factor::Devices => now.totp = says("Enabled"),
        }
        if says("PreferredMfa") {
            now.preferred = Some(factor);
        } else if now.preferred == Some(factor) {
            now.preferred = None;
        }
    }
    now
}
