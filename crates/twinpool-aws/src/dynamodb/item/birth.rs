//! Who was born in the new pool and has no user in the old one yet, as an item, and back. The name stands beside, sealed.

use twinpool_core::born::Birth;
use twinpool_core::id::{NewSub, Timestamp};
use twinpool_core::port::Answer;

use super::field::{Map, integer, number, text};
use super::subject::{decode_held_back, encode_held_back};

pub(in super::super) fn encode_birth(birth: &Birth, version: u64, key: String) -> Map {
    let mut item = Map::from([
        ("pk".to_owned(), text(key)),
        ("version".to_owned(), number(version)),
        ("since".to_owned(), number(birth.since.0)),
    ]);
    item.extend(birth.obstacle.as_ref().map(|held| ("obstacle".to_owned(), encode_held_back(held))));
    item
}

pub(in super::super) fn decode_birth(new_sub: NewSub, item: &Map) -> Answer<Birth> {
    Ok(Birth {
        new_sub,
        version: integer(item, "version")?,
        since: Timestamp(integer(item, "since")?),
        intended: None,
        obstacle: item.get("obstacle").map(decode_held_back).transpose()?,
    })
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
            let birth = Birth { version: 3, since: Timestamp(5), obstacle, ..Birth::new(&new_sub) };
            let mut item = encode_birth(&birth, 3, "BORN#n-1".to_owned());
            assert_eq!(decode_birth(new_sub.clone(), &item), Ok(birth));
            if let Some(value) = item.get_mut("obstacle") {
                *value = text("later");
                assert_eq!(decode_birth(new_sub.clone(), &item).unwrap_err().code, "DamagedItem.held_back");
            }
        }
    }
}
