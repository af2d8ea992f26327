//! From the JSON that Cognito sends a trigger to a change event.
//!
//! Tolerant by design: fields move, types differ from the documentation (F§1.0), and nothing here may cost a sign-in.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::value::RawValue;

use super::{Cause, ChangeEvent, EventId, FORMAT};
use crate::attribute::travels;
use crate::digest::{Digest, DigestKey};
use crate::id::{AttributeName, ClientId, GroupName, PoolId, Sub, Timestamp, Username};
use crate::value::Value;

/// More attributes than any pool can have (about 20 standard and 50 custom): such an event is sent without digests.
const MOST_ATTRIBUTES: usize = 128;

/// More groups than a user can be in (F§4.5).
const MOST_GROUPS: usize = 1_000;

/// What a trigger event gave.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Captured {
    /// A hint to send.
    Event(Box<ChangeEvent>),
    /// The trigger concerns no user of the pool: a machine's token, a sign-up that has no user yet.
    NoUser,
    /// Not a trigger event that could be read.
    Unreadable(Unreadable),
}

/// Why a trigger event could not be read. Holds nothing of the event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unreadable {
    /// Not a JSON object.
    #[error("the trigger event is not a JSON object")]
    NotAnObject,
    /// `userPoolId` is missing or is not a pool id.
    #[error("the trigger event has no userPoolId")]
    NoPool,
    /// Neither a sub nor a username that can be used.
    #[error("the trigger event names no user")]
    NoUser,
}

/// Trigger sources that come without a user in the pool (F§1.2, F§1.3).
const WITHOUT_USER: [&str; 4] =
    ["TokenGeneration_ClientCredentials", "PreSignUp_", "UserMigration_", "InboundFederation_"];

/// Takes the hint out of a trigger event. Total: any text gives an answer.
#[must_use]
pub fn capture(raw: &str, key: &DigestKey, id: EventId, at: Timestamp) -> Captured {
    let Some(event) = object(raw) else {
        return Captured::Unreadable(Unreadable::NotAnObject);
    };
    let cause = Cause::from(text(event.get("triggerSource")).unwrap_or_default());
    if WITHOUT_USER.iter().any(|prefix| cause.as_str().starts_with(prefix)) {
        return Captured::NoUser;
    }
    let Some(pool) = text(event.get("userPoolId")).and_then(|id| PoolId::parse(id).ok()) else {
        return Captured::Unreadable(Unreadable::NoPool);
    };
    let request = nested(event.get("request"));
    let attributes = nested(request.get("userAttributes"));
    let sub = text(attributes.get("sub")).and_then(|sub| Sub::parse(sub).ok());
    let username = text(event.get("userName")).and_then(|name| Username::parse(name).ok());
    let username = username.filter(|_| sub.is_none() || is_federated(&attributes));
    let Some(context) = sub.clone().or_else(|| pseudonym(key, username.as_ref())) else {
        return Captured::Unreadable(Unreadable::NoUser);
    };
    Captured::Event(Box::new(ChangeEvent {
        format: FORMAT,
        id,
        pool,
        username,
        group_name: None,
        cause,
        client: client(&event),
        at,
        attributes: digests(key, &context, &attributes),
        groups: groups(&request).map(|groups| key.groups(&context, &groups)),
        sub,
    }))
}

/// Which trigger an event is of (F§1.2, F§1.3); `None` where it does not say.
#[must_use]
pub fn trigger_source(raw: &str) -> Option<String> {
    text(object(raw)?.get("triggerSource"))
}

/// The app client that a trigger event was caused by; `None` where the event names none (F§1.0).
#[must_use]
pub fn client_id(raw: &str) -> Option<String> {
    text(nested(object(raw)?.get("callerContext")).get("clientId"))
}

fn client(event: &Object<'_>) -> Option<ClientId> {
    ClientId::parse(text(nested(event.get("callerContext")).get("clientId"))?).ok()
}

/// Without a sub the digests cannot be compared with anything; they only need some context.
fn pseudonym(key: &DigestKey, username: Option<&Username>) -> Option<Sub> {
    let digest = key.username(username?.as_str());
    let name = digest.as_str().replace('_', "-");
    Sub::parse(name).ok()
}

/// A federated profile is reached by its username only (F§4); a local user with linked identities by its sub.
fn is_federated(attributes: &Object<'_>) -> bool {
    match text(attributes.get("cognito:user_status")).as_deref() {
        Some("EXTERNAL_PROVIDER") => true,
        // So is a profile that somebody gave a password (F§4.3).
        Some(_) => attributes.get("identities").is_some_and(|all| !are_linked(all)),
        None => attributes.contains_key("identities"),
    }
}

/// Whether identities, a list in a text, are all those of others: a profile's own one is primary.
fn are_linked(identities: &RawValue) -> bool {
    let list = text(Some(&identities)).unwrap_or_default();
    let all: Option<Vec<Object<'_>>> = serde_json::from_str(&list).ok();
    let is_linked =
        |one: &Object<'_>| one.get("primary").and_then(|raw| scalar(raw)).as_deref() == Some("false");
    all.is_some_and(|all| all.iter().all(is_linked))
}

fn digests(key: &DigestKey, sub: &Sub, attributes: &Object<'_>) -> BTreeMap<AttributeName, Digest> {
    if attributes.len() > MOST_ATTRIBUTES {
        return BTreeMap::new();
    }
    attributes
        .iter()
        .filter(|(name, _)| travels(name))
        .filter_map(|(name, raw)| {
            let name = AttributeName::parse(name.as_str()).ok()?;
            let value = Value::new(scalar(raw).filter(|text| !text.is_empty())?);
            let digest = key.attribute(sub, &name, &value);
            Some((name, digest))
        })
        .collect()
}

fn groups(request: &Object<'_>) -> Option<BTreeSet<GroupName>> {
    let configuration = nested(request.get("groupConfiguration"));
    let names: Vec<String> = serde_json::from_str(configuration.get("groupsToOverride")?.get()).ok()?;
    if names.len() > MOST_GROUPS {
        return None;
    }
    names.into_iter().map(|name| GroupName::parse(name).ok()).collect()
}

pub(super) type Object<'a> = BTreeMap<String, &'a RawValue>;

pub(super) fn object(raw: &str) -> Option<Object<'_>> {
    serde_json::from_str(raw).ok()
}

pub(super) fn nested<'a>(raw: Option<&&'a RawValue>) -> Object<'a> {
    raw.and_then(|raw| object(raw.get())).unwrap_or_default()
}

pub(super) fn text(raw: Option<&&RawValue>) -> Option<String> {
    serde_json::from_str(raw?.get()).ok()
}

/// Attribute values are text, but the documentation's own samples hold booleans (F§1.0).
fn scalar(raw: &RawValue) -> Option<String> {
    match raw.get().as_bytes().first()? {
        b'"' => serde_json::from_str(raw.get()).ok(),
        b'{' | b'[' | b'n' => None,
        _ => Some(raw.get().to_owned()),
    }
}

#[cfg(test)]
mod tests;
