//! What stands around every page.

use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::desk::Sight;

/// Where somebody is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Here {
    Overview,
    Conflicts,
    Users,
    Phase,
    /// On the way to something, or lost.
    Aside,
}

const PLACES: [(Here, &str, &str); 4] = [
    (Here::Overview, "/", "Overview"),
    (Here::Conflicts, "/conflicts", "Conflicts"),
    (Here::Users, "/users", "Users"),
    (Here::Phase, "/phase", "Phase"),
];

/// What every page knows.
pub(crate) struct Frame<'a> {
    pub(crate) sight: &'a Sight,
    pub(crate) here: Here,
    pub(crate) allow_changes: bool,
    /// What is searched for.
    pub(crate) who: &'a str,
}

impl Frame<'_> {
    /// A whole page.
    pub(crate) fn page(&self, title: &str, body: &Markup) -> Markup {
        let stack = &self.sight.overview.stack;
        let live = self.here == Here::Overview;
        html! {
            (DOCTYPE)
            html lang="en" {
                (head(&format!("{title} · {stack} · twinpool"), live))
                body {
                    a.skip href="#main" { "To the content" }
                    header.top {
                        a.brand href="/" { "twinpool" }
                        span.stack { (stack) }
                        nav aria-label="Pages" {
                            @for (place, path, name) in PLACES {
                                a href=(path) aria-current=[(place == self.here).then_some("page")] { (name) }
                            }
                        }
                        (search(self.who))
                    }
                    main #main tabindex="-1" { (body) }
                    footer {
                        p {
                            @if self.allow_changes { "Changes are allowed: this page can switch, roll back and decide." }
                            @else { "Read only: this page shows the commands, and does nothing." }
                        }
                        p { "All times are UTC. twinpool " (env!("CARGO_PKG_VERSION")) "." }
                    }
                    // Read aloud when it changes, and seen when the server is gone.
                    div #news.hidden role="status" aria-live="polite" {}
                    div #gone.gone role="alert" hidden {}
                }
            }
        }
    }
}

/// Where a user is looked up. What cannot be an id is stopped here already, so that no address gets into the browser's history.
pub(crate) fn search(who: &str) -> Markup {
    html! {
        form.search role="search" action="/users" method="get" {
            label.hidden for="who" { "Sub or user id" }
            input #who name="who" value=(who) placeholder="Sub or user id" autocomplete="off" spellcheck="false"
                required pattern=r"\s*[A-Za-z0-9][A-Za-z0-9\-]{0,63}\s*"
                title="A sub of either pool or a user id: letters, digits and hyphens";
            button { "Search" }
        }
    }
}

fn head(title: &str, live: bool) -> Markup {
    html! {
        head {
            meta charset="utf-8";
            title { (title) }
            meta name="viewport" content="width=device-width, initial-scale=1";
            meta name="color-scheme" content="light dark";
            link rel="icon" href="/icon.svg" type="image/svg+xml";
            link rel="stylesheet" href="/style.css";
            script src="/page.js" defer {}
            @if live { noscript { meta http-equiv="refresh" content="15"; } }
        }
    }
}

/// A page for those who are not let in: it tells nothing of the move.
pub(crate) fn bare(title: &str, told: &str) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            (head(&format!("{title} · twinpool"), false))
            body {
                header.top { span.brand { "twinpool" } }
                main #main { h1 { (title) } p.lead { (told) } }
            }
        }
    }
}

/// A page that needs nothing beside itself: for a file.
pub(crate) fn alone(title: &str, style: &str, body: &Markup) -> Markup {
    html! {
        (DOCTYPE)
        html lang="en" {
            head {
                meta charset="utf-8";
                title { (title) }
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                // Ours, and not what anybody typed.
                style { (PreEscaped(style)) }
            }
            body.report { main { (body) } }
        }
    }
}

/// Where one may want to go.
pub(crate) fn lost() -> Markup {
    html! {
        ul.plain {
            @for (_, path, name) in PLACES { li { a href=(path) { (name) } } }
        }
    }
}
