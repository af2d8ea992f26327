//! Numbers over time: a drawing, and the same numbers as a table for those who do not see it.
//!
//! Lines differ by dash as well as by colour. Looks come from the style sheet alone: what a policy forbids to stand inline does not.

use maud::{Markup, html};
use twinpool_core::id::Timestamp;

mod axis;
mod draw;
mod fold;
mod legend;
mod table;

pub(crate) use axis::Unit;
pub(crate) use fold::{Fold, stretch};

use crate::words::count;

/// A chart to be.
pub(crate) struct Chart<'a> {
    /// Unique on its page.
    pub(crate) id: &'static str,
    pub(crate) title: &'a str,
    pub(crate) unit: Unit,
    /// What a point stands for: `by 5 minutes`.
    pub(crate) note: String,
    pub(crate) series: Vec<Series>,
    /// Where the phase changed.
    pub(crate) marks: &'a [Mark],
    /// The right end: when it was looked at.
    pub(crate) until: Timestamp,
    /// What is said where there is not a single point.
    pub(crate) nothing: &'a str,
}

/// One line of it.
#[derive(Debug, Clone)]
pub(crate) struct Series {
    pub(crate) name: &'static str,
    /// Which colour and dash.
    pub(crate) look: Look,
    /// The oldest first; no value below 0.
    pub(crate) points: Vec<(Timestamp, f64)>,
    /// Points that are further apart are not joined, in milliseconds. `None`: all are.
    pub(crate) apart: Option<u64>,
}

/// How a line looks: the same thing looks the same everywhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Look {
    /// The old pool.
    Old,
    /// The new pool.
    New,
    /// What is neither.
    Plain,
    /// What should not be.
    Trouble,
}

impl Look {
    fn class(self) -> &'static str {
        match self {
            Self::Old => "old",
            Self::New => "new",
            Self::Plain => "plain",
            Self::Trouble => "trouble",
        }
    }
}

/// A moment with a name.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Mark {
    pub(crate) at: Timestamp,
    pub(crate) name: String,
}

impl Chart<'_> {
    fn is_empty(&self) -> bool {
        self.series.iter().all(|series| series.points.is_empty())
    }

    /// The drawing with its title, its legend and its table.
    pub(crate) fn figure(&self) -> Markup {
        html! {
            figure.chart id=(self.id) {
                figcaption { h3 { (self.title) } @if !self.is_empty() { p.note { (self.note) } } }
                @if self.is_empty() {
                    p.nothing { (self.nothing) }
                } @else {
                    (self.legend())
                    (self.drawing())
                    (self.table())
                }
            }
        }
    }

    /// The drawing in a sentence or two.
    fn in_words(&self) -> String {
        let one = |series: &Series| match (series.points.first(), series.points.last()) {
            (Some((_, first)), Some((_, last))) => {
                let top = series.points.iter().map(|(_, value)| *value).fold(0.0, f64::max);
                let (first, last, top) =
                    (self.unit.shown(*first), self.unit.shown(*last), self.unit.shown(top));
                format!("{}: {first} at first, {top} at most, {last} at last.", series.name)
            }
            _ => format!("{}: nothing was measured.", series.name),
        };
        let lines: Vec<_> = self.series.iter().map(one).collect();
        let marks = match self.marks_within().len() {
            0 => String::new(),
            number => {
                format!(" {} of the phase.", count(u64::try_from(number).unwrap_or(u64::MAX), "change"))
            }
        };
        format!("{}{marks} The table below has all numbers.", lines.join(" "))
    }

    /// From the oldest point to the end. At least a minute.
    fn range(&self) -> (u64, u64) {
        let times = || self.series.iter().flat_map(|series| &series.points).map(|(at, _)| at.0);
        let first = times().min().unwrap_or(self.until.0);
        let last = times().max().unwrap_or_default().max(self.until.0);
        const LEAST: u64 = 60_000;
        (first.min(last.saturating_sub(LEAST)), last.max(LEAST))
    }

    fn marks_within(&self) -> Vec<&Mark> {
        let (from, to) = self.range();
        self.marks.iter().filter(|mark| (from..=to).contains(&mark.at.0)).collect()
    }
}

#[cfg(test)]
mod tests;
