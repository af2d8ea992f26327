//! What CloudWatch answers.

use std::collections::BTreeMap;

use serde_json::Value;
use twinpool_core::id::Timestamp;

/// All series of an answer, by their id. A search has several of one id: they are one.
#[derive(Debug, Default)]
pub(super) struct Found(BTreeMap<String, Series>);

/// The points of a series.
#[derive(Debug, Default)]
pub(super) struct Series {
    points: Vec<(Timestamp, f64)>,
    is_broken: bool,
}

static NOTHING: Series = Series { points: Vec::new(), is_broken: false };

impl Found {
    /// Takes a page in. What makes no sense in it makes its series unknown.
    pub(super) fn add(&mut self, page: &Value) {
        for told in page["MetricDataResults"].as_array().into_iter().flatten() {
            let Some(id) = told["Id"].as_str() else { continue };
            self.0.entry(id.to_owned()).or_default().add(told);
        }
    }

    /// A series; one without a point where CloudWatch tells nothing of it.
    pub(super) fn series(&self, id: &str) -> Result<&Series, &'static str> {
        match self.0.get(id) {
            None => Ok(&NOTHING),
            Some(series) if series.is_broken => Err("an error of its own"),
            Some(series) => Ok(series),
        }
    }
}

impl Series {
    fn add(&mut self, told: &Value) {
        // `PartialData`: the rest is on another page.
        let is_said = matches!(told["StatusCode"].as_str(), None | Some("Complete" | "PartialData"));
        let (values, times) = (told["Values"].as_array(), told["Timestamps"].as_array());
        let points = values.into_iter().flatten().zip(times.into_iter().flatten());
        let points: Option<Vec<_>> = points.map(|(value, at)| point(value, at)).collect();
        let is_whole = values.map_or(0, Vec::len) == times.map_or(0, Vec::len);
        match points.filter(|_| is_said && is_whole) {
            Some(points) => self.points.extend(points),
            None => self.is_broken = true,
        }
    }

    pub(super) fn is_empty(&self) -> bool {
        self.points.is_empty()
    }

    /// Of all points.
    pub(super) fn sum(&self) -> u64 {
        rounded(self.points.iter().map(|(_, value)| value).sum())
    }

    /// Of all points up to this one; of none, where there is none to go up to.
    pub(super) fn sum_until(&self, last: Option<Timestamp>) -> u64 {
        rounded(self.points.iter().filter(|(at, _)| Some(*at) <= last).map(|(_, value)| value).sum())
    }

    /// The points, those of the same minute together.
    pub(super) fn by_minute(&self) -> BTreeMap<Timestamp, f64> {
        let mut all = BTreeMap::new();
        for (at, value) in &self.points {
            *all.entry(*at).or_default() += value;
        }
        all
    }

    /// The newest point.
    pub(super) fn last(&self) -> Option<f64> {
        self.points.iter().max_by_key(|(at, _)| *at).map(|(_, value)| *value)
    }

    /// The newest point, rounded up.
    pub(super) fn newest(&self) -> Option<(Timestamp, u64)> {
        let newest = self.points.iter().max_by_key(|(at, _)| *at);
        newest.map(|(at, value)| (*at, rounded(value.ceil())))
    }
}

fn point(value: &Value, at: &Value) -> Option<(Timestamp, f64)> {
    let value = value.as_f64().filter(|value| value.is_finite() && *value >= 0.0)?;
    let at = at.as_f64().filter(|at| (0.0..1e11).contains(at))?;
    Some((Timestamp(rounded(at * 1_000.0)), value))
}

fn rounded(number: f64) -> u64 {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "it is not negative, and what is too large ends at the largest"
    )]
    let whole = number.round() as u64;
    whole
}
