//! Numbers in sentences.

/// `1 message`, `2 messages`.
#[must_use]
pub fn count(number: u64, what: &str) -> String {
    if number == 1 { format!("1 {what}") } else { format!("{} {what}s", thousands(number)) }
}

/// 20000 as 20,000.
#[must_use]
pub fn thousands(number: u64) -> String {
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

/// 1250 hundredths as 12.5.
#[must_use]
pub fn hundredths(number: u64) -> String {
    match (number / 100, number % 100) {
        (whole, 0) => whole.to_string(),
        (whole, part) => format!("{whole}.{part:02}").trim_end_matches('0').to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_is_told_as_people_say_it() {
        assert_eq!((count(1, "user"), count(1_234_567, "user")), ("1 user".into(), "1,234,567 users".into()));
        assert_eq!([0, 999, 1_000, 20_000].map(thousands), ["0", "999", "1,000", "20,000"]);
        assert_eq!([0, 5, 1_250, 10_000].map(hundredths), ["0", "0.05", "12.5", "100"]);
    }
}
