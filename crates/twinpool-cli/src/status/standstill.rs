//! Whether the queue stands: messages wait, and nobody works on any.

use std::time::Duration;

use tokio::time::Instant;

/// What the looks before saw.
#[derive(Debug, Default)]
pub(super) struct Standstill {
    since: Option<Instant>,
    waiting: u64,
}

impl Standstill {
    /// Takes a look in. For so long every look saw that nobody works, and that no fewer wait; `None` at the first of them.
    pub(super) fn seen(&mut self, waiting: u64, under_way: u64) -> Option<Duration> {
        let stands = waiting > 0 && under_way == 0;
        let falls = waiting < self.waiting;
        self.waiting = waiting;
        match self.since {
            _ if !stands => {
                self.since = None;
                None
            }
            Some(since) if !falls => Some(since.elapsed()),
            _ => {
                self.since = Some(Instant::now());
                None
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn a_queue_stands_once_two_looks_see_nobody_at_work() {
        let mut still = Standstill::default();
        let ten = Duration::from_secs(10);
        assert_eq!(still.seen(3, 0), None, "the first look");
        tokio::time::advance(ten).await;
        assert_eq!(still.seen(4, 0), Some(ten));
        tokio::time::advance(ten).await;
        assert_eq!(still.seen(4, 0), Some(ten * 2));
        // Fewer wait: somebody works, between two looks.
        assert_eq!(still.seen(2, 0), None);
        tokio::time::advance(ten).await;
        assert_eq!(still.seen(2, 0), Some(ten));
        assert_eq!((still.seen(2, 1), still.seen(2, 0)), (None, None), "somebody worked meanwhile");
        assert_eq!((still.seen(0, 0), still.seen(1, 0)), (None, None), "nothing waited meanwhile");
    }
}
