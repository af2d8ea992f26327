//! What went wrong, as an item, and back.

use aws_sdk_dynamodb::types::AttributeValue;
use twinpool_core::change_event::{Cause, EventId};
use twinpool_core::id::Timestamp;
use twinpool_core::port::Answer;
use twinpool_core::trouble::Trouble;

use super::field::{Map, boolean, integer, number, optional, string, text};

/// As long as the DLQ keeps a message. The template names the field as the table's time to live, in seconds since 1970.
const EXPIRES: &str = "expires";
const FOURTEEN_DAYS: u64 = 14 * 24 * 60 * 60;

pub(in super::super) fn encode_trouble(trouble: &Trouble, key: String) -> Map {
    let mut item = Map::from([
        ("pk".to_owned(), text(key)),
        ("at".to_owned(), number(trouble.at.0)),
        ("event".to_owned(), text(trouble.event_id.as_str())),
        ("cause".to_owned(), text(trouble.cause.as_str())),
        ("code".to_owned(), text(&trouble.code)),
        ("passing".to_owned(), AttributeValue::Bool(trouble.is_passing)),
        (EXPIRES.to_owned(), number(trouble.at.0 / 1_000 + FOURTEEN_DAYS)),
    ]);
    if let Some(operation) = &trouble.operation {
        item.insert("operation".to_owned(), text(operation));
    }
    item
}

pub(in super::super) fn decode_trouble(item: &Map) -> Answer<Trouble> {
    Ok(Trouble {
        at: Timestamp(integer(item, "at")?),
        event_id: EventId::stored(string(item, "event")?),
        cause: Cause::from(string(item, "cause")?.to_owned()),
        operation: optional(item, "operation")?.map(str::to_owned),
        code: string(item, "code")?.to_owned(),
        is_passing: boolean(item, "passing")?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_note_outlives_the_dead_letter_and_not_by_much() {
        let trouble = Trouble {
            at: Timestamp(1_795_219_200_123),
            event_id: EventId::stored("e"),
            cause: Cause::operator("Sync"),
            operation: None,
            code: "too_early".to_owned(),
            is_passing: true,
        };
        let item = encode_trouble(&trouble, "TROUBLE#s".to_owned());
        assert_eq!(item.get("expires"), Some(&number(1_795_219_200 + 1_209_600)));
        assert_eq!(decode_trouble(&item), Ok(trouble));
    }
}
