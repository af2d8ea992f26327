//! The time of a record: `2026-11-21T10:00:00Z`.

use crate::id::Timestamp;

/// Reads a moment in UTC, to the millisecond. Nothing for any other form.
pub(super) fn parse(text: &str) -> Option<Timestamp> {
    let (date, time) = text.strip_suffix('Z')?.split_once('T')?;
    let (time, fraction) = time.split_once('.').unwrap_or((time, "0"));
    let [year, month, day] = numbers(date, '-', [4, 2, 2])?;
    let [hour, minute, second] = numbers(time, ':', [2, 2, 2])?;
    // A leap second counts as the next second.
    let most = [(month, 12), (day, 31), (hour, 23), (minute, 59), (second, 60)];
    if year < 1970 || month == 0 || day == 0 || most.iter().any(|(value, most)| value > most) {
        return None;
    }
    let seconds = days_since_1970(year, month, day) * 86_400 + hour * 3_600 + minute * 60 + second;
    Some(Timestamp(seconds * 1_000 + millis(fraction)?))
}

/// Three numbers of so many digits.
fn numbers(text: &str, between: char, digits: [usize; 3]) -> Option<[u64; 3]> {
    let mut parts = text.split(between);
    let mut numbers = [0; 3];
    for (number, digits) in numbers.iter_mut().zip(digits) {
        let part = parts.next().filter(|part| part.len() == digits)?;
        *number = whole(part)?;
    }
    parts.next().is_none().then_some(numbers)
}

/// Digits only: `parse` alone would take a sign.
fn whole(text: &str) -> Option<u64> {
    text.bytes().all(|byte| byte.is_ascii_digit()).then(|| text.parse().ok())?
}

fn millis(fraction: &str) -> Option<u64> {
    whole(fraction)?;
    let digits: String = fraction.chars().chain("000".chars()).take(3).collect();
    whole(&digits)
}

/// Days of the Gregorian calendar. The year is counted from March, so that the leap day is its last.
fn days_since_1970(year: u64, month: u64, day: u64) -> u64 {
    let year = if month < 3 { year - 1 } else { year };
    let day_of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = year * 365 + year / 4 - year / 100 + year / 400 + day_of_year;
    // From the first of March of the year 0.
    days - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn moments_are_read() {
        let cases = [
            ("1970-01-01T00:00:00Z", 0),
            ("1970-03-01T00:00:00Z", 5_097_600_000),
            ("2000-02-29T12:30:15Z", 951_827_415_000),
            ("2026-11-21T10:00:00Z", 1_795_255_200_000),
            ("2026-11-21T10:00:00.5Z", 1_795_255_200_500),
            ("2026-11-21T10:00:00.123456Z", 1_795_255_200_123),
        ];
        for (text, expected) in cases {
            assert_eq!(parse(text), Some(Timestamp(expected)), "{text}");
        }
    }

    #[test]
    fn what_is_no_moment_is_nothing() {
        let cases = [
            "",
            "Z",
            "TZ",
            "2026-11-21",
            "2026-11-21T10:00:00",
            "2026-11-21T10:00:00+01:00",
            "2026-13-21T10:00:00Z",
            "2026-00-21T10:00:00Z",
            "2026-11-00T10:00:00Z",
            "2026-11-21T24:00:00Z",
            "1969-12-31T23:59:59Z",
            "+026-11-21T10:00:00Z",
            "2026-11-21T10:00:00.Z",
            "2026-11-21T10:00:00.xZ",
            "2026-11-21-01T10:00:00Z",
            "\u{661}\u{669}70-01-01T00:00:00Z",
        ];
        for text in cases {
            assert_eq!(parse(text), None, "{text}");
        }
    }
}
