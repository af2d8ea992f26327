//! Who was born in the new pool and has no user in the old one yet, as an item, and back. The name stands beside, sealed.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use twinpool_core::born::Birth;
use twinpool_core::digest::Digest;
use twinpool_core::id::{AttributeName, NewSub, Timestamp};
use twinpool_core::port::Answer;

use super::field::{Map, damaged, integer, number, string, text, values};
use super::subject::{decode_held_back, encode_held_back};

pub(in super::super) fn encode_birth(birth: &Birth, version: u64, key: String) -> Map {
    let mut item = Map::from([
        ("pk".to_owned(), text(key)),
        ("version".to_owned(), number(version)),
        ("since".to_owned(), number(birth.since.0)),
    ]);
    item.extend(birth.obstacle.as_ref().map(|held| ("obstacle".to_owned(), encode_held_back(held))));
    if !birth.made.is_empty() {
        item.insert("made".to_owned(), AttributeValue::L(birth.made.iter().map(encode_made).collect()));
    }
    item
}

fn encode_made((name, digest): &(AttributeName, Digest)) -> AttributeValue {
    let fields = [("name", text(name)), ("digest", text(digest.as_str()))];
    AttributeValue::M(fields.map(|(field, value)| (field.to_owned(), value)).into())
}

pub(in super::super) fn decode_birth(new_sub: NewSub, item: &Map) -> Answer<Birth> {
    Ok(Birth {
        new_sub,
        version: integer(item, "version")?,
        since: Timestamp(integer(item, "since")?),
        intended: None,
        made: decode_made(item)?,
        obstacle: item.get("obstacle").map(decode_held_back).transpose()?,
    })
}

/// Nothing where the item does not say: nobody was being made, or an older version wrote it.
fn decode_made(item: &Map) -> Answer<BTreeSet<(AttributeName, Digest)>> {
    if !item.contains_key("made") {
        return Ok(BTreeSet::new());
    }
    let one = |value: &AttributeValue| {
        let item = value.as_m().map_err(|_| damaged("made"))?;
        let name = AttributeName::parse(string(item, "name")?).map_err(|_| damaged("made"))?;
        Ok((name, Digest::stored(string(item, "digest")?)))
    };
    values(item, "made")?.iter().map(one).collect()
}

#[cfg(test)]
mod tests {
    use twinpool_core::held_back::{HeldBack, Reason, Subject};

    use super::*;

    #[test]
    fn a_birth_survives_the_table_and_an_older_reader_is_not_fooled_by_a_newer_reason() {
        let obstacle = Some(HeldBack { subject: Subject::User, reason: Reason::Taken });
        let new_sub = NewSub::parse("n-1").unwrap();
        for obstacle in [None, obstacle] {
            let made = [("email", "a"), ("email", "b"), ("name", "c")]
                .map(|(name, digest)| (AttributeName::parse(name).unwrap(), Digest::stored(digest)));
            let birth = Birth {
                version: 3,
                since: Timestamp(5),
                made: made.into(),
                obstacle,
                ..Birth::new(&new_sub)
            };
            let mut item = encode_birth(&birth, 3, "BORN#n-1".to_owned());
            assert_eq!(decode_birth(new_sub.clone(), &item), Ok(birth));
            if let Some(value) = item.get_mut("obstacle") {
                *value = text("later");
                assert_eq!(decode_birth(new_sub.clone(), &item).unwrap_err().code, "DamagedItem.held_back");
            }
        }
    }

    #[test]
    fn a_birth_of_an_older_writer_was_made_with_nothing_and_a_damaged_one_is_told() {
        let new_sub = NewSub::parse("n-1").unwrap();
        let birth = Birth { version: 3, ..Birth::new(&new_sub) };
        let mut item = encode_birth(&birth, 3, "BORN#n-1".to_owned());
        assert!(!item.contains_key("made"));
        assert_eq!(decode_birth(new_sub.clone(), &item), Ok(birth));
        item.insert("made".to_owned(), AttributeValue::L(vec![text("name")]));
        assert_eq!(decode_birth(new_sub, &item).unwrap_err().code, "DamagedItem.made");
    }
}
