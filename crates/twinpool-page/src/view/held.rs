//! Conflicts: counted by reason, and one by one.

use std::collections::{BTreeMap, BTreeSet};

use maud::{Markup, html};
use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::overview::Overview;

use super::{remedy, seen};
use crate::conflict::{Conflict, Conflicts, Whose};
use crate::words::{thousands, when};

/// For the overview.
pub(crate) fn card(overview: &Overview) -> Markup {
    html! {
        section.card aria-labelledby="conflicts" {
            h2 #conflicts { "Conflicts" }
            (seen(&overview.people, |people| by_reason(&people.conflicts, &people.held_back)))
            p.more { a href="/conflicts" { "All conflicts" } }
        }
    }
}

/// How many users are in conflict, and of how many pairs something is held back, by reason.
fn by_reason(conflicts: &BTreeMap<&'static str, u64>, held_back: &BTreeMap<&'static str, u64>) -> Markup {
    let codes: BTreeSet<_> = conflicts.keys().chain(held_back.keys()).copied().collect();
    let is_open = |code: &&str| Reason::from_code(code).is_none_or(Reason::is_open);
    let (open, settled): (Vec<_>, Vec<_>) = codes.into_iter().partition(is_open);
    let number = |code: &str| {
        let of = |all: &BTreeMap<&'static str, u64>| all.get(code).copied().unwrap_or_default();
        of(conflicts) + of(held_back)
    };
    html! {
        @if open.is_empty() { p.nothing { "Nobody waits for a decision." } } @else {
            ul.reasons {
                @for code in open {
                    li { a href={ "/conflicts?reason=" (code) } { (code) } " " b { (thousands(number(code))) } }
                }
            }
        }
        @if !settled.is_empty() {
            p.note { "Settled, or only to be known: " @for (index, code) in settled.iter().enumerate() {
                @if index > 0 { ", " } (code) " " (thousands(number(code)))
            } }
        }
    }
}

/// So many are shown at once; all are counted.
pub(crate) const SHOWN: usize = 200;

/// One by one, under their reasons.
pub(crate) fn list(conflicts: &Conflicts, only: Option<Reason>, linked: bool) -> Markup {
    let counts = conflicts.counts();
    let wanted = |reason: &Reason| only.is_none_or(|only| only == *reason);
    let mut room = SHOWN;
    html! {
        @for (reason, number) in counts.iter().filter(|(reason, _)| wanted(reason)) {
            @let shown: Vec<_> = conflicts.all.iter().filter(|one| one.reason == *reason).take(room).collect();
            @let () = room -= shown.len();
            section.card aria-labelledby={ "reason-" (reason.code()) } {
                h2 id={ "reason-" (reason.code()) } { (reason.code()) " " span.tally { (number) } }
                p.note { (remedy(reason.remedy())) }
                ul.rows { @for conflict in &shown { li { (row(conflict, linked)) } } }
                @if shown.len() < *number {
                    p.note { (shown.len()) " of " (number) " are shown; " code { "twinpool conflicts list --reason " (reason.code()) } " lists all" }
                }
            }
        }
        @if conflicts.unreadable > 0 {
            p.note { (conflicts.unreadable) " items of the table cannot be read: damaged, or written by a newer twinpool" }
        }
    }
}

fn row(conflict: &Conflict, linked: bool) -> Markup {
    html! {
        p.who {
            @match &conflict.whose {
                Whose::User(sub) if linked => a.id href={ "/users?who=" (sub) } { (sub) },
                Whose::User(sub) => span.id { (sub) },
                // Nobody is found under this id: there is no link.
                Whose::Born(sub) => span.id { (sub) },
                Whose::Group(_) => span.id { (conflict.subject) },
            }
        }
        p.what {
            @match conflict.whose {
                Whose::User(_) => (about(&conflict.subject)),
                Whose::Born(_) => { "born in the new pool; " (about(&conflict.subject)) }
                Whose::Group(_) => "the group itself",
            }
            span.note { @if conflict.is_pair { ", seen " } @else { ", since " } (when(conflict.at)) }
            @if let Some(decision) = &conflict.decided { " " span.tag.note { "decided: " (decision) } }
        }
        @if matches!(conflict.whose, Whose::Born(_)) {
            p.note {
                "Nobody is made in the old pool for this account of the new pool yet."
            }
        }
    }
}

/// What is held back.
pub(crate) fn about(subject: &Subject) -> String {
    match subject {
        Subject::User => "the whole user".to_owned(),
        Subject::Attribute(_) | Subject::Group(_) | Subject::Identity(_) | Subject::Factor(_) => {
            subject.to_string()
        }
    }
}

/// Links to one reason each.
pub(crate) fn filter(counts: &BTreeMap<Reason, usize>, only: Option<Reason>) -> Markup {
    let all: usize = counts.values().sum();
    html! {
        nav.filter aria-label="Reasons" {
            a href="/conflicts" aria-current=[only.is_none().then_some("true")] { "all " span.tally { (all) } }
            @for (reason, number) in counts {
                a href={ "/conflicts?reason=" (reason.code()) } aria-current=[(only == Some(*reason)).then_some("true")] {
                    (reason.code()) " " span.tally { (number) }
                }
            }
        }
    }
}
