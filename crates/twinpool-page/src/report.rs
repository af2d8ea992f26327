//! One page for the record, which needs nothing beside itself.

use maud::{Markup, html};
use twinpool_core::check::Look;
use twinpool_core::overview::Overview;
use twinpool_core::verified::Verified;

use crate::assets::STYLE;
use crate::conflict::Conflicts;
use crate::view::{curves, fact, frame, held, mirror, people, phase, seen, told, verdict};
use crate::words::{minute, moment, thousands, when};

/// The record of a move as one HTML page: styles within, no script, nothing fetched. Holds nothing personal beside ids.
#[must_use]
pub fn report(overview: &Overview, conflicts: &Look<Conflicts>) -> String {
    let title = format!("The move of {}, {}", overview.stack, minute(overview.at));
    frame::alone(&title, STYLE, &body(overview, conflicts)).into_string()
}

fn section(id: &str, title: &str, body: &Markup) -> Markup {
    html! { section.card aria-labelledby=(id) { h2 id=(id) { (title) } (body) } }
}

fn body(overview: &Overview, conflicts: &Look<Conflicts>) -> Markup {
    html! {
        p.kicker { "twinpool, for the record" }
        h1 { "The move of " (overview.stack) }
        p.lead { (in_short(overview)) }
        (section("how", "How it is", &html! {
            p { b { (told::words(overview.health())) } ", as of " (when(overview.at)) " UTC." }
            (told::findings(&overview.findings()))
        }))
        div.columns {
            (section("stands", "Where the move stands", &seen(&overview.standing, phase::whole)))
            (section("moved", "What was moved", &people::counts(overview)))
        }
        (curves::all(overview))
        (section("history", "History of phases", &seen(&overview.history, |history| phase::history(history))))
        div.columns {
            (section("verified", "Verified", &seen(&overview.verified, |verified| verify(verified.as_ref()))))
            (section("back", "If everybody were sent back", &seen(&overview.people, |people| people::readiness(&people.readiness))))
        }
        (section("held", "Conflicts", &seen(conflicts, open)))
        @if let Ok(conflicts) = conflicts { (held::list(conflicts, None, false)) }
        (section("dlq", "Given up", &html! { dl.facts { (mirror::dead_letters(overview)) } }))
        (verdict::criteria(overview))
        (section("made", "How this was made", &made(overview)))
    }
}

/// The whole in a sentence.
fn in_short(overview: &Overview) -> Markup {
    let first =
        overview.people.as_ref().ok().and_then(|people| people.linked_over_time.curve(1).points().next());
    html! {
        @match &overview.people {
            Ok(people) => { (thousands(people.linked)) " users are in both pools, " (thousands(people.came)) " came into the new one" }
            Err(why) => { "Nobody could count the users (" (why) ")" }
        }
        @if let Some((first, _)) = first { "; the first was linked " (when(first)) }
        @if let Ok(standing) = &overview.standing { ". The phase is " b { (moment(standing.phase, standing.share)) } }
        "."
    }
}

/// How many there are.
fn open(conflicts: &Conflicts) -> Markup {
    html! {
        @if conflicts.all.is_empty() { p.nothing { "Nobody waits for a decision." } } @else {
            p {
                (thousands(u64::try_from(conflicts.all.len()).unwrap_or(u64::MAX))) " things are held back and open: "
                @for (index, (reason, number)) in conflicts.counts().into_iter().enumerate() {
                    @if index > 0 { ", " } (reason.code()) " " (number)
                }
                "."
            }
        }
    }
}

fn verdict(verified: &Verified) -> &'static str {
    match (verified.is_equal(), verified.differing) {
        (true, _) => "Both pools agree.",
        (false, 0) => "Both pools agree, but for users who were changing meanwhile.",
        (false, _) => "Both pools do not agree.",
    }
}

fn verify(verified: Option<&Verified>) -> Markup {
    html! {
        @match verified {
            None => p.nothing { "Nobody has compared both pools yet." },
            Some(verified) => {
                p { b { (verdict(verified)) } }
                dl.facts {
                    (fact("When", when(verified.at)))
                    (fact("Users compared", thousands(verified.users)))
                    (fact("Differ", thousands(verified.differing)))
                    (fact("Differ for a known reason", thousands(verified.held_back)))
                    (fact("A change was under way", thousands(verified.in_flight)))
                }
            }
        }
    }
}

fn made(overview: &Overview) -> Markup {
    html! {
        dl.facts {
            (fact("Stack", &overview.stack))
            (fact("Pools", seen(&overview.pools, |pools| html! {
                @match pools {
                    Some((old, new)) => { "from " span.id { (old) } " to " span.id { (new) } }
                    None => "the table does not say",
                }
            })))
            @if let Ok(people) = &overview.people {
                (fact("The table was walked over", html! { (when(people.at)) " in " (crate::words::span(people.took)) }))
            }
            (fact("Made", html! { (when(overview.at)) " UTC" }))
            (fact("By", concat!("twinpool ", env!("CARGO_PKG_VERSION"), ", `twinpool report --html`")))
        }
        p.note { "Charts show what CloudWatch keeps of the last hours. Counts, reasons and ids: no value of any user is in this file." }
    }
}
