//! Notes of what went wrong, for whoever looks into the DLQ later.

use std::time::Duration;

use tokio::time::{Instant, timeout_at};
use tracing::warn;
use twinpool_core::change_event::ChangeEvent;
use twinpool_core::port::{Clock as _, TroubleStore as _};
use twinpool_core::trouble::{Trouble, code};

use crate::batch::Message;
use crate::disposition::{Disposition, disposition};
use crate::engine::{Engine, Ports};
use crate::sync_user::SyncError;

/// From which delivery on a passing failure is written down: until then it mostly has passed.
const OFTEN: u32 = 5;

/// A note may take this long, and no longer after the time of the batch is over.
const PATIENCE: Duration = Duration::from_millis(500);

/// Why a message was not processed.
#[derive(Debug)]
pub(crate) enum Wrong {
    /// It failed.
    Failed(SyncError),
    /// A defect.
    Panicked,
    /// The batch's time was over.
    OutOfTime,
}

impl<P: Ports> Engine<P> {
    /// Writes down what went wrong, if somebody must act or it has come back often. Best effort: whatever becomes of the
    /// note, the message goes back all the same.
    pub(crate) async fn note_wrong(
        &self,
        event: &ChangeEvent,
        message: &Message,
        wrong: &Wrong,
        deadline: Instant,
    ) {
        let is_passing = match wrong {
            Wrong::Failed(problem) => {
                matches!(disposition(problem, message.delivery), Disposition::Retry(_))
            }
            Wrong::Panicked => false,
            Wrong::OutOfTime => true,
        };
        let Some(group) = message.group.as_ref().filter(|_| !is_passing || message.delivery >= OFTEN) else {
            return;
        };
        let (operation, code) = what(wrong);
        let trouble = Trouble {
            at: self.ports.clock().now(),
            event_id: event.id.clone(),
            cause: event.cause.clone(),
            operation: operation.map(str::to_owned),
            code: code.to_owned(),
            is_passing,
        };
        let until = deadline.min(Instant::now()) + PATIENCE;
        match timeout_at(until, self.ports.links().note_trouble(group, &trouble)).await {
            Ok(Ok(())) => {}
            Ok(Err(problem)) => {
                warn!(event.id = event.id.as_str(), reason = %problem, "what went wrong was not written down");
            }
            Err(_elapsed) => {
                warn!(event.id = event.id.as_str(), "out of time: what went wrong was not written down");
            }
        }
    }
}

fn what(wrong: &Wrong) -> (Option<&'static str>, &str) {
    match wrong {
        Wrong::Failed(SyncError::Port(error)) => (Some(error.operation), &error.code),
        Wrong::Failed(problem) => (None, code_of(problem)),
        Wrong::Panicked => (None, code::PANICKED),
        Wrong::OutOfTime => (None, code::OUT_OF_TIME),
    }
}

/// What failed, in one word: the service's, or one of [`code`].
pub(crate) fn code_of(problem: &SyncError) -> &str {
    match problem {
        SyncError::Port(error) => &error.code,
        SyncError::TooEarly => code::TOO_EARLY,
        SyncError::BeingMade => code::BEING_MADE,
        SyncError::OwnerVanished => code::OWNER_VANISHED,
        SyncError::Contended => code::CONTENDED,
        SyncError::AtWork => code::AT_WORK,
        SyncError::Settling => code::SETTLING,
        SyncError::NoWayBack => code::NO_WAY_BACK,
        SyncError::OtherPool => code::OTHER_POOL,
        SyncError::NoUser => code::NO_USER,
    }
}
