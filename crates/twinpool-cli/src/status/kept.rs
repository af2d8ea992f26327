//! What was read a moment ago need not be read again.

use std::future::Future;
use std::time::Duration;

use tokio::time::Instant;
use twinpool_core::check::Look;

/// The last answer, for a while. What failed is asked for again at once.
#[derive(Debug)]
pub(super) struct Kept<T> {
    lasts: Duration,
    last: Option<(Instant, T)>,
}

impl<T: Clone> Kept<T> {
    pub(super) fn for_a_while(lasts: Duration) -> Self {
        Self { lasts, last: None }
    }

    /// The last answer, or a new one.
    pub(super) async fn or(&mut self, read: impl Future<Output = Look<T>>) -> Look<T> {
        if let Some((at, value)) = &self.last
            && at.elapsed() < self.lasts
        {
            return Ok(value.clone());
        }
        let value = read.await?;
        self.last = Some((Instant::now(), value.clone()));
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test(start_paused = true)]
    async fn an_answer_is_kept_for_a_while_and_a_failure_is_not() {
        let mut kept = Kept::for_a_while(Duration::from_secs(30));
        assert_eq!(kept.or(async { Err("denied".to_owned()) }).await, Err("denied".to_owned()));
        assert_eq!(kept.or(async { Ok(1) }).await, Ok(1));
        tokio::time::advance(Duration::from_secs(29)).await;
        assert_eq!(kept.or(async { Ok(2) }).await, Ok(1));
        tokio::time::advance(Duration::from_secs(1)).await;
        assert_eq!(kept.or(async { Ok(2) }).await, Ok(2));
    }
}
