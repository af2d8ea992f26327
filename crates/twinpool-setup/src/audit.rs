//! The preflight: what both pools' settings and the old pool's users will make of a move. Reads only; pure.
//!
//! [`audit`] holds the [`PoolFacts`] of both pools, the rules and a [`Census`] of the users against each other and gives a
//! [`Report`] of typed findings. What could not be read is a finding too.

use std::collections::BTreeSet;

use twinpool_core::id::{AttributeName, PoolId};
use twinpool_core::pool::PoolShape;
use twinpool_core::port::PortError;
use twinpool_core::quota::{Category, Quotas};
use twinpool_rules::Rules;

use crate::port::{FunctionArn, Json};

mod accept;
mod census;
mod clients;
mod code;
mod factors;
mod facts;
mod finding;
mod groups;
mod messages;
mod pages;
mod passwords;
mod providers;
mod quotas;
mod reading;
mod report;
mod schema;
mod sign_in;
mod terms;
#[cfg(test)]
mod tests;
mod triggers;
mod users;
mod ways;

pub use census::{Census, Example, MOST_NAMES, Tally};
pub use code::{Code, Severity};
pub use facts::{Described, PoolFacts};
pub use finding::Finding;
pub use report::Report;

use finding::Findings;

/// What is judged.
pub struct Input<'a> {
    /// The pool being left.
    pub old: &'a PoolFacts,
    /// The pool being moved to.
    pub new: &'a PoolFacts,
    /// The owner's rules, with what the owner accepts.
    pub rules: &'a Rules,
    /// The attribute of the new pool that twinpool writes.
    pub marker: &'a AttributeName,
    /// Capture, where it is known: slots that hold it, by whatever alias, are ours.
    pub capture: Option<&'a FunctionArn>,
    /// The sign-in function, where it is known.
    pub sign_in: Option<&'a FunctionArn>,
    /// The account's quotas.
    pub quotas: &'a KnownQuotas,
    /// The users of the old pool; `None` where nobody looked at them.
    pub census: Option<&'a Census<'a>>,
}

/// What is known of the account's quotas.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KnownQuotas {
    /// The account's, and AWS's defaults where they could not be read.
    pub quotas: Quotas,
    /// Which were read.
    pub read: BTreeSet<Category>,
    /// Why not all could be.
    pub problem: Option<PortError>,
}

/// All topics, in the order in which they are told within one severity.
const TOPICS: [&[Code]; 17] = [
    reading::CODES,
    messages::CODES,
    sign_in::CODES,
    users::CODES,
    schema::CODES,
    passwords::CODES,
    factors::CODES,
    ways::CODES,
    triggers::CODES,
    providers::CODES,
    clients::CODES,
    pages::CODES,
    groups::CODES,
    terms::CODES,
    quotas::CODES,
    accept::CODES,
    users::COUNTS,
];

/// Every code there is.
pub fn codes() -> impl Iterator<Item = &'static Code> {
    TOPICS.iter().flat_map(|codes| codes.iter())
}

/// Judges. Whatever the input holds, there is a report.
#[must_use]
pub fn audit(input: &Input<'_>) -> Report {
    let mut found = Findings::default();
    reading::check(input, &mut found);
    if let Some(pools) = Pools::of(input) {
        sign_in::check(&pools, &mut found);
        messages::check(&pools, &mut found);
        schema::check(&pools, &mut found);
        passwords::check(&pools, &mut found);
        factors::check(&pools, &mut found);
        ways::check(&pools, &mut found);
        triggers::check(&pools, &mut found);
        providers::check(&pools, &mut found);
        clients::check(&pools, &mut found);
        pages::check(&pools, &mut found);
        groups::check(&pools, &mut found);
        terms::check(&pools, &mut found);
        quotas::check(&pools, &mut found);
        users::check(&pools, &mut found);
    }
    accept::check(input.rules, &mut found);
    Report::of(found, input)
}

/// Both pools, described.
struct Pools<'a> {
    old: Side<'a>,
    new: Side<'a>,
    input: &'a Input<'a>,
}

/// One pool, described.
struct Side<'a> {
    json: &'a Json,
    shape: &'a PoolShape,
    facts: &'a PoolFacts,
}

impl<'a> Side<'a> {
    fn of(facts: &'a PoolFacts) -> Option<Self> {
        let described = facts.description.as_ref().ok()?;
        Some(Self { json: &described.json, shape: &described.shape, facts })
    }

    fn id(&self) -> &'a PoolId {
        &self.facts.id
    }
}

impl<'a> Pools<'a> {
    /// `None` unless both are described and two: nothing can be said then.
    fn of(input: &'a Input<'a>) -> Option<Self> {
        let is_one = input.old.id == input.new.id;
        let (old, new) = (Side::of(input.old)?, Side::of(input.new)?);
        (!is_one).then_some(Self { old, new, input })
    }

    fn rules(&self) -> &'a Rules {
        self.input.rules
    }

    fn census(&self) -> Option<&'a Census<'a>> {
        self.input.census
    }

    fn sides(&self) -> [(&'static str, &Side<'a>); 2] {
        [("old pool", &self.old), ("new pool", &self.new)]
    }
}
