//! A batch of the queue: order per message group, and an answer that loses nothing.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use tokio::time::Instant;
use tracing::{error, info, warn};
use twinpool_core::change_event::{ChangeEvent, NotAChangeEvent};

use crate::disposition::{Disposition, backoff, disposition};
use crate::engine::{Engine, Ports};
use crate::sync_user::{Kind, Outcome, SyncError};
use crate::trouble::Wrong;

/// One message of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Message {
    /// The queue's id of the message.
    pub id: String,
    /// The message group. Messages without one are on their own.
    pub group: Option<String>,
    /// What should be a change event.
    pub body: String,
    /// How often the message was delivered, from 1.
    pub delivery: u32,
}

/// A message that goes back to the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The queue's id of the message.
    pub id: String,
    /// When to try again, if sooner than the queue would.
    pub retry_after: Option<Duration>,
}

/// How a message goes back.
enum Back {
    /// To be tried again after this long, or when the queue likes; its group waits.
    Later(Option<Duration>),
    /// Towards the DLQ, at once. It changes no user, so its group need not wait.
    Refused,
}

impl<P: Ports> Engine<P> {
    /// Processes a batch. Groups go on beside each other; in a group, the first failure sends back what follows it,
    /// unless it is of a message that will never be ours: that one holds nobody up.
    ///
    /// What is not done at `deadline` goes back too: an interrupted user is like a killed process.
    pub async fn process(&self, messages: Vec<Message>, deadline: Instant) -> Vec<Failure> {
        let groups = by_group(messages);
        let work = groups.into_iter().map(|group| self.process_group(group, deadline));
        join_all(work).await.into_iter().flatten().collect()
    }

    async fn process_group(&self, group: Vec<Message>, deadline: Instant) -> Vec<Failure> {
        let mut failures = Vec::new();
        let mut rest = group.into_iter();
        while let Some(message) = rest.next() {
            match self.process_message(&message, deadline).await {
                Ok(()) => {}
                Err(Back::Refused) => {
                    failures.push(Failure { id: message.id, retry_after: Some(Duration::ZERO) });
                }
                Err(Back::Later(retry_after)) => {
                    let back = std::iter::once(message).chain(rest);
                    failures.extend(back.map(|message| Failure { id: message.id, retry_after }));
                    break;
                }
            }
        }
        failures
    }

    async fn process_message(&self, message: &Message, deadline: Instant) -> Result<(), Back> {
        let event = match ChangeEvent::parse(&message.body) {
            Ok(event) => event,
            Err(problem) => {
                report_foreign(message, problem);
                return Err(Back::Refused);
            }
        };
        // One user must not take the others of the batch down.
        let work = AssertUnwindSafe(self.sync_user(&event, message.delivery)).catch_unwind();
        let wrong = match tokio::time::timeout_at(deadline, work).await {
            Ok(Ok(Ok(outcome))) => {
                report_outcome(&event, &outcome);
                return Ok(());
            }
            Ok(Ok(Err(problem))) => Wrong::Failed(problem),
            Ok(Err(_panic)) => Wrong::Panicked,
            Err(_elapsed) => Wrong::OutOfTime,
        };
        let back = report_wrong(&event, message, &wrong);
        self.note_wrong(&event, message, &wrong, deadline).await;
        Err(back)
    }
}

/// In the order of first appearance; a message without a group is a group of its own.
fn by_group(messages: Vec<Message>) -> Vec<Vec<Message>> {
    let mut groups: Vec<Vec<Message>> = Vec::new();
    for message in messages {
        let mates = groups.iter_mut().find(|group| {
            message.group.is_some() && group.first().is_some_and(|first| first.group == message.group)
        });
        match mates {
            Some(group) => group.push(message),
            None => groups.push(vec![message]),
        }
    }
    groups
}

fn sub(event: &ChangeEvent) -> &str {
    event.sub.as_ref().map_or("unknown", |sub| sub.as_str())
}

fn report_foreign(message: &Message, problem: NotAChangeEvent) {
    error!(message.id = message.id, reason = %problem, "a message that is not ours goes back to the queue and will end in the DLQ");
}

fn report_outcome(event: &ChangeEvent, outcome: &Outcome) {
    let held_back: Vec<_> = outcome.held_back.iter().map(ToString::to_string).collect();
    let overruled: Vec<_> = outcome.overruled.iter().map(ToString::to_string).collect();
    let (id, cause) = (event.id.as_str(), event.cause.as_str());
    let (held_back, overruled) = (held_back.join("; "), overruled.join(", "));
    let (user, operations) = (sub(event), outcome.operations);
    match outcome.kind {
        Kind::Conflict => warn!(
            event.id = id,
            event.cause = cause,
            user.old_sub = user,
            held_back,
            "conflict: not mirrored"
        ),
        Kind::Unchanged => info!(event.id = id, event.cause = cause, user.old_sub = user, "unchanged"),
        Kind::Identified => {
            info!(event.id = id, event.cause = cause, user.new_sub = user, "{}", word(Kind::Identified));
        }
        kind @ (Kind::Converged
        | Kind::Created
        | Kind::Updated
        | Kind::NotConfirmed
        | Kind::Gone
        | Kind::Merged
        | Kind::Unknown
        | Kind::Over) => {
            info!(
                event.id = id,
                event.cause = cause,
                user.old_sub = user,
                operations,
                held_back,
                overruled,
                "{}",
                word(kind)
            );
        }
    }
}

fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Unchanged => "unchanged",
        Kind::Converged => "in step",
        Kind::Created => "created",
        Kind::Updated => "updated",
        Kind::NotConfirmed => "not confirmed yet",
        Kind::Conflict => "conflict",
        Kind::Gone => "deleted from the old pool",
        Kind::Merged => "merged into another user",
        Kind::Unknown => "not of these pools",
        Kind::Identified => "has its user id",
        Kind::Over => "the move is complete",
    }
}

fn report_wrong(event: &ChangeEvent, message: &Message, wrong: &Wrong) -> Back {
    match wrong {
        Wrong::Failed(problem) => report_failure(event, message, problem),
        Wrong::Panicked => {
            error!(
                event.id = event.id.as_str(),
                user.old_sub = sub(event),
                "a defect: the mirror panicked on this event, which goes back to the queue"
            );
            Back::Later(None)
        }
        Wrong::OutOfTime => {
            warn!(
                event.id = event.id.as_str(),
                user.old_sub = sub(event),
                "out of time: the event goes back to the queue"
            );
            Back::Later(Some(backoff(message.delivery)))
        }
    }
}

fn report_failure(event: &ChangeEvent, message: &Message, problem: &SyncError) -> Back {
    let (id, cause, user) = (event.id.as_str(), event.cause.as_str(), sub(event));
    let park = |remedy| error!(event.id = id, event.cause = cause, user.old_sub = user, reason = %problem, remedy, "somebody must act: the event goes back to the queue and will end in the DLQ");
    match disposition(problem, message.delivery) {
        Disposition::Retry(after) => {
            let seconds = after.as_secs();
            warn!(event.id = id, event.cause = cause, user.old_sub = user, reason = %problem, delivery = message.delivery, retry_seconds = seconds, "not now: the event goes back to the queue");
            Back::Later(Some(after))
        }
        Disposition::Park(remedy) => {
            park(remedy);
            Back::Later(None)
        }
        Disposition::Refuse(remedy) => {
            park(remedy);
            Back::Refused
        }
    }
}
