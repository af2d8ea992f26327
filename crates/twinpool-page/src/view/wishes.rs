//! Forms for what can be done here; without the right to do it, the commands to type.

use maud::{Markup, html};
use twinpool_core::id::Sub;
use twinpool_core::overview::Overview;
use twinpool_core::phase::{Phase, Standing, Step};

use crate::conflict::Conflict;
use crate::desk::{Answer, Ended};
use crate::pending::Stale;
use crate::wish::{Fields, Why, Wish};

/// What forms are written with: the token, where changes are allowed.
pub(crate) struct Pen<'a> {
    pub(crate) token: Option<&'a str>,
}

/// Says that a form is ours, and what it is about.
fn hidden(token: &str, fields: &[(&str, &str)]) -> Markup {
    html! {
        input type="hidden" name="token" value=(token);
        @for (name, value) in fields { input type="hidden" name=(name) value=(value); }
    }
}

fn to_type(command: &str) -> Markup {
    html! { pre.command { code { (command) } } }
}

fn why(id: &str, value: &str) -> Markup {
    html! {
        div.field {
            label for=(id) { "Why" }
            input id=(id) name="why" value=(value) required maxlength=(Why::MOST) autocomplete="off";
            p.note { "Kept in the history, for everybody to read: no names, no addresses." }
        }
    }
}

/// To send a share of the users to the new pool.
pub(crate) fn switch(standing: &Standing, pen: &Pen<'_>) -> Markup {
    let ended = match standing.phase {
        Phase::Complete => Some("The move is complete. The command twinpool reopen takes that back."),
        Phase::Cutover => Some("Everybody is sent to the new pool already."),
        Phase::DualWrite | Phase::Canary | Phase::RolledBack => None,
    };
    html! {
        section.card aria-labelledby="switch" {
            h2 #switch { "Switch" }
            @if let Some(ended) = ended { p.nothing { (ended) } } @else {
                p { "Sends a share of the users to the new pool. The checks are shown first, and nothing is done before you confirm." }
                @match pen.token {
                    None => (to_type("twinpool switch --percent=5 --why='TEXT'")),
                    Some(token) => form.wish method="post" action="/preview" {
                        (hidden(token, &[("wish", "switch")]))
                        div.field {
                            label for="share" { "Share of the users, in percent" }
                            input #share name="share" required inputmode="decimal" autocomplete="off" pattern=r"\s*\d{1,3}(\.\d{1,2})?\s*%?\s*"
                                title="From 0 to 100, such as 5 or 0.5";
                            p.note { "Now " (standing.share) ". Fewer than that is a rollback." }
                        }
                        (why("switch-why", ""))
                        div.field {
                            label for="canary" { "Test user, if the way back is to be proven first" }
                            input #canary name="canary_user" autocomplete="off" spellcheck="false";
                            p.note { "A sub or user id of yours, in both pools. It takes a minute or two." }
                        }
                        button { "Show what would happen" }
                    },
                }
            }
        }
    }
}

/// To send everybody back.
pub(crate) fn rollback(standing: &Standing, overview: &Overview, pen: &Pen<'_>) -> Markup {
    html! {
        section.card aria-labelledby="rollback" {
            h2 #rollback { "Roll back" }
            @if let Err(refused) = standing.after(&Step::Rollback, overview.at) {
                p.nothing { "Not now: " (refused) "." }
            } @else {
                p { "Sends everybody to the old pool again, which has the say. One write, and no user is touched." }
                @match pen.token {
                    None => (to_type("twinpool rollback --why='TEXT'")),
                    Some(token) => form.wish method="post" action="/preview" {
                        (hidden(token, &[("wish", "rollback")]))
                        (why("rollback-why", ""))
                        button { "Show what would happen" }
                    },
                }
            }
        }
    }
}

/// What can be decided about one conflict.
pub(crate) fn choices(who: &Sub, conflict: &Conflict, pen: &Pen<'_>) -> Markup {
    html! {
        @if !conflict.choices.is_empty() {
            ul.choices {
                @for choice in &conflict.choices {
                    li {
                        @match pen.token {
                            None => {
                                @let wish = Wish::Resolve { who: who.clone(), subject: conflict.subject.clone(), choice: choice.clone() };
                                p { (choice.words(&conflict.subject)) ":" }
                                (to_type(&wish.command()))
                            }
                            Some(token) => form method="post" action="/preview" {
                                (hidden(token, &[("wish", "resolve"), ("who", who.as_str())]))
                                @for (name, value) in Fields::of_resolve(&conflict.subject, choice) {
                                    input type="hidden" name=(name) value=(value);
                                }
                                button.second { (choice.words(&conflict.subject)) "…" }
                            },
                        }
                        @if let Some(caution) = choice.caution() { p.note { (caution) } }
                    }
                }
            }
        }
    }
}

/// To have the mirror look at one user now.
pub(crate) fn sync(who: Sub, pen: &Pen<'_>) -> Markup {
    html! {
        @match pen.token {
            None => p.note { "To have the mirror read this user in both pools again: " code { (Wish::Sync { who }.command()) } },
            Some(token) => form.at-once method="post" action="/preview" {
                (hidden(token, &[("wish", "sync"), ("who", who.as_str())]))
                button.second { "Bring into step…" }
                p.note { "The mirror reads this user in both pools again, and makes one follow the other." }
            },
        }
    }
}

/// What would come of it, with the button that does it.
pub(crate) fn before(wish: &Wish, answer: &Answer, token: &str, nonce: &str) -> Markup {
    html! {
        p.kicker { "Before anything happens" }
        h1 { (wish.words()) "?" }
        (of_whom(wish))
        pre.said { (answer.text.trim_end()) }
        @match answer.ended {
            Ended::Done => form.confirm method="post" action="/confirm" {
                (hidden(token, &[("nonce", nonce)]))
                button.go { (wish.words()) }
                a.cancel href=(back(wish)) { "Do nothing" }
                p.note { "It is done once, also if you press twice, and it goes on when you close this page." }
            },
            Ended::Refused => {
                p.outcome.act { "Refused as it stands: nothing was done." }
                (although(wish, token))
                p { a href=(back(wish)) { "Back" } }
            }
            Ended::Failed => {
                p.outcome.act { "Nobody could look whether it can be done." }
                p { a href=(back(wish)) { "Back" } }
            }
        }
        (same(wish))
    }
}

/// A switch may go on although checks do not hold, with a reason.
fn although(wish: &Wish, token: &str) -> Markup {
    let Wish::Switch { share, why, canary_user, .. } = wish else {
        return html! {};
    };
    html! {
        section.card aria-labelledby="force" {
            h2 #force { "Do it although checks do not hold" }
            p { "The reason is kept in the history. Some checks no reason helps against." }
            form.wish method="post" action="/preview" {
                (hidden(token, &[("wish", "switch"), ("share", &share.to_string()), ("why", why.as_str())]))
                @if let Some(user) = canary_user { input type="hidden" name="canary_user" value=(user); }
                div.field {
                    label for="force-why" { "Why that is all right" }
                    input #force-why name="force" required maxlength=(Why::MOST) autocomplete="off";
                }
                button.second { "Show what would happen" }
            }
        }
    }
}

/// What came of it.
pub(crate) fn after(wish: &Wish, answer: &Answer) -> Markup {
    let (class, title) = match answer.ended {
        Ended::Done => ("well", "Done"),
        Ended::Refused => ("act", "Not done"),
        Ended::Failed => ("act", "It did not come to its end"),
    };
    html! {
        p.kicker { (wish.words()) }
        h1.(class) { (title) }
        (of_whom(wish))
        pre.said { (answer.text.trim_end()) }
        p { a href=(back(wish)) { "See how it stands now" } }
        (same(wish))
    }
}

/// Why what was shown is not done, and the way to see it anew.
pub(crate) fn stale(wish: &Wish, stale: &Stale, token: &str) -> Markup {
    let what = if wish.who().is_some() { "the phase, or this user," } else { "the phase" };
    let told = match stale {
        Stale::Changed => format!("Somebody changed {what} since this was shown: nothing was done."),
        Stale::Old => "This was shown more than 10 minutes ago: nothing was done.".to_owned(),
        Stale::Unseen(why) => {
            format!("Nobody could look whether it is still as it was shown ({why}): nothing was done.")
        }
    };
    html! {
        p.kicker { (wish.words()) }
        h1.act { "Not done" }
        (of_whom(wish))
        p.lead { (told) " Look again." }
        form.confirm method="post" action="/preview" {
            (hidden(token, &[]))
            @for (name, value) in Fields::of(wish) { input type="hidden" name=(name) value=(value); }
            button { "Show what would happen now" }
            a.cancel href=(back(wish)) { "Do nothing" }
        }
    }
}

fn of_whom(wish: &Wish) -> Markup {
    html! { @if let Some(who) = wish.who() { p { "User " span.id { (who) } } } }
}

fn same(wish: &Wish) -> Markup {
    html! { p.note { "The same on the command line:" } (to_type(&wish.command())) }
}

fn back(wish: &Wish) -> String {
    wish.who().map_or_else(|| "/phase".to_owned(), |who| format!("/users?who={who}"))
}
