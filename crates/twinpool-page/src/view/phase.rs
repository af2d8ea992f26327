//! Where the move stands, and how it came there.

use std::collections::BTreeSet;

use maud::{Markup, html};
use twinpool_core::check::Look;
use twinpool_core::id::Timestamp;
use twinpool_core::phase::{Change, Cohorts, Phase, Share, Standing};

use super::{bar, fact, seen};
use crate::chart::Mark;
use crate::words::{count, moment, when};

/// In a few words for a heading.
fn name(phase: Phase) -> &'static str {
    match phase {
        Phase::DualWrite => "Dual-write",
        Phase::Canary => "Canary",
        Phase::Cutover => "Cutover",
        Phase::RolledBack => "Rolled back",
        Phase::Complete => "Complete",
    }
}

/// What that means.
fn meaning(phase: Phase) -> &'static str {
    match phase {
        Phase::DualWrite => "Everybody is in the old pool; the new one follows.",
        Phase::Canary => "A share of the users is sent to the new pool; both pools follow each other.",
        Phase::Cutover => "Everybody is sent to the new pool; both pools follow each other.",
        Phase::RolledBack => {
            "Everybody is sent to the old pool again, which has the say; both pools follow each other."
        }
        Phase::Complete => "Everybody is in the new pool, and the old one is left.",
    }
}

/// For the overview.
pub(crate) fn card(standing: &Look<Standing>, history: &Look<Vec<Change>>) -> Markup {
    html! {
        section.card aria-labelledby="phase" {
            h2 #phase { "Phase" }
            (seen(standing, |standing| html! {
                (now(standing))
                (seen(history, |history| html! {
                    @if let Some(last) = history.last() {
                        p.note { (when(last.at)) " by " (last.who) ": “" (last.why) "”" @if !last.forced.is_empty() { " (forced)" } }
                    }
                }))
                (busy(standing))
            }))
            p.more { a href="/phase" { "History and next steps" } }
        }
    }
}

/// The phase in large, with the way to its end.
pub(crate) fn now(standing: &Standing) -> Markup {
    html! {
        p.phase {
            b { (name(standing.phase)) }
            @if standing.phase == Phase::Canary { " " span { (standing.share) " of the users" } }
        }
        @if standing.phase == Phase::Canary { (bar("new", u64::from(standing.share.hundredths()))) }
        p { (meaning(standing.phase)) }
        (track(standing.phase))
    }
}

/// The steps to the end.
fn track(phase: Phase) -> Markup {
    let way = [Phase::DualWrite, Phase::Canary, Phase::Cutover, Phase::Complete];
    // After a rollback the way begins anew, behind its first step.
    let at = way.iter().position(|step| *step == phase).unwrap_or(0);
    html! {
        ol.track {
            @for (index, step) in way.into_iter().enumerate() {
                @let is_now = step == phase;
                li.done[index < at].now[is_now] aria-current=[is_now.then_some("step")] { (name(step)) }
            }
        }
    }
}

fn busy(standing: &Standing) -> Markup {
    html! {
        @if let Some(busy) = &standing.busy {
            p.note { "At work: " (busy.what) " by " (busy.who) ", last heard of " (when(busy.at)) }
        }
    }
}

/// All that is known of it.
pub(crate) fn whole(standing: &Standing) -> Markup {
    let moment_or = |at: Option<Timestamp>, none: &'static str| html! { @if let Some(at) = at { (when(at)) } @else { (none) } };
    let since = (standing.since.0 > 0).then_some(standing.since);
    html! {
        (now(standing))
        (busy(standing))
        dl.facts {
            (fact("Since", moment_or(since, "the beginning")))
            @if let Some(named) = cohorts(&standing.cohorts) { (fact("Besides the share", named)) }
            (fact("Changes travel both ways", html! {
                @if standing.two_way_since.is_some() { "since " }
                (moment_or(standing.two_way_since, "not yet"))
            }))
            (fact("Way back proven", moment_or(standing.proven, if standing.round.0 > 0 { "not since the rollback" } else { "never" })))
            (fact("Rollbacks", standing.round.0))
            (fact("Version", standing.version))
        }
    }
}

/// Who is sent beside the share. Values and testers are counted: they are digests.
fn cohorts(cohorts: &Cohorts) -> Option<String> {
    let Cohorts { groups, values, allow, deny } = cohorts;
    let number = |all: usize| u64::try_from(all).unwrap_or(u64::MAX);
    let mut all: Vec<_> = groups.iter().map(|name| format!("group {name}")).collect();
    let names: BTreeSet<_> = values.iter().map(|(name, _)| name).collect();
    for name in names {
        let of_it = values.iter().filter(|(of, _)| of == name).count();
        all.push(format!("{} of {name}", count(number(of_it), "value")));
    }
    if !allow.is_empty() {
        all.push(count(number(allow.len()), "tester"));
    }
    if !deny.is_empty() {
        all.push(format!("{} never sent", deny.len()));
    }
    (!all.is_empty()).then(|| all.join("; "))
}

/// Every change, the newest first.
pub(crate) fn history(history: &[Change]) -> Markup {
    html! {
        @if history.is_empty() {
            p.nothing { "The phase was never changed." }
        } @else {
            ol.history reversed {
                @for change in history.iter().rev() {
                    li {
                        p.what {
                            (when(change.at)) " "
                            b { (moment(change.from.0, change.from.1)) " → " (moment(change.to.0, change.to.1)) }
                            @if is_back(change) { " " span.tag.look { "back" } }
                            @if !change.forced.is_empty() { " " span.tag.act { "forced" } }
                        }
                        p { "“" (change.why) "”" }
                        p.note { (change.who) ", version " (change.version) }
                        @if !change.forced.is_empty() { p.note { "Checks that did not hold: " (change.forced.join(", ")) } }
                    }
                }
            }
        }
    }
}

fn is_back(change: &Change) -> bool {
    change.to.0 == Phase::RolledBack && change.from.0 != Phase::RolledBack
}

/// For charts: where the phase or its share changed.
pub(crate) fn marks(history: &Look<Vec<Change>>) -> Vec<Mark> {
    let changes = history.iter().flatten().filter(|change| change.from != change.to);
    let name = |(phase, share): (Phase, Share)| match phase {
        Phase::Canary => share.to_string(),
        Phase::DualWrite | Phase::Cutover | Phase::RolledBack | Phase::Complete => phase.to_string(),
    };
    changes.map(|change| Mark { at: change.at, name: name(change.to) }).collect()
}
