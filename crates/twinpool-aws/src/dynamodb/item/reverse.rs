//! What people's using both pools adds to a link, as one field of its item.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use twinpool_core::digest::Digest;
use twinpool_core::id::{AttributeName, GroupName, Pool, Timestamp};
use twinpool_core::phase::Round;
use twinpool_core::port::Answer;
use twinpool_core::reverse::{Overruled, Reverse, Work, Written};

use super::field::{Map, boolean, damaged, get, integer, list, number, set, string, text, values};
use super::subject::{decode_held_back, decode_subject, encode_held_back, encode_subject};

/// Nothing, where there is nothing to say.
pub(super) fn encode_reverse(reverse: &Reverse) -> Option<AttributeValue> {
    if *reverse == Reverse::default() {
        return None;
    }
    let Reverse { moved_in, moved_at, work, held_back, unseen, overruled } = reverse;
    let mut item = Map::from([
        ("held_back".to_owned(), AttributeValue::L(held_back.iter().map(encode_held_back).collect())),
        ("unseen".to_owned(), list(unseen)),
        ("overruled".to_owned(), AttributeValue::L(overruled.iter().map(encode_overruled).collect())),
    ]);
    item.extend(moved_in.map(|round| ("moved_in".to_owned(), number(u64::from(round.0)))));
    item.extend(moved_at.map(|at| ("moved_at".to_owned(), number(at.0))));
    item.extend(work.as_ref().map(|work| ("work".to_owned(), encode_work(work))));
    Some(AttributeValue::M(item))
}

pub(super) fn decode_reverse(item: &Map) -> Answer<Reverse> {
    let Some(item) = item.get("reverse") else {
        return Ok(Reverse::default());
    };
    let item = item.as_m().map_err(|_| damaged("reverse"))?;
    let round = |number: u64| u32::try_from(number).map(Round).map_err(|_| damaged("moved_in"));
    let number = |name| item.contains_key(name).then(|| integer(item, name)).transpose();
    Ok(Reverse {
        moved_in: number("moved_in")?.map(round).transpose()?,
        moved_at: number("moved_at")?.map(Timestamp),
        work: item.get("work").map(decode_work).transpose()?.map(Box::new),
        held_back: values(item, "held_back")?.iter().map(decode_held_back).collect::<Answer<_>>()?,
        unseen: set(item, "unseen", |name| AttributeName::parse(name).ok())?,
        overruled: values(item, "overruled")?.iter().map(decode_overruled).collect::<Answer<_>>()?,
    })
}

fn encode_overruled(lost: &Overruled) -> AttributeValue {
    let mut item = encode_subject(&lost.subject);
    item.insert("pool".to_owned(), text(lost.pool.code()));
    item.insert("at".to_owned(), number(lost.at.0));
    AttributeValue::M(item)
}

fn decode_overruled(value: &AttributeValue) -> Answer<Overruled> {
    let item = value.as_m().map_err(|_| damaged("overruled"))?;
    let pool = Pool::from_code(string(item, "pool")?).ok_or_else(|| damaged("pool"))?;
    Ok(Overruled { subject: decode_subject(item)?, pool, at: Timestamp(integer(item, "at")?) })
}

fn encode_work(work: &Work) -> AttributeValue {
    AttributeValue::M(Map::from([
        ("at".to_owned(), number(work.at.0)),
        ("old".to_owned(), encode_written(&work.old)),
        ("new".to_owned(), encode_written(&work.new)),
    ]))
}

fn decode_work(value: &AttributeValue) -> Answer<Work> {
    let item = value.as_m().map_err(|_| damaged("work"))?;
    Ok(Work {
        at: Timestamp(integer(item, "at")?),
        old: decode_written(item, "old")?,
        new: decode_written(item, "new")?,
    })
}

fn encode_written(written: &Written) -> AttributeValue {
    let digest = |digest: &Option<Digest>| match digest {
        Some(digest) => text(digest.as_str()),
        None => AttributeValue::Null(true),
    };
    let attributes = written.attributes.iter().map(|(name, value)| (name.to_string(), digest(value)));
    let groups = written.groups.iter().map(|(name, is_in)| (name.to_string(), AttributeValue::Bool(*is_in)));
    let identities = written.identities.iter();
    let identities =
        identities.map(|(digest, is_in)| (digest.as_str().to_owned(), AttributeValue::Bool(*is_in)));
    let mut item = Map::from([
        ("attributes".to_owned(), AttributeValue::M(attributes.collect())),
        ("groups".to_owned(), AttributeValue::M(groups.collect())),
        ("identities".to_owned(), AttributeValue::M(identities.collect())),
    ]);
    item.extend(written.enabled.map(|enabled| ("enabled".to_owned(), AttributeValue::Bool(enabled))));
    item.extend(written.mfa.map(|mfa| ("mfa".to_owned(), super::encode::mfa(mfa))));
    AttributeValue::M(item)
}

fn decode_written(item: &Map, field: &str) -> Answer<Written> {
    let item = get(item, field)?.as_m().map_err(|_| damaged(field))?;
    let map = |field: &str| get(item, field)?.as_m().map_err(|_| damaged(field));
    let attribute = |(name, value): (&String, &AttributeValue)| {
        let name = AttributeName::parse(name.clone()).map_err(|_| damaged("attributes"))?;
        let digest = match value {
            AttributeValue::Null(_) => None,
            value => Some(Digest::stored(value.as_s().map_err(|_| damaged("attributes"))?.clone())),
        };
        Ok((name, digest))
    };
    let groups = map("groups")?;
    let group = |name: &String| {
        let parsed = GroupName::parse(name.clone()).map_err(|_| damaged("groups"))?;
        Ok((parsed, boolean(groups, name)?))
    };
    let identities = map("identities")?;
    Ok(Written {
        attributes: map("attributes")?.iter().map(attribute).collect::<Answer<BTreeMap<_, _>>>()?,
        groups: groups.keys().map(group).collect::<Answer<_>>()?,
        enabled: item.contains_key("enabled").then(|| boolean(item, "enabled")).transpose()?,
        identities: identities
            .keys()
            .map(|digest| Ok((Digest::stored(digest.clone()), boolean(identities, digest)?)))
            .collect::<Answer<_>>()?,
        mfa: item.contains_key("mfa").then(|| super::decode::mfa(item)).transpose()?,
    })
}
