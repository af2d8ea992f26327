//! What stands on each page.

use maud::{Markup, html};
use twinpool_core::check::Look;
use twinpool_core::held_back::Reason;
use twinpool_core::id::Sub;
use twinpool_core::overview::Overview;

use crate::conflict::Conflicts;
use crate::desk::Sight;
use crate::person::Person;
use crate::view::wishes::Pen;
use crate::view::{curves, frame, held, mirror, people, person, phase, seen, told, unseen, verdict, wishes};

/// The part of the overview that is fetched anew.
pub(crate) fn now(sight: &Sight) -> Markup {
    let overview = &sight.overview;
    let health = overview.health();
    let title = format!("{} · {} · twinpool", told::words(health), overview.stack);
    html! {
        div #now data-health=(told::words(health)) data-title=(title) {
            (told::health(overview, sight.stale.as_deref()))
            div.columns.main {
                (phase::card(&overview.standing, &overview.history))
                (people::card(overview))
            }
            (curves::all(overview))
            div.columns {
                (mirror::card(overview))
                (held::card(overview))
                (verdict::criteria(overview))
                (verdict::budget(overview))
            }
        }
    }
}

/// Who waits for a decision.
pub(crate) fn conflicts(look: &Look<Conflicts>, only: Option<Reason>) -> Markup {
    html! {
        h1 { "Conflicts" }
        p.lead { "What twinpool does not decide alone. Choose a user to see why, and what helps." }
        (seen(look, |conflicts| {
            let counts = conflicts.counts();
            html! {
                @if counts.is_empty() { p.nothing { "Nobody waits for a decision." } } @else { (held::filter(&counts, only)) }
                @if only.is_some_and(|only| !counts.contains_key(&only)) && !counts.is_empty() {
                    p.nothing { "Nobody has a conflict for this reason." }
                }
                (held::list(conflicts, only, true))
            }
        }))
    }
}

/// What came of looking somebody up.
pub(crate) enum Found<'a> {
    /// Nobody was asked for.
    Nothing,
    /// What was typed is no id.
    NoId(&'a str),
    /// Somebody, nobody, or nobody could look.
    Looked(&'a Sub, &'a Look<Option<Person>>),
}

/// One user.
pub(crate) fn users(found: &Found<'_>, pen: &Pen<'_>) -> Markup {
    let (title, told) = match found {
        Found::Looked(who, Ok(Some(person))) => return person::whole(person, who, pen),
        Found::Looked(who, Ok(None)) => (
            "Nobody has this id",
            html! { "No link has " span.id { (who) } ". If the id is right, twinpool has not seen this user yet: the next sign-in brings the user over." },
        ),
        Found::Looked(_, Err(why)) => ("Nobody could look", unseen(why)),
        Found::NoId(wrong) => ("This is no id", html! { "What was typed cannot be looked up: " (wrong) "." }),
        Found::Nothing => (
            "Users",
            html! { "Why is one user as it is? Look the user up by the sub of either pool, or by the user id." },
        ),
    };
    html! {
        h1 { (title) }
        div.lead { (told) }
        p.note {
            "Addresses are not looked up here, so that none gets into the history of the browser: "
            code { "twinpool explain" } " takes them."
        }
        p { a href="/conflicts" { "Who waits for a decision" } }
    }
}

/// Where the move stands, how it came there, and what can be done.
pub(crate) fn phase(overview: &Overview, pen: &Pen<'_>) -> Markup {
    html! {
        h1 { "Phase" }
        div.columns {
            section.card aria-labelledby="stands" {
                h2 #stands { "Where the move stands" }
                (seen(&overview.standing, phase::whole))
            }
            section.card aria-labelledby="back" {
                h2 #back { "If everybody were sent back now" }
                (seen(&overview.people, |people| people::readiness(&people.readiness)))
            }
        }
        @if let Ok(standing) = &overview.standing {
            @if pen.token.is_none() {
                p.note { "This page may look only. Type the commands, or start it with " code { "--allow-changes" } "." }
            }
            div.columns { (wishes::switch(standing, pen)) (wishes::rollback(standing, overview, pen)) }
        }
        section.card aria-labelledby="history" {
            h2 #history { "History" }
            (seen(&overview.history, |history| phase::history(history)))
        }
    }
}

/// What is said instead of a page.
pub(crate) fn instead(title: &str, told: &str) -> Markup {
    html! {
        h1 { (title) }
        p.lead { (told) }
        p { a href="/" { "To the overview" } }
        (frame::lost())
    }
}
