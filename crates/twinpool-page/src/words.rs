//! Times and numbers for people. All times are UTC.

use std::time::{Duration, UNIX_EPOCH};

use maud::{Markup, html};
use twinpool_core::id::Timestamp;
use twinpool_core::phase::{Phase, Share};
pub(crate) use twinpool_core::words::{count, thousands};

/// The last moment that has a year of four digits, in milliseconds: what is beyond was never a time.
const LAST: u64 = 253_402_300_799_999;

const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// Such as `2026-11-21T14:03:05Z`.
fn machine(at: Timestamp) -> String {
    humantime::format_rfc3339_seconds(UNIX_EPOCH + Duration::from_millis(at.0.min(LAST))).to_string()
}

fn part(at: Timestamp, range: std::ops::Range<usize>) -> String {
    machine(at).get(range).unwrap_or_default().to_owned()
}

/// Such as `2026`.
pub(crate) fn year(at: Timestamp) -> String {
    part(at, 0..4)
}

/// Such as `21 Nov`.
pub(crate) fn day_and_month(at: Timestamp) -> String {
    let month =
        part(at, 5..7).parse().ok().and_then(|month: usize| MONTHS.get(month.checked_sub(1)?).copied());
    format!("{} {}", part(at, 8..10).trim_start_matches('0'), month.unwrap_or_default())
}

/// Such as `14:03`.
pub(crate) fn clock(at: Timestamp) -> String {
    part(at, 11..16)
}

/// To the minute: `2026-11-21 14:03`.
pub(crate) fn minute(at: Timestamp) -> String {
    format!("{} {}", part(at, 0..10), clock(at))
}

/// To the second: `14:03:05`.
pub(crate) fn second(at: Timestamp) -> String {
    part(at, 11..19)
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

/// With a large letter first.
pub(crate) fn capital(text: &str) -> String {
    let mut letters = text.chars();
    let first = letters.next().map(|first| first.to_uppercase().to_string()).unwrap_or_default();
    first + letters.as_str()
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
        assert_eq!(minute(Timestamp(u64::MAX)), "9999-12-31 23:59");
        let at = Timestamp(1_795_219_385_000);
        assert_eq!(
            (day_and_month(at), clock(at), second(at)),
            ("21 Nov".into(), "00:03".into(), "00:03:05".into())
        );
        assert_eq!(day_and_month(Timestamp(0)), "1 Jan");
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
