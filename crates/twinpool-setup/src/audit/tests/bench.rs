//! Two pools without fault, to be spoilt.

use serde_json::{Value, json};
use twinpool_core::id::{AttributeName, PoolId, Timestamp};
use twinpool_core::pool::PoolShape;
use twinpool_core::port::{Class, PortError};
use twinpool_core::snapshot::Snapshot;
use twinpool_rules::Rules;
use twinpool_testkit::world::{MARKER, attribute, email_pool};
use twinpool_testkit::{Person, uuid};

use super::super::*;
use crate::port::{FunctionArn, Json};

/// Stands in values of users, and may stand nowhere else.
pub(super) const PLANTED: [&str; 2] = ["zaphod", "heartofgold"];

pub(super) struct Bench {
    pub(super) old: PoolFacts,
    pub(super) new: PoolFacts,
    pub(super) rules: String,
    pub(super) marker: AttributeName,
    pub(super) capture: Option<FunctionArn>,
    pub(super) sign_in: Option<FunctionArn>,
    pub(super) quotas: KnownQuotas,
    pub(super) users: Option<Vec<Snapshot>>,
    pub(super) unreadable: u64,
    pub(super) broken: Option<PortError>,
    pub(super) most: usize,
}

pub(super) fn object(value: Value) -> Json {
    value.as_object().unwrap().clone()
}

pub(super) fn objects(value: Value) -> Vec<Json> {
    value.as_array().unwrap().iter().cloned().map(object).collect()
}

fn facts(id: &str) -> PoolFacts {
    let described = json!({
        "Id": id,
        "MfaConfiguration": "OPTIONAL",
        "Policies": {
            "PasswordPolicy": { "MinimumLength": 8, "RequireNumbers": true },
            "SignInPolicy": { "AllowedFirstAuthFactors": ["PASSWORD"] },
        },
        "AdminCreateUserConfig": { "AllowAdminCreateUserOnly": true },
        "EmailConfiguration": { "EmailSendingAccount": "DEVELOPER" },
        "SmsConfiguration": { "SnsCallerArn": "arn:aws:iam::1:role/sms" },
        "UserPoolTier": "ESSENTIALS",
        "DeletionProtection": "ACTIVE",
        "Domain": "login",
        "LambdaConfig": {},
    });
    let client = json!([{
        "ClientName": "web",
        "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH"],
        "ReadAttributes": ["email"],
        "WriteAttributes": ["email"],
        "SupportedIdentityProviders": ["COGNITO", "Google"],
    }]);
    let mut shape = email_pool(id);
    shape.attributes.remove(&attribute("custom:born"));
    PoolFacts {
        id: PoolId::parse(id).unwrap(),
        description: Ok(Described { json: object(described), shape }),
        mfa: Ok(object(json!({ "MfaConfiguration": "OPTIONAL", "SmsMfaConfiguration": {} }))),
        providers: Ok(objects(json!([{ "ProviderName": "Google", "ProviderType": "Google" }]))),
        clients: Ok(objects(client)),
        groups: Ok(Vec::new()),
        replicas: Ok(objects(json!([{ "RegionName": "eu-west-1", "Role": "PRIMARY" }]))),
    }
}

impl Bench {
    pub(super) fn calm() -> Self {
        Self {
            old: facts("eu-west-1_Old"),
            new: facts("eu-west-1_New"),
            rules: String::new(),
            marker: attribute(MARKER),
            capture: None,
            sign_in: None,
            quotas: KnownQuotas { quotas: Quotas::default(), read: BTreeSet::new(), problem: None },
            users: Some(vec![user(1, &[("email", "zaphod1@heartofgold.com"), ("email_verified", "true")])]),
            unreadable: 0,
            broken: None,
            most: 1_000,
        }
    }

    pub(super) fn old_json(&mut self) -> &mut Json {
        &mut self.old.description.as_mut().ok().unwrap().json
    }

    pub(super) fn new_json(&mut self) -> &mut Json {
        &mut self.new.description.as_mut().ok().unwrap().json
    }

    pub(super) fn old_shape(&mut self) -> &mut PoolShape {
        &mut self.old.description.as_mut().ok().unwrap().shape
    }

    pub(super) fn new_shape(&mut self) -> &mut PoolShape {
        &mut self.new.description.as_mut().ok().unwrap().shape
    }

    pub(super) fn add(&mut self, user: Snapshot) {
        self.users.as_mut().unwrap().push(user);
    }

    pub(super) fn audit(&self) -> Report {
        let rules = Rules::parse(&self.rules).unwrap();
        let shape = |facts: &PoolFacts| facts.description.as_ref().ok().map(|it| it.shape.clone());
        let shapes = (shape(&self.old), shape(&self.new));
        let census = match (&shapes, &self.users) {
            ((Some(old), Some(new)), Some(users)) => {
                let mut census = Census::new(&rules, [old, new], &self.marker, 7).remembering(self.most, 7);
                users.iter().for_each(|user| census.add(user));
                census.unreadable = self.unreadable;
                census.broken.clone_from(&self.broken);
                Some(census)
            }
            _ => None,
        };
        audit(&Input {
            old: &self.old,
            new: &self.new,
            rules: &rules,
            marker: &self.marker,
            capture: self.capture.as_ref(),
            sign_in: self.sign_in.as_ref(),
            quotas: &self.quotas,
            census: census.as_ref(),
        })
    }
}

/// A confirmed user with these attributes.
pub(super) fn user(number: u64, attributes: &[(&str, &str)]) -> Snapshot {
    let sub = uuid("eu-west-1_Old", number);
    let Person { sub, username, status, enabled, attributes, groups, identities, mfa, factors, .. } =
        twinpool_testkit::world::person(&sub, &format!("zaphod{number}"), attributes);
    Snapshot {
        sub,
        username,
        status,
        enabled,
        attributes: Snapshot::attributes_that_travel(attributes),
        groups,
        identities,
        mfa,
        factors,
        created_at: Timestamp(0),
        modified_at: Timestamp(0),
    }
}

pub(super) fn denied(operation: &'static str) -> PortError {
    PortError::new(Class::Denied, operation, "AccessDeniedException")
}
