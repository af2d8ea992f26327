//! How often a process searches the old pool for a contact: anybody can cause it, and the quota is the production app's.

use std::sync::{Mutex, PoisonError};

use twinpool_core::id::Timestamp;

/// Milliseconds of waiting that one search costs: ListUsers takes 30 a second of a whole account, and not more (F§5).
const COST: u64 = 500;

/// So many go at once after a pause.
const BURST: u64 = 5;

/// A token bucket, of one process.
#[derive(Debug)]
pub(crate) struct Searches(Mutex<Saved>);

#[derive(Debug)]
struct Saved {
    millis: u64,
    at: Timestamp,
}

impl Default for Searches {
    fn default() -> Self {
        Self(Mutex::new(Saved { millis: BURST * COST, at: Timestamp(0) }))
    }
}

impl Searches {
    /// Whether one more may go now.
    pub(crate) fn take(&self, now: Timestamp) -> bool {
        let mut saved = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        // A clock that is set back gives nothing, and goes on from there.
        let passed = now.0.saturating_sub(saved.at.0);
        saved.at = now;
        saved.millis = saved.millis.saturating_add(passed).min(BURST * COST);
        let may = saved.millis >= COST;
        if may {
            saved.millis -= COST;
        }
        may
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn taken(searches: &Searches, now: u64) -> usize {
        (0..20).filter(|_| searches.take(Timestamp(now))).count()
    }

    #[test]
    fn five_go_at_once_and_two_a_second_after_that() {
        let searches = Searches::default();
        assert_eq!(taken(&searches, 1_000_000), 5);
        assert_eq!(taken(&searches, 1_000_499), 0);
        assert_eq!(taken(&searches, 1_000_500), 1);
        assert_eq!(taken(&searches, 1_001_500), 2);
        assert_eq!(taken(&searches, 9_000_000), 5, "an hour of rest saves no more");
    }

    #[test]
    fn a_clock_that_is_set_back_gives_nothing_and_stops_nothing() {
        let searches = Searches::default();
        assert_eq!(taken(&searches, 1_000_000), 5);
        assert_eq!(taken(&searches, 10), 0);
        assert_eq!(taken(&searches, 1_010), 2);
    }
}
