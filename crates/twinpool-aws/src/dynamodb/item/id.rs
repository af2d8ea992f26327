//! What items say of user ids: read from a part of each item.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use twinpool_core::id::{IdError, NewSub, OldSub, UserId};
use twinpool_core::listing::Stage;
use twinpool_core::port::Answer;

use super::field::{Map, damaged, optional, parsed, string, text};

/// The users of the old pool who were merged into the user with an id.
pub(in super::super) const OLD_SUBS: &str = "old_subs";

/// The further accounts of the new pool that have an id.
pub(in super::super) const NEW_SUBS: &str = "new_subs";

/// Marks an account whose user id is that of its owner in the old pool, whatever that is.
pub(in super::super) const FURTHER: &str = "further";

/// What a link says of the user's id.
pub(in super::super) struct OfOld {
    pub(in super::super) user_id: UserId,
    pub(in super::super) stage: Stage,
    /// Of a merged user: the one whose user id counts.
    pub(in super::super) into: Option<OldSub>,
    pub(in super::super) new_sub: Option<NewSub>,
}

pub(in super::super) fn id_of_old(item: &Map) -> Answer<OfOld> {
    let stage = Stage::from_code(string(item, "state")?).ok_or_else(|| damaged("state"))?;
    let into = (stage == Stage::Merged).then(|| parsed(item, "into", OldSub::parse)).transpose()?;
    let new_sub = optional(item, "new_sub")?.map(|sub| NewSub::parse(sub).map_err(|_| damaged("new_sub")));
    Ok(OfOld { user_id: id_of_new(item)?, stage, into, new_sub: new_sub.transpose()? })
}

/// The user id in an item that stands for an account of the new pool.
pub(in super::super) fn id_of_new(item: &Map) -> Answer<UserId> {
    parsed(item, "user_id", UserId::parse)
}

/// Whose a further account of the new pool is; `None` for a pair's, and for who was born there.
pub(in super::super) fn owner_of_further(item: &Map) -> Answer<Option<OldSub>> {
    if !item.contains_key(FURTHER) {
        return Ok(None);
    }
    parsed(item, "old_sub", OldSub::parse).map(Some)
}

/// A set of subs. DynamoDB has no empty sets: where there is none, the field is not there.
pub(in super::super) fn subs<T: Ord>(
    item: &Map,
    field: &str,
    parse: impl Fn(String) -> Result<T, IdError>,
) -> Answer<BTreeSet<T>> {
    let Some(value) = item.get(field) else {
        return Ok(BTreeSet::new());
    };
    let subs = value.as_ss().map_err(|_| damaged(field))?;
    subs.iter().map(|sub| parse(sub.clone()).map_err(|_| damaged(field))).collect()
}

/// The item of an account of the new pool that twinpool did not make.
pub(in super::super) fn encode_given(key: String, id: &UserId, of: Option<&OldSub>) -> Map {
    let mut item = Map::from([("pk".to_owned(), text(key)), ("user_id".to_owned(), text(id))]);
    if let Some(of) = of {
        item.insert("old_sub".to_owned(), text(of));
        item.insert(FURTHER.to_owned(), AttributeValue::Bool(true));
    }
    item
}

/// A set with one member.
pub(in super::super) fn set_of(member: impl ToString) -> AttributeValue {
    AttributeValue::Ss(vec![member.to_string()])
}
