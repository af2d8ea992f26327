//! From DescribeUserPool to what the pool was made like.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cognitoidentityprovider::types::{
    AliasAttributeType, SchemaAttributeType, UserPoolType, UsernameAttributeType, VerifiedAttributeType,
};
use twinpool_core::attribute::Contact;
use twinpool_core::id::{AttributeName, PoolId};
use twinpool_core::pool::{CustomAttribute, PoolShape, SignIn};

pub(super) fn decode(id: PoolId, pool: &UserPoolType) -> PoolShape {
    let mut custom = BTreeMap::new();
    let mut immutable = BTreeSet::new();
    for attribute in pool.schema_attributes() {
        let Some(name) = attribute.name().and_then(|name| AttributeName::parse(name).ok()) else {
            continue;
        };
        if name.as_str().starts_with("custom:") {
            custom.insert(name, CustomAttribute { mutable: is_mutable(attribute) });
        } else if name.as_str() != "sub" && !is_mutable(attribute) {
            immutable.insert(name);
        }
    }
    // Off only where the pool says so; the API's default is on (F§4.10).
    let case_sensitive =
        pool.username_configuration().is_none_or(|configuration| configuration.case_sensitive());
    PoolShape { id, sign_in: sign_in(pool), case_sensitive, custom, immutable, verifies: verifies(pool) }
}

fn is_mutable(attribute: &SchemaAttributeType) -> bool {
    attribute.mutable().unwrap_or(true)
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
