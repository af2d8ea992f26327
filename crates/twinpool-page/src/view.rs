//! The parts that pages and the report are made of.

use maud::{Markup, html};
use twinpool_core::check::Look;

pub(crate) mod curves;
pub(crate) mod frame;
pub(crate) mod held;
pub(crate) mod mirror;
pub(crate) mod people;
pub(crate) mod person;
pub(crate) mod phase;
pub(crate) mod told;
pub(crate) mod verdict;
pub(crate) mod wishes;

/// What was found, or why nobody could look.
pub(crate) fn seen<T>(look: &Look<T>, show: impl FnOnce(&T) -> Markup) -> Markup {
    match look {
        Ok(found) => show(found),
        Err(why) => unseen(why),
    }
}

/// Why nobody could look.
pub(crate) fn unseen(why: &str) -> Markup {
    html! { p.unseen { "Nobody could look: " (why) } }
}

/// A name and what is to be said of it, for a list of definitions.
pub(crate) fn fact(name: &str, told: impl maud::Render) -> Markup {
    html! { div { dt { (name) } dd { (told) } } }
}

/// What stands between backquotes as code, and a text that is a command and nothing else.
pub(crate) fn remedy(text: &str) -> Markup {
    let is_command = text.starts_with("twinpool ") && !text.contains(['`', ';', ',', '.']);
    html! {
        @for (index, part) in text.split('`').enumerate() {
            @if index % 2 == 1 || is_command { code { (part) } } @else { (part) }
        }
    }
}

/// A bar that is filled to a share of a hundredth of a percent. What it says stands beside it.
pub(crate) fn bar(class: &str, hundredths: u64) -> Markup {
    let width = hundredths.min(10_000);
    html! {
        svg.bar.(class) aria-hidden="true" viewBox="0 0 10000 10" preserveAspectRatio="none" {
            rect.rest x="0" y="0" width="10000" height="10" {}
            rect.full x="0" y="0" width=(width) height="10" {}
        }
    }
}
