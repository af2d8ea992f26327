//! The charts of the move.

use maud::{Markup, html};
use twinpool_core::overview::{Curve, Overview};

use super::phase::marks;
use crate::chart::{Chart, Fold, Look, Mark, Series, Unit, stretch};
use crate::words::span;

/// Charts that grow have room for so many stretches.
const STRETCHES: usize = 48;

/// All of them.
pub(crate) fn all(overview: &Overview) -> Markup {
    let marks = marks(&overview.history);
    let mut charts = vec![progress(overview, &marks)];
    charts.extend(counted(overview, &marks));
    html! { div.charts { @for chart in charts { (chart) } } }
}

/// How many are linked, and how many came, over time.
fn progress(overview: &Overview, marks: &[Mark]) -> Markup {
    let (linked, came, nothing) = match &overview.people {
        Ok(people) => (
            people.linked_over_time.curve(STRETCHES),
            people.came_over_time.curve(STRETCHES),
            "Nobody is linked yet.".to_owned(),
        ),
        Err(why) => (Curve::default(), Curve::default(), format!("Nobody could look: {why}")),
    };
    let grown = |name, look, curve: &Curve| {
        let mut points: Vec<_> = curve.points().collect();
        // What was reached stays so until now.
        points.extend(
            points.last().copied().filter(|(at, _)| *at < overview.at).map(|(_, total)| (overview.at, total)),
        );
        Series { name, look, points, apart: None }
    };
    let chart = Chart {
        id: "progress",
        title: "Users over time",
        unit: Unit::Count,
        note: "in all".to_owned(),
        series: vec![
            grown("linked", Look::Plain, &linked),
            grown("came into the new pool", Look::New, &came),
        ],
        marks,
        until: overview.at,
        nothing: &nothing,
    };
    chart.figure()
}

/// What CloudWatch counted.
fn counted(overview: &Overview, marks: &[Mark]) -> Vec<Markup> {
    let empty = twinpool_core::overview::Curves::default();
    let (curves, nothing) = match &overview.curves {
        Ok(curves) => (curves, "CloudWatch counted nothing of it in these hours.".to_owned()),
        Err(why) => (&empty, format!("CloudWatch tells nothing: {why}")),
    };
    let all = [
        &curves.lag,
        &curves.backlog,
        &curves.errors,
        &curves.sign_ins_old,
        &curves.sign_ins_new,
        &curves.handled,
    ];
    let step = stretch(&all, overview.at);
    let every = span(std::time::Duration::from_millis(step));
    let series = |name, look, curve: &Curve, fold: Fold| Series {
        name,
        look,
        points: fold.points(curve, step, overview.at),
        apart: Some(step.saturating_mul(2)),
    };
    let chart = |id, title, unit, note: &str, series| {
        let note = format!("{note} {every}");
        Chart { id, title, unit, note, series, marks, until: overview.at, nothing: &nothing }.figure()
    };
    vec![
        chart(
            "lag",
            "From a change to the other pool",
            Unit::Time,
            "95 of 100 took no longer; the longest of each",
            vec![series("lag", Look::Plain, &curves.lag, Fold::Largest)],
        ),
        chart(
            "backlog",
            "Backlog and errors",
            Unit::Count,
            "the most waiting, and all errors, of each",
            vec![
                series("waiting", Look::Plain, &curves.backlog, Fold::Largest),
                series("errors", Look::Trouble, &curves.errors, Fold::Sum),
            ],
        ),
        chart(
            "sign-ins",
            "Sign-ins by pool",
            Unit::Count,
            "in each",
            vec![
                series("old pool", Look::Old, &curves.sign_ins_old, Fold::Sum),
                series("new pool", Look::New, &curves.sign_ins_new, Fold::Sum),
            ],
        ),
    ]
}
