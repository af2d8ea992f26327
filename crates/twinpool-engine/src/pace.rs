//! Reads and writes of one user: Cognito takes ten of each a second, whatever the quotas (F§5).

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

/// So many in any second: the user's own session may call too. Making a user and its groups mostly fits, without a wait.
const MOST: usize = 8;

/// From so many users on, those of whom nothing was called of late are forgotten.
const MANY: usize = 1_000;

const SECOND: Duration = Duration::from_secs(1);

/// What is counted apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Read,
    Write,
}

/// Holds calls about the same user back.
#[derive(Debug, Default)]
pub(crate) struct Pace(Mutex<BTreeMap<(Kind, String), VecDeque<Instant>>>);

impl Pace {
    /// Waits until this user can be read or written again.
    pub(crate) async fn wait(&self, kind: Kind, user: &str) {
        let slot = self.book(kind, user);
        sleep_until(slot).await;
    }

    fn book(&self, kind: Kind, user: &str) -> Instant {
        let mut calls = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let now = Instant::now();
        if calls.len() > MANY {
            calls.retain(|_, latest| latest.back().is_some_and(|at| *at + SECOND > now));
        }
        let latest = calls.entry((kind, user.to_owned())).or_default();
        let slot = match latest.len() {
            MOST => latest.pop_front().map_or(now, |first| now.max(first + SECOND)),
            _ => now,
        };
        latest.push_back(slot);
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
        assert_eq!(start.elapsed(), SECOND);
        for _ in 0..8 {
            pace.wait(Kind::Write, "jane").await;
        }
        assert_eq!(start.elapsed(), 2 * SECOND);
        pace.wait(Kind::Write, "joe").await;
        pace.wait(Kind::Read, "jane").await;
        assert_eq!(start.elapsed(), 2 * SECOND);
    }
}
