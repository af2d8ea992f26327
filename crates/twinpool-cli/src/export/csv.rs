//! A flat row for each user, quoted as RFC 4180 says.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;
use twinpool_core::id::{AttributeName, GroupName, PoolId, Sub, Timestamp, Username};
use twinpool_core::pool::PoolShape;
use twinpool_core::snapshot::{Factor, Snapshot, Status};
use twinpool_core::value::{Attributes, Value};

use super::format::{Flaw, Head, NAME, Tail, VERSION, moment, time};
use super::jsonl::{FACTORS, identities_cell, mfa, read_attributes, read_identities};

/// The columns before the attributes.
const FIXED: [&str; 10] = [
    "sub",
    "username",
    "status",
    "enabled",
    "created_at",
    "modified_at",
    "groups",
    "identities",
    "mfa",
    "mfa_preferred",
];

/// The last column: attributes that have none of their own, as JSON.
const OTHERS: &str = "other_attributes";

/// The attributes that each pool has (F§7).
const STANDARD: [&str; 19] = [
    "email",
    "email_verified",
    "phone_number",
    "phone_number_verified",
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "address",
    "updated_at",
];

/// Which attribute stands in which column.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Columns(Vec<AttributeName>);

fn is_column(name: &str) -> bool {
    STANDARD.contains(&name) || name.starts_with("custom:")
}

impl Columns {
    /// Of a pool made like this.
    pub(super) fn of(shape: &PoolShape) -> Self {
        let custom = shape.attributes.keys().filter(|name| name.as_str().starts_with("custom:"));
        let standard = STANDARD.iter().filter_map(|name| AttributeName::parse(*name).ok());
        Self(standard.chain(custom.cloned()).collect())
    }

    /// The line of their names.
    pub(super) fn line(&self) -> String {
        let names = FIXED.into_iter().chain(self.0.iter().map(AttributeName::as_str)).chain([OTHERS]);
        row(names.map(str::to_owned))
    }

    /// From that line, if it is one.
    pub(super) fn read(text: &str) -> Option<Self> {
        let cells = cells(text).ok()?;
        let names: Vec<_> = cells.iter().map(String::as_str).collect();
        let names = names.strip_prefix(&FIXED)?;
        let (others, names) = names.split_last()?;
        let attribute = |name: &&str| is_column(name).then(|| AttributeName::parse(*name).ok())?;
        (*others == OTHERS).then(|| names.iter().map(attribute).collect::<Option<_>>())?.map(Self)
    }

    pub(super) fn user(&self, user: &Snapshot, with_mfa: bool) -> serde_json::Result<String> {
        let groups: Vec<_> = user.groups.iter().map(GroupName::as_str).collect();
        let on = FACTORS.into_iter().filter(|factor| with_mfa && user.mfa.has(*factor));
        let on: Vec<_> = on.map(Factor::code).collect();
        let preferred = user.mfa.preferred.filter(|_| with_mfa).map_or("", Factor::code);
        let fixed = [
            user.sub.to_string(),
            user.username.as_str().to_owned(),
            user.status.code().to_owned(),
            user.enabled.to_string(),
            time(user.created_at).unwrap_or_default(),
            time(user.modified_at).unwrap_or_default(),
            groups.join(" "),
            identities_cell(&user.identities)?,
            on.join(" "),
            preferred.to_owned(),
        ];
        let own = self.0.iter().map(|name| user.attributes.get(name).map_or("", Value::reveal).to_owned());
        let columns: BTreeSet<_> = self.0.iter().collect();
        let rest = user.attributes.iter().filter(|(name, _)| !columns.contains(name));
        let rest: BTreeMap<_, _> = rest.map(|(name, value)| (name.as_str(), value.reveal())).collect();
        let rest = if rest.is_empty() { String::new() } else { serde_json::to_string(&rest)? };
        Ok(row(fixed.into_iter().chain(own).chain([rest])))
    }

    pub(super) fn read_user(&self, text: &str) -> Result<Snapshot, Flaw> {
        let cells = cells(text)?;
        let expected = FIXED.len() + self.0.len() + 1;
        let wrong = Flaw::Cells { found: cells.len(), expected };
        let texts: Vec<_> = cells.iter().map(String::as_str).collect();
        let Some((fixed, attributes)) = texts.split_first_chunk::<10>() else {
            return Err(wrong);
        };
        let (Some((others, own)), true) = (attributes.split_last(), texts.len() == expected) else {
            return Err(wrong);
        };
        let [sub, username, status, enabled, created_at, modified_at, groups, identities, on, preferred] =
            *fixed;
        if sub.is_empty() {
            return Err(Flaw::Missing("sub"));
        }
        Ok(Snapshot {
            sub: Sub::parse(sub).map_err(|_| Flaw::Bad("sub"))?,
            username: Username::parse(username).map_err(|_| Flaw::Bad("username"))?,
            status: Status::parse(status),
            enabled: yes_or_no(enabled).ok_or(Flaw::Bad("enabled"))?,
            attributes: self.read_attributes(own, others)?,
            groups: read_groups(groups)?,
            identities: read_identities(&json(identities, "[]", "identities")?)?,
            mfa: mfa(on.split_whitespace(), Some(preferred).filter(|word| !word.is_empty()))
                .ok_or(Flaw::Bad("mfa"))?,
            factors: BTreeSet::new(),
            created_at: at(created_at, "created_at")?,
            modified_at: at(modified_at, "modified_at")?,
        })
    }

    fn read_attributes(&self, own: &[&str], others: &str) -> Result<Attributes, Flaw> {
        let own = self.0.iter().zip(own).map(|(name, text)| (name.clone(), Value::new(*text)));
        let mut all = read_attributes(&json(others, "{}", "other_attributes")?)?;
        all.extend(Snapshot::attributes_that_travel(own.collect()));
        Ok(all)
    }
}

fn json(text: &str, empty: &str, name: &'static str) -> Result<Json, Flaw> {
    serde_json::from_str(if text.is_empty() { empty } else { text }).map_err(|_| Flaw::Bad(name))
}

fn at(text: &str, name: &'static str) -> Result<Timestamp, Flaw> {
    if text.is_empty() { Ok(Timestamp(0)) } else { moment(text).ok_or(Flaw::Bad(name)) }
}

fn read_groups(text: &str) -> Result<BTreeSet<GroupName>, Flaw> {
    text.split_whitespace().map(|name| GroupName::parse(name).map_err(|_| Flaw::Bad("groups"))).collect()
}

/// As spreadsheets write them, too.
fn yes_or_no(text: &str) -> Option<bool> {
    match text.to_ascii_lowercase().as_str() {
        "true" => Some(true),
        "false" => Some(false),
        _ => None,
    }
}

pub(super) fn head(head: &Head) -> String {
    let started_at = time(head.started_at).unwrap_or_default();
    format!("#{NAME},{VERSION},{},{started_at},mfa={}", head.pool, head.mfa)
}

pub(super) fn tail(tail: &Tail) -> String {
    let finished_at = time(tail.finished_at).unwrap_or_default();
    format!("#end,{},{},{finished_at}", tail.users, tail.unreadable)
}

/// The cells of a line that begins with `#`. Spreadsheets fill such lines up with empty cells.
fn marked(text: &str) -> Option<Vec<&str>> {
    Some(text.strip_prefix('#')?.trim_end_matches(',').split(',').collect())
}

/// The head, if this is one: the version first, because what follows depends on it.
pub(super) fn read_head(text: &str) -> Option<(u64, Option<Head>)> {
    let cells = marked(text)?;
    let (name, version) = (cells.first()?, cells.get(1)?.parse().ok()?);
    let head = || {
        let [_, _, pool, started_at, mfa] = cells.as_slice() else {
            return None;
        };
        let mfa = yes_or_no(mfa.strip_prefix("mfa=")?)?;
        Some(Head { pool: PoolId::parse(*pool).ok()?, started_at: moment(started_at)?, mfa })
    };
    (*name == NAME).then(|| (version, head()))
}

/// The tail, if this is one.
pub(super) fn read_tail(text: &str) -> Option<Result<Tail, Flaw>> {
    let cells = marked(text)?;
    let tail = || {
        let ["end", users, unreadable, finished_at] = cells.as_slice() else {
            return None;
        };
        let (users, unreadable) = (users.parse().ok()?, unreadable.parse().ok()?);
        Some(Tail { users, unreadable, finished_at: moment(finished_at)? })
    };
    Some(tail().ok_or(Flaw::Bad("the line that begins with #")))
}

fn row(cells: impl Iterator<Item = String>) -> String {
    let cells: Vec<_> = cells.map(quoted).collect();
    cells.join(",")
}

fn quoted(text: String) -> String {
    let is_plain = !text.contains([',', '"', '\n', '\r']) && text.trim() == text && !text.starts_with('#');
    if is_plain { text } else { format!("\"{}\"", text.replace('"', "\"\"")) }
}

/// The cells of a row.
fn cells(text: &str) -> Result<Vec<String>, Flaw> {
    let mut cells = Vec::new();
    let mut rest = text;
    loop {
        let (cell, behind) = match rest.strip_prefix('"') {
            Some(inside) => quoted_cell(inside)?,
            None => plain_cell(rest)?,
        };
        cells.push(cell);
        match behind.strip_prefix(',') {
            Some(next) => rest = next,
            None if behind.is_empty() => return Ok(cells),
            None => return Err(Flaw::Quotes),
        }
    }
}

fn plain_cell(text: &str) -> Result<(String, &str), Flaw> {
    let (cell, behind) = text.split_at(text.find(',').unwrap_or(text.len()));
    if cell.contains('"') { Err(Flaw::Quotes) } else { Ok((cell.to_owned(), behind)) }
}

/// Up to the quotation mark that is not doubled.
fn quoted_cell(mut rest: &str) -> Result<(String, &str), Flaw> {
    let mut cell = String::new();
    loop {
        let (part, behind) = rest.split_once('"').ok_or(Flaw::Quotes)?;
        cell.push_str(part);
        match behind.strip_prefix('"') {
            Some(next) => {
                cell.push('"');
                rest = next;
            }
            None => return Ok((cell, behind)),
        }
    }
}
