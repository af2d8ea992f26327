//! The DLQ, read by an operator so that nothing of it is lost, and the queue that hints go back to.

use std::fmt;
use std::time::Duration;

use aws_config::SdkConfig;
use aws_sdk_sqs::Client;
use aws_sdk_sqs::types::{
    ChangeMessageVisibilityBatchRequestEntry, DeleteMessageBatchRequestEntry, Message,
    MessageSystemAttributeName, QueueAttributeName,
};
use twinpool_core::change_event::ChangeEvent;
use twinpool_core::id::Timestamp;
use twinpool_core::port::{Answer, Class, PortError};

use crate::code::port_error;

/// At most so many messages a call.
pub const BATCH: usize = 10;

/// A message of the DLQ. The body may be anyone's, so `Debug` does not show it.
#[derive(Clone, PartialEq, Eq)]
pub struct DeadLetter {
    /// The queue's id of the message.
    pub id: String,
    /// What the message is given back or deleted with.
    pub receipt: String,
    /// The message group.
    pub group: String,
    /// When it came into the DLQ.
    pub sent_at: Timestamp,
    /// What should be a change event.
    pub body: String,
}

impl fmt::Debug for DeadLetter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("DeadLetter").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The DLQ.
#[derive(Debug, Clone)]
pub struct DeadLetters {
    client: Client,
    url: String,
}

impl DeadLetters {
    /// The DLQ at this URL, through a client of its own.
    #[must_use]
    pub fn connect(config: &SdkConfig, url: String) -> Self {
        Self { client: Client::new(config), url }
    }

    /// About how many messages can be received.
    ///
    /// # Errors
    /// When SQS refuses, or does not say it.
    pub async fn about(&self) -> Answer<usize> {
        const NAME: QueueAttributeName = QueueAttributeName::ApproximateNumberOfMessages;
        let call = self.client.get_queue_attributes().queue_url(&self.url).attribute_names(NAME);
        let answer = call.send().await.map_err(|error| port_error("GetQueueAttributes", &error))?;
        let count = answer.attributes().and_then(|all| all.get(&NAME)?.parse().ok());
        count.ok_or_else(|| PortError::new(Class::Unreadable, "GetQueueAttributes", "UnreadableResponse"))
    }

    /// Receives up to `most` messages, which nobody else sees for as long as they are held. Of a message group of which
    /// something is held, nothing more comes. None: there is nothing more now.
    ///
    /// # Errors
    /// When SQS refuses.
    pub async fn receive(&self, most: usize, hold: Duration) -> Answer<Vec<DeadLetter>> {
        let call = self
            .client
            .receive_message()
            .queue_url(&self.url)
            .max_number_of_messages(i32::try_from(most.clamp(1, BATCH)).unwrap_or(1))
            .visibility_timeout(i32::try_from(hold.as_secs()).unwrap_or(i32::MAX))
            // Without waiting, SQS asks some of its servers only, and "none" would mean nothing.
            .wait_time_seconds(1)
            .message_system_attribute_names(MessageSystemAttributeName::MessageGroupId)
            .message_system_attribute_names(MessageSystemAttributeName::SentTimestamp);
        let answer = call.send().await.map_err(|error| port_error("ReceiveMessage", &error))?;
        Ok(answer.messages.unwrap_or_default().into_iter().map(letter).collect())
    }

    /// Makes held messages visible again. Best effort: returns how many will only come back when their hold is over.
    pub async fn give_back(&self, letters: &[DeadLetter]) -> usize {
        let mut late = 0;
        for batch in letters.chunks(BATCH) {
            let entry = |(number, letter): (usize, &DeadLetter)| {
                let entry = ChangeMessageVisibilityBatchRequestEntry::builder().id(number.to_string());
                entry.receipt_handle(&letter.receipt).visibility_timeout(0).build().ok()
            };
            let entries: Vec<_> = batch.iter().enumerate().filter_map(entry).collect();
            let call = self.client.change_message_visibility_batch().queue_url(&self.url);
            late += match call.set_entries(Some(entries)).send().await {
                Ok(answer) => answer.failed().len(),
                Err(_) => batch.len(),
            };
        }
        late
    }

    /// Deletes messages that were received. Returns how many are still there, because their hold was over.
    ///
    /// # Errors
    /// When SQS refuses.
    pub async fn delete(&self, letters: &[DeadLetter]) -> Answer<usize> {
        let mut left = 0;
        for batch in letters.chunks(BATCH) {
            let entry = |(number, letter): (usize, &DeadLetter)| {
                let entry = DeleteMessageBatchRequestEntry::builder().id(number.to_string());
                entry.receipt_handle(&letter.receipt).build().ok()
            };
            let entries: Vec<_> = batch.iter().enumerate().filter_map(entry).collect();
            let call = self.client.delete_message_batch().queue_url(&self.url).set_entries(Some(entries));
            let answer = call.send().await.map_err(|error| port_error("DeleteMessageBatch", &error))?;
            left += answer.failed().len();
        }
        Ok(left)
    }
}

fn letter(message: Message) -> DeadLetter {
    let attribute = |name| message.attributes().and_then(|all| all.get(&name)).cloned().unwrap_or_default();
    DeadLetter {
        group: attribute(MessageSystemAttributeName::MessageGroupId),
        sent_at: Timestamp(attribute(MessageSystemAttributeName::SentTimestamp).parse().unwrap_or_default()),
        id: message.message_id.unwrap_or_default(),
        receipt: message.receipt_handle.unwrap_or_default(),
        body: message.body.unwrap_or_default(),
    }
}

/// The queue of change events, for hints whose message group is known: no digest key is needed.
#[derive(Debug, Clone)]
pub struct Hints {
    client: Client,
    url: String,
}

impl Hints {
    /// The queue at this URL, through a client of its own.
    #[must_use]
    pub fn connect(config: &SdkConfig, url: String) -> Self {
        Self { client: Client::new(config), url }
    }

    /// Sends a hint into a message group. What the event shows of attributes and groups is not for this way.
    ///
    /// # Errors
    /// When SQS refuses, or the event is more than a hint.
    pub async fn send(&self, group: &str, hint: &ChangeEvent) -> Answer<()> {
        const OPERATION: &str = "SendMessage";
        if !hint.attributes.is_empty() || hint.groups.is_some() {
            return Err(PortError::new(Class::Rejected, OPERATION, "NotAHint"));
        }
        let call = self.client.send_message().queue_url(&self.url).message_group_id(group);
        let call = call.message_deduplication_id(hint.id.as_str()).message_body(hint.to_body());
        call.send().await.map(drop).map_err(|error| port_error(OPERATION, &error))
    }
}

#[cfg(test)]
#[cfg(feature = "raw")]
mod tests {
    use super::*;
    use crate::raw::stub::{config, server};

    #[tokio::test]
    async fn a_count_that_is_not_told_is_not_an_empty_queue() {
        let odd = r#"{"Attributes":{"ApproximateNumberOfMessages":"some"}}"#;
        let (address, _seen) = server([(200, "", odd), (200, "", "{}")]);
        let letters = DeadLetters::connect(&config(&address).await, format!("{address}/1/dlq.fifo"));
        for _ in 0..2 {
            assert_eq!(letters.about().await.unwrap_err().class, Class::Unreadable);
        }
    }
}
