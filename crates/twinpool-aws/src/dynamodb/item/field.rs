//! Fields of items: written, and read back with the field's name in the error and never what stands in it.

use std::collections::{BTreeSet, HashMap};

use aws_sdk_dynamodb::types::AttributeValue;
use twinpool_core::id::IdError;
use twinpool_core::port::{Answer, Class, PortError};

pub(in super::super) type Map = HashMap<String, AttributeValue>;

pub(in super::super) fn text(value: impl ToString) -> AttributeValue {
    AttributeValue::S(value.to_string())
}

pub(in super::super) fn number(value: u64) -> AttributeValue {
    AttributeValue::N(value.to_string())
}

/// A list, because DynamoDB refuses empty sets.
pub(in super::super) fn list<T: ToString>(values: impl IntoIterator<Item = T>) -> AttributeValue {
    AttributeValue::L(values.into_iter().map(text).collect())
}

/// A damaged item, or one of another version.
pub(in super::super) fn damaged(field: &str) -> PortError {
    PortError::new(Class::Unreadable, "GetItem", format!("DamagedItem.{field}"))
}

pub(in super::super) fn get<'a>(item: &'a Map, field: &str) -> Answer<&'a AttributeValue> {
    item.get(field).ok_or_else(|| damaged(field))
}

pub(in super::super) fn string<'a>(item: &'a Map, field: &str) -> Answer<&'a str> {
    get(item, field)?.as_s().map(String::as_str).map_err(|_| damaged(field))
}

pub(in super::super) fn optional<'a>(item: &'a Map, field: &str) -> Answer<Option<&'a str>> {
    item.contains_key(field).then(|| string(item, field)).transpose()
}

pub(in super::super) fn integer(item: &Map, field: &str) -> Answer<u64> {
    let digits = get(item, field)?.as_n().map_err(|_| damaged(field))?;
    digits.parse().map_err(|_| damaged(field))
}

pub(in super::super) fn boolean(item: &Map, field: &str) -> Answer<bool> {
    get(item, field)?.as_bool().copied().map_err(|_| damaged(field))
}

pub(in super::super) fn parsed<T>(
    item: &Map,
    field: &str,
    parse: impl Fn(String) -> Result<T, IdError>,
) -> Answer<T> {
    parse(string(item, field)?.to_owned()).map_err(|_| damaged(field))
}

pub(in super::super) fn values<'a>(item: &'a Map, field: &str) -> Answer<&'a [AttributeValue]> {
    get(item, field)?.as_l().map(Vec::as_slice).map_err(|_| damaged(field))
}

pub(in super::super) fn set<T: Ord>(
    item: &Map,
    field: &str,
    parse: impl Fn(&str) -> Option<T>,
) -> Answer<BTreeSet<T>> {
    let one = |value: &AttributeValue| {
        let text = value.as_s().map_err(|_| damaged(field))?;
        parse(text).ok_or_else(|| damaged(field))
    };
    values(item, field)?.iter().map(one).collect()
}
