//! A line of log that CloudWatch counts too: its embedded metric format, in the namespace `twinpool`, per function.

use std::borrow::Cow;
use std::fmt;
use std::io::Write as _;
use std::time::{Duration, UNIX_EPOCH};

use metrique_writer_core::format::Format as _;
use metrique_writer_core::unit::NegativeScale;
use metrique_writer_core::{Entry, EntryWriter, MetricFlags, Observation, Unit, Value, ValueWriter};
use metrique_writer_format_emf::{AllowSplitEntries, Emf, EntryDimensions};
use twinpool_core::id::Timestamp;

/// Where all metrics of twinpool are.
pub const NAMESPACE: &str = "twinpool";

/// The dimension that every metric has.
const FUNCTION: &str = "FunctionName";

/// CloudWatch takes no more values of a metric from one line.
const MOST_VALUES: usize = 100;

/// A dimension has one value in a line: metrics with another one stand on a line of their own.
static SPLIT: AllowSplitEntries = AllowSplitEntries::new();

/// The dimension that counts of reasons have, too.
const REASON: &str = "Reason";

/// Counted in all, and by reason.
static BY_REASON: EntryDimensions =
    EntryDimensions::new_static(&[Cow::Borrowed(&[]), Cow::Borrowed(&[Cow::Borrowed(REASON)])]);

/// What one line says, and what is counted by it. Nothing in it may be personal.
#[derive(Debug, Clone)]
pub struct Line<'a> {
    function: &'a str,
    at: Timestamp,
    reason: Option<&'a str>,
    texts: Vec<(&'static str, &'a str)>,
    points: Vec<(&'static str, Point)>,
}

#[derive(Debug, Clone)]
struct Point {
    values: Vec<Observation>,
    unit: Unit,
    by: Option<(&'static str, &'static str)>,
}

impl<'a> Line<'a> {
    /// A line of this function, by its physical name.
    #[must_use]
    pub fn of(function: &'a str, at: Timestamp) -> Self {
        Self { function, at, reason: None, texts: Vec::new(), points: Vec::new() }
    }

    /// With a field that is no metric.
    #[must_use]
    pub fn text(mut self, name: &'static str, text: &'a str) -> Self {
        self.texts.push((name, text));
        self
    }

    /// With the field, if there is anything to say.
    #[must_use]
    pub fn maybe_text(self, name: &'static str, text: Option<&'a str>) -> Self {
        match text {
            Some(text) => self.text(name, text),
            None => self,
        }
    }

    /// Counts in all and by this reason, whatever is counted in the line without a dimension of its own.
    #[must_use]
    pub fn also_by_reason(self, reason: &'a str) -> Self {
        Self { reason: Some(reason), ..self }
    }

    /// Counts so many.
    #[must_use]
    pub fn count(self, metric: &'static str, count: u64) -> Self {
        self.point(metric, vec![Observation::Unsigned(count)], Unit::Count, None)
    }

    /// Counts so many under one more dimension.
    #[must_use]
    pub fn count_by(self, metric: &'static str, count: u64, by: (&'static str, &'static str)) -> Self {
        self.point(metric, vec![Observation::Unsigned(count)], Unit::Count, Some(by))
    }

    /// So much of a hundred.
    #[must_use]
    pub fn percent(self, metric: &'static str, percent: f64) -> Self {
        self.point(metric, vec![Observation::Floating(percent)], Unit::Percent, None)
    }

    /// So much of a hundred, under one more dimension.
    #[must_use]
    pub fn percent_by(self, metric: &'static str, percent: f64, by: (&'static str, &'static str)) -> Self {
        self.point(metric, vec![Observation::Floating(percent)], Unit::Percent, Some(by))
    }

    /// How long each took, in milliseconds; of more than a hundred the first hundred.
    #[must_use]
    pub fn times(self, metric: &'static str, times: &[Duration]) -> Self {
        let milliseconds = |time: &Duration| u64::try_from(time.as_millis()).unwrap_or(u64::MAX);
        let values = times.iter().take(MOST_VALUES).map(|time| Observation::Unsigned(milliseconds(time)));
        self.point(metric, values.collect(), Unit::Second(NegativeScale::Milli), None)
    }

    /// Writes it to standard output, where Lambda picks it up. A closed one is no reason for a function to fail.
    pub fn print(&self) {
        drop(std::io::stdout().lock().write_all(&self.bytes()));
    }

    fn point(
        mut self,
        metric: &'static str,
        values: Vec<Observation>,
        unit: Unit,
        by: Option<(&'static str, &'static str)>,
    ) -> Self {
        self.points.push((metric, Point { values, unit, by }));
        self
    }

    fn bytes(&self) -> Vec<u8> {
        let mut bytes = Vec::new();
        let mut emf = Emf::builder(NAMESPACE.to_owned(), vec![vec![FUNCTION.to_owned()]]).build();
        // Text and numbers under names of ours, none of them twice: that cannot fail.
        drop(emf.format(self, &mut bytes));
        bytes
    }
}

/// The lines, one for each value of a dimension, without the last line's end.
impl fmt::Display for Line<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(String::from_utf8_lossy(&self.bytes()).trim_end())
    }
}

impl Entry for Line<'_> {
    fn write<'w>(&'w self, writer: &mut impl EntryWriter<'w>) {
        writer.config(&SPLIT);
        if let Some(reason) = self.reason {
            writer.config(&BY_REASON);
            writer.value(REASON, reason);
        }
        writer.timestamp(UNIX_EPOCH + Duration::from_millis(self.at.0));
        writer.value(FUNCTION, self.function);
        for (name, text) in &self.texts {
            writer.value(*name, *text);
        }
        for (name, point) in &self.points {
            writer.value(*name, point);
        }
    }
}

impl Value for Point {
    fn write(&self, writer: impl ValueWriter) {
        writer.metric(self.values.iter().copied(), self.unit, self.by, MetricFlags::empty());
    }
}

#[cfg(test)]
pub(crate) mod tests;
