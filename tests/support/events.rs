//! The events of `events/triggers` and `events/cloudtrail`, one file per source or operation and case.

use std::collections::BTreeMap;
use std::fs;

use serde_json::value::RawValue;

use crate::bootstrap::workspace;

/// A trigger event in a file.
#[derive(Debug)]
pub struct TriggerEvent {
    /// `<TriggerSource>[.<variant>]`.
    pub name: String,
    /// As Cognito would send it.
    pub json: String,
}

type Object<'a> = BTreeMap<String, &'a RawValue>;

/// A record of the audit trail in a file.
#[derive(Debug)]
pub struct AuditEvent {
    /// `<eventName>[.<variant>]`.
    pub name: String,
    /// As EventBridge would deliver it.
    pub json: String,
}

/// All trigger events, by name.
#[must_use]
pub fn trigger_events() -> Vec<TriggerEvent> {
    files("events/triggers").map(|(name, json)| TriggerEvent { name, json }).collect()
}

/// All records of the audit trail, by name.
#[must_use]
pub fn audit_events() -> Vec<AuditEvent> {
    files("events/cloudtrail").map(|(name, json)| AuditEvent { name, json }).collect()
}

fn files(directory: &str) -> impl Iterator<Item = (String, String)> {
    let files = fs::read_dir(workspace().join(directory)).expect("a directory of events");
    let read = files.map(|file| {
        let path = file.expect("a file of events").path();
        let name = path.file_stem().expect("a file name").to_string_lossy().into_owned();
        let json = fs::read_to_string(&path).expect("a text");
        (name, json.trim_end().to_owned())
    });
    read.collect::<BTreeMap<_, _>>().into_iter()
}

impl TriggerEvent {
    /// The trigger source that the file is named after.
    #[must_use]
    pub fn source(&self) -> &str {
        self.name.split('.').next().unwrap_or_default()
    }

    /// The trigger source that the event says.
    #[must_use]
    pub fn said_source(&self) -> String {
        text(object(&self.json)["triggerSource"]).expect("a triggerSource")
    }

    /// The username, where the event has one.
    #[must_use]
    pub fn username(&self) -> Option<String> {
        text(object(&self.json).get("userName")?)
    }

    /// The user's sub, where the event has one.
    #[must_use]
    pub fn sub(&self) -> Option<String> {
        self.attributes().remove("sub")
    }

    /// Whether the event is about a user of the pool (F§1).
    #[must_use]
    pub fn has_user(&self) -> bool {
        let without =
            ["TokenGeneration_ClientCredentials", "PreSignUp_", "UserMigration_", "InboundFederation_"];
        !without.iter().any(|prefix| self.source().starts_with(prefix))
    }

    /// Values of attributes that must not leave the function. Short ones occur in anything.
    #[must_use]
    pub fn secrets(&self) -> Vec<String> {
        let mut attributes = self.attributes();
        attributes.remove("sub");
        attributes.into_values().filter(|value| value.chars().count() > 3).collect()
    }

    /// The attributes that are text. As raw JSON first: no number type holds what some of these files hold.
    fn attributes(&self) -> BTreeMap<String, String> {
        let request = object(object(&self.json)["request"].get());
        let Some(attributes) = request.get("userAttributes").filter(|raw| raw.get() != "null") else {
            return BTreeMap::new();
        };
        let pairs = object(attributes.get()).into_iter();
        pairs.filter_map(|(name, raw)| Some((name, text(raw)?))).collect()
    }
}

fn object(json: &str) -> Object<'_> {
    serde_json::from_str(json).expect("a JSON object")
}

fn text(raw: &RawValue) -> Option<String> {
    serde_json::from_str(raw.get()).ok()
}
