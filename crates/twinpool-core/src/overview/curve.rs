//! Numbers over time.

use std::collections::BTreeMap;

use crate::id::Timestamp;

/// What was measured when, the oldest first.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Curve(BTreeMap<Timestamp, f64>);

impl Curve {
    /// The points, the oldest first.
    pub fn points(&self) -> impl DoubleEndedIterator<Item = (Timestamp, f64)> + '_ {
        self.0.iter().map(|(at, value)| (*at, *value))
    }

    /// Whether nothing was measured.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The largest value; 0 where there is none.
    #[must_use]
    pub fn top(&self) -> f64 {
        self.0.values().copied().fold(0.0, f64::max)
    }
}

impl FromIterator<(Timestamp, f64)> for Curve {
    /// What makes no number is left out.
    fn from_iter<I: IntoIterator<Item = (Timestamp, f64)>>(points: I) -> Self {
        Self(points.into_iter().filter(|(_, value)| value.is_finite()).collect())
    }
}

/// A number that grew one by one: how many times lie in each minute, which is all that is kept of them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Growth(BTreeMap<u64, u64>);

const MINUTE: u64 = 60_000;

impl Growth {
    /// One more, at this time.
    pub fn add(&mut self, at: Timestamp) {
        *self.0.entry(at.0 / MINUTE).or_default() += 1;
    }

    /// How many there were by the end of each of at most `most` stretches of the same length; the last is the total.
    #[must_use]
    pub fn curve(&self, most: usize) -> Curve {
        let (Some((first, _)), Some((last, _))) = (self.0.first_key_value(), self.0.last_key_value()) else {
            return Curve::default();
        };
        let most = u64::try_from(most).unwrap_or(u64::MAX).max(1);
        let minutes = (last - first + 1).div_ceil(most);
        let mut total = 0_u64;
        let mut sums = BTreeMap::from([(Timestamp(first * MINUTE), 0.0)]);
        for (minute, number) in &self.0 {
            total += number;
            let end = first + ((minute - first) / minutes + 1) * minutes;
            // A time that was stored damaged may be as late as there is.
            let end = Timestamp(end.saturating_mul(MINUTE));
            #[expect(clippy::cast_precision_loss, reason = "fewer users than 2^52")]
            sums.insert(end, total as f64);
        }
        Curve(sums)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(minute: u64) -> Timestamp {
        Timestamp(minute * MINUTE)
    }

    #[test]
    fn a_growth_ends_with_the_total_however_it_is_cut() {
        let mut growth = Growth::default();
        for minute in [10, 10, 11, 15, 19] {
            growth.add(Timestamp(minute * MINUTE + 30_000));
        }
        let points = |most| growth.curve(most).points().collect::<Vec<_>>();
        assert_eq!(points(10), [(at(10), 0.0), (at(11), 2.0), (at(12), 3.0), (at(16), 4.0), (at(20), 5.0)]);
        assert_eq!(points(2), [(at(10), 0.0), (at(15), 3.0), (at(20), 5.0)]);
        assert_eq!(points(1), [(at(10), 0.0), (at(20), 5.0)]);
        assert!(Growth::default().curve(5).is_empty());
    }

    #[test]
    fn a_time_that_is_damaged_spoils_no_other() {
        let mut growth = Growth::default();
        for at in [at(10), at(11), Timestamp(u64::MAX)] {
            growth.add(at);
        }
        for most in [1, 2, 7, usize::MAX] {
            let points: Vec<_> = growth.curve(most).points().collect();
            assert_eq!(points.last(), Some(&(Timestamp(u64::MAX), 3.0)), "{most}");
        }
    }

    #[test]
    fn a_curve_holds_numbers_only() {
        let curve: Curve = [(at(2), 3.0), (at(1), f64::NAN), (at(0), 1.0)].into_iter().collect();
        assert_eq!(curve.points().collect::<Vec<_>>(), [(at(0), 1.0), (at(2), 3.0)]);
        assert_eq!(curve.top(), 3.0);
    }
}
