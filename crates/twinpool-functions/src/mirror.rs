//! The consumer of the queue: SQS batch in, partial batch response out.

use std::time::Duration;

use aws_lambda_events::sqs::{BatchItemFailure, SqsBatchResponse, SqsEvent, SqsMessage};
use lambda_runtime::{Diagnostic, LambdaEvent};
use serde_json::value::RawValue;
use tokio::time::{Instant, timeout_at};
use twinpool_core::port::Clock as _;
use twinpool_engine::{Engine, Failure, Governors, Message, Ports, Processed};

use crate::emf;
use crate::traces::Traces;

mod counts;

pub use counts::counts;

/// Makes a message of the queue visible again before its time.
pub trait Visibility: Send + Sync {
    /// After this long, the queue delivers the message again. Best effort: if it fails, the queue waits its own time.
    fn retry_after(&self, receipt: &str, after: Duration) -> impl Future<Output = ()> + Send;
}

/// Left of the function's time for the answer.
const MARGIN: Duration = Duration::from_secs(2);

/// Why a batch as a whole goes back to the queue. Quotes nothing of it, which a deserialiser would.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BatchError {
    /// The event source mapping sends something else, or somebody invoked the function by hand.
    #[error(
        "the input is not a batch of SQS messages: is the function invoked by something else than its queue?"
    )]
    NotABatch,
    /// An answer with an id that the batch does not have would fail it anyway (F§10).
    #[error("a message without an id could not be processed")]
    NoMessageId,
}

impl From<BatchError> for Diagnostic {
    fn from(error: BatchError) -> Self {
        Self { error_type: format!("{error:?}"), error_message: error.to_string() }
    }
}

/// Processes a batch, and counts what it came to. What cannot be processed is named in the answer, so that the queue keeps it.
///
/// # Errors
/// When the input is no batch, or a failed message has no id: then the whole batch goes back.
pub async fn handle<P: Ports, V: Visibility>(
    engine: &Engine<P>,
    (governors, traces): (&Governors, &Traces),
    visibility: &V,
    event: LambdaEvent<Box<RawValue>>,
) -> Result<SqsBatchResponse, BatchError> {
    let deadline = deadline(event.context.deadline);
    let batch: SqsEvent = serde_json::from_str(event.payload.get()).map_err(|_| BatchError::NotABatch)?;
    let receipts: Vec<_> = batch
        .records
        .iter()
        .map(|record| (record.message_id.clone(), record.receipt_handle.clone()))
        .collect();
    let messages = batch.records.into_iter().map(|record| message(record, traces)).collect();
    let Processed { failures, tally } = engine.process(messages, deadline).await;
    let line = emf::Line::of(&event.context.env_config.function_name, engine.ports().clock().now());
    counts(line, &tally, &governors.spent()).print();
    if failures.iter().any(|failure| failure.id.is_empty()) {
        return Err(BatchError::NoMessageId);
    }
    hasten(visibility, &failures, &receipts, deadline + MARGIN / 2).await;
    Ok(answer(failures))
}

/// Brings messages back before their visibility timeout is over, as far as there is time: an answer that came too late would
/// bring back all of the batch.
async fn hasten<V: Visibility>(
    visibility: &V,
    failures: &[Failure],
    receipts: &[(Option<String>, Option<String>)],
    until: Instant,
) {
    let work = async {
        for failure in failures {
            let receipt = receipts.iter().find(|(id, _)| id.as_ref() == Some(&failure.id));
            if let (Some((_, Some(receipt))), Some(after)) = (receipt, failure.retry_after) {
                visibility.retry_after(receipt, after).await;
            }
        }
    };
    if timeout_at(until, work).await.is_err() {
        tracing::warn!("out of time: some messages come back when their visibility timeout is over");
    }
}

fn answer(failures: Vec<Failure>) -> SqsBatchResponse {
    let mut response = SqsBatchResponse::default();
    response.batch_item_failures = failures
        .into_iter()
        .map(|failure| {
            let mut item = BatchItemFailure::default();
            item.item_identifier = failure.id;
            item
        })
        .collect();
    response
}

fn message(record: SqsMessage, traces: &Traces) -> Message {
    let attribute = |name: &str| record.attributes.get(name).cloned();
    Message {
        group: attribute("MessageGroupId"),
        // Unreadable counts as a redelivery: that only costs reads.
        delivery: attribute("ApproximateReceiveCount").and_then(|count| count.parse().ok()).unwrap_or(2),
        // The trace in which it was sent, as SQS passes it on.
        span: traces.of_message(record.attributes.get("AWSTraceHeader").map(String::as_str)),
        id: record.message_id.unwrap_or_default(),
        body: record.body.unwrap_or_default(),
    }
}

/// The runtime gives the deadline in milliseconds since 1970.
fn deadline(at: u64) -> Instant {
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    let left = Duration::from_millis(at).saturating_sub(now);
    Instant::now() + left.saturating_sub(MARGIN)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A queue that never answers.
    struct Hangs;

    impl Visibility for Hangs {
        async fn retry_after(&self, _receipt: &str, _after: Duration) {
            std::future::pending::<()>().await;
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_queue_that_hangs_does_not_keep_the_answer_from_being_given() {
        let failures = [Failure { id: "1".to_owned(), retry_after: Some(Duration::ZERO) }];
        let receipts = [(Some("1".to_owned()), Some("receipt".to_owned()))];
        let until = Instant::now() + Duration::from_secs(3);
        hasten(&Hangs, &failures, &receipts, until).await;
        assert_eq!(Instant::now(), until);
    }
}
