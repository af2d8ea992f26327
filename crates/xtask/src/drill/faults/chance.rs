//! What happens to a call: thrown by dice.

use std::time::Duration;

use super::super::dice::Dice;

/// What is done to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fault {
    /// Answered with "too many", and not passed on.
    Throttle,
    /// Passed on a moment later.
    Delay(Duration),
    /// Passed on when nobody waits for the answer any more: it takes effect after what the caller did instead.
    Late(Duration),
    /// The connection is closed, and the call never arrives.
    CutBefore,
    /// The call takes effect, and the connection is closed before the answer, or in the middle of it.
    CutAfter {
        /// Whether a part of the answer gets through.
        begins: bool,
    },
    /// Passed on twice: what a repetition after a lost answer does.
    Twice {
        /// Whether the first answer is given, or the second.
        first: bool,
    },
}

/// Calls that write over whatever is there, without a condition: Cognito knows none (docs/open-questions.md). One that took effect after
/// the next one of the same user would leave the older value, and only `twinpool verify` would find it.
const OVERWRITES: [&str; 6] = [
    "AdminUpdateUserAttributes",
    "AdminDeleteUserAttributes",
    "AdminAddUserToGroup",
    "AdminRemoveUserFromGroup",
    "AdminEnableUser",
    "AdminDisableUser",
];

impl Fault {
    /// As it happens to this operation.
    pub(super) fn at(self, operation: &str) -> Self {
        match self {
            Self::Late(_) if OVERWRITES.contains(&operation) => Self::CutAfter { begins: false },
            fault => fault,
        }
    }
}

/// In ten thousand calls.
const THROTTLED: usize = 150;
const DELAYED: usize = 200;
const LATE: usize = 5;
const CUT_BEFORE: usize = 80;
const CUT_AFTER: usize = 80;
const TWICE: usize = 120;

/// Shorter than any function waits for an answer (`crates/twinpool-aws/src/client.rs`), but for capture and sign-in.
const DELAY_MS: (usize, usize) = (20, 500);

/// Longer than the mirror waits.
const LATE_MS: (usize, usize) = (6_200, 7_500);

/// Nothing, mostly.
pub(super) fn throw(dice: &mut Dice) -> Option<Fault> {
    let kinds = [THROTTLED, DELAYED, LATE, CUT_BEFORE, CUT_AFTER, TWICE];
    let mut thrown = dice.below(10_000);
    let kind = kinds.iter().position(|share| {
        let hit = thrown < *share;
        thrown = thrown.saturating_sub(*share);
        hit
    });
    let mut between =
        |(least, most): (usize, usize)| Duration::from_millis((least + dice.below(most - least)) as u64);
    Some(match kind? {
        0 => Fault::Throttle,
        1 => Fault::Delay(between(DELAY_MS)),
        2 => Fault::Late(between(LATE_MS)),
        3 => Fault::CutBefore,
        4 => Fault::CutAfter { begins: dice.once_in(2) },
        _ => Fault::Twice { first: dice.once_in(2) },
    })
}

/// The shares.
pub(super) fn in_words() -> String {
    format!(
        "of 10,000 calls {THROTTLED} are refused, {DELAYED} delayed, {LATE} late, {CUT_BEFORE} cut before and {CUT_AFTER} after, {TWICE} doubled"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_kind_comes_as_often_as_it_should() {
        let mut dice = Dice::of(1);
        let thrown: Vec<_> = (0..100_000).filter_map(|_| throw(&mut dice)).collect();
        let count = |is: fn(&Fault) -> bool| thrown.iter().filter(|fault| is(fault)).count();
        let about = |count: usize, share: usize| assert!(count.abs_diff(share * 10) < share * 4, "{count}");
        about(count(|fault| matches!(fault, Fault::Throttle)), THROTTLED);
        about(count(|fault| matches!(fault, Fault::Delay(_))), DELAYED);
        about(count(|fault| matches!(fault, Fault::CutBefore)), CUT_BEFORE);
        about(count(|fault| matches!(fault, Fault::CutAfter { .. })), CUT_AFTER);
        about(count(|fault| matches!(fault, Fault::Twice { .. })), TWICE);
    }
}
