//! A batch of the queue: order per message group, and an answer that loses nothing.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use futures_util::future::join_all;
use tokio::time::Instant;
use tracing::{Instrument as _, Span};
use twinpool_core::change_event::ChangeEvent;
use twinpool_core::id::Pool;
use twinpool_core::port::Clock as _;

use crate::engine::{Engine, Ports};
use crate::trouble::Wrong;

mod report;
mod tally;

use report::Reporter;
pub use tally::{EventSource, Tally};

/// One message of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Message {
    /// The queue's id of the message.
    pub id: String,
    /// The message group. Messages without one are on their own.
    pub group: Option<String>,
    /// What should be a change event.
    pub body: String,
    /// How often the message was delivered, from 1.
    pub delivery: u32,
    /// In which it is worked on, where somebody traces; else none.
    pub span: Span,
}

/// A message that goes back to the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The queue's id of the message.
    pub id: String,
    /// When to try again, if sooner than the queue would.
    pub retry_after: Option<Duration>,
}

/// What became of a batch.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Processed {
    /// What goes back to the queue. The rest is done.
    pub failures: Vec<Failure>,
    /// The same in numbers.
    pub tally: Tally,
}

/// How a message goes back.
enum Back {
    /// To be tried again after this long; its group waits.
    Later(Duration),
    /// Somebody must act first, so it comes when the queue likes; its group waits.
    Parked,
    /// Towards the DLQ, at once. It changes no user, so its group need not wait.
    Refused,
}

impl<P: Ports> Engine<P> {
    /// Processes a batch. Groups go on beside each other; in a group, the first failure sends back what follows it,
    /// unless it is of a message that will never be ours: that one holds nobody up.
    ///
    /// What is not done at `deadline` goes back too: an interrupted user is like a killed process.
    pub async fn process(&self, messages: Vec<Message>, deadline: Instant) -> Processed {
        let groups = by_group(messages);
        let work = groups.into_iter().map(|group| self.process_group(group, deadline));
        let mut all = Processed::default();
        for group in join_all(work).await {
            all.failures.extend(group.failures);
            all.tally.add(group.tally);
        }
        all.tally.standing = self.phase.last();
        all
    }

    async fn process_group(&self, group: Vec<Message>, deadline: Instant) -> Processed {
        let Processed { mut failures, mut tally } = Processed::default();
        let mut rest = group.into_iter();
        while let Some(message) = rest.next() {
            let retry_after = match self.process_message(&message, deadline, &mut tally).await {
                Ok(()) => continue,
                Err(Back::Refused) => {
                    tally.parked += 1;
                    failures.push(Failure { id: message.id, retry_after: Some(Duration::ZERO) });
                    continue;
                }
                Err(Back::Parked) => {
                    tally.parked += 1;
                    None
                }
                Err(Back::Later(after)) => {
                    tally.retried += 1;
                    Some(after)
                }
            };
            let back = std::iter::once(message).chain(rest);
            failures.extend(back.map(|message| Failure { id: message.id, retry_after }));
            break;
        }
        Processed { failures, tally }
    }

    async fn process_message(
        &self,
        message: &Message,
        deadline: Instant,
        tally: &mut Tally,
    ) -> Result<(), Back> {
        let event = match ChangeEvent::parse(&message.body) {
            Ok(event) => event,
            Err(problem) => {
                report::foreign(message, problem);
                return Err(Back::Refused);
            }
        };
        message.span.record("event_id", event.id.as_str());
        message.span.record("user_sub", event.sub.as_ref().map(|sub| sub.as_str()));
        // One user must not take the others of the batch down.
        let work = self.sync_user(&event, message.delivery).instrument(message.span.clone());
        let work = AssertUnwindSafe(work).catch_unwind();
        let wrong = match tokio::time::timeout_at(deadline, work).await {
            Ok(Ok(Ok(outcome))) => {
                self.reporter(&event).outcome(&outcome);
                tally.done(&event, &outcome, self.ports.clock().now());
                return Ok(());
            }
            Ok(Ok(Err(problem))) => Wrong::Failed(problem),
            Ok(Err(_panic)) => Wrong::Panicked,
            Err(_elapsed) => Wrong::OutOfTime,
        };
        let back = self.reporter(&event).wrong(message, &wrong);
        self.note_wrong(&event, message, &wrong, deadline).await;
        Err(back)
    }

    /// With the phase that the event was worked on by: nothing is read for it.
    fn reporter<'a>(&self, event: &'a ChangeEvent) -> Reporter<'a> {
        let pool = if event.pool == self.new_shape.id { Pool::New } else { Pool::Old };
        Reporter::new(event, pool, self.phase.last().map_or("unknown", |standing| standing.phase.code()))
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
