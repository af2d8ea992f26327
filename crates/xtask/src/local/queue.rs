//! A queue, as SQS shows it.

use std::sync::atomic::{AtomicU64, Ordering};

use anyhow::{Context as _, Result};
use serde_json::json;

use crate::wire::Aws;

/// A FIFO queue.
#[derive(Debug, Clone)]
pub struct Queue {
    aws: Aws,
    url: String,
}

impl Queue {
    pub(crate) fn new(aws: Aws, url: &str) -> Self {
        Self { aws, url: url.to_owned() }
    }

    /// Puts a message into a group.
    ///
    /// # Errors
    /// When the queue refuses.
    pub fn send(&self, group: &str, body: &str) -> Result<()> {
        static SENT: AtomicU64 = AtomicU64::new(0);
        let unique = format!("{}-{}", std::process::id(), SENT.fetch_add(1, Ordering::Relaxed));
        let body = json!({
            "QueueUrl": self.url,
            "MessageBody": body,
            "MessageGroupId": group,
            "MessageDeduplicationId": unique,
        });
        self.aws.sqs("SendMessage", &body).map(drop)
    }

    /// Deletes the queue.
    ///
    /// # Errors
    /// When SQS refuses.
    pub fn delete(&self) -> Result<()> {
        self.aws.sqs("DeleteQueue", &json!({ "QueueUrl": self.url })).map(drop)
    }

    /// Whether nothing waits and nothing is in work.
    ///
    /// # Errors
    /// When the queue does not answer.
    pub fn is_empty(&self) -> Result<bool> {
        Ok(self.count()? == 0)
    }

    /// How many messages wait or are being worked on.
    ///
    /// # Errors
    /// When the queue does not answer.
    pub fn count(&self) -> Result<usize> {
        let answer = self
            .aws
            .sqs("GetQueueAttributes", &json!({ "QueueUrl": self.url, "AttributeNames": ["All"] }))?;
        let count = |name: &str| -> Result<usize> {
            let told = answer["Attributes"][name].as_str();
            Ok(told.with_context(|| format!("SQS does not tell {name}"))?.parse()?)
        };
        Ok(count("ApproximateNumberOfMessages")? + count("ApproximateNumberOfMessagesNotVisible")?)
    }

    /// The bodies of all messages that can be received now; they stay.
    ///
    /// # Errors
    /// When the queue does not answer.
    pub fn bodies(&self) -> Result<Vec<String>> {
        // Hidden for a moment, or the first ten would come again and again.
        let body = json!({ "QueueUrl": self.url, "MaxNumberOfMessages": 10, "VisibilityTimeout": 30 });
        let mut taken = Vec::new();
        while let Some(some) = self.aws.sqs("ReceiveMessage", &body)?["Messages"].as_array()
            && !some.is_empty()
        {
            taken.extend_from_slice(some);
        }
        for message in &taken {
            let back = json!({ "QueueUrl": self.url, "ReceiptHandle": message["ReceiptHandle"], "VisibilityTimeout": 0 });
            self.aws.sqs("ChangeMessageVisibility", &back)?;
        }
        Ok(taken.iter().filter_map(|message| message["Body"].as_str().map(str::to_owned)).collect())
    }
}
