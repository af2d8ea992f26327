//! Where the move stands, and a line of its history, as items of the table.

use std::collections::BTreeSet;

use aws_sdk_dynamodb::types::AttributeValue;
use twinpool_core::digest::Digest;
use twinpool_core::id::{AttributeName, GroupName, Timestamp};
use twinpool_core::phase::{Busy, Change, Cohorts, Phase, Round, Share, Standing};
use twinpool_core::port::{Answer, Class, PortError};

use super::field::{Map, damaged, integer, list, number, optional, set, string, text, values};

/// The only format there is.
pub(in super::super) const FORMAT: u64 = 1;

/// The item of where the move stands. `changes`: how many lines the history has.
pub(in super::super) fn encode_standing(standing: &Standing, changes: u64, key: String) -> Map {
    let Standing { version, phase, share, cohorts, round, since, .. } = standing;
    let Standing { two_way_since, all_moved_in, proven, taken, table, busy, .. } = standing;
    let mut item = Map::from([
        ("pk".to_owned(), text(key)),
        ("format".to_owned(), number(FORMAT)),
        ("version".to_owned(), number(*version)),
        ("changes".to_owned(), number(changes)),
        ("phase".to_owned(), text(phase.code())),
        ("share".to_owned(), number(u64::from(share.hundredths()))),
        ("groups".to_owned(), list(&cohorts.groups)),
        ("values".to_owned(), AttributeValue::L(cohorts.values.iter().map(value).collect())),
        ("allow".to_owned(), list(cohorts.allow.iter().map(Digest::as_str))),
        ("deny".to_owned(), list(cohorts.deny.iter().map(Digest::as_str))),
        ("round".to_owned(), number(u64::from(round.0))),
        ("since".to_owned(), number(since.0)),
    ]);
    item.extend(two_way_since.map(|at| ("two_way_since".to_owned(), number(at.0))));
    item.extend(all_moved_in.map(|round| ("all_moved_in".to_owned(), number(u64::from(round.0)))));
    item.extend(proven.map(|at| ("proven".to_owned(), number(at.0))));
    item.extend(taken.map(|at| ("taken".to_owned(), number(at.0))));
    item.extend(table.as_ref().map(|table| ("table".to_owned(), text(table))));
    item.extend(busy.as_ref().map(|busy| ("busy".to_owned(), encode_busy(busy))));
    item
}

fn value((name, digest): &(AttributeName, Digest)) -> AttributeValue {
    AttributeValue::M(Map::from([
        ("name".to_owned(), text(name)),
        ("digest".to_owned(), text(digest.as_str())),
    ]))
}

fn encode_busy(busy: &Busy) -> AttributeValue {
    AttributeValue::M(Map::from([
        ("what".to_owned(), text(&busy.what)),
        ("who".to_owned(), text(&busy.who)),
        ("at".to_owned(), number(busy.at.0)),
    ]))
}

/// Where the move stands, and how many lines the history has.
pub(in super::super) fn decode_standing(item: &Map) -> Answer<(Standing, u64)> {
    known(item)?;
    let digest = |text: &str| Some(Digest::stored(text));
    let cohorts = Cohorts {
        groups: set(item, "groups", |name| GroupName::parse(name).ok())?,
        values: values(item, "values")?.iter().map(decode_value).collect::<Answer<BTreeSet<_>>>()?,
        allow: set(item, "allow", digest)?,
        deny: set(item, "deny", digest)?,
    };
    let moment = |field: &str| -> Answer<Option<Timestamp>> {
        Ok(item.contains_key(field).then(|| integer(item, field)).transpose()?.map(Timestamp))
    };
    let standing = Standing {
        version: integer(item, "version")?,
        phase: phase(item, "phase")?,
        share: share(item, "share")?,
        cohorts,
        round: round(item, "round")?,
        since: Timestamp(integer(item, "since")?),
        two_way_since: moment("two_way_since")?,
        all_moved_in: item.contains_key("all_moved_in").then(|| round(item, "all_moved_in")).transpose()?,
        proven: moment("proven")?,
        taken: moment("taken")?,
        table: optional(item, "table")?.map(str::to_owned),
        busy: item.get("busy").map(decode_busy).transpose()?,
    };
    Ok((standing, integer(item, "changes")?))
}

pub(in super::super) fn known(item: &Map) -> Answer<()> {
    match integer(item, "format")? {
        FORMAT => Ok(()),
        _ => Err(PortError::new(Class::Unreadable, "GetItem", "NewerFormat")),
    }
}

fn phase(item: &Map, field: &str) -> Answer<Phase> {
    Phase::from_code(string(item, field)?).ok_or_else(|| damaged(field))
}

fn round(item: &Map, field: &str) -> Answer<Round> {
    Ok(Round(u32::try_from(integer(item, field)?).map_err(|_| damaged(field))?))
}

fn share(item: &Map, field: &str) -> Answer<Share> {
    let hundredths = u16::try_from(integer(item, field)?).map_err(|_| damaged(field))?;
    Share::from_hundredths(hundredths).ok_or_else(|| damaged(field))
}

fn decode_value(value: &AttributeValue) -> Answer<(AttributeName, Digest)> {
    let item = value.as_m().map_err(|_| damaged("values"))?;
    let name = AttributeName::parse(string(item, "name")?).map_err(|_| damaged("values"))?;
    Ok((name, Digest::stored(string(item, "digest")?)))
}

fn decode_busy(value: &AttributeValue) -> Answer<Busy> {
    let item = value.as_m().map_err(|_| damaged("busy"))?;
    Ok(Busy {
        what: string(item, "what")?.to_owned(),
        who: string(item, "who")?.to_owned(),
        at: Timestamp(integer(item, "at")?),
    })
}

/// A line of the history.
pub(in super::super) fn encode_change(change: &Change, key: String) -> Map {
    Map::from([
        ("pk".to_owned(), text(key)),
        ("format".to_owned(), number(FORMAT)),
        ("version".to_owned(), number(change.version)),
        ("from_phase".to_owned(), text(change.from.0.code())),
        ("from_share".to_owned(), number(u64::from(change.from.1.hundredths()))),
        ("to_phase".to_owned(), text(change.to.0.code())),
        ("to_share".to_owned(), number(u64::from(change.to.1.hundredths()))),
        ("at".to_owned(), number(change.at.0)),
        ("who".to_owned(), text(&change.who)),
        ("why".to_owned(), text(&change.why)),
        ("forced".to_owned(), list(&change.forced)),
    ])
}

/// The line in an item.
pub(in super::super) fn decode_change(item: &Map) -> Answer<Change> {
    known(item)?;
    let forced = |value: &AttributeValue| value.as_s().cloned().map_err(|_| damaged("forced"));
    Ok(Change {
        version: integer(item, "version")?,
        from: (phase(item, "from_phase")?, share(item, "from_share")?),
        to: (phase(item, "to_phase")?, share(item, "to_share")?),
        at: Timestamp(integer(item, "at")?),
        who: string(item, "who")?.to_owned(),
        why: string(item, "why")?.to_owned(),
        forced: values(item, "forced")?.iter().map(forced).collect::<Answer<_>>()?,
    })
}
