//! So many invitations an hour, evenly: mail that comes all at once looks like what it is not.

use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use tokio::time::{Instant, sleep_until};

const HOUR: Duration = Duration::from_hours(1);

/// Lets so many begin in an hour.
#[derive(Debug)]
pub struct PerHour {
    gap: Duration,
    next: Mutex<Option<Instant>>,
}

impl PerHour {
    /// So many.
    #[must_use]
    pub fn new(most: NonZeroU32) -> Self {
        Self { gap: HOUR / most.get(), next: Mutex::default() }
    }

    /// Waits for a turn. Whoever gives up waiting costs the others a gap.
    pub async fn turn(&self) {
        let slot = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let slot = next.map_or_else(Instant::now, |next| next.max(Instant::now()));
            *next = Some(slot + self.gap);
            slot
        };
        sleep_until(slot).await;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn no_more_begin_in_an_hour_than_were_said() {
        let pace = PerHour::new(NonZeroU32::new(4).unwrap());
        let begin = Instant::now();
        let mut turns = Vec::new();
        for _ in 0..5 {
            pace.turn().await;
            turns.push(begin.elapsed().as_secs() / 60);
        }
        assert_eq!(turns, [0, 15, 30, 45, 60]);
        // What was not used is not made up for.
        tokio::time::advance(HOUR).await;
        pace.turn().await;
        let before = Instant::now();
        pace.turn().await;
        assert_eq!(before.elapsed(), HOUR / 4);
    }
}
