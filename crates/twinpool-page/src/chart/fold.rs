//! Curves by the minute, folded into stretches that a chart has room for.

use std::collections::BTreeMap;

use twinpool_core::id::Timestamp;
use twinpool_core::overview::Curve;

use super::axis::ROUND;

/// So many points a chart has room for.
const MOST: u64 = 72;

/// What becomes of all points of a stretch.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fold {
    /// The largest. Where nothing was measured, nothing is drawn.
    Largest,
    /// All together. Where nothing was counted, there was nothing.
    Sum,
}

/// How long the stretches are, in milliseconds, so that all curves have room up to this end.
pub(crate) fn stretch(curves: &[&Curve], until: Timestamp) -> u64 {
    let first = curves.iter().filter_map(|curve| curve.points().next()).map(|(at, _)| at.0).min();
    let least = until.0.saturating_sub(first.unwrap_or(until.0)) / MOST;
    ROUND.into_iter().find(|step| *step > least).unwrap_or(least.saturating_add(1))
}

impl Fold {
    /// The points, one for each stretch, at its beginning.
    pub(crate) fn points(self, curve: &Curve, stretch: u64, until: Timestamp) -> Vec<(Timestamp, f64)> {
        let stretch = stretch.max(1);
        let mut folded: BTreeMap<u64, f64> = BTreeMap::new();
        for (at, value) in curve.points() {
            let sum = folded.entry(at.0 / stretch).or_default();
            *sum = match self {
                Self::Largest => sum.max(value),
                Self::Sum => *sum + value.max(0.0),
            };
        }
        let first = folded.keys().next().copied();
        if let (Self::Sum, Some(first)) = (self, first) {
            // What lies further ahead than a chart has room for stays a gap.
            let end = (until.0 / stretch).min(first.saturating_add(2 * MOST));
            for number in first..end {
                folded.entry(number).or_default();
            }
            // A stretch that is not at its end would look like a fall.
            if first < end {
                folded.split_off(&end);
            }
        }
        folded.into_iter().map(|(number, value)| (Timestamp(number.saturating_mul(stretch)), value)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MINUTE: u64 = 60_000;

    fn curve(points: &[(u64, f64)]) -> Curve {
        points.iter().map(|(minute, value)| (Timestamp(minute * MINUTE), *value)).collect()
    }

    #[test]
    fn what_is_counted_is_summed_and_silence_is_none_of_it() {
        let curve = curve(&[(0, 1.0), (4, 2.0), (11, 5.0)]);
        let minutes = |fold: Fold| {
            let points = fold.points(&curve, 5 * MINUTE, Timestamp(16 * MINUTE));
            points.into_iter().map(|(at, value)| (at.0 / MINUTE, value)).collect::<Vec<_>>()
        };
        assert_eq!(minutes(Fold::Sum), [(0, 3.0), (5, 0.0), (10, 5.0)]);
        assert_eq!(minutes(Fold::Largest), [(0, 2.0), (10, 5.0)]);
    }

    #[test]
    fn a_stretch_is_round_and_leaves_room() {
        let six_hours = curve(&[(0, 1.0)]);
        assert_eq!(stretch(&[&six_hours], Timestamp(360 * MINUTE)), 10 * MINUTE);
        assert_eq!(stretch(&[], Timestamp(360 * MINUTE)), MINUTE);
        let far = Fold::Sum.points(&six_hours, MINUTE, Timestamp(u64::MAX));
        assert!(far.len() < 200);
    }
}
