//! How the whole is: the first thing that is seen.

use maud::{Markup, html};
use twinpool_core::id::Timestamp;
use twinpool_core::overview::{Finding, Health, Overview, Severity};

use super::remedy;
use crate::words::{capital, minute, second};

/// A sign for those who do not tell colours apart.
fn sign(health: Health) -> Markup {
    let path = match health {
        Health::Well => "M7 12.5l3.5 3.5L17 9",
        Health::Look => "M12 7v6M12 16.5v.5",
        Health::Act => "M8 8l8 8M16 8l-8 8",
    };
    html! {
        svg.sign aria-hidden="true" viewBox="0 0 24 24" { circle cx="12" cy="12" r="11" {} path d=(path) {} }
    }
}

/// As a heading says it.
pub(crate) fn words(health: Health) -> String {
    capital(&health.to_string())
}

fn severity(severity: Severity) -> (&'static str, &'static str) {
    match severity {
        Severity::Note => ("note", "Note"),
        Severity::Look => ("look", "Look"),
        Severity::Act => ("act", "Act"),
    }
}

/// Health and what wants a look, with what to do.
pub(crate) fn health(overview: &Overview, stale: Option<&str>) -> Markup {
    let health = overview.health();
    html! {
        section.health.(health.code()) {
            div.health-head {
                (sign(health))
                div {
                    h1 { (words(health)) }
                    p.asof { (as_of(overview.at)) }
                }
            }
            @if let Some(why) = stale {
                p.stale { b { "Not of now." } " The last look did not succeed: " (why) ". What follows is of " (minute(overview.at)) "." }
            }
            (findings(&overview.findings()))
        }
    }
}

fn as_of(at: Timestamp) -> Markup {
    let (day, clock) = (minute(at), second(at));
    html! { "as of " time datetime={ (day.get(..10).unwrap_or_default()) "T" (clock) "Z" } { (clock) } " UTC, " (day.get(..10).unwrap_or_default()) }
}

/// The worst first.
pub(crate) fn findings(findings: &[Finding]) -> Markup {
    html! {
        @if !findings.is_empty() {
            ul.findings {
                @for finding in findings {
                    @let (class, word) = severity(finding.severity);
                    li.(class) {
                        b.tag { (word) }
                        div {
                            p { (finding.what) }
                            @if !finding.remedy.is_empty() { p.remedy { (remedy(&finding.remedy)) } }
                        }
                    }
                }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_finding_says_how_bad_it_is_in_a_word_and_what_to_do() {
        let finding = Finding {
            severity: Severity::Act,
            what: "the mirror <stands>".to_owned(),
            remedy: "twinpool doctor".to_owned(),
        };
        let html = findings(&[finding]).into_string();
        assert!(html.contains("<b class=\"tag\">Act</b>"), "{html}");
        assert!(html.contains("the mirror &lt;stands&gt;"), "{html}");
        assert!(html.contains("<code>twinpool doctor</code>"), "{html}");
    }
}
