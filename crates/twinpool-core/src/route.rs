//! Which pool somebody is sent to.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use crate::digest::DigestKey;
use crate::id::{AttributeName, GroupName, Pool, Timestamp};
use crate::phase::{Phase, Share, Standing};

/// Whether a text can say who asks: 1 to 128 letters, digits, `-`, `_`, `.` or `:`. No address is one, and no number with its `+`:
/// what people are reached by does not belong into a query.
#[must_use]
pub fn is_id(text: &str) -> bool {
    let sound = |c: u8| c.is_ascii_alphanumeric() || b"-_.:".contains(&c);
    (1..=128).contains(&text.len()) && text.bytes().all(sound)
}

/// Who asks. Nothing of it is kept.
#[derive(Clone, Default)]
pub struct Asker {
    /// A user id, or the id of an install ([`is_id`]): the same every time. Without one only the whole share counts.
    pub id: Option<String>,
    /// Groups in the old pool, as far as they are known.
    pub groups: BTreeSet<GroupName>,
    /// Values that cohorts can be made of, such as a tenant.
    pub values: BTreeMap<AttributeName, String>,
}

/// Values stay out of logs, and so do ids that nobody has looked at.
impl fmt::Debug for Asker {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Asker")
            .field("id", &self.id.as_ref().map(|_| "«redacted»"))
            .field("groups", &self.groups)
            .field("values", &self.values.keys())
            .finish()
    }
}

/// Where somebody is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Routed {
    /// To which pool.
    pub pool: Pool,
    /// For which reason.
    pub because: Because,
}

/// Why somebody is sent to a pool.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Because {
    /// The phase says it of everybody.
    Phase,
    /// The list of testers, or of those who are never sent.
    List,
    /// A group or a value.
    Cohort,
    /// The share.
    Share,
}

impl Because {
    /// In one word.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Phase => "phase",
            Self::List => "list",
            Self::Cohort => "cohort",
            Self::Share => "share",
        }
    }
}

/// Decides. The same answer for the same asker as long as the standing is the same; and whoever was sent to the new pool stays there
/// when the share grows.
#[must_use]
pub fn route(standing: &Standing, asker: &Asker, key: &DigestKey, now: Timestamp) -> Routed {
    let by = |pool, because| Routed { pool, because };
    match standing.phase {
        Phase::DualWrite | Phase::RolledBack => return by(Pool::Old, Because::Phase),
        Phase::Complete => return by(Pool::New, Because::Phase),
        Phase::Canary | Phase::Cutover => {}
    }
    if standing.two_way_since.is_none() || standing.settles(now) {
        return by(Pool::Old, Because::Phase);
    }
    if standing.phase == Phase::Cutover {
        return by(Pool::New, Because::Phase);
    }
    let cohorts = &standing.cohorts;
    if let Some(id) = &asker.id {
        let tester = key.tester(id);
        if cohorts.deny.contains(&tester) {
            return by(Pool::Old, Because::List);
        }
        if cohorts.allow.contains(&tester) {
            return by(Pool::New, Because::List);
        }
    }
    let in_group = !cohorts.groups.is_disjoint(&asker.groups);
    let values = asker.values.iter();
    let has_value = values
        .map(|(name, value)| (name.clone(), key.cohort(name, value)))
        .any(|value| cohorts.values.contains(&value));
    if in_group || has_value {
        return by(Pool::New, Because::Cohort);
    }
    let is_in = match &asker.id {
        Some(id) => key.place(id) < standing.share.hundredths(),
        None => standing.share == Share::ALL,
    };
    by(if is_in { Pool::New } else { Pool::Old }, Because::Share)
}
