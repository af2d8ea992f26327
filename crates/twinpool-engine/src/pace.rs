//! Reads and writes of one user: Cognito takes ten of each a second, whatever the quotas (F§5).

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// Eight a second: the user's own session may call too.
const SPACING: Duration = Duration::from_millis(125);

/// What is counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Read,
    Write,
}

/// Spaces calls about the same user out.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<BTreeMap<(Kind, String), Instant>>);

impl Pace {
    /// Waits until this user can be read or written again.
    pub(crate) async fn wait(&self, kind: Kind, user: &str) {
        let slot = self.book(kind, user);
        sleep_until(slot).await;
    }

    fn book(&self, kind: Kind, user: &str) -> Instant {
        let mut next = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        next.retain(|_, at| *at > now);
        let key = (kind, user.to_owned());
        let slot = next.get(&key).copied().unwrap_or(now);
        next.insert(key, slot + SPACING);
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_user_is_called_eight_times_a_second_and_others_do_not_wait() {
        let pace = Pace::default();
        let start = Instant::now();
        for _ in 0..9 {
            pace.wait(Kind::Write, "jane").await;
        }
        assert_eq!(start.elapsed(), Duration::from_secs(1));
        pace.wait(Kind::Write, "joe").await;
        pace.wait(Kind::Read, "jane").await;
        assert_eq!(start.elapsed(), Duration::from_secs(1));
    }
}
