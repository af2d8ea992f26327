//! What could not be looked at: a reason each, with all that is not known for it.

use super::{Finding, Severity};
use crate::check::Look;
use crate::overview::Overview;

/// All of it but the phase, which is told apart.
pub(super) fn all(overview: &Overview) -> Vec<Finding> {
    let mut reasons: Vec<(&str, Vec<String>)> = Vec::new();
    for (what, why) in unknown(overview) {
        match reasons.iter_mut().find(|(known, _)| *known == why) {
            Some((_, all)) => all.push(what),
            None => reasons.push((why, vec![what])),
        }
    }
    let one = |(why, all): (&str, Vec<String>)| {
        // Nobody can tell whether changes arrive: that is no move of which all is well.
        let carries =
            all.iter().any(|what| matches!(what.as_str(), "queue" | "mirror") || what.starts_with("DLQ"));
        let severity = if carries && !overview.is_over() { Severity::Look } else { overview.while_moving() };
        Finding::new(severity, format!("not known: {} ({why})", all.join(", ")), "")
    };
    reasons.into_iter().map(one).collect()
}

fn unknown(overview: &Overview) -> Vec<(String, &str)> {
    let told = [
        ("users", why(&overview.people)),
        ("queue", why(&overview.queue)),
        ("mirror", why(&overview.mirror)),
        ("verdict", why(&overview.judgement)),
        ("alarms", why(&overview.alarms)),
        ("budget", why(&overview.budget)),
        ("verify", why(&overview.verified)),
        ("pools", why(&overview.pools)),
        ("history", why(&overview.history)),
        ("charts", why(&overview.curves)),
    ];
    let told = told.into_iter().filter_map(|(what, why)| Some((what.to_owned(), why?)));
    let held = overview.dead_letters.iter();
    let held = held.filter_map(|(of, held)| Some((format!("DLQ of the {of}"), why(held)?)));
    told.chain(held).collect()
}

fn why<T>(look: &Look<T>) -> Option<&str> {
    look.as_ref().err().map(String::as_str)
}
