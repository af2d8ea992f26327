//! The record of a group as an item, and back.

use aws_sdk_dynamodb::types::AttributeValue;
use twinpool_core::digest::Digest;
use twinpool_core::group::GroupRecord;
use twinpool_core::held_back::Reason;
use twinpool_core::id::{GroupName, Timestamp};
use twinpool_core::port::Answer;

use super::field::{Map, boolean, damaged, integer, number, optional, parsed, string, text};

/// The item of a group.
pub(in super::super) fn encode_group(record: &GroupRecord, version: u64, key: String) -> Map {
    let mut item = Map::from([
        ("pk".to_owned(), text(key)),
        ("name".to_owned(), text(&record.name)),
        ("new_name".to_owned(), text(&record.new_name)),
        ("made".to_owned(), AttributeValue::Bool(record.made)),
        ("old".to_owned(), text(record.old.as_str())),
        ("new".to_owned(), text(record.new.as_str())),
        ("mirrored_at".to_owned(), number(record.mirrored_at.0)),
        ("version".to_owned(), number(version)),
    ]);
    if !record.stands {
        item.insert("stands".to_owned(), AttributeValue::Bool(false));
    }
    item.extend(record.gone_at.map(|at| ("gone_at".to_owned(), number(at.0))));
    if let Some(reason) = record.held_back {
        item.insert("held_back".to_owned(), text(reason.code()));
    }
    item
}

/// The group in an item.
pub(in super::super) fn decode_group(item: &Map) -> Answer<GroupRecord> {
    let held_back = optional(item, "held_back")?;
    let held_back = held_back.map(|code| Reason::from_code(code).ok_or_else(|| damaged("held_back")));
    Ok(GroupRecord {
        name: parsed(item, "name", GroupName::parse)?,
        new_name: parsed(item, "new_name", GroupName::parse)?,
        made: boolean(item, "made")?,
        old: Digest::stored(string(item, "old")?),
        new: Digest::stored(string(item, "new")?),
        held_back: held_back.transpose()?,
        mirrored_at: Timestamp(integer(item, "mirrored_at")?),
        stands: !item.contains_key("stands") || boolean(item, "stands")?,
        gone_at: item.contains_key("gone_at").then(|| integer(item, "gone_at")).transpose()?.map(Timestamp),
        version: integer(item, "version")?,
    })
}
