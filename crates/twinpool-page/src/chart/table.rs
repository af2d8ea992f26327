//! The numbers of a chart.

use std::collections::BTreeMap;

use maud::{Markup, html};
use twinpool_core::id::Timestamp;

use super::Chart;
use crate::words::when;

impl Chart<'_> {
    /// Time by time, the newest first. Where a line only grows, it stands as it stood last.
    fn rows(&self) -> BTreeMap<Timestamp, Vec<Option<f64>>> {
        let mut rows: BTreeMap<Timestamp, Vec<Option<f64>>> = BTreeMap::new();
        let columns = self.series.len();
        for (column, series) in self.series.iter().enumerate() {
            for (at, value) in &series.points {
                let row = rows.entry(*at).or_insert_with(|| vec![None; columns]);
                if let Some(cell) = row.get_mut(column) {
                    *cell = Some(*value);
                }
            }
        }
        let mut last = vec![None; columns];
        for row in rows.values_mut() {
            for ((cell, last), series) in row.iter_mut().zip(&mut last).zip(&self.series) {
                if cell.is_some() {
                    *last = *cell;
                } else if series.apart.is_none() {
                    *cell = *last;
                }
            }
        }
        rows
    }

    pub(super) fn table(&self) -> Markup {
        html! {
            details id={ (self.id) "-numbers" } {
                summary { "Numbers " span.hidden { "of " (self.title) } }
                div.scroll tabindex="0" role="region" aria-label={ "Numbers of " (self.title) } {
                    table {
                        thead {
                            tr { th scope="col" { "UTC" } @for series in &self.series { th.number scope="col" { (series.name) } } }
                        }
                        tbody {
                            @for (at, row) in self.rows().iter().rev() {
                                tr {
                                    th scope="row" { (when(*at)) }
                                    @for cell in row {
                                        td.number { @if let Some(value) = cell { (self.unit.shown(*value)) } @else { "-" } }
                                    }
                                }
                            }
                        }
                    }
                }
                @let marks = self.marks_within();
                @if !marks.is_empty() {
                    ul.marks { @for mark in marks { li { (when(mark.at)) " " (mark.name) } } }
                }
            }
        }
    }
}
