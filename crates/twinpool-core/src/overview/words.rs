//! Times in sentences.

use std::time::Duration;

pub(super) use crate::words::{count, thousands};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_told_as_people_say_it() {
        let spans = [0, 89, 90, 5_399, 5_400, 172_799, 172_800].map(|s| span(Duration::from_secs(s)));
        assert_eq!(spans, ["0 s", "89 s", "1 min", "89 min", "1 h", "47 h", "2 days"]);
    }
}
