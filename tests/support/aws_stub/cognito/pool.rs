//! DescribeUserPool.

use serde_json::{Map, Value, json};
use twinpool_core::attribute::Contact;
use twinpool_core::id::AttributeName;
use twinpool_core::pool::{AttributeKind, AttributeSchema, MfaMode, PoolShape, SignIn};

use super::directory::Directory;

/// Every pool's.
pub(in super::super) const NAME: &str = "stub";

pub(super) fn describe(pool: &dyn Directory) -> Value {
    let shape = pool.shape();
    let schema: Vec<_> = shape.attributes.iter().map(schema).collect();
    let names =
        |contacts: &mut dyn Iterator<Item = &Contact>| -> Vec<_> { contacts.map(|it| it.name()).collect() };
    let mut told = json!({
        "Id": shape.id.as_str(),
        "Name": NAME,
        "SchemaAttributes": schema,
        "UsernameConfiguration": { "CaseSensitive": shape.case_sensitive },
        "MfaConfiguration": match shape.mfa { MfaMode::Off => "OFF", MfaMode::Optional => "OPTIONAL", MfaMode::Required => "ON" },
        "AutoVerifiedAttributes": names(&mut shape.verifies.iter()),
        "EstimatedNumberOfUsers": pool.size(),
    });
    match &shape.sign_in {
        SignIn::Contact(contacts) => told["UsernameAttributes"] = json!(names(&mut contacts.iter())),
        SignIn::Username { contacts, preferred_username } => {
            let mut aliases = names(&mut contacts.iter());
            aliases.extend(preferred_username.then_some("preferred_username"));
            told["AliasAttributes"] = json!(aliases);
        }
    }
    add_factors(&mut told, &shape);
    json!({ "UserPool": told })
}

fn add_factors(told: &mut Value, shape: &PoolShape) {
    if shape.passkeys {
        told["Policies"] =
            json!({ "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD", "WEB_AUTHN"] } });
    }
    if shape.devices {
        told["DeviceConfiguration"] = json!({ "ChallengeRequiredOnNewDevice": false });
    }
}

fn schema((name, schema): (&AttributeName, &AttributeSchema)) -> Value {
    let mut told = json!({ "Name": name.as_str(), "Mutable": schema.mutable, "Required": schema.required });
    let (kind, limits) = match schema.kind {
        AttributeKind::Boolean => ("Boolean", None),
        AttributeKind::DateTime => ("DateTime", None),
        AttributeKind::Text { min, max } => {
            let limits = json!({ "MinLength": min.to_string(), "MaxLength": max.to_string() });
            ("String", Some(("StringAttributeConstraints", limits)))
        }
        AttributeKind::Number { min, max } => {
            let mut limits = Map::new();
            limits.extend(min.map(|min| ("MinValue".to_owned(), json!(min.to_string()))));
            limits.extend(max.map(|max| ("MaxValue".to_owned(), json!(max.to_string()))));
            ("Number", Some(("NumberAttributeConstraints", limits.into())))
        }
    };
    told["AttributeDataType"] = json!(kind);
    if let Some((name, limits)) = limits {
        told[name] = limits;
    }
    told
}
