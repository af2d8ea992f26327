//! SQS, as far as senders see it.

use std::sync::Mutex;

use serde_json::{Value, json};

use super::refusal::{Outcome, Refusal, text};

pub(super) const SERVICE: &str = "AmazonSQS";

/// What was sent, to any queue, and what waits in each.
#[derive(Debug, Default)]
pub struct Queue(Mutex<Vec<String>>, Mutex<Vec<(String, u64)>>);

impl Queue {
    /// The bodies since the last call of this, in order.
    pub fn take(&self) -> Vec<String> {
        std::mem::take(&mut self.0.lock().expect("no holder panics"))
    }

    /// So many messages wait in the queue whose URL ends so.
    pub fn waits_in(&self, name: &str, messages: u64) {
        self.1.lock().expect("no holder panics").push((name.to_owned(), messages));
    }

    pub(super) fn answer(&self, operation: &str, body: &Value) -> Outcome {
        let url = text(body, "QueueUrl")?;
        let answer = match operation {
            "SendMessage" => {
                self.keep(body)?;
                json!({ "MessageId": "m" })
            }
            "SendMessageBatch" => {
                let entries = body["Entries"].as_array().cloned().unwrap_or_default();
                if entries.is_empty() || entries.len() > 10 {
                    return Err(Refusal::new("TooManyEntriesInBatchRequest", "from 1 to 10 entries"));
                }
                let sent = |entry: &Value| {
                    self.keep(entry)?;
                    Ok(json!({ "Id": entry["Id"], "MessageId": "m" }))
                };
                let sent: Result<Vec<_>, Refusal> = entries.iter().map(sent).collect();
                json!({ "Successful": sent?, "Failed": [] })
            }
            "GetQueueAttributes" => {
                let waiting = self.1.lock().expect("no holder panics");
                let waiting = waiting.iter().rev().find(|(name, _)| url.ends_with(name.as_str()));
                let waiting = waiting.map_or(0, |(_, messages)| *messages);
                json!({ "Attributes": {
                    "ApproximateNumberOfMessages": waiting.to_string(),
                    "ApproximateNumberOfMessagesNotVisible": "0",
                } })
            }
            _ => return Err(Refusal::unknown(operation)),
        };
        Ok(answer.to_string().into_bytes())
    }

    fn keep(&self, message: &Value) -> Result<(), Refusal> {
        let body = text(message, "MessageBody")?.to_owned();
        self.0.lock().expect("no holder panics").push(body);
        Ok(())
    }
}
