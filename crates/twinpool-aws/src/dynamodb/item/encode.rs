//! A link as an item of the table.

use aws_sdk_dynamodb::types::AttributeValue;
use twinpool_core::digest::Digest;
use twinpool_core::history::Entry;
use twinpool_core::link::{Link, LinkState, Side};
use twinpool_core::snapshot::{Factor, Mfa};

use super::field::{Map, list, number, text};
use super::reverse::encode_reverse;
use super::subject::{encode_decisions, encode_held_back};

/// The item of a link.
pub(in super::super) fn encode(link: &Link, version: u64, key: String) -> Map {
    let mut item = Map::from([
        ("pk".to_owned(), text(key)),
        ("old_sub".to_owned(), text(&link.old_sub)),
        ("user_id".to_owned(), text(&link.user_id)),
        ("version".to_owned(), number(version)),
        ("announced_attributes".to_owned(), list(&link.announced.attributes)),
        ("announced_groups".to_owned(), list(&link.announced.groups)),
        ("announced_identities".to_owned(), digests(&link.announced.identities)),
        ("decisions".to_owned(), encode_decisions(&link.decisions)),
        ("history".to_owned(), AttributeValue::L(link.history.entries().map(entry).collect())),
    ]);
    item.extend(link.made_by.as_ref().map(|run| ("made_by".to_owned(), text(run))));
    item.extend(link.seen_at.map(|at| ("seen_at".to_owned(), number(at.0))));
    item.extend(link.seen_by.as_ref().map(|client| ("seen_by".to_owned(), text(client))));
    item.extend(link.linked_at.map(|at| ("linked_at".to_owned(), number(at.0))));
    item.extend(encode_reverse(&link.reverse).map(|reverse| ("reverse".to_owned(), reverse)));
    item.extend(state(&link.state).into_iter().map(|(name, value)| (name.to_owned(), value)));
    item
}

fn state(state: &LinkState) -> Vec<(&'static str, AttributeValue)> {
    match state {
        LinkState::Pending { since } => vec![("state", text("pending")), ("since", number(since.0))],
        LinkState::Conflict { reason, since, holder } => {
            let mut fields = vec![
                ("state", text("conflict")),
                ("since", number(since.0)),
                ("reason", text(reason.code())),
            ];
            fields.extend(holder.as_ref().map(|sub| ("holder", text(sub))));
            fields
        }
        LinkState::Tombstone { new_sub, by, left, since } => {
            let mut fields = vec![
                ("state", text("tombstone")),
                ("since", number(since.0)),
                ("by", text(by.code())),
                ("left", text(left.code())),
            ];
            fields.extend(new_sub.as_ref().map(|sub| ("new_sub", text(sub))));
            fields
        }
        LinkState::Merged { into, since } => {
            vec![("state", text("merged")), ("since", number(since.0)), ("into", text(into))]
        }
        LinkState::Linked(linked) => vec![
            ("state", text("linked")),
            ("new_sub", text(&linked.new_sub)),
            ("mirrored_at", number(linked.mirrored_at.0)),
            ("base_old", side(&linked.base.old)),
            ("base_new", side(&linked.base.new)),
            ("held_back", AttributeValue::L(linked.held_back.iter().map(encode_held_back).collect())),
            ("unseen", list(&linked.unseen)),
            ("rules", text(&linked.rules)),
        ],
    }
}

/// The item that points back from the new sub.
pub(in super::super) fn encode_back(link: &Link, key: String) -> Map {
    Map::from([
        ("pk".to_owned(), text(key)),
        ("old_sub".to_owned(), text(&link.old_sub)),
        ("user_id".to_owned(), text(&link.user_id)),
    ])
}

fn digests<'a>(digests: impl IntoIterator<Item = &'a Digest>) -> AttributeValue {
    list(digests.into_iter().map(Digest::as_str))
}

fn side(side: &Side) -> AttributeValue {
    let attributes = side.attributes.iter().map(|(name, digest)| (name.to_string(), text(digest.as_str())));
    AttributeValue::M(Map::from([
        ("attributes".to_owned(), AttributeValue::M(attributes.collect())),
        ("groups".to_owned(), list(&side.groups)),
        ("enabled".to_owned(), AttributeValue::Bool(side.enabled)),
        ("identities".to_owned(), digests(&side.identities)),
        ("mfa".to_owned(), mfa(side.mfa)),
        ("factors".to_owned(), list(&side.factors)),
    ]))
}

pub(super) fn mfa(mfa: Mfa) -> AttributeValue {
    let on = Factor::ALL.into_iter().filter(|factor| mfa.has(*factor));
    let mut item = Map::from([("on".to_owned(), list(on))]);
    if let Some(preferred) = mfa.preferred {
        item.insert("preferred".to_owned(), text(preferred));
    }
    AttributeValue::M(item)
}

fn entry(entry: &Entry) -> AttributeValue {
    AttributeValue::M(Map::from([
        ("at".to_owned(), number(entry.at.0)),
        ("cause".to_owned(), text(entry.cause.as_str())),
        ("did".to_owned(), text(&entry.did)),
    ]))
}
