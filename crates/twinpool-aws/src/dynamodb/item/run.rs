//! A run as an item of the table, and what people say to runs.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use twinpool_core::held_back::Reason;
use twinpool_core::id::{RunId, Timestamp};
use twinpool_core::port::Answer;
use twinpool_core::run::{Control, Run, RunKind, RunState, Tally};

use super::field::{Map, boolean, damaged, get, integer, number, optional, string, text, values};

/// The item of a run, without the place, which is sealed.
pub(in super::super) fn encode_run(run: &Run, version: u64, key: String) -> Map {
    let reasons = run.tally.conflicts.iter().map(|(reason, count)| (reason.code().to_owned(), *count));
    let mut item = Map::from([
        ("pk".to_owned(), text(key)),
        ("version".to_owned(), number(version)),
        ("kind".to_owned(), text(run.kind.code())),
        ("scope".to_owned(), text(&run.scope)),
        ("started_at".to_owned(), number(run.started_at.0)),
        ("seen_at".to_owned(), number(run.seen_at.0)),
        ("state".to_owned(), text(run.state.code())),
        ("beyond".to_owned(), number(run.beyond)),
        ("done".to_owned(), counts(run.tally.done.clone())),
        ("conflicts".to_owned(), counts(reasons)),
        ("failed".to_owned(), counts(run.tally.failed.clone())),
    ]);
    item.extend(run.job.as_ref().map(|job| ("job".to_owned(), text(job))));
    item.extend(run.waits.as_ref().map(|why| ("waits".to_owned(), text(why))));
    item
}

fn counts(all: impl IntoIterator<Item = (String, u64)>) -> AttributeValue {
    AttributeValue::M(all.into_iter().map(|(name, count)| (name, number(count))).collect())
}

/// The run in an item.
pub(in super::super) fn decode_run(id: &RunId, item: &Map) -> Answer<Run> {
    let conflicts = read_counts(item, "conflicts")?.into_iter().map(|(code, count)| {
        let reason = Reason::from_code(&code).ok_or_else(|| damaged("conflicts"))?;
        Ok((reason, count))
    });
    Ok(Run {
        id: id.clone(),
        kind: RunKind::from_code(string(item, "kind")?).ok_or_else(|| damaged("kind"))?,
        scope: string(item, "scope")?.to_owned(),
        version: integer(item, "version")?,
        started_at: Timestamp(integer(item, "started_at")?),
        seen_at: Timestamp(integer(item, "seen_at")?),
        state: RunState::from_code(string(item, "state")?).ok_or_else(|| damaged("state"))?,
        place: None,
        beyond: integer(item, "beyond")?,
        job: optional(item, "job")?.map(str::to_owned),
        tally: Tally {
            done: read_counts(item, "done")?,
            conflicts: conflicts.collect::<Answer<_>>()?,
            failed: read_counts(item, "failed")?,
        },
        waits: optional(item, "waits")?.map(str::to_owned),
    })
}

fn read_counts(item: &Map, field: &str) -> Answer<BTreeMap<String, u64>> {
    let all = get(item, field)?.as_m().map_err(|_| damaged(field))?;
    all.keys().map(|name| Ok((name.clone(), integer(all, name).map_err(|_| damaged(field))?))).collect()
}

/// The item of the names of all runs.
pub(in super::super) fn encode_run_ids(ids: &[RunId], version: u64, key: String) -> Map {
    let ids = ids.iter().map(text).collect();
    Map::from([
        ("pk".to_owned(), text(key)),
        ("version".to_owned(), number(version)),
        ("ids".to_owned(), AttributeValue::L(ids)),
    ])
}

/// The names in it, and its version.
pub(in super::super) fn decode_run_ids(item: &Map) -> Answer<(Vec<RunId>, u64)> {
    let id = |value: &AttributeValue| {
        let text = value.as_s().map_err(|_| damaged("ids"))?;
        RunId::parse(text).map_err(|_| damaged("ids"))
    };
    let ids = values(item, "ids")?.iter().map(id).collect::<Answer<_>>()?;
    Ok((ids, integer(item, "version")?))
}

/// The item of what people say to runs.
pub(in super::super) fn encode_control(control: &Control, key: String) -> Map {
    let mut item = Map::from([
        ("pk".to_owned(), text(key)),
        ("version".to_owned(), number(control.version + 1)),
        ("paused".to_owned(), AttributeValue::Bool(control.paused)),
    ]);
    item.extend(control.percent.map(|percent| ("percent".to_owned(), number(u64::from(percent)))));
    item
}

/// What people said.
pub(in super::super) fn decode_control(item: &Map) -> Answer<Control> {
    let percent = item.contains_key("percent").then(|| integer(item, "percent")).transpose()?;
    let percent = percent.map(|percent| u8::try_from(percent).map_err(|_| damaged("percent"))).transpose()?;
    Ok(Control { version: integer(item, "version")?, paused: boolean(item, "paused")?, percent })
}
