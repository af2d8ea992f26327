//! The DLQ and the queue as the commands see them: on SQS, and in memory for tests.

use std::time::Duration;

use twinpool_aws::sqs::{DeadLetter, DeadLetters, Hints};
use twinpool_core::change_event::ChangeEvent;
use twinpool_core::port::Answer;

/// The DLQ.
pub(super) trait Dlq {
    /// About how many messages can be received.
    async fn about(&self) -> Answer<usize>;
    /// Receives up to `most` messages, which nobody else sees for as long as they are held.
    async fn receive(&self, most: usize, hold: Duration) -> Answer<Vec<DeadLetter>>;
    /// Makes held messages visible again; returns how many come back later only.
    async fn give_back(&self, letters: &[DeadLetter]) -> usize;
    /// Deletes held messages; returns how many are still there.
    async fn delete(&self, letters: &[DeadLetter]) -> Answer<usize>;
}

/// The queue of change events.
pub(super) trait HintQueue {
    /// Sends a hint into a message group.
    async fn send(&self, group: &str, hint: &ChangeEvent) -> Answer<()>;
}

impl Dlq for DeadLetters {
    async fn about(&self) -> Answer<usize> {
        Self::about(self).await
    }
    async fn receive(&self, most: usize, hold: Duration) -> Answer<Vec<DeadLetter>> {
        Self::receive(self, most, hold).await
    }
    async fn give_back(&self, letters: &[DeadLetter]) -> usize {
        Self::give_back(self, letters).await
    }
    async fn delete(&self, letters: &[DeadLetter]) -> Answer<usize> {
        Self::delete(self, letters).await
    }
}

impl HintQueue for Hints {
    async fn send(&self, group: &str, hint: &ChangeEvent) -> Answer<()> {
        Self::send(self, group, hint).await
    }
}
