//! What the log says of an event: its id, its cause, the sub, the phase, reasons and counts; no value of any attribute.

use tracing::{error, info, warn};
use twinpool_core::change_event::{ChangeEvent, NotAChangeEvent};
use twinpool_core::id::Pool;

use super::{Back, Message};
use crate::disposition::{Disposition, backoff, disposition};
use crate::sync_user::{Kind, Outcome, SyncError};
use crate::trouble::Wrong;

/// Writes the lines about one event. Of the subs one is known: of the pool whose event it is.
pub(super) struct Reporter<'a> {
    id: &'a str,
    cause: &'a str,
    old_sub: Option<&'a str>,
    new_sub: Option<&'a str>,
    phase: &'static str,
}

impl<'a> Reporter<'a> {
    /// `pool`: whose event it is.
    pub(super) fn new(event: &'a ChangeEvent, pool: Pool, phase: &'static str) -> Self {
        let sub = event.sub.as_ref().map(|sub| sub.as_str());
        let (old_sub, new_sub) = match pool {
            Pool::Old => (sub, None),
            Pool::New => (None, sub),
        };
        Self { id: event.id.as_str(), cause: event.cause.as_str(), old_sub, new_sub, phase }
    }

    pub(super) fn outcome(&self, outcome: &Outcome) {
        let Self { id, cause, old_sub, new_sub, phase } = *self;
        let held_back: Vec<_> = outcome.held_back.iter().map(ToString::to_string).collect();
        let overruled: Vec<_> = outcome.overruled.iter().map(ToString::to_string).collect();
        let (held_back, overruled) = (held_back.join("; "), overruled.join(", "));
        let operations = outcome.operations;
        match outcome.kind {
            Kind::Conflict => warn!(
                event.id = id,
                event.cause = cause,
                user.old_sub = old_sub,
                user.new_sub = new_sub,
                phase,
                held_back,
                "conflict: not mirrored"
            ),
            Kind::Unchanged => {
                let word = word(Kind::Unchanged);
                info!(
                    event.id = id,
                    event.cause = cause,
                    user.old_sub = old_sub,
                    user.new_sub = new_sub,
                    phase,
                    "{word}"
                );
            }
            Kind::Identified => {
                let word = word(Kind::Identified);
                // Records of the audit trail that name no pool may be of either.
                info!(
                    event.id = id,
                    event.cause = cause,
                    user.new_sub = new_sub.or(old_sub),
                    phase,
                    "{word}"
                );
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
                    user.old_sub = old_sub,
                    user.new_sub = new_sub,
                    phase,
                    operations,
                    held_back,
                    overruled,
                    "{}",
                    word(kind)
                );
            }
        }
    }

    /// Says how the event goes back, too.
    pub(super) fn wrong(&self, message: &Message, wrong: &Wrong) -> Back {
        let Self { id, cause, old_sub, new_sub, phase } = *self;
        match wrong {
            Wrong::Failed(problem) => self.failure(message, problem),
            Wrong::Panicked => {
                error!(
                    event.id = id,
                    event.cause = cause,
                    user.old_sub = old_sub,
                    user.new_sub = new_sub,
                    phase,
                    "a defect: the mirror panicked on this event, which goes back to the queue"
                );
                Back::Parked
            }
            Wrong::OutOfTime => {
                warn!(
                    event.id = id,
                    event.cause = cause,
                    user.old_sub = old_sub,
                    user.new_sub = new_sub,
                    phase,
                    "out of time: the event goes back to the queue"
                );
                Back::Later(backoff(message.delivery))
            }
        }
    }

    fn failure(&self, message: &Message, problem: &SyncError) -> Back {
        let Self { id, cause, old_sub, new_sub, phase } = *self;
        let park = |remedy| error!(event.id = id, event.cause = cause, user.old_sub = old_sub, user.new_sub = new_sub, phase, reason = %problem, remedy, "somebody must act: the event goes back to the queue and will end in the DLQ");
        match disposition(problem, message.delivery) {
            Disposition::Retry(after) => {
                let seconds = after.as_secs();
                warn!(event.id = id, event.cause = cause, user.old_sub = old_sub, user.new_sub = new_sub, phase, reason = %problem, delivery = message.delivery, retry_seconds = seconds, "not now: the event goes back to the queue");
                Back::Later(after)
            }
            Disposition::Park(remedy) => {
                park(remedy);
                Back::Parked
            }
            Disposition::Refuse(remedy) => {
                park(remedy);
                Back::Refused
            }
        }
    }
}

/// Of a message that is no event nothing is known.
pub(super) fn foreign(message: &Message, problem: NotAChangeEvent) {
    error!(message.id = message.id, reason = %problem, "a message that is not ours goes back to the queue and will end in the DLQ");
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
