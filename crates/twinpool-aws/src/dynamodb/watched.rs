//! What the watch remembers, in `WATCH`.

use twinpool_core::id::Timestamp;
use twinpool_core::phase::Round;
use twinpool_core::port::Answer;
use twinpool_core::verdict::Verdict;
use twinpool_core::watch::{Memory, WatchStore};

use super::item::field::{Map, damaged, integer, number, optional, text};
use super::{Links, item};

const WATCH: &str = "WATCH";

impl WatchStore for Links {
    async fn watched(&self) -> Answer<Memory> {
        let item = self.get(WATCH.to_owned()).await?;
        Ok(item.map(|item| decode(&item)).transpose()?.unwrap_or_default())
    }

    async fn remember(&self, memory: &Memory) -> Answer<u64> {
        let version = memory.version + 1;
        self.put(encode(&Memory { version, ..memory.clone() }), memory.version).await?;
        Ok(version)
    }
}

fn encode(memory: &Memory) -> Map {
    let Memory { version, round, told, bad_since } = memory;
    let mut item = Map::from([
        ("pk".to_owned(), text(WATCH)),
        ("format".to_owned(), number(item::phase::FORMAT)),
        ("version".to_owned(), number(*version)),
        ("round".to_owned(), number(u64::from(round.0))),
    ]);
    item.extend(told.map(|told| ("told".to_owned(), text(told.code()))));
    item.extend(bad_since.map(|at| ("bad_since".to_owned(), number(at.0))));
    item
}

fn decode(item: &Map) -> Answer<Memory> {
    item::phase::known(item)?;
    let told = optional(item, "told")?;
    let told = told.map(|code| Verdict::from_code(code).ok_or_else(|| damaged("told"))).transpose()?;
    let bad_since = item.contains_key("bad_since").then(|| integer(item, "bad_since")).transpose()?;
    Ok(Memory {
        version: integer(item, "version")?,
        round: Round(u32::try_from(integer(item, "round")?).map_err(|_| damaged("round"))?),
        told,
        bad_since: bad_since.map(Timestamp),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_remembered_comes_back_and_a_newer_format_is_refused() {
        let whole = Memory {
            version: 7,
            round: Round(2),
            told: Some(Verdict::Hold),
            bad_since: Some(Timestamp(1_795_219_200_000)),
        };
        for memory in [Memory::default(), whole] {
            assert_eq!(decode(&encode(&memory)), Ok(memory));
        }
        let mut newer = encode(&Memory::default());
        newer.insert("format".to_owned(), number(2));
        assert_eq!(decode(&newer).unwrap_err().code, "NewerFormat");
    }
}
