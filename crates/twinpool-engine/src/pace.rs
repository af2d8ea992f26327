//! Writes to one user: Cognito takes ten a second, whatever the quotas (F§5).

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};
use twinpool_core::id::NewSub;

/// Eight a second: the user's own session may write too.
const SPACING: Duration = Duration::from_millis(125);

/// Spaces writes to the same user out.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<BTreeMap<NewSub, Instant>>);

impl Pace {
    /// Waits until this user can be written to again.
    pub(crate) async fn wait(&self, sub: &NewSub) {
        let slot = self.book(sub);
        sleep_until(slot).await;
    }

    fn book(&self, sub: &NewSub) -> Instant {
        let mut next = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        next.retain(|_, at| *at > now);
        let slot = next.get(sub).copied().unwrap_or(now);
        next.insert(sub.clone(), slot + SPACING);
        slot
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn one_user_is_written_to_eight_times_a_second_and_others_do_not_wait() {
        let pace = Pace::default();
        let sub = |text: &str| NewSub::parse(text).unwrap();
        let start = Instant::now();
        for _ in 0..9 {
            pace.wait(&sub("jane")).await;
        }
        assert_eq!(start.elapsed(), Duration::from_secs(1));
        pace.wait(&sub("joe")).await;
        assert_eq!(start.elapsed(), Duration::from_secs(1));
    }
}
