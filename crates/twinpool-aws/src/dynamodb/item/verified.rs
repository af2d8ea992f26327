//! The last verify of everybody, as an item of the table.

use twinpool_core::id::Timestamp;
use twinpool_core::port::Answer;
use twinpool_core::verified::Verified;

use super::field::{Map, integer, number, text};
use super::phase::{FORMAT, known};

pub(in super::super) fn encode(verified: &Verified, key: String) -> Map {
    let Verified { at, users, differing, held_back, in_flight } = verified;
    Map::from([
        ("pk".to_owned(), text(key)),
        ("format".to_owned(), number(FORMAT)),
        ("at".to_owned(), number(at.0)),
        ("users".to_owned(), number(*users)),
        ("differing".to_owned(), number(*differing)),
        ("held_back".to_owned(), number(*held_back)),
        ("in_flight".to_owned(), number(*in_flight)),
    ])
}

pub(in super::super) fn decode(item: &Map) -> Answer<Verified> {
    known(item)?;
    Ok(Verified {
        at: Timestamp(integer(item, "at")?),
        users: integer(item, "users")?,
        differing: integer(item, "differing")?,
        held_back: integer(item, "held_back")?,
        in_flight: integer(item, "in_flight")?,
    })
}
