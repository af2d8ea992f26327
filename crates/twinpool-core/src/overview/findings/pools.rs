//! Whether both pools agree, and whether AWS lets twinpool work.

use std::time::Duration;

use super::Finding;
use crate::id::Timestamp;
use crate::overview::words::{count, span};
use crate::overview::{Overview, Used};
use crate::quota::Category;

/// A verify says nothing of what happened since.
const FRESH: Duration = Duration::from_hours(24);

/// More of a quota than this is near its end.
const FULL: f64 = 0.8;

/// Quotas that are all but used up, and calls that were refused.
pub(super) fn budget(overview: &Overview) -> Vec<Finding> {
    let Ok(budget) = &overview.budget else {
        return Vec::new();
    };
    let named = |which: fn(&Used) -> bool, told: fn(Category, &Used) -> String| {
        let all = budget.iter().filter(|(_, used)| which(used)).map(|(category, used)| told(*category, used));
        let all: Vec<_> = all.collect();
        (!all.is_empty()).then(|| all.join(", "))
    };
    let refused = named(
        |used| used.throttled > 0.0,
        |category, used| format!("{category} {:.1} a second", used.throttled),
    );
    let full = named(
        |used| used.share() > FULL,
        |category, used| format!("{category} {:.0} %", used.share() * 100.0),
    );
    let remedy = "twinpool rate slows backfills down; AWS raises quotas: Service Quotas";
    let refused =
        refused.map(|all| Finding::look(format!("Cognito refuses calls as too many: {all}"), remedy));
    let full = full.map(|all| Finding::look(format!("quotas are all but used up: {all}"), remedy));
    refused.into_iter().chain(full).collect()
}

/// The last look at everybody in both pools.
pub(super) fn verified(overview: &Overview) -> Vec<Finding> {
    if overview.is_over() {
        return Vec::new();
    }
    let what = match &overview.verified {
        Err(_) => None,
        Ok(None) => Some("nobody has compared everybody in both pools yet".to_owned()),
        Ok(Some(verified)) if !verified.is_equal() && verified.differing == 0 => {
            let users = count(verified.in_flight, "user");
            let were = if verified.in_flight == 1 { "was" } else { "were" };
            Some(format!("the last verify found {users} who {were} changing meanwhile: verify again"))
        }
        Ok(Some(verified)) if !verified.is_equal() => {
            let users = count(verified.differing, "user");
            let differ = if verified.differing == 1 { "differs" } else { "differ" };
            Some(format!("the last verify found {users} who {differ}, for no reason that is written down"))
        }
        Ok(Some(verified)) => {
            let age = age(verified.at, overview.at);
            (age > FRESH).then(|| format!("the last verify is {} old", span(age)))
        }
    };
    what.map(|what| Finding::new(overview.while_moving(), what, "twinpool verify")).into_iter().collect()
}

fn age(at: Timestamp, now: Timestamp) -> Duration {
    Duration::from_millis(now.0.saturating_sub(at.0))
}
