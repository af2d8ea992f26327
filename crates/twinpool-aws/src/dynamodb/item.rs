//! A link as an item of the table, and back.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use twinpool_core::digest::Digest;
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::{AttributeName, GroupName, IdError, NewSub, OldSub, Timestamp, UserId};
use twinpool_core::link::{Base, Link, LinkState, Linked, Names, Side};
use twinpool_core::port::{Answer, Class, PortError};

use super::Item;

type Map = HashMap<String, AttributeValue>;

fn text(value: impl ToString) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A list, because DynamoDB refuses empty sets.
fn list<T: ToString>(values: impl IntoIterator<Item = T>) -> AttributeValue {
    AttributeValue::L(values.into_iter().map(text).collect())
}

/// The item of a link.
pub(super) fn encode(link: &Link, version: u64, key: String) -> Item {
    let mut item = Map::from([
        ("pk".to_owned(), text(key)),
        ("old_sub".to_owned(), text(&link.old_sub)),
        ("user_id".to_owned(), text(&link.user_id)),
        ("version".to_owned(), number(version)),
        ("announced_attributes".to_owned(), list(&link.announced.attributes)),
        ("announced_groups".to_owned(), list(&link.announced.groups)),
    ]);
    let mut put = |name: &str, value| drop(item.insert(name.to_owned(), value));
    match &link.state {
        LinkState::Pending { since } => {
            put("state", text("pending"));
            put("since", number(since.0));
        }
        LinkState::Conflict { reason, since } => {
            put("state", text("conflict"));
            put("since", number(since.0));
            put("reason", text(reason.code()));
        }
        LinkState::Linked(linked) => {
            put("state", text("linked"));
            put("new_sub", text(&linked.new_sub));
            put("mirrored_at", number(linked.mirrored_at.0));
            put("base_old", side(&linked.base.old));
            put("base_new", side(&linked.base.new));
            put("held_back", AttributeValue::L(linked.held_back.iter().map(held_back).collect()));
            put("unseen", list(&linked.unseen));
        }
    }
    item
}

/// The item that points back from the new sub.
pub(super) fn encode_back(link: &Link, key: String) -> Item {
    Map::from([
        ("pk".to_owned(), text(key)),
        ("old_sub".to_owned(), text(&link.old_sub)),
        ("user_id".to_owned(), text(&link.user_id)),
    ])
}

fn side(side: &Side) -> AttributeValue {
    let attributes = side.attributes.iter().map(|(name, digest)| (name.to_string(), text(digest.as_str())));
    AttributeValue::M(Map::from([
        ("attributes".to_owned(), AttributeValue::M(attributes.collect())),
        ("groups".to_owned(), list(&side.groups)),
        ("enabled".to_owned(), AttributeValue::Bool(side.enabled)),
    ]))
}

fn held_back(held: &HeldBack) -> AttributeValue {
    let (kind, name) = match &held.subject {
        Subject::User => ("user", String::new()),
        Subject::Attribute(name) => ("attribute", name.to_string()),
        Subject::Group(name) => ("group", name.to_string()),
    };
    AttributeValue::M(Map::from([
        ("kind".to_owned(), text(kind)),
        ("name".to_owned(), text(name)),
        ("reason".to_owned(), text(held.reason.code())),
    ]))
}

/// A damaged item, or one of another version. Names the field, never what stands in it.
fn damaged(field: &str) -> PortError {
    PortError::new(Class::Unreadable, "GetItem", format!("DamagedItem.{field}"))
}

fn get<'a>(item: &'a Map, field: &str) -> Answer<&'a AttributeValue> {
    item.get(field).ok_or_else(|| damaged(field))
}

fn string<'a>(item: &'a Map, field: &str) -> Answer<&'a str> {
    get(item, field)?.as_s().map(String::as_str).map_err(|_| damaged(field))
}

fn integer(item: &Map, field: &str) -> Answer<u64> {
    let digits = get(item, field)?.as_n().map_err(|_| damaged(field))?;
    digits.parse().map_err(|_| damaged(field))
}

fn parsed<T>(item: &Map, field: &str, parse: impl Fn(String) -> Result<T, IdError>) -> Answer<T> {
    parse(string(item, field)?.to_owned()).map_err(|_| damaged(field))
}

fn set<T: Ord>(item: &Map, field: &str, parse: impl Fn(String) -> Result<T, IdError>) -> Answer<BTreeSet<T>> {
    let values = get(item, field)?.as_l().map_err(|_| damaged(field))?;
    let one = |value: &AttributeValue| {
        let text = value.as_s().map_err(|_| damaged(field))?;
        parse(text.clone()).map_err(|_| damaged(field))
    };
    values.iter().map(one).collect()
}

/// The old sub in an item that points back.
pub(super) fn old_sub(item: &Item) -> Answer<OldSub> {
    parsed(item, "old_sub", OldSub::parse)
}

/// The link in an item.
pub(super) fn decode(old_sub: OldSub, item: &Item) -> Answer<Link> {
    let since = |field| integer(item, field).map(Timestamp);
    let state = match string(item, "state")? {
        "pending" => LinkState::Pending { since: since("since")? },
        "conflict" => LinkState::Conflict { reason: reason(item)?, since: since("since")? },
        "linked" => LinkState::Linked(linked(item)?),
        _ => return Err(damaged("state")),
    };
    Ok(Link {
        old_sub,
        user_id: parsed(item, "user_id", UserId::parse)?,
        version: integer(item, "version")?,
        intended: None,
        announced: Names {
            attributes: set(item, "announced_attributes", AttributeName::parse)?,
            groups: set(item, "announced_groups", GroupName::parse)?,
        },
        state,
    })
}

fn linked(item: &Map) -> Answer<Linked> {
    let held = get(item, "held_back")?.as_l().map_err(|_| damaged("held_back"))?;
    Ok(Linked {
        new_sub: parsed(item, "new_sub", NewSub::parse)?,
        base: Base { old: decode_side(item, "base_old")?, new: decode_side(item, "base_new")? },
        held_back: held.iter().map(decode_held_back).collect::<Answer<_>>()?,
        unseen: set(item, "unseen", AttributeName::parse)?,
        mirrored_at: Timestamp(integer(item, "mirrored_at")?),
    })
}

fn reason(item: &Map) -> Answer<Reason> {
    Reason::from_code(string(item, "reason")?).ok_or_else(|| damaged("reason"))
}

fn decode_held_back(value: &AttributeValue) -> Answer<HeldBack> {
    let item = value.as_m().map_err(|_| damaged("held_back"))?;
    let subject = match string(item, "kind")? {
        "user" => Subject::User,
        "attribute" => Subject::Attribute(parsed(item, "name", AttributeName::parse)?),
        "group" => Subject::Group(parsed(item, "name", GroupName::parse)?),
        _ => return Err(damaged("kind")),
    };
    Ok(HeldBack { subject, reason: reason(item)? })
}

fn decode_side(item: &Map, field: &str) -> Answer<Side> {
    let side = get(item, field)?.as_m().map_err(|_| damaged(field))?;
    let digests = get(side, "attributes")?.as_m().map_err(|_| damaged("attributes"))?;
    let one = |(name, digest): (&String, &AttributeValue)| {
        let name = AttributeName::parse(name.clone()).map_err(|_| damaged("attributes"))?;
        let digest = digest.as_s().map_err(|_| damaged("attributes"))?;
        Ok((name, Digest::stored(digest.clone())))
    };
    Ok(Side {
        attributes: digests.iter().map(one).collect::<Answer<BTreeMap<_, _>>>()?,
        groups: set(side, "groups", GroupName::parse)?,
        enabled: *get(side, "enabled")?.as_bool().map_err(|_| damaged("enabled"))?,
    })
}

#[cfg(test)]
mod tests;
