//! The reader of the audit trail: an event of EventBridge in, a change event on the queue out.
//!
//! Nobody waits for it, so it fails where capture would go on: Lambda then tries again, and at last keeps the event for an
//! operator. What will never be readable is counted instead.

use lambda_runtime::{Diagnostic, LambdaEvent};
use serde_json::value::RawValue;
use twinpool_core::change_event::{Audited, EventId, Followed, Ignored, UnreadableRecord, audit};
use twinpool_core::port::{ChangeSink, Clock, PortError};

/// The function, as it runs for each record.
#[derive(Debug)]
pub struct AuditTrail<S, C> {
    sink: S,
    clock: C,
    followed: Followed,
}

/// Why a record has to come again. Holds nothing of the record.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AuditError {
    /// The queue refused, or could not be reached.
    #[error("the change event was not sent: {0}")]
    NotSent(PortError),
    /// The system gave no random number for the event's id.
    #[error("the system gave no random number")]
    NoRandomness,
}

impl From<AuditError> for Diagnostic {
    fn from(error: AuditError) -> Self {
        let kind = match error {
            AuditError::NotSent(_) => "NotSent",
            AuditError::NoRandomness => "NoRandomness",
        };
        Self { error_type: kind.to_owned(), error_message: error.to_string() }
    }
}

impl<S: ChangeSink, C: Clock> AuditTrail<S, C> {
    /// A function that sends what happens in these pools to this sink.
    #[must_use]
    pub fn new(sink: S, clock: C, followed: Followed) -> Self {
        Self { sink, clock, followed }
    }

    /// Sends the hint that a record holds, if it holds one.
    ///
    /// # Errors
    /// When the queue does not take it: the record should come again. A second hint for one record costs a read.
    pub async fn handle(&self, event: LambdaEvent<Box<RawValue>>) -> Result<(), AuditError> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|_| AuditError::NoRandomness)?;
        let id = EventId::from_random(random);
        match audit(event.payload.get(), id, &self.followed, self.clock.now()) {
            Audited::Event(event) => self.sink.send(&event).await.map_err(|error| {
                let (cause, sub) = (event.cause.as_str(), event.sub.as_ref().map(tracing::field::display));
                // The runtime writes the error itself; this says whose change waits.
                tracing::warn!(cause, sub, "a change event was not sent: Lambda tries again");
                AuditError::NotSent(error)
            }),
            Audited::Ignored(why) => {
                tracing::info!(ignored = ignored(why), "{why}");
                Ok(())
            }
            Audited::Unreadable(why) => {
                tracing::warn!(
                    unreadable = unreadable(why),
                    "{why}: the change arrives with the next event of that user or group"
                );
                Ok(())
            }
        }
    }
}

/// In one word, for the metric filters of the template.
fn ignored(why: Ignored) -> &'static str {
    match why {
        Ignored::OtherService => "other_service",
        Ignored::OtherOperation => "other_operation",
        Ignored::ReadOnly => "read_only",
        Ignored::Failed => "failed",
        Ignored::OwnCall => "own_call",
        Ignored::OtherPool => "other_pool",
        Ignored::GroupOfNewPool => "group_of_new_pool",
    }
}

fn unreadable(why: UnreadableRecord) -> &'static str {
    match why {
        UnreadableRecord::NotARecord => "not_a_record",
        UnreadableRecord::NoUser(_) => "no_user",
        UnreadableRecord::NoGroup(_) => "no_group",
    }
}

#[cfg(test)]
mod tests;
