//! A link read back from an item of the table.

use std::collections::BTreeMap;

use aws_sdk_dynamodb::types::AttributeValue;
use twinpool_core::change_event::Cause;
use twinpool_core::digest::Digest;
use twinpool_core::history::Entry;
use twinpool_core::id::{AttributeName, ClientId, GroupName, NewSub, OldSub, Pool, RunId, Timestamp, UserId};
use twinpool_core::link::{Base, Left, Link, LinkState, Linked, Names, Side};
use twinpool_core::port::Answer;
use twinpool_core::snapshot::{Factor, Mfa};

use super::field::{Map, boolean, damaged, get, integer, optional, parsed, set, string, values};
use super::reverse::decode_reverse;
use super::subject::{decode_decisions, decode_held_back, reason};

fn attribute(text: &str) -> Option<AttributeName> {
    AttributeName::parse(text).ok()
}

fn group(text: &str) -> Option<GroupName> {
    GroupName::parse(text).ok()
}

fn digest(text: &str) -> Option<Digest> {
    Some(Digest::stored(text))
}

/// The old sub in an item of an account of the new pool; a user who was born there has none.
pub(in super::super) fn old_sub(item: &Map) -> Answer<Option<OldSub>> {
    item.contains_key("old_sub").then(|| parsed(item, "old_sub", OldSub::parse)).transpose()
}

/// The link in an item.
pub(in super::super) fn decode(old_sub: OldSub, item: &Map) -> Answer<Link> {
    let history = values(item, "history")?.iter().map(entry).collect::<Answer<Vec<_>>>()?;
    Ok(Link {
        old_sub,
        user_id: parsed(item, "user_id", UserId::parse)?,
        version: integer(item, "version")?,
        intended: None,
        announced: Names {
            attributes: set(item, "announced_attributes", attribute)?,
            groups: set(item, "announced_groups", group)?,
            identities: set(item, "announced_identities", digest)?,
        },
        decisions: decode_decisions(item)?,
        made_by: optional(item, "made_by")?
            .map(|run| RunId::parse(run).map_err(|_| damaged("made_by")))
            .transpose()?,
        history: history.into_iter().collect(),
        seen_at: moment(item, "seen_at")?,
        seen_by: optional(item, "seen_by")?
            .map(|client| ClientId::parse(client).map_err(|_| damaged("seen_by")))
            .transpose()?,
        linked_at: moment(item, "linked_at")?,
        reverse: decode_reverse(item)?,
        state: state(item)?,
    })
}

fn moment(item: &Map, field: &str) -> Answer<Option<Timestamp>> {
    item.contains_key(field).then(|| integer(item, field).map(Timestamp)).transpose()
}

fn state(item: &Map) -> Answer<LinkState> {
    let since = || integer(item, "since").map(Timestamp);
    let sub = |field| {
        let text = optional(item, field)?;
        text.map(|text| NewSub::parse(text).map_err(|_| damaged(field))).transpose()
    };
    Ok(match string(item, "state")? {
        "pending" => LinkState::Pending { since: since()? },
        "conflict" => LinkState::Conflict { reason: reason(item)?, since: since()?, holder: sub("holder")? },
        "tombstone" => {
            let left = Left::from_code(string(item, "left")?).ok_or_else(|| damaged("left"))?;
            // Older items do not say it.
            let by = optional(item, "by")?.map_or(Some(Pool::Old), Pool::from_code);
            let by = by.ok_or_else(|| damaged("by"))?;
            LinkState::Tombstone { new_sub: sub("new_sub")?, by, left, since: since()? }
        }
        "merged" => LinkState::Merged { into: parsed(item, "into", OldSub::parse)?, since: since()? },
        "linked" => LinkState::Linked(Box::new(linked(item)?)),
        _ => return Err(damaged("state")),
    })
}

fn linked(item: &Map) -> Answer<Linked> {
    let held = values(item, "held_back")?;
    Ok(Linked {
        new_sub: parsed(item, "new_sub", NewSub::parse)?,
        base: Base { old: side(item, "base_old")?, new: side(item, "base_new")? },
        held_back: held.iter().map(decode_held_back).collect::<Answer<_>>()?,
        unseen: set(item, "unseen", attribute)?,
        mirrored_at: Timestamp(integer(item, "mirrored_at")?),
        rules: string(item, "rules")?.to_owned(),
    })
}

fn side(item: &Map, field: &str) -> Answer<Side> {
    let side = get(item, field)?.as_m().map_err(|_| damaged(field))?;
    let digests = get(side, "attributes")?.as_m().map_err(|_| damaged("attributes"))?;
    let one = |(name, digest): (&String, &AttributeValue)| {
        let name = AttributeName::parse(name.clone()).map_err(|_| damaged("attributes"))?;
        let digest = digest.as_s().map_err(|_| damaged("attributes"))?;
        Ok((name, Digest::stored(digest.clone())))
    };
    Ok(Side {
        attributes: digests.iter().map(one).collect::<Answer<BTreeMap<_, _>>>()?,
        groups: set(side, "groups", group)?,
        enabled: boolean(side, "enabled")?,
        identities: set(side, "identities", digest)?,
        mfa: mfa(side)?,
        factors: set(side, "factors", Factor::from_code)?,
    })
}

pub(super) fn mfa(side: &Map) -> Answer<Mfa> {
    let mfa = get(side, "mfa")?.as_m().map_err(|_| damaged("mfa"))?;
    let on = set(mfa, "on", Factor::from_code)?;
    let preferred = optional(mfa, "preferred")?;
    let preferred = preferred.map(|text| Factor::from_code(text).ok_or_else(|| damaged("preferred")));
    Ok(Mfa {
        sms: on.contains(&Factor::Sms),
        email: on.contains(&Factor::Email),
        totp: on.contains(&Factor::Totp),
        preferred: preferred.transpose()?,
    })
}

fn entry(value: &AttributeValue) -> Answer<Entry> {
    let item = value.as_m().map_err(|_| damaged("history"))?;
    Ok(Entry {
        at: Timestamp(integer(item, "at")?),
        cause: Cause::from(string(item, "cause")?.to_owned()),
        did: string(item, "did")?.to_owned(),
    })
}
