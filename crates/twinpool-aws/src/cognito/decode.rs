//! From Cognito's answers to the domain.

use std::collections::BTreeSet;

use aws_sdk_cognitoidentityprovider::operation::admin_get_user::AdminGetUserOutput;
use aws_sdk_cognitoidentityprovider::primitives::DateTime;
use aws_sdk_cognitoidentityprovider::types::{AttributeType, GroupType, UserType};
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::{AttributeName, GroupName, ProviderName, Sub, Timestamp, Username};
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_core::snapshot::{Factor, Identity, Mfa, Snapshot, Status};
use twinpool_core::value::{Attributes, Value};

fn unreadable(operation: &'static str, code: &str) -> PortError {
    PortError::new(Class::Unreadable, operation, code)
}

/// A user without groups.
pub(super) fn snapshot(user: &AdminGetUserOutput) -> Answer<Snapshot> {
    const OPERATION: &str = "AdminGetUser";
    let username = Username::parse(user.username()).map_err(|_| unreadable(OPERATION, "BadUsername"))?;
    Ok(Snapshot {
        sub: sub(OPERATION, user.user_attributes())?,
        username,
        status: Status::parse(user.user_status().map_or("", |status| status.as_str())),
        enabled: user.enabled(),
        attributes: Snapshot::attributes_that_travel(attributes(user.user_attributes())),
        groups: [].into(),
        identities: identities(user.user_attributes())?,
        mfa: mfa(user),
        factors: [].into(),
        created_at: time(user.user_create_date()),
        modified_at: time(user.user_last_modified_date()),
    })
}

/// A user of a list: without groups and second factors, which lists do not tell.
pub(super) fn listed(operation: &'static str, user: &UserType) -> Answer<Snapshot> {
    let username = Username::parse(user.username().unwrap_or_default());
    Ok(Snapshot {
        sub: sub(operation, user.attributes())?,
        username: username.map_err(|_| unreadable(operation, "BadUsername"))?,
        status: Status::parse(user.user_status().map_or("", |status| status.as_str())),
        enabled: user.enabled(),
        attributes: Snapshot::attributes_that_travel(attributes(user.attributes())),
        groups: [].into(),
        identities: identities(user.attributes())?,
        mfa: Mfa::default(),
        factors: [].into(),
        created_at: time(user.user_create_date()),
        modified_at: time(user.user_last_modified_date()),
    })
}

fn time(date: Option<&DateTime>) -> Timestamp {
    Timestamp(date.and_then(|date| date.to_millis().ok()).unwrap_or_default().unsigned_abs())
}

/// The attribute `identities` is JSON in a text (F§4.8).
pub(super) fn identities(attributes: &[AttributeType]) -> Answer<BTreeSet<Identity>> {
    #[derive(serde::Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Entry {
        provider_name: String,
        user_id: String,
    }
    let found = attributes.iter().find(|attribute| attribute.name() == "identities");
    let Some(text) = found.and_then(AttributeType::value).filter(|text| !text.is_empty()) else {
        return Ok(BTreeSet::new());
    };
    let problem = || unreadable("AdminGetUser", "BadIdentities");
    let entries: Vec<Entry> = serde_json::from_str(text).map_err(|_| problem())?;
    let one = |entry: Entry| {
        let provider = ProviderName::parse(entry.provider_name).map_err(|_| problem())?;
        Ok(Identity { provider, subject: Value::new(entry.user_id) })
    };
    entries.into_iter().map(one).collect()
}

fn mfa(user: &AdminGetUserOutput) -> Mfa {
    let all = user.user_mfa_setting_list();
    let has = |name: &str| all.iter().any(|setting| setting == name);
    Mfa {
        sms: has(SMS),
        email: has(EMAIL),
        totp: has(TOTP),
        preferred: match user.preferred_mfa_setting() {
            Some(SMS) => Some(Factor::Sms),
            Some(EMAIL) => Some(Factor::Email),
            Some(TOTP) => Some(Factor::Totp),
            _ => None,
        },
    }
}

const SMS: &str = "SMS_MFA";
const EMAIL: &str = "EMAIL_OTP";
const TOTP: &str = "SOFTWARE_TOKEN_MFA";

/// The sub among a user's attributes: Cognito gives it with every user.
pub(super) fn sub(operation: &'static str, attributes: &[AttributeType]) -> Answer<Sub> {
    let found = attributes.iter().find(|attribute| attribute.name() == "sub");
    let value = found.and_then(AttributeType::value).unwrap_or_default();
    Sub::parse(value).map_err(|_| unreadable(operation, "NoSub"))
}

pub(super) fn attributes(all: &[AttributeType]) -> Attributes {
    let pair = |attribute: &AttributeType| {
        let name = AttributeName::parse(attribute.name()).ok()?;
        Some((name, Value::new(attribute.value()?)))
    };
    all.iter().filter_map(pair).collect()
}

pub(super) fn group_name(operation: &'static str, text: String) -> Answer<GroupName> {
    GroupName::parse(text).map_err(|_| unreadable(operation, "BadGroupName"))
}

pub(super) fn group(operation: &'static str, group: &GroupType) -> Answer<GroupDefinition> {
    Ok(GroupDefinition {
        name: group_name(operation, group.group_name().unwrap_or_default().to_owned())?,
        description: group.description().filter(|text| !text.is_empty()).map(str::to_owned),
        precedence: group.precedence(),
    })
}
