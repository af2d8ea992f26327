//! Who is where.

use maud::{Markup, html};
use twinpool_core::check::Look;
use twinpool_core::overview::{Overview, People};
use twinpool_core::readiness::Readiness;
use twinpool_core::verified::Verified;

use super::{bar, fact, seen, unseen};
use crate::words::{count, percent, thousands, when};

/// The numbers that everybody asks for.
pub(crate) fn card(overview: &Overview) -> Markup {
    html! {
        section.card aria-labelledby="people" {
            h2 #people { "Users" }
            (seen(&overview.people, |people| html! {
                (share(people))
                div.figures {
                    (figure("Linked", &thousands(people.linked), "in both pools"))
                    (verified(&overview.verified))
                    (figure("Came", &thousands(people.came), "signed in to the new pool, ever"))
                    (figure("Moved", &thousands(people.moved), "the new pool has the say for them"))
                }
                @if people.came > 0 {
                    p.more {
                        @match people.readiness.resets() {
                            0 => "Sent back now, nobody would need a new password. ",
                            resets => { "Sent back now, " (count(resets, "user")) " would need a new password. " }
                        }
                        a href="/phase" { "What a rollback would mean" }
                    }
                }
            }))
        }
    }
}

fn figure(name: &str, number: &str, told: impl maud::Render) -> Markup {
    html! { div.figure { h3 { (name) } p.number { (number) } p.note { (told) } } }
}

fn verified(look: &Look<Option<Verified>>) -> Markup {
    match look {
        Err(why) => figure("Verified", "?", format!("nobody could look: {why}")),
        Ok(None) => figure("Verified", "-", "nobody has compared both pools yet"),
        Ok(Some(verified)) => {
            let told = match verified.differing {
                0 => html! { "no difference, " (when(verified.at)) },
                differing => html! { (differing) " differ, " (when(verified.at)) },
            };
            figure("Verified", &thousands(verified.users), told)
        }
    }
}

/// How many users of the old pool are in the new one too.
pub(crate) fn share(people: &People) -> Markup {
    let Some(share) = people.share_linked() else {
        return html! { p.lead { "Nobody is known yet." } };
    };
    let of = people.about().map(|all| format!(" of about {}", count(all, "user"))).unwrap_or_default();
    html! {
        p.share { b { (percent(share)) } (of) " of the old pool are linked" }
        (bar("new", share))
    }
}

/// What would await everybody in the old pool, for a list of definitions.
pub(crate) fn readiness(readiness: &Readiness) -> Markup {
    html! {
        dl.facts {
            (fact("Sign in as ever", thousands(readiness.fine)))
            (fact("Need a new password", html! {
                (thousands(readiness.resets()))
                @if !readiness.reset.is_empty() {
                    span.note {
                        @for (because, number) in &readiness.reset { " · " (because.code()) " " (thousands(*number)) }
                    }
                }
            }))
            @if readiness.put_to_reset > 0 { (fact("Of them asked for a reset", thousands(readiness.put_to_reset))) }
            (fact("Only in the new pool", html! {
                (thousands(readiness.only_in_new()))
                @if !readiness.new_only.is_empty() {
                    span.note { @for (why, number) in &readiness.new_only { " · " (why.code()) " " (thousands(*number)) } }
                }
            }))
            (fact("Disabled", thousands(readiness.disabled)))
            (fact("Behind the new pool", thousands(readiness.behind)))
            @if readiness.unknown > 0 { (fact("Not known", thousands(readiness.unknown))) }
            @if readiness.unreadable > 0 { (fact("Cannot be read", thousands(readiness.unreadable))) }
        }
    }
}

/// All counts, for the record.
pub(crate) fn counts(overview: &Overview) -> Markup {
    let people = match &overview.people {
        Ok(people) => people,
        Err(why) => return unseen(why),
    };
    let all = [
        ("In both pools", people.linked),
        ("Being made", people.pending),
        ("In conflict", people.in_conflict()),
        ("Something held back", people.held_back.values().sum()),
        ("Left out", people.left_out),
        ("Came into the new pool, ever", people.came),
        ("Moved: the new pool has the say", people.moved),
        ("Born in the new pool, not in the old one", people.born),
        ("Merged into somebody else", people.merged),
        ("Deleted", people.deleted),
    ];
    html! {
        (share(people))
        dl.facts {
            @for (name, number) in all { (fact(name, thousands(number))) }
            @if people.unreadable > 0 { (fact("Items of the table that cannot be read", thousands(people.unreadable))) }
        }
    }
}
