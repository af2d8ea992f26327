//! Times, spelt in one way everywhere: `90s`, `10m`, `180 days`, `26 weeks`.

use std::time::Duration;

/// The grain of an age.
pub(crate) const DAY: Duration = Duration::from_secs(24 * 60 * 60);

/// Longer than anybody waits, and far from what overflows.
const MOST_DAYS: u32 = 10_000;

/// A time of whole seconds, one at least.
pub(crate) fn time(text: &str) -> Option<Duration> {
    let time = humantime::parse_duration(text).ok()?;
    (time.subsec_nanos() == 0 && !time.is_zero() && time <= DAY * MOST_DAYS).then_some(time)
}

/// A time of whole days: `180 days`, `26 weeks`.
///
/// # Errors
/// When it is none.
pub fn age(text: &str) -> Result<Duration, &'static str> {
    let age = time(text).filter(|age| age.as_secs().is_multiple_of(DAY.as_secs()));
    age.ok_or("this must be a time in days or weeks, such as \"180 days\"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_spelt_as_people_spell_it() {
        for text in ["600s", "10m", "10min", "10 minutes", "9m 60s"] {
            assert_eq!(time(text), Some(Duration::from_mins(10)), "{text}");
        }
        for text in ["14d", "14 days", "2w", "2 weeks", "336h"] {
            assert_eq!(age(text), Ok(DAY * 14), "{text}");
        }
    }

    #[test]
    fn what_is_no_time_is_none() {
        for text in ["", "10", "m", "0s", "-1s", "+1s", "900ms", "é", "99999999999999999999h", "100 years"] {
            assert_eq!(time(text), None, "{text}");
        }
        for text in ["36h", "1 month", "10m"] {
            assert!(age(text).is_err(), "{text}");
        }
    }
}
