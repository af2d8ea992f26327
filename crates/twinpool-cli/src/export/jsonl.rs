//! A line of JSON for each user.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use serde_json::{Map, Value as Json};
use twinpool_core::id::{AttributeName, GroupName, PoolId, ProviderName, Sub, Timestamp, Username};
use twinpool_core::snapshot::{Factor, Identity, Mfa, Snapshot, Status};
use twinpool_core::value::{Attributes, Value};

use super::format::{Flaw, Head, NAME, Tail, VERSION, moment, time};

#[derive(Serialize)]
struct HeadLine<'a> {
    format: &'a str,
    version: u64,
    pool: &'a str,
    started_at: Option<String>,
    mfa: bool,
}

#[derive(Serialize)]
struct UserLine<'a> {
    sub: &'a str,
    username: &'a str,
    status: &'a str,
    enabled: bool,
    created_at: Option<String>,
    modified_at: Option<String>,
    attributes: BTreeMap<&'a str, &'a str>,
    groups: Vec<&'a str>,
    identities: Vec<IdentityLine<'a>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    mfa: Option<MfaLine>,
}

#[derive(Serialize)]
struct IdentityLine<'a> {
    provider: &'a str,
    subject: &'a str,
}

#[derive(Serialize)]
struct MfaLine {
    on: Vec<&'static str>,
    preferred: Option<&'static str>,
}

#[derive(Serialize)]
struct TailLine<'a> {
    end: &'a str,
    users: u64,
    unreadable: u64,
    finished_at: Option<String>,
}

/// The factors of which a pool tells.
pub(super) const FACTORS: [Factor; 3] = [Factor::Sms, Factor::Email, Factor::Totp];

pub(super) fn head(head: &Head) -> serde_json::Result<String> {
    serde_json::to_string(&HeadLine {
        format: NAME,
        version: VERSION,
        pool: head.pool.as_str(),
        started_at: time(head.started_at),
        mfa: head.mfa,
    })
}

pub(super) fn user(user: &Snapshot, with_mfa: bool) -> serde_json::Result<String> {
    let on = || FACTORS.into_iter().filter(|factor| user.mfa.has(*factor));
    serde_json::to_string(&UserLine {
        sub: user.sub.as_str(),
        username: user.username.as_str(),
        status: user.status.code(),
        enabled: user.enabled,
        created_at: time(user.created_at),
        modified_at: time(user.modified_at),
        attributes: user.attributes.iter().map(|(name, value)| (name.as_str(), value.reveal())).collect(),
        groups: user.groups.iter().map(GroupName::as_str).collect(),
        identities: lines(&user.identities),
        mfa: with_mfa.then(|| MfaLine {
            on: on().map(Factor::code).collect(),
            preferred: user.mfa.preferred.map(Factor::code),
        }),
    })
}

pub(super) fn tail(tail: &Tail) -> serde_json::Result<String> {
    serde_json::to_string(&TailLine {
        end: NAME,
        users: tail.users,
        unreadable: tail.unreadable,
        finished_at: time(tail.finished_at),
    })
}

fn lines(identities: &BTreeSet<Identity>) -> Vec<IdentityLine<'_>> {
    let all = identities.iter();
    all.map(|one| IdentityLine { provider: one.provider.as_str(), subject: one.subject.reveal() }).collect()
}

/// Identities as they stand in a cell of CSV.
pub(super) fn identities_cell(identities: &BTreeSet<Identity>) -> serde_json::Result<String> {
    if identities.is_empty() { Ok(String::new()) } else { serde_json::to_string(&lines(identities)) }
}

/// What a line is.
pub(super) enum Line {
    User(Box<Snapshot>),
    Tail(Tail),
}

pub(super) fn object(text: &str) -> Result<Map<String, Json>, Flaw> {
    serde_json::from_str(text).map_err(|_| Flaw::NoObject)
}

/// The head, if this is one: the version first, because what follows depends on it.
pub(super) fn read_head(line: &Map<String, Json>) -> Option<(u64, Option<Head>)> {
    if line.get("format")?.as_str()? != NAME {
        return None;
    }
    let head = || {
        Some(Head {
            pool: PoolId::parse(line.get("pool")?.as_str()?).ok()?,
            started_at: moment(line.get("started_at")?.as_str()?)?,
            mfa: line.get("mfa")?.as_bool()?,
        })
    };
    Some((line.get("version")?.as_u64()?, head()))
}

pub(super) fn read(text: &str) -> Result<Line, Flaw> {
    let line = object(text)?;
    if line.get("end").and_then(Json::as_str) == Some(NAME) {
        let count = |name| line.get(name).and_then(Json::as_u64).ok_or(Flaw::Missing(name));
        let finished_at = at(&line, "finished_at")?;
        return Ok(Line::Tail(Tail {
            users: count("users")?,
            unreadable: count("unreadable")?,
            finished_at,
        }));
    }
    read_user(&line).map(|user| Line::User(Box::new(user)))
}

fn read_user(line: &Map<String, Json>) -> Result<Snapshot, Flaw> {
    Ok(Snapshot {
        sub: Sub::parse(text(line, "sub")?).map_err(|_| Flaw::Bad("sub"))?,
        username: Username::parse(text(line, "username")?).map_err(|_| Flaw::Bad("username"))?,
        status: Status::parse(text(line, "status")?),
        enabled: line
            .get("enabled")
            .ok_or(Flaw::Missing("enabled"))?
            .as_bool()
            .ok_or(Flaw::Bad("enabled"))?,
        attributes: read_attributes(line.get("attributes").ok_or(Flaw::Missing("attributes"))?)?,
        groups: read_groups(line)?,
        identities: read_identities(line.get("identities").ok_or(Flaw::Missing("identities"))?)?,
        mfa: read_mfa(line)?,
        factors: BTreeSet::new(),
        created_at: at(line, "created_at")?,
        modified_at: at(line, "modified_at")?,
    })
}

fn text<'a>(line: &'a Map<String, Json>, name: &'static str) -> Result<&'a str, Flaw> {
    line.get(name).ok_or(Flaw::Missing(name))?.as_str().ok_or(Flaw::Bad(name))
}

fn at(line: &Map<String, Json>, name: &'static str) -> Result<Timestamp, Flaw> {
    match line.get(name) {
        None | Some(Json::Null) => Ok(Timestamp(0)),
        Some(other) => other.as_str().and_then(moment).ok_or(Flaw::Bad(name)),
    }
}

/// Attributes from a JSON object. An empty value is no value, and what belongs to the pool does not travel.
pub(super) fn read_attributes(json: &Json) -> Result<Attributes, Flaw> {
    const NAME: &str = "attributes";
    let all = json.as_object().ok_or(Flaw::Bad(NAME))?.iter().map(|(name, value)| {
        let name = AttributeName::parse(name.as_str()).map_err(|_| Flaw::Bad(NAME))?;
        Ok((name, Value::new(value.as_str().ok_or(Flaw::Bad(NAME))?)))
    });
    Ok(Snapshot::attributes_that_travel(all.collect::<Result<_, Flaw>>()?))
}

fn read_groups(line: &Map<String, Json>) -> Result<BTreeSet<GroupName>, Flaw> {
    const NAME: &str = "groups";
    let all = line.get(NAME).ok_or(Flaw::Missing(NAME))?.as_array().ok_or(Flaw::Bad(NAME))?;
    let group = |json: &Json| GroupName::parse(json.as_str()?).ok();
    all.iter().map(|json| group(json).ok_or(Flaw::Bad(NAME))).collect()
}

/// Identities from a JSON array.
pub(super) fn read_identities(json: &Json) -> Result<BTreeSet<Identity>, Flaw> {
    const NAME: &str = "identities";
    let identity = |json: &Json| {
        let provider = ProviderName::parse(json.get("provider")?.as_str()?).ok()?;
        Some(Identity { provider, subject: Value::new(json.get("subject")?.as_str()?) })
    };
    let all = json.as_array().ok_or(Flaw::Bad(NAME))?;
    all.iter().map(|json| identity(json).ok_or(Flaw::Bad(NAME))).collect()
}

fn read_mfa(line: &Map<String, Json>) -> Result<Mfa, Flaw> {
    const BAD: Flaw = Flaw::Bad("mfa");
    let Some(json) = line.get("mfa") else {
        return Ok(Mfa::default());
    };
    let on = json.get("on").and_then(Json::as_array).ok_or(BAD)?;
    let preferred = match json.get("preferred") {
        None | Some(Json::Null) => None,
        Some(word) => Some(word.as_str().ok_or(BAD)?),
    };
    let on: Option<Vec<_>> = on.iter().map(Json::as_str).collect();
    mfa(on.ok_or(BAD)?.into_iter(), preferred).ok_or(BAD)
}

/// Second factors by their words.
pub(super) fn mfa<'a>(on: impl Iterator<Item = &'a str>, preferred: Option<&str>) -> Option<Mfa> {
    let factor = |word: &str| FACTORS.into_iter().find(|factor| factor.code() == word);
    let on: BTreeSet<Factor> = on.map(factor).collect::<Option<_>>()?;
    let preferred = match preferred {
        Some(word) => Some(factor(word)?),
        None => None,
    };
    let has = |factor| on.contains(&factor);
    Some(Mfa { sms: has(Factor::Sms), email: has(Factor::Email), totp: has(Factor::Totp), preferred })
}
