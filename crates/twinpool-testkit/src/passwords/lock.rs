//! How a pool slows down whoever guesses ("Lockout behavior", Amazon Cognito Developer Guide, "Authentication with user pools"):
//! after five wrong passwords a second, twice as long after each further one, up to about 15 minutes.

use std::time::Duration;

const FREE: u32 = 5;
const LONGEST: Duration = Duration::from_secs(15 * 60);

/// The wrong passwords of one user.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Lock {
    wrong: u32,
    until: Duration,
    last: Duration,
}

impl Lock {
    /// Whether nothing is looked at now. Such attempts make the lock no longer; 15 quiet minutes after one end it.
    pub(super) fn holds(&mut self, now: Duration) -> bool {
        if self.wrong >= FREE && now >= self.last.max(self.until) + LONGEST {
            *self = Self::default();
        }
        self.last = now;
        now < self.until
    }

    /// A wrong one.
    pub(super) fn one_more(&mut self, now: Duration) {
        self.wrong += 1;
        if let Some(doublings) = self.wrong.checked_sub(FREE) {
            let seconds = 1_u64.checked_shl(doublings).unwrap_or(u64::MAX);
            self.until = now + Duration::from_secs(seconds).min(LONGEST);
        }
    }
}
