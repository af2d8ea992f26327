//! One user: why it is as it is.

use maud::{Markup, html};
use twinpool_core::history::Entry;
use twinpool_core::id::Sub;

use super::held::about;
use super::wishes::{self, Pen};
use super::{fact, remedy};
use crate::conflict::Conflict;
use crate::person::{Person, Row, Side, Stands};
use crate::words::{capital, count, when};

/// All that is told. `who`: the id that was asked for.
pub(crate) fn whole(person: &Person, who: &Sub, pen: &Pen<'_>) -> Markup {
    html! {
        p.kicker { "User" }
        h1.id { (person.user_id.as_ref().map_or_else(|| who.to_string(), ToString::to_string)) }
        p.lead { (sentence(&person.in_short)) }
        (wishes::sync(person.old_sub.as_ref().map_or_else(|| who.clone(), Sub::from), pen))
        div.columns {
            section.card aria-labelledby="ids" { h2 #ids { "Who it is" } (ids(person)) }
            section.card aria-labelledby="open" {
                h2 #open { "Waits for a decision" }
                (conflicts(person, who, pen))
            }
        }
        section.card aria-labelledby="compared" { h2 #compared { "Both pools compared" } (compared(&person.rows)) }
        section.card aria-labelledby="history" { h2 #history { "What became of the user" } (history(&person.history)) }
    }
}

/// With a large letter first, and an end.
fn sentence(text: &str) -> Markup {
    html! { (remedy(&capital(text))) @if !text.ends_with('.') { "." } }
}

fn ids(person: &Person) -> Markup {
    let id = |id: Option<String>| html! { @match id { Some(id) => span.id { (id) }, None => span.note { "none" } } };
    html! {
        dl.facts {
            (fact("User id", id(person.user_id.as_ref().map(ToString::to_string))))
            (fact("Old sub", id(person.old_sub.as_ref().map(ToString::to_string))))
            (fact("New sub", id(person.new_sub.as_ref().map(ToString::to_string))))
            @if let Some(into) = &person.merged_into {
                (fact("Merged into", html! { a.id href={ "/users?who=" (into) } { (into) } }))
            }
            (fact("Link", &person.state))
            (fact("Has the say", match person.say { Some(pool) => pool.to_string(), None => "not known".to_owned() }))
            (fact("Old pool", side(person.old.as_ref())))
            (fact("New pool", side(person.new.as_ref())))
        }
    }
}

fn side(side: Option<&Side>) -> Markup {
    html! {
        @match side {
            None => "not there",
            Some(side) => {
                (side.status.code()) @if !side.enabled { ", " b.act { "disabled" } }
                span.note.block { "Password: " (side.password) }
            }
        }
    }
}

fn conflicts(person: &Person, who: &Sub, pen: &Pen<'_>) -> Markup {
    let (open, settled): (Vec<_>, Vec<_>) = person.conflicts.iter().partition(|one| one.reason.is_open());
    html! {
        @if open.is_empty() { p.nothing { "Nothing." } }
        @for conflict in open { (one(conflict, who, pen)) }
        @if !settled.is_empty() {
            h3 { "Settled, or only to be known" }
            @for conflict in settled { (one(conflict, who, pen)) }
        }
    }
}

fn one(conflict: &Conflict, who: &Sub, pen: &Pen<'_>) -> Markup {
    let who = conflict.whose.sub().unwrap_or_else(|| who.clone());
    html! {
        div.conflict {
            p { b { (about(&conflict.subject)) } " " span.tag.look[conflict.reason.is_open()] { (conflict.reason.code()) } }
            p { (remedy(conflict.reason.remedy())) "." }
            @if let Some(holder) = &conflict.holder {
                p.note {
                    "Held by " span.id { (holder) } " of the new pool, "
                    @match &conflict.holder_old {
                        Some(old) => { "the counterpart of " a.id href={ "/users?who=" (old) } { (old) } }
                        None => "a stranger to twinpool",
                    }
                }
            }
            p.note { @if conflict.is_pair { "Seen " } @else { "Since " } (when(conflict.at)) }
            @if let Some(decision) = &conflict.decided { p { "Decided: " (decision) "." } }
            (wishes::choices(&who, conflict, pen))
        }
    }
}

/// What differs first; what is the same is there for whoever wants to see it.
fn compared(rows: &[Row]) -> Markup {
    let mut sorted: Vec<_> = rows.iter().collect();
    sorted.sort_by_key(|row| (row.rank(), row.what()));
    let (same, other): (Vec<_>, Vec<_>) = sorted.into_iter().partition(|row| row.stands == Stands::Same);
    html! {
        @if rows.is_empty() { p.nothing { "There is nothing to compare." } }
        @if !other.is_empty() { (table(&other, "What is not the same")) }
        @if !same.is_empty() {
            details #same open[other.is_empty()] {
                summary { (count(u64::try_from(same.len()).unwrap_or(u64::MAX), "thing")) " the same in both pools" }
                (table(&same, "What is the same"))
            }
        }
    }
}

fn table(rows: &[&Row], label: &str) -> Markup {
    let has = |is: bool| html! { @if is { span.has { "yes" } } @else { span.note { "-" } } };
    html! {
        div.scroll tabindex="0" role="region" aria-label=(label) {
            table {
                thead { tr { th scope="col" { "What" } th scope="col" { "Now" } th scope="col" { "Old pool" } th scope="col" { "New pool" } } }
                tbody {
                    @for row in rows {
                        tr {
                            th scope="row" {
                                @if !row.kind.is_empty() { span.note { (row.kind) " " } }
                                (row.name)
                                @if let Some(from) = &row.made_of { span.note.block { "from " (from) } }
                            }
                            td { (stands(&row.stands)) }
                            td { (has(row.in_old)) }
                            td { (has(row.in_new)) }
                        }
                    }
                }
            }
        }
    }
}

fn stands(stands: &Stands) -> Markup {
    html! {
        @match stands {
            Stands::Same => "same",
            Stands::Differs(how) => b.tag.act { (how) },
            Stands::HeldBack(reason) => { span.tag.look[reason.is_open()] { "held back: " (reason.code()) } }
            Stands::Settled(why) => span.note { (why) },
        }
    }
}

/// The newest first.
fn history(history: &[Entry]) -> Markup {
    html! {
        @if history.is_empty() { p.nothing { "Nothing is written down." } } @else {
            ol.history reversed {
                @for entry in history.iter().rev() {
                    li { p.what { (when(entry.at)) " " b { (entry.did) } } p.note { (entry.cause.as_str()) } }
                }
            }
        }
    }
}
