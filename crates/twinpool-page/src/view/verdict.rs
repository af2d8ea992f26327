//! What the criteria say, how much of the quotas is used, and which alarms are on.

use maud::{Markup, html};
use twinpool_core::check::Look;
use twinpool_core::overview::Overview;
use twinpool_core::verdict::{Finding, Judgement, Row, Verdict};

use super::{bar, seen};

fn told(finding: Finding) -> (&'static str, &'static str) {
    match finding {
        Finding::Fine => ("well", "fine"),
        Finding::NoLimit => ("note", "no limit"),
        Finding::TooFew => ("note", "too few events"),
        Finding::Unknown => ("look", "not known"),
        Finding::NotWell => ("look", "hold"),
        Finding::Bad => ("act", "roll back"),
    }
}

/// What the criteria say, and which alarms are on.
pub(crate) fn criteria(overview: &Overview) -> Markup {
    let judgement: &Look<Judgement> = &overview.judgement;
    html! {
        section.card aria-labelledby="criteria" {
            h2 #criteria { "Criteria" }
            (seen(judgement, |judgement| html! {
                @let is_moved = overview.standing.as_ref().is_ok_and(|standing| standing.phase.moves());
                @let (class, words) = match judgement.verdict {
                    // As `twinpool status` says it: what happens to nobody is no reason to go on.
                    _ if !is_moved => ("note", "Nobody is being moved"),
                    Verdict::GoOn => ("well", "Go on"),
                    Verdict::Hold => ("look", "Hold: move nobody more"),
                    Verdict::RollBack => ("act", "Roll back"),
                };
                p.lead { span.tag.(class) { (words) } }
                div.scroll tabindex="0" role="region" aria-labelledby="criteria" {
                    table {
                        thead { tr { th scope="col" { "Criterion" } th.number scope="col" { "Last minutes" } th.number scope="col" { "Limit" } th scope="col" { "Says" } } }
                        tbody { @for row in &judgement.rows { (line(row)) } }
                    }
                }
            }))
            h3 { "Alarms" }
            (alarms(overview))
        }
    }
}

fn line(row: &Row) -> Markup {
    let unit = row.measure.criterion.unit();
    let side = if row.measure.criterion.is_floor() { "≥" } else { "≤" };
    let limit = row.limits.hold.or(row.limits.roll_back);
    let limit = limit.map_or_else(|| "-".to_owned(), |limit| format!("{side} {}", unit.shown(limit)));
    let (class, words) = told(row.finding);
    html! {
        tr {
            th scope="row" { (row.name()) }
            td.number { (row.now()) @if let Some(events) = row.events() { span.note.events { " of " (events) } } }
            td.number { (limit) }
            td { span.tag.(class) { (words) } }
        }
    }
}

/// How much of each quota is used.
pub(crate) fn budget(overview: &Overview) -> Markup {
    html! {
        section.card aria-labelledby="budget" {
            h2 #budget { "Quotas of Cognito" }
            (seen(&overview.budget, |budget| html! {
                @if budget.is_empty() { p.nothing { "CloudWatch counted no calls." } } @else {
                    div.scroll tabindex="0" role="region" aria-labelledby="budget" {
                        table {
                            thead { tr { th scope="col" { "Category" } th.number scope="col" { "Calls a second" } th.number scope="col" { "Throttled" } th.used scope="col" { "Used" } } }
                            tbody {
                                @for (category, used) in budget {
                                    @let share = share(used.calls, used.quota);
                                    tr {
                                        th scope="row" { (category.name()) }
                                        td.number { (amount(used.calls)) span.note { " of " (amount(used.quota)) } }
                                        td.number { @if used.throttled > 0.0 { b.act { (amount(used.throttled)) } } @else { "0" } }
                                        td.used { (bar(if share >= 8_000 { "look" } else { "plain" }, share)) span { (share / 100) " %" } }
                                    }
                                }
                            }
                        }
                    }
                }
            }))
        }
    }
}

/// One digit where it is small.
fn amount(value: f64) -> String {
    let text = format!("{value:.1}");
    text.trim_end_matches(".0").to_owned()
}

/// In hundredths of a percent; all of nothing is nothing.
fn share(part: f64, of: f64) -> u64 {
    let share = part / of * 10_000.0;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "between 0 and 10 000")]
    if share.is_finite() { share.clamp(0.0, 10_000.0) as u64 } else { 0 }
}

/// Which alarms of the stack are on.
fn alarms(overview: &Overview) -> Markup {
    seen(&overview.alarms, |alarms| {
        html! {
            @if alarms.is_empty() { p.nothing { "No alarm of the stack is on." } } @else {
                ul.plain { @for alarm in alarms { li { b.tag.act { "on" } " " (alarm) } } }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_share_of_an_unknown_quota_is_none() {
        assert_eq!(
            [share(5.0, 10.0), share(5.0, 0.0), share(0.0, 0.0), share(f64::NAN, 1.0)],
            [5_000, 0, 0, 0]
        );
        assert_eq!(share(50.0, 10.0), 10_000);
    }
}
