//! What could not be looked at: a reason each, with all that is not known for it.

use super::Finding;
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
        Finding::new(overview.while_moving(), format!("not known: {} ({why})", all.join(", ")), "")
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
