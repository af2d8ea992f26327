//! Checks and phases, for people and programs.

use serde_json::{Value, json};
use twinpool_core::check::{Check, Look, Verdict};
use twinpool_core::phase::{Cohorts, Phase, Standing};
use twinpool_core::readiness::Readiness;

use crate::readiness::line;
use crate::show::{beside, count};

/// Room for the longest name of a check, with its sign.
const ROOM: usize = 14;

/// The checks, a line each, with what to do where one does not hold.
pub(crate) fn checks(checks: &[Check]) -> String {
    let mut out = String::new();
    for check in checks {
        let (sign, text, remedy) = match &check.verdict {
            Verdict::Holds(what) => ('✓', what.clone(), None),
            Verdict::Fails { why, remedy } => ('✗', why.clone(), Some(remedy)),
            Verdict::Unknown(why) => ('?', format!("nobody could look: {why}"), None),
        };
        out += &beside(ROOM, &format!("{sign} {}", check.what), &text);
        if let Some(remedy) = remedy {
            out += &beside(ROOM, "", &format!("→ {remedy}"));
        }
    }
    out
}

/// What a rollback would mean, under the checks; or why nobody knows.
pub(crate) fn readiness(seen: &Look<Readiness>) -> String {
    let text = match seen {
        Ok(readiness) => line(readiness).trim_end().to_owned(),
        Err(why) => format!("{why}: `twinpool report passwords`"),
    };
    beside(ROOM, "readiness", &text)
}

/// How a command ended, for programs.
pub(crate) fn answer(
    done: bool,
    problem: Option<&str>,
    standing: Option<&Standing>,
    checks: &[Check],
) -> String {
    let all = json!({
        "done": done,
        "problem": problem,
        "phase": standing.map(|standing| standing.phase.code()),
        "percent": standing.map(|standing| f64::from(standing.share.hundredths()) / 100.0),
        "version": standing.map(|standing| standing.version),
        "checks": checks.iter().map(one).collect::<Vec<_>>(),
    });
    format!("{all:#}\n")
}

fn one(check: &Check) -> Value {
    let (verdict, why, remedy) = match &check.verdict {
        Verdict::Holds(why) => ("holds", why, None),
        Verdict::Fails { why, remedy } => ("fails", why, Some(remedy)),
        Verdict::Unknown(why) => ("unknown", why, None),
    };
    json!({ "check": check.what.code(), "verdict": verdict, "why": why, "do": remedy, "hard": check.hard })
}

/// The phase and its share in one clause: `canary, 5 %`.
pub(crate) fn moment(phase: Phase, share: impl std::fmt::Display) -> String {
    match phase {
        Phase::Canary => format!("{phase}, {share}"),
        Phase::DualWrite | Phase::Cutover | Phase::RolledBack | Phase::Complete => phase.to_string(),
    }
}

/// Who is sent beside the share. Values and testers are counted, and not told: they are digests.
pub(crate) fn cohorts(cohorts: &Cohorts) -> Option<String> {
    let Cohorts { groups, values, allow, deny } = cohorts;
    let mut all = Vec::new();
    if !groups.is_empty() {
        let named: Vec<_> = groups.iter().map(ToString::to_string).collect();
        all.push(format!("{} {}", if groups.len() == 1 { "group" } else { "groups" }, named.join(", ")));
    }
    let mut names: Vec<_> = values.iter().map(|(name, _)| name).collect();
    names.dedup();
    for name in names {
        let of_it = values.iter().filter(|(of, _)| of == name).count();
        all.push(format!("{} of {name}", count(of_it, "value")));
    }
    if !allow.is_empty() {
        all.push(count(allow.len(), "tester"));
    }
    if !deny.is_empty() {
        all.push(format!("{} never sent", deny.len()));
    }
    (!all.is_empty()).then(|| all.join("; "))
}
