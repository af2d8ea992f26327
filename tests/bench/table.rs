//! Tables in Markdown: twinpool beside the other.

use crate::function::figures::median;

/// The head of a table with two contenders and the ratio.
pub(crate) fn head(what: &str, other: &str) {
    println!("| {what} | twinpool | {other} | ratio | limit |");
    println!("| --- | ---: | ---: | ---: | ---: |");
}

/// A figure of both, of which less is better: how many times as much the other takes.
pub(crate) fn row(what: &str, [ours, theirs]: [f64; 2], limit: &str) {
    println!("| {what} | {ours:.2} | {theirs:.2} | {:.1} | {limit} |", theirs / ours);
}

/// A figure of both, of which more is better: how many times as much ours gives.
pub(crate) fn rate(what: &str, [ours, theirs]: [f64; 2]) {
    println!("| {what} | {ours:.0} | {theirs:.0} | {:.1} | |", ours / theirs);
}

/// Calls per event of both: there may be none, so there is no ratio.
pub(crate) fn calls(what: &str, [ours, theirs]: [f64; 2]) {
    println!("| {what} | {ours:.1} | {theirs:.1} | | |");
}

/// The middle of a figure, over the runs of each.
pub(crate) fn medians<R>(runs: &[Vec<R>; 2], figure: impl Fn(&R) -> f64) -> [f64; 2] {
    runs.each_ref().map(|runs| median(runs.iter().map(&figure).collect()))
}
