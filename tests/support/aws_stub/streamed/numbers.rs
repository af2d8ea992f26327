//! From numbers to subs and back. Subs begin differently, so that walks over a part of all subs find their share at once.

use std::ops::Range;

use twinpool_testkit::uuid;

/// Odd, so that numbers below 65,536 have subs that all begin differently.
const SPREAD: [u32; 2] = [40_503, 27_253];

fn start_of(number: u32, is_new: bool) -> u32 {
    number.wrapping_mul(SPREAD[usize::from(is_new)]) & 0xffff
}

/// The number below 65,536 whose sub begins like this.
fn first_with(start: u32, is_new: bool) -> u32 {
    let spread = SPREAD[usize::from(is_new)];
    // Newton's inverse of an odd number; each step doubles the bits that are right.
    let inverse = (0..5)
        .fold(spread, |inverse, _| inverse.wrapping_mul(2_u32.wrapping_sub(spread.wrapping_mul(inverse))));
    start.wrapping_mul(inverse) & 0xffff
}

/// The sub of a user.
pub(super) fn sub(number: u32, is_new: bool) -> String {
    let noise = uuid(if is_new { "new" } else { "old" }, number.into());
    format!("{:04x}{}{number:06x}", start_of(number, is_new), &noise[4..30])
}

/// The user with this sub.
pub(super) fn number(text: &str, is_new: bool) -> Option<u32> {
    let number = u32::from_str_radix(text.get(30..36)?, 16).ok()?;
    (sub(number, is_new) == text).then_some(number)
}

/// Users whose sub begins like this, in an order of their own.
pub(super) fn starting(
    start: &str,
    is_new: bool,
    users: u32,
    after: Option<u32>,
) -> impl Iterator<Item = u32> + use<> {
    let range = starts(start);
    let first = after.map_or(range.start, |number| start_of(number, is_new));
    let start = start.to_owned();
    let all = (first..range.end).flat_map(move |begin| {
        let skipped = after.filter(|number| start_of(*number, is_new) == begin);
        let from = skipped.map_or_else(|| first_with(begin, is_new), |number| number + 0x1_0000);
        (from..users).step_by(0x1_0000)
    });
    all.filter(move |number| sub(*number, is_new).starts_with(&start))
}

/// The beginnings of four digits that fit a beginning of any length.
fn starts(start: &str) -> Range<u32> {
    let head = start.get(..start.len().min(4)).unwrap_or_default();
    let digits = u32::try_from(4 - head.len()).unwrap_or_default();
    let first = if head.is_empty() { Ok(0) } else { u32::from_str_radix(head, 16) };
    match first {
        Ok(first) => first << (4 * digits)..(first + 1) << (4 * digits),
        Err(_) => 0..0,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn a_user_is_found_by_sub_and_walks_over_parts_find_all() {
        let users = 70_000;
        for is_new in [false, true] {
            assert_eq!(number(&sub(69_999, is_new), is_new), Some(69_999));
            assert_eq!(number(&sub(69_999, is_new), !is_new), None);
            let mut found = BTreeSet::new();
            for digit in 0..16 {
                found.extend(starting(&format!("{digit:x}"), is_new, users, None));
            }
            assert_eq!(found.len(), 70_000);
            let all: Vec<_> = starting("ab", is_new, users, None).collect();
            assert!(all.len() > 200 && all.iter().all(|number| sub(*number, is_new).starts_with("ab")));
            let rest: Vec<_> = starting("ab", is_new, users, Some(all[99])).collect();
            assert_eq!(rest, all[100..]);
        }
    }
}
