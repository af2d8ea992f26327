//! Times and numbers for people. All times are UTC.

use std::time::Duration;

use maud::{Markup, html};
use twinpool_core::id::Timestamp;
use twinpool_core::phase::{Phase, Share};
pub(crate) use twinpool_core::words::{count, thousands};

/// A moment by the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Utc {
    pub(crate) year: u64,
    pub(crate) month: u64,
    pub(crate) day: u64,
    pub(crate) hour: u64,
    pub(crate) minute: u64,
    pub(crate) second: u64,
}

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

impl Utc {
    /// Any time has one, however far away.
    pub(crate) fn of(at: Timestamp) -> Self {
        let seconds = at.0 / 1000;
        // Days since 1 March of the year 0: leap days come last, eras of 400 years are all alike.
        let days = seconds / 86_400 + 719_468;
        let (era, of_era) = (days / 146_097, days % 146_097);
        let year_of_era = (of_era - of_era / 1460 + of_era / 36_524 - of_era / 146_096) / 365;
        let of_year = of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
        let from_march = (5 * of_year + 2) / 153;
        let month = if from_march < 10 { from_march + 3 } else { from_march - 9 };
        Self {
            year: era * 400 + year_of_era + u64::from(month <= 2),
            month,
            day: of_year - (153 * from_march + 2) / 5 + 1,
            hour: seconds / 3600 % 24,
            minute: seconds / 60 % 60,
            second: seconds % 60,
        }
    }

    /// Such as `21 Nov`.
    pub(crate) fn day_and_month(self) -> String {
        let month = usize::try_from(self.month.saturating_sub(1)).ok().and_then(|index| MONTHS.get(index));
        format!("{} {}", self.day, month.unwrap_or(&""))
    }

    /// Such as `14:03`.
    pub(crate) fn clock(self) -> String {
        format!("{:02}:{:02}", self.hour, self.minute)
    }
}

/// To the minute: `2026-11-21 14:03`.
pub(crate) fn minute(at: Timestamp) -> String {
    let utc = Utc::of(at);
    format!("{:04}-{:02}-{:02} {}", utc.year, utc.month, utc.day, utc.clock())
}

/// To the second: `14:03:05`.
pub(crate) fn second(at: Timestamp) -> String {
    let utc = Utc::of(at);
    format!("{}:{:02}", utc.clock(), utc.second)
}

fn machine(at: Timestamp) -> String {
    let utc = Utc::of(at);
    format!("{:04}-{:02}-{:02}T{}Z", utc.year, utc.month, utc.day, second(at))
}

/// A moment to the minute, for people and programs.
pub(crate) fn when(at: Timestamp) -> Markup {
    html! { time datetime=(machine(at)) { (minute(at)) } }
}

/// How long: one or two units.
pub(crate) fn span(time: Duration) -> String {
    let seconds = time.as_secs();
    let two = |first: u64, unit: &str, second: u64, lesser: &str| match second {
        0 => format!("{first} {unit}"),
        rest => format!("{first} {unit} {rest} {lesser}"),
    };
    match seconds {
        0 => format!("{} ms", time.as_millis()),
        1..10 => {
            let tenths = time.as_millis() / 100;
            format!("{}.{} s", tenths / 10, tenths % 10).replace(".0 s", " s")
        }
        10..60 => format!("{seconds} s"),
        60..3600 => two(seconds / 60, "min", if seconds < 600 { seconds % 60 } else { 0 }, "s"),
        3600..86_400 => two(seconds / 3600, "h", seconds / 60 % 60, "min"),
        _ => two(seconds / 86_400, "d", seconds / 3600 % 24, "h"),
    }
}

/// Hundredths of a percent as `78.1 %`: never rounded up to all.
pub(crate) fn percent(hundredths: u64) -> String {
    match (hundredths / 100, hundredths / 10 % 10) {
        (whole, 0) => format!("{whole} %"),
        (whole, part) => format!("{whole}.{part} %"),
    }
}

/// The phase, with its share where that says something: `canary, 5 %`.
pub(crate) fn moment(phase: Phase, share: Share) -> String {
    match phase {
        Phase::Canary => format!("{phase}, {share}"),
        Phase::DualWrite | Phase::Cutover | Phase::RolledBack | Phase::Complete => phase.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_day_of_the_calendar_however_far() {
        assert_eq!(minute(Timestamp(0)), "1970-01-01 00:00");
        assert_eq!(minute(Timestamp(951_782_399_000)), "2000-02-28 23:59");
        assert_eq!(minute(Timestamp(951_782_400_000)), "2000-02-29 00:00");
        assert_eq!(minute(Timestamp(1_795_219_200_000)), "2026-11-21 00:00");
        assert_eq!(minute(Timestamp(1_798_761_540_000)), "2026-12-31 23:59");
        assert!(minute(Timestamp(u64::MAX)).starts_with("584556019-"));
    }

    #[test]
    fn spans_have_one_or_two_units() {
        let said = |millis| span(Duration::from_millis(millis));
        assert_eq!(
            [0, 850, 1_000, 1_250, 59_999, 60_000, 125_000, 3_600_000, 7_500_000, 90_000_000].map(said),
            ["0 ms", "850 ms", "1 s", "1.2 s", "59 s", "1 min", "2 min 5 s", "1 h", "2 h 5 min", "1 d 1 h"]
        );
    }

    #[test]
    fn all_but_one_are_not_all() {
        assert_eq!([10_000, 9_999, 7_812, 5, 0].map(percent), ["100 %", "99.9 %", "78.1 %", "0 %", "0 %"]);
    }
}
