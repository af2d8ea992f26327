//! What spoils a calm world, for each code.

use serde_json::{Value, json};
use twinpool_core::attribute::Contact;
use twinpool_core::id::{ProviderName, Username};
use twinpool_core::pool::{AttributeKind, AttributeSchema, SignIn};
use twinpool_core::quota::Category;
use twinpool_core::snapshot::{Identity, Snapshot, Status};
use twinpool_core::value::Value as Secret;
use twinpool_testkit::world::{MARKER, attribute};

use super::bench::{Bench, denied, object, objects, user};

type Spoil = fn(&mut Bench);

pub(super) const CASES: &[(&str, Spoil)] = &[
    ("same-pool", |b| b.new.id = b.old.id.clone()),
    ("pool-not-described", |b| b.new.description = Err(denied("DescribeUserPool"))),
    ("could-not-be-read", |b| b.old.clients = Err(denied("ListUserPoolClients"))),
    ("users-not-looked-at", |b| b.users = None),
    ("users-unreadable", |b| b.unreadable = 2),
    ("would-message", |b| set_new(b, "AutoVerifiedAttributes", json!(["carrier_pigeon"]))),
    ("nobody-is-messaged", |b| set_new(b, "AutoVerifiedAttributes", json!("everything"))),
    ("unverified-held-back", |b| {
        set_new(b, "AutoVerifiedAttributes", json!(["email"]));
        b.new_shape().verifies = [Contact::Email].into();
        b.add(user(2, &[("email", "zaphod2@heartofgold.com")]));
    }),
    ("sign-in-way-lost", |b| b.old_shape().sign_in = usernames(&[])),
    ("sign-in-way-gained", |b| b.new_shape().sign_in = SignIn::Contact(Contact::ALL.into())),
    ("case-sensitive-new", |b| b.new_shape().case_sensitive = true),
    ("case-folds", |b| b.old_shape().case_sensitive = true),
    ("marker-missing", |b| remove(b, MARKER)),
    ("marker-unfit", |b| schema(b, MARKER, AttributeSchema::TEXT)),
    ("rule-refused", |b| b.rules = "[attributes]\n\"custom:nothing\" = { prefix = \"a\" }\n".to_owned()),
    ("attribute-missing", |b| {
        remove(b, "custom:tenant");
        b.add(user(2, &[("custom:tenant", "heartofgold"), ("email", "z@x.org"), ("email_verified", "true")]));
    }),
    ("attribute-type-differs", |b| {
        let kind = AttributeKind::Number { min: None, max: None };
        schema(b, "custom:tenant", AttributeSchema { kind, ..AttributeSchema::TEXT });
    }),
    ("attribute-immutable", |b| {
        schema(b, "custom:tenant", AttributeSchema { mutable: false, ..AttributeSchema::TEXT });
    }),
    ("attribute-shorter", |b| schema(b, "custom:tenant", text(0, 5))),
    ("attribute-required", |b| {
        schema(b, "nickname", AttributeSchema { required: true, ..AttributeSchema::TEXT });
    }),
    ("rule-warning", |b| {
        b.new_shape().sign_in = SignIn::Contact(Contact::ALL.into());
        b.rules = "[attributes]\nphone_number = { drop = true }\n".to_owned();
    }),
    ("password-policy-stricter", |b| {
        b.new_json()["Policies"]["PasswordPolicy"] = json!({ "MinimumLength": 12, "RequireNumbers": true });
    }),
    ("recovery-differs", |b| {
        let only_mail = json!({ "RecoveryMechanisms": [{ "Name": "verified_email", "Priority": 1 }] });
        set_new(b, "AccountRecoverySetting", only_mail);
    }),
    ("e-mail-limit", |b| {
        set_new(b, "EmailConfiguration", json!({ "EmailSendingAccount": "COGNITO_DEFAULT" }));
        for number in 2..60 {
            let address = format!("zaphod{number}@heartofgold.com");
            b.add(user(number, &[("email", &address), ("email_verified", "true")]));
        }
    }),
    ("sms-not-configured", |b| drop(b.new_json().remove("SmsConfiguration"))),
    ("mfa-required-in-new", |b| set_new(b, "MfaConfiguration", json!("ON"))),
    ("mfa-weaker-in-new", |b| set_new(b, "MfaConfiguration", json!("OFF"))),
    ("factors-set-up-again", |b| b.old_shape().devices = true),
    ("code-without-contact", |b| {
        b.rules = "[sign_in]\nway = \"code\"\n".to_owned();
        b.add(user(2, &[("email", "zaphod2@heartofgold.com")]));
    }),
    ("password-comes-without-factor", |b| {
        for facts in [&mut b.old, &mut b.new] {
            let mfa = facts.mfa.as_mut().unwrap();
            mfa.insert("SoftwareTokenMfaConfiguration".to_owned(), json!({ "Enabled": true }));
        }
    }),
    ("passwordless-lost", |b| b.old_json()["Policies"]["SignInPolicy"] = first_factors("EMAIL_OTP")),
    ("passwordless-gained", |b| b.new_json()["Policies"]["SignInPolicy"] = first_factors("WEB_AUTHN")),
    ("passkey-domain-differs", |b| {
        let party = |name: &str| object(json!({ "WebAuthnConfiguration": { "RelyingPartyId": name } }));
        b.old.mfa = Ok(party("login.example.com"));
        b.new.mfa = Ok(party("id.example.com"));
    }),
    ("slot-taken", |b| {
        let arn = "arn:aws:lambda:eu-west-1:1:function:claims";
        let config = json!({ "PreTokenGenerationConfig": { "LambdaVersion": "V2_0", "LambdaArn": arn } });
        b.old_json().insert("LambdaConfig".to_owned(), config);
    }),
    ("new-slot-taken", |b| trigger(b, "PreTokenGeneration")),
    ("new-pool-pre-sign-up", |b| trigger(b, "PreSignUp")),
    ("new-pool-user-migration", |b| trigger(b, "UserMigration")),
    ("unknown-trigger", |b| trigger(b, "OfTomorrow")),
    ("new-pool-message-triggers", |b| trigger(b, "CustomMessage")),
    ("trigger-not-in-new", |b| {
        set_old(b, "LambdaConfig", json!({ "PreAuthentication": "arn:aws:lambda:eu-west-1:1:function:a" }));
    }),
    ("open-sign-up", |b| drop(b.new_json().remove("AdminCreateUserConfig"))),
    ("sign-in-name-changeable", |b| {
        trigger(b, "UserMigration");
        set_new(b, "UsernameAttributes", json!(["email"]));
    }),
    ("provider-missing", |b| b.new.providers = Ok(Vec::new())),
    ("provider-type-differs", |b| {
        b.new.providers = Ok(objects(json!([{ "ProviderName": "Google", "ProviderType": "OIDC" }])));
    }),
    ("federated-users", |b| b.add(federated())),
    ("no-app-client", |b| b.new.clients = Ok(Vec::new())),
    ("client-not-in-new", |b| client(b, "ClientName", json!("other"))),
    ("client-flow-missing", |b| client(b, "ExplicitAuthFlows", json!(["ALLOW_USER_PASSWORD_AUTH"]))),
    ("client-attributes-differ", |b| client(b, "WriteAttributes", json!(["custom:tenant"]))),
    ("client-provider-missing", |b| client(b, "SupportedIdentityProviders", json!(["COGNITO"]))),
    ("client-marker-exposed", |b| client(b, "ReadAttributes", json!(["email", MARKER]))),
    ("domain-differs", |b| set_new(b, "Domain", json!("elsewhere"))),
    ("domain-missing", |b| drop(b.new_json().remove("Domain"))),
    ("group-there-already", |b| {
        b.old.groups = groups(1);
        b.new.groups = groups(1);
    }),
    ("group-will-be-made", |b| b.old.groups = groups(1)),
    ("too-many-groups", |b| b.old.groups = groups(10_001)),
    ("group-role", |b| {
        b.old.groups = Ok(objects(json!([{ "GroupName": "staff", "RoleArn": "arn:aws:iam::1:role/staff" }])));
    }),
    ("plan-lower", |b| set_new(b, "UserPoolTier", json!("LITE"))),
    ("plan-higher", |b| set_new(b, "UserPoolTier", json!("PLUS"))),
    ("threat-protection-differs", |b| {
        set_new(b, "UserPoolAddOns", json!({ "AdvancedSecurityMode": "ENFORCED" }));
    }),
    ("deletion-protection-off", |b| set_old(b, "DeletionProtection", json!("INACTIVE"))),
    ("pool-replicated", |b| {
        b.old.replicas = Ok(objects(json!([{ "RegionName": "eu-central-1", "Role": "SECONDARY" }])));
    }),
    ("managed-by-stack", |b| {
        set_old(b, "UserPoolTags", json!({ "aws:cloudformation:stack-name": "identity" }));
    }),
    ("managed-by-stack", |b| set_new(b, "UserPoolTags", json!({ "ManagedBy": "terraform" }))),
    ("quotas-at-default", |b| b.quotas.read = [Category::UserCreation].into()),
    ("case-twins", |b| {
        b.add(user(2, &[("email", "Zaphod1@HeartOfGold.com"), ("email_verified", "true")]));
    }),
    ("shared-sign-in-name", |b| {
        b.add(user(2, &[("email", "zaphod1@heartofgold.com"), ("email_verified", "true")]));
    }),
    ("no-sign-in-name", |b| {
        b.add(user(2, &[("phone_number", "+4917112345678"), ("phone_number_verified", "true")]));
    }),
    ("unverified-sign-in-name", |b| {
        b.old_shape().sign_in = usernames(&[]);
        b.add(user(2, &[("email", "zaphod2@heartofgold.com")]));
    }),
    ("no-verified-contact", |b| b.add(user(2, &[("email", "zaphod2@heartofgold.com")]))),
    ("username-replaced", |b| {
        b.old_shape().sign_in = usernames(&[]);
        b.new_shape().sign_in = usernames(&[Contact::Email]);
        let named = user(2, &[("email", "z@x.org"), ("email_verified", "true")]);
        b.add(Snapshot { username: Username::parse("zaphod@heartofgold.com").unwrap(), ..named });
    }),
    ("value-unfit", |b| {
        schema(b, "custom:tenant", text(0, 5));
        b.add(user(2, &[("custom:tenant", "heartofgold"), ("email", "z@x.org"), ("email_verified", "true")]));
    }),
    ("value-not-convertible", |b| {
        b.rules = "[attributes]\nphone_number = { e164 = \"DE\" }\n".to_owned();
        b.add(user(2, &[("phone_number", "zaphod"), ("email", "z@x.org"), ("email_verified", "true")]));
    }),
    ("required-value-missing", |b| {
        schema(b, "nickname", AttributeSchema { required: true, ..AttributeSchema::TEXT });
    }),
    ("names-sampled", |b| {
        b.most = 3;
        for number in 2..9 {
            let address = format!("zaphod{number}@heartofgold.com");
            b.add(user(number, &[("email", &address), ("email_verified", "true")]));
        }
    }),
    ("users-counted", |b| b.users = Some(Vec::new())),
    ("accepted-unknown", |b| b.rules = "[audit]\naccept = [\"no-such-thing\"]".to_owned()),
    ("accepted-in-vain", |b| b.rules = "[audit]\naccept = [\"would-message\"]".to_owned()),
    ("accepted-not-found", |b| b.rules = "[audit]\naccept = [\"case-twins\"]".to_owned()),
];

fn set_old(bench: &mut Bench, field: &str, value: Value) {
    bench.old_json().insert(field.to_owned(), value);
}

fn set_new(bench: &mut Bench, field: &str, value: Value) {
    bench.new_json().insert(field.to_owned(), value);
}

fn trigger(bench: &mut Bench, slot: &str) {
    set_new(bench, "LambdaConfig", json!({ slot: "arn:aws:lambda:eu-west-1:1:function:theirs" }));
}

/// Of the new pool; where the old one has more, it is the old one that had it.
fn client(bench: &mut Bench, field: &str, value: Value) {
    let side = if matches!(field, "WriteAttributes" | "ExplicitAuthFlows") {
        &mut bench.old
    } else {
        &mut bench.new
    };
    side.clients.as_mut().unwrap()[0].insert(field.to_owned(), value);
}

fn schema(bench: &mut Bench, name: &str, schema: AttributeSchema) {
    bench.new_shape().attributes.insert(attribute(name), schema);
}

fn remove(bench: &mut Bench, name: &str) {
    bench.new_shape().attributes.remove(&attribute(name));
}

fn text(min: u32, max: u32) -> AttributeSchema {
    AttributeSchema { kind: AttributeKind::Text { min, max }, ..AttributeSchema::TEXT }
}

fn usernames(contacts: &[Contact]) -> SignIn {
    SignIn::Username { contacts: contacts.iter().copied().collect(), preferred_username: false }
}

fn first_factors(more: &str) -> Value {
    json!({ "AllowedFirstAuthFactors": ["PASSWORD", more] })
}

fn groups(number: usize) -> twinpool_core::port::Answer<Vec<crate::port::Json>> {
    Ok((0..number).map(|one| object(json!({ "GroupName": format!("group-{one}") }))).collect())
}

fn federated() -> Snapshot {
    let provider = ProviderName::parse("Google").unwrap();
    let identity = Identity { provider, subject: Secret::new("zaphod") };
    Snapshot { status: Status::ExternalProvider, identities: [identity].into(), ..user(2, &[]) }
}
