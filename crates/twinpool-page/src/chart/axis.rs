//! Round numbers along the axes: few, and of any size.

use std::time::Duration;

use twinpool_core::id::Timestamp;

use crate::words::{clock, day_and_month, span, thousands, year};

/// In what values are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Unit {
    /// One by one.
    Count,
    /// Seconds.
    Time,
}

/// At most so many stretches on the axis of values.
const MOST_STEPS: f64 = 4.0;
/// At most so many on the axis of time.
const MOST_TIMES: u64 = 6;

/// No count and no time comes near: what is larger is drawn at the top.
const LARGEST: f64 = 1e15;
/// Above so many seconds, 31 years, days say nothing.
const AGES: f64 = 1e9;

const MINUTE: u64 = 60_000;
const HOUR: u64 = 60 * MINUTE;
const DAY: u64 = 24 * HOUR;
/// Round stretches of time, in milliseconds.
pub(super) const ROUND: [u64; 17] = [
    MINUTE,
    2 * MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
    2 * DAY,
    7 * DAY,
    14 * DAY,
    30 * DAY,
    91 * DAY,
];

impl Unit {
    /// Round values from 0 up to the first that is no less than `top`.
    pub(super) fn ticks(self, top: f64) -> Vec<f64> {
        let top = if top > 0.0 { top.min(LARGEST) } else { 1.0 };
        let step = self.step(top);
        let mut ticks = vec![0.0];
        // Four steps reach the top, or all but: a fifth is for what a division lost.
        for number in [1.0, 2.0, 3.0, 4.0, 5.0] {
            if ticks.last().is_some_and(|last| *last >= top) {
                break;
            }
            ticks.push(step * number);
        }
        ticks
    }

    fn step(self, top: f64) -> f64 {
        let least = top / MOST_STEPS;
        let rounds: &[f64] = match self {
            Self::Count => &[],
            Self::Time if least <= 0.5 => &[],
            Self::Time => &[
                1.0, 2.0, 5.0, 10.0, 15.0, 30.0, 60.0, 120.0, 300.0, 600.0, 900.0, 1800.0, 3600.0, 7200.0,
                21_600.0, 43_200.0,
            ],
        };
        if let Some(step) = rounds.iter().find(|step| **step >= least) {
            return *step;
        }
        let (unit, whole) = match self {
            Self::Count => (1.0, true),
            Self::Time if least > 0.5 => (86_400.0, true),
            Self::Time => (1.0, false),
        };
        let step = round_up(least / unit);
        let step = if whole { step.max(1.0) } else { step };
        if step.is_finite() { step * unit } else { least }
    }

    /// A value for people, in a few characters.
    pub(crate) fn shown(self, value: f64) -> String {
        match self {
            Self::Count => short(value),
            Self::Time if value > AGES => short(value) + " s",
            Self::Time if value < 1.0 => format!("{} ms", (value * 1000.0).round()),
            Self::Time => Duration::try_from_secs_f64(value).map_or_else(|_| short(value) + " s", span),
        }
    }

    /// The same on an axis, where 0 needs no unit.
    pub(super) fn label(self, value: f64) -> String {
        if value == 0.0 { "0".to_owned() } else { self.shown(value) }
    }
}

/// The next of 1, 2, 5, 10, 20, 50 and so on, downwards too.
fn round_up(value: f64) -> f64 {
    let power = 10.0_f64.powf(value.log10().floor());
    [1.0, 2.0, 5.0]
        .into_iter()
        .map(|round| round * power)
        .find(|round| *round >= value)
        .unwrap_or(10.0 * power)
}

/// 1,204 and 12.5k: whole numbers as they are while there is room.
fn short(value: f64) -> String {
    const LARGE: [(f64, &str); 4] = [(1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k")];
    if value < 10_000.0 {
        let whole = value.round();
        if (value - whole).abs() < 0.05 {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "between 0 and 10 000"
            )]
            return thousands(whole.max(0.0) as u64);
        }
        return format!("{value:.1}");
    }
    if value >= 1e16 {
        return format!("{value:.1e}");
    }
    let (size, letter) = LARGE.into_iter().find(|(size, _)| value >= *size).unwrap_or((1.0, ""));
    let text = format!("{:.1}", value / size);
    format!("{}{letter}", text.trim_end_matches(".0"))
}

/// Round moments within, each with its name.
pub(super) fn times(from: u64, to: u64) -> Vec<(u64, String)> {
    let least = to.saturating_sub(from) / MOST_TIMES;
    let step = ROUND
        .into_iter()
        .find(|step| *step > least)
        .unwrap_or_else(|| least.max(DAY).next_multiple_of(365 * DAY));
    let name = |at: u64| {
        let moment = Timestamp(at);
        match step {
            step if step >= 365 * DAY => year(moment),
            step if step >= DAY || at.is_multiple_of(DAY) => day_and_month(moment),
            _ => clock(moment),
        }
    };
    let first = from.div_ceil(step).saturating_mul(step);
    let all = std::iter::successors(Some(first), |at| at.checked_add(step));
    all.take_while(|at| *at <= to).map(|at| (at, name(at))).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(unit: Unit, top: f64) -> Vec<String> {
        unit.ticks(top).into_iter().map(|tick| unit.label(tick)).collect()
    }

    #[test]
    fn values_have_few_round_ticks_that_reach_the_top() {
        assert_eq!(labels(Unit::Count, 3.0), ["0", "1", "2", "3"]);
        assert_eq!(labels(Unit::Count, 9_731.0), ["0", "5,000", "10k"]);
        assert_eq!(labels(Unit::Count, 0.0), ["0", "1"]);
        assert_eq!(labels(Unit::Time, 0.85), ["0", "500 ms", "1 s"]);
        assert_eq!(labels(Unit::Time, 200.0), ["0", "1 min", "2 min", "3 min", "4 min"]);
        assert_eq!(labels(Unit::Time, 90_000.0), ["0", "12 h", "1 d", "1 d 12 h", "2 d"][..4]);
        for top in [1e-9, 0.3, 1.0, 7.0, 11.0, 4e9, 1e18, 1e300, f64::MAX, f64::INFINITY, f64::NAN] {
            for unit in [Unit::Count, Unit::Time] {
                let ticks = unit.ticks(top);
                assert!((2..=6).contains(&ticks.len()), "{top}: {ticks:?}");
                assert!(top.is_nan() || *ticks.last().unwrap() >= top.min(LARGEST), "{top}: {ticks:?}");
                assert!(ticks.iter().all(|tick| unit.label(*tick).len() <= 12), "{top}: {ticks:?}");
            }
        }
    }

    #[test]
    fn times_are_round_and_few_over_any_span() {
        let noon = 1_795_219_200_000 + 12 * HOUR;
        let names = |span| times(noon, noon + span).into_iter().map(|(_, name)| name).collect::<Vec<_>>();
        assert_eq!(names(5 * MINUTE), ["12:00", "12:01", "12:02", "12:03", "12:04", "12:05"]);
        assert_eq!(names(18 * HOUR), ["12:00", "18:00", "22 Nov", "06:00"]);
        assert_eq!(names(4 * DAY), ["22 Nov", "23 Nov", "24 Nov", "25 Nov"]);
        for to in [0, 1, MINUTE, 400 * DAY, 40_000 * DAY, u64::MAX] {
            assert!(times(0, to).len() <= 8, "{to}");
        }
    }
}
