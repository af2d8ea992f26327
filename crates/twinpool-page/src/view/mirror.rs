//! How changes travel: the queue, the function that mirrors, the DLQs.

use maud::{Markup, html};
use twinpool_core::check::Look;
use twinpool_core::overview::{Mirror, Overview, Queue};

use super::{fact, seen, unseen};
use crate::words::{count, span, thousands};

/// For the overview.
pub(crate) fn card(overview: &Overview) -> Markup {
    html! {
        section.card aria-labelledby="mirror" {
            h2 #mirror { "Mirror" }
            dl.facts {
                (mirror(&overview.mirror))
                (queue(&overview.queue))
                (dead_letters(overview))
            }
        }
    }
}

fn mirror(look: &Look<Mirror>) -> Markup {
    let mirror = match look {
        Ok(mirror) => mirror,
        Err(why) => return fact("Mirror", unseen(why)),
    };
    html! {
        @if let Some(why) = &mirror.stopped { (fact("Stopped", html! { b.act { (why) } })) }
        (fact("From a change to the other pool", match mirror.lag {
            Some(lag) => html! {
                (span(lag.p50)) span.note { " for half of them, " } (span(lag.p95)) span.note { " for 95 of 100, " }
                (span(lag.p99)) span.note { " for 99" }
            },
            None => html! { "-" },
        }))
        (fact("Handled of late", mirror.handled.map_or_else(|| "-".to_owned(), |number| count(number, "event"))))
    }
}

fn queue(look: &Look<Queue>) -> Markup {
    let queue = match look {
        Ok(queue) => queue,
        Err(why) => return fact("Queue", unseen(why)),
    };
    html! {
        (fact("Waiting", html! {
            (thousands(queue.waiting)) span.note { ", " (thousands(queue.under_way)) " under way" }
        }))
        (fact("Oldest", queue.oldest.map_or_else(|| "-".to_owned(), span)))
        @if let Some(time) = queue.stands_for { (fact("Stands still for", html! { b.act { (span(time)) } })) }
    }
}

/// What was given up.
pub(crate) fn dead_letters(overview: &Overview) -> Markup {
    html! {
        @for (name, number) in &overview.dead_letters {
            (fact(&format!("DLQ of the {name}"), seen(number, |number| html! {
                @if *number > 0 { b.act { (count(*number, "message")) } } @else { "empty" }
            })))
        }
    }
}
