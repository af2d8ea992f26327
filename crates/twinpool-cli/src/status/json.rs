//! A look for programs. Described in docs/command-line.md: what stands here stays.
//!
//! What could not be looked at is null, and `unknown` says why.

use std::collections::BTreeMap;
use std::time::Duration;

use serde_json::{Map, Value, json};
use twinpool_core::check::Look;
use twinpool_core::overview::{Finding, Lag, Mirror, Overview, People, Queue, Used};
use twinpool_core::phase::Standing;
use twinpool_core::quota::Category;
use twinpool_core::verdict::Judgement;
use twinpool_core::verified::Verified;

use crate::readiness;
use crate::show::rfc3339;

/// All of it.
pub(super) fn of(overview: &Overview) -> Value {
    let mut unknown = Map::new();
    let mut all = json!({
        "at": rfc3339(overview.at),
        "stack": overview.stack,
        "health": overview.health().code(),
        "findings": overview.findings().iter().map(finding).collect::<Vec<_>>(),
    });
    let mut put = |name: &str, told: Look<Value>| {
        all[name] = told.unwrap_or_else(|why| {
            unknown.insert(name.to_owned(), why.into());
            Value::Null
        });
    };
    put(
        "pools",
        mapped(&overview.pools, |pools| {
            pools
                .as_ref()
                .map_or(Value::Null, |(old, new)| json!({ "old": old.as_str(), "new": new.as_str() }))
        }),
    );
    put("phase", mapped(&overview.standing, phase));
    put("people", mapped(&overview.people, people));
    put("verified", mapped(&overview.verified, verified));
    put("queue", mapped(&overview.queue, queue));
    put("mirror", mapped(&overview.mirror, mirror));
    put("verdict", mapped(&overview.judgement, verdict));
    put("budget", mapped(&overview.budget, budget));
    put("alarms", mapped(&overview.alarms, |alarms| json!(alarms)));
    let mut held = Map::new();
    for (of, told) in &overview.dead_letters {
        let name = of.replace(' ', "_");
        if let Err(why) = told {
            unknown.insert(format!("dead_letters.{name}"), why.as_str().into());
        }
        held.insert(name, json!(told.as_ref().ok()));
    }
    all["dead_letters"] = held.into();
    all["unknown"] = unknown.into();
    all
}

fn mapped<T>(look: &Look<T>, json: impl FnOnce(&T) -> Value) -> Look<Value> {
    look.as_ref().map(json).map_err(Clone::clone)
}

fn finding(finding: &Finding) -> Value {
    json!({ "severity": finding.severity.code(), "what": finding.what, "do": finding.remedy })
}

fn percent(hundredths: u64) -> f64 {
    #[expect(clippy::cast_precision_loss, reason = "it is 10,000 at most")]
    let percent = hundredths as f64 / 100.0;
    percent
}

fn phase(standing: &Standing) -> Value {
    json!({
        "phase": standing.phase.code(),
        "percent": percent(standing.share.hundredths().into()),
        "since": (standing.since.0 > 0).then(|| rfc3339(standing.since)),
        "way_back_proven": standing.proven.map(rfc3339),
        "round": standing.round.0,
        "version": standing.version,
    })
}

fn people(people: &People) -> Value {
    json!({
        "at": rfc3339(people.at),
        "walk_seconds": seconds(people.took),
        "in_old_about": people.about(),
        "linked": people.linked,
        "linked_percent": people.share_linked().map(percent),
        "pending": people.pending,
        "in_conflict": people.conflicts,
        "held_back": people.held_back,
        "open": people.open().values().sum::<u64>(),
        "left_out": people.left_out,
        "deleted": people.deleted,
        "merged": people.merged,
        "born_in_new": people.born,
        "moved": people.moved,
        "came": people.came,
        "unreadable": people.unreadable,
        "if_rolled_back": readiness::json(&people.readiness),
    })
}

fn verified(verified: &Option<Verified>) -> Value {
    verified.map_or(Value::Null, |verified| {
        json!({
            "at": rfc3339(verified.at),
            "users": verified.users,
            "differing": verified.differing,
            "held_back": verified.held_back,
            "in_flight": verified.in_flight,
        })
    })
}

fn queue(queue: &Queue) -> Value {
    json!({
        "waiting": queue.waiting,
        "under_way": queue.under_way,
        "oldest_seconds": queue.oldest.map(seconds),
        "stands_for_seconds": queue.stands_for.map(seconds),
    })
}

fn mirror(mirror: &Mirror) -> Value {
    let lag =
        |Lag { p50, p95, p99 }| json!({ "p50": seconds(p50), "p95": seconds(p95), "p99": seconds(p99) });
    json!({
        "stopped": mirror.stopped,
        "handled": mirror.handled,
        "lag_seconds": mirror.lag.map(lag),
    })
}

fn verdict(judgement: &Judgement) -> Value {
    json!({ "verdict": judgement.verdict.code(), "reasons": judgement.reasons() })
}

fn budget(budget: &BTreeMap<Category, Used>) -> Value {
    let one = |used: &Used| json!({ "calls": used.calls, "throttled": used.throttled, "quota": used.quota });
    budget
        .iter()
        .map(|(category, used)| (category.name().to_owned(), one(used)))
        .collect::<Map<_, _>>()
        .into()
}

fn seconds(time: Duration) -> f64 {
    time.as_secs_f64()
}

#[cfg(test)]
mod tests;
