//! From DescribeUserPool to what the pool was made like.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cognitoidentityprovider::types::{
    AliasAttributeType, AttributeDataType, AuthFactorType, SchemaAttributeType, UserPoolMfaType,
    UserPoolType, UsernameAttributeType, VerifiedAttributeType,
};
use twinpool_core::attribute::Contact;
use twinpool_core::id::{AttributeName, PoolId};
use twinpool_core::pool::{AttributeKind, AttributeSchema, LONGEST_VALUE, MfaMode, PoolShape, SignIn};

pub(super) fn decode(id: PoolId, pool: &UserPoolType) -> PoolShape {
    let schema = pool.schema_attributes().iter().filter_map(|attribute| {
        let name = AttributeName::parse(attribute.name()?).ok()?;
        (name.as_str() != "sub").then(|| (name, schema(attribute)))
    });
    let attributes: BTreeMap<_, _> = schema.collect();
    // Off only where the pool says so; the API's default is on (F§4.10).
    let case_sensitive =
        pool.username_configuration().is_none_or(|configuration| configuration.case_sensitive());
    PoolShape {
        id,
        sign_in: sign_in(pool),
        case_sensitive,
        attributes,
        verifies: verifies(pool),
        mfa: mfa(pool),
        passkeys: has_passkeys(pool),
        // Any field that is set turns devices on (F§6).
        devices: pool.device_configuration().is_some(),
    }
}

fn schema(attribute: &SchemaAttributeType) -> AttributeSchema {
    AttributeSchema {
        kind: kind(attribute),
        mutable: attribute.mutable().unwrap_or(true),
        required: attribute.required().unwrap_or_default(),
    }
}

fn kind(attribute: &SchemaAttributeType) -> AttributeKind {
    match attribute.attribute_data_type() {
        Some(AttributeDataType::Boolean) => AttributeKind::Boolean,
        Some(AttributeDataType::Datetime) => AttributeKind::DateTime,
        Some(AttributeDataType::Number) => {
            let limits = attribute.number_attribute_constraints();
            let limit = |text: Option<&str>| text.and_then(|text| text.parse().ok());
            AttributeKind::Number {
                min: limits.and_then(|limits| limit(limits.min_value())),
                max: limits.and_then(|limits| limit(limits.max_value())),
            }
        }
        _ => {
            let limits = attribute.string_attribute_constraints();
            let limit = |text: Option<&str>| text.and_then(|text| text.parse().ok());
            AttributeKind::Text {
                min: limits.and_then(|limits| limit(limits.min_length())).unwrap_or(0),
                max: limits.and_then(|limits| limit(limits.max_length())).unwrap_or(LONGEST_VALUE),
            }
        }
    }
}

/// A pool that does not say has none; one that says what is not known here may ask everybody.
fn mfa(pool: &UserPoolType) -> MfaMode {
    match pool.mfa_configuration() {
        None | Some(UserPoolMfaType::Off) => MfaMode::Off,
        Some(UserPoolMfaType::Optional) => MfaMode::Optional,
        Some(_) => MfaMode::Required,
    }
}

fn has_passkeys(pool: &UserPoolType) -> bool {
    let policy = pool.policies().and_then(|policies| policies.sign_in_policy());
    policy.is_some_and(|policy| policy.allowed_first_auth_factors().contains(&AuthFactorType::WebAuthn))
}

fn sign_in(pool: &UserPoolType) -> SignIn {
    let names = pool.username_attributes();
    if !names.is_empty() {
        let contact = |name: &UsernameAttributeType| contact(name.as_str());
        return SignIn::Contact(names.iter().filter_map(contact).collect());
    }
    let aliases = pool.alias_attributes();
    SignIn::Username {
        contacts: aliases.iter().filter_map(|alias| contact(alias.as_str())).collect(),
        preferred_username: aliases.contains(&AliasAttributeType::PreferredUsername),
    }
}

fn contact(name: &str) -> Option<Contact> {
    Contact::ALL.into_iter().find(|contact| contact.name() == name)
}

/// Verified automatically, or kept back until verified: either way an unverified value sends a code (F§4.2).
fn verifies(pool: &UserPoolType) -> BTreeSet<Contact> {
    let settings = pool.user_attribute_update_settings();
    let before_update = settings.map(|settings| settings.attributes_require_verification_before_update());
    let all = pool.auto_verified_attributes().iter().chain(before_update.unwrap_or_default());
    all.filter_map(|name: &VerifiedAttributeType| contact(name.as_str())).collect()
}
