//! Numbers and times in sentences.

use std::time::Duration;

/// A time, in one size.
pub(super) fn span(time: Duration) -> String {
    const MINUTE: u64 = 60;
    const HOUR: u64 = 60 * MINUTE;
    const DAY: u64 = 24 * HOUR;
    let seconds = time.as_secs();
    match seconds {
        0..90 => format!("{seconds} s"),
        90..5_400 => format!("{} min", seconds / MINUTE),
        5_400..172_800 => format!("{} h", seconds / HOUR),
        _ => format!("{} days", seconds / DAY),
    }
}

/// `1 message`, `2 messages`.
pub(super) fn count(number: u64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{} {what}s", thousands(number)) }
}

/// 20000 as 20,000.
pub(super) fn thousands(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && (digits.len() - index).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_and_a_number_are_told_as_people_say_them() {
        let spans = [0, 89, 90, 5_399, 5_400, 172_799, 172_800].map(|s| span(Duration::from_secs(s)));
        assert_eq!(spans, ["0 s", "89 s", "1 min", "89 min", "1 h", "47 h", "2 days"]);
        assert_eq!((count(1, "user"), count(1_234_567, "user")), ("1 user".into(), "1,234,567 users".into()));
    }
}
