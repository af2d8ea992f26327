//! Invented users for tests.

use twinpool_core::id::{AttributeName, GroupName, ProviderName, Sub, Timestamp, Username};
use twinpool_core::snapshot::{Identity, Mfa, Snapshot, Status};
use twinpool_core::value::Value;

pub(crate) fn name(text: &str) -> AttributeName {
    AttributeName::parse(text).unwrap()
}

pub(crate) fn user(attributes: &[(&str, &str)], groups: &[&str]) -> Snapshot {
    Snapshot {
        sub: Sub::parse("11111111-aaaa-bbbb-cccc-000000000001").unwrap(),
        username: Username::parse("jane").unwrap(),
        status: Status::Confirmed,
        enabled: true,
        attributes: attributes.iter().map(|(key, value)| (name(key), Value::new(*value))).collect(),
        groups: groups.iter().map(|group| GroupName::parse(*group).unwrap()).collect(),
        identities: [].into(),
        mfa: Mfa::default(),
        factors: [].into(),
        created_at: Timestamp(0),
        modified_at: Timestamp(0),
    }
}

pub(crate) fn federated(attributes: &[(&str, &str)], providers: &[&str]) -> Snapshot {
    let identity = |provider: &&str| Identity {
        provider: ProviderName::parse(*provider).unwrap(),
        subject: Value::new(format!("jane-at-{provider}")),
    };
    Snapshot {
        status: Status::ExternalProvider,
        identities: providers.iter().map(identity).collect(),
        ..user(attributes, &[])
    }
}
