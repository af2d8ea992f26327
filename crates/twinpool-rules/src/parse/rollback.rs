//! `[rollback]`: what the owner goes by while users are moved.

use std::time::Duration;

use twinpool_core::criteria::{Criteria, Criterion, Limits, Unit};
use twinpool_core::phase::Share;

use super::node::{Fields, Node};
use crate::error::RulesError;
use crate::time::{DAY, time};

const HOLD: &str = "hold_at";

/// Metrics of AWS come by the minute, those of Cognito every five.
const SHORTEST: Duration = Duration::from_secs(5 * 60);
const LONGEST: Duration = DAY;

/// SQS keeps no message longer. The bound also refuses `5M`, which is months, of whoever means minutes.
const KEPT: Duration = Duration::from_secs(14 * DAY.as_secs());

pub(super) fn read(node: &Node<'_>) -> Result<Criteria, RulesError> {
    let keys = Criterion::ALL.map(Criterion::key);
    let fields = node.fields(&[["window", "minimum_events", HOLD].as_slice(), &keys].concat())?;
    let hold = fields.get(HOLD).map(|node| node.fields(&keys)).transpose()?;
    let mut criteria = Criteria::default();
    if let Some(node) = fields.get("window") {
        criteria.window = window(node)?;
    }
    if let Some(node) = fields.get("minimum_events") {
        criteria.minimum_events = node.whole()?;
    }
    for criterion in Criterion::ALL {
        let limits = limits(criterion, criteria.limits(criterion), &fields, hold.as_ref())?;
        criteria.limits.remove(&criterion);
        if !limits.is_none() {
            criteria.limits.insert(criterion, limits);
        }
    }
    Ok(criteria)
}

fn window(node: &Node<'_>) -> Result<Duration, RulesError> {
    let window = span(node)?;
    if (SHORTEST..=LONGEST).contains(&window) {
        return Ok(window);
    }
    Err(node.error("this must be from \"5m\" to \"24h\": metrics come every five minutes"))
}

fn limits(
    criterion: Criterion,
    default: Limits,
    fields: &Fields<'_>,
    hold: Option<&Fields<'_>>,
) -> Result<Limits, RulesError> {
    let roll_back = match fields.get(criterion.key()) {
        None => default.roll_back,
        Some(node) if node.is_text("off") => None,
        Some(node) => Some(limit(criterion, node)?),
    };
    let Some(node) = hold.and_then(|hold| hold.get(criterion.key())) else {
        return Ok(Limits { hold: None, roll_back });
    };
    let hold = limit(criterion, node)?;
    let is_no_softer =
        roll_back.is_some_and(|limit| if criterion.is_floor() { hold <= limit } else { hold >= limit });
    if is_no_softer {
        let unit = criterion.unit();
        let limit = unit.shown(roll_back.unwrap_or_default());
        return Err(node.error(format!(
            "everybody is sent back from {limit} on already: name a softer limit, or take the line out"
        )));
    }
    Ok(Limits { hold: Some(hold), roll_back })
}

fn limit(criterion: Criterion, node: &Node<'_>) -> Result<u64, RulesError> {
    match criterion.unit() {
        Unit::Percent => {
            let share = node.number().and_then(Share::parse).map(|share| u64::from(share.hundredths()));
            share.ok_or_else(|| {
                node.error("this must be a number of percent from 0 to 100, such as 95 or 99.5")
            })
        }
        Unit::Time => span(node).map(|span| span.as_secs()),
        Unit::Count => node.whole(),
    }
}

fn span(node: &Node<'_>) -> Result<Duration, RulesError> {
    let span = time(node.text()?).filter(|span| *span <= KEPT);
    span.ok_or_else(|| {
        node.error("this must be a time, such as \"90s\", \"10m\" or \"1h\", and 14 days at most")
    })
}

#[cfg(test)]
mod tests;
