//! What went wrong with a change event, so that dead letters can be told by cause. Nothing personal: names of operations and
//! codes.

use crate::change_event::{Cause, EventId};
use crate::id::Timestamp;

/// Why a change event went back to the queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// When.
    pub at: Timestamp,
    /// Which event.
    pub event_id: EventId,
    /// What had made twinpool look.
    pub cause: Cause,
    /// The call that failed, in the words of the service; `None` where it was no call.
    pub operation: Option<String>,
    /// The code that the service gave, or one of [`crate::trouble::code`].
    pub code: String,
    /// Whether it should pass by itself. If not, somebody must act first.
    pub is_passing: bool,
}

/// Codes of what is not a failed call. Stable: they stand in the table and in reports.
pub mod code {
    /// The old pool did not show what the event says.
    pub const TOO_EARLY: &str = "too_early";
    /// The user may have been being made under an earlier name.
    pub const BEING_MADE: &str = "being_made";
    /// The holder of the name seemed to be deleted from the old pool.
    pub const OWNER_VANISHED: &str = "owner_vanished";
    /// Others kept changing the link.
    pub const CONTENDED: &str = "contended";
    /// Somebody else was writing what changed of the user.
    pub const AT_WORK: &str = "at_work";
    /// Changes began to travel both ways a moment ago.
    pub const SETTLING: &str = "settling";
    /// People use both pools, and the mirror may not write the old one.
    pub const NO_WAY_BACK: &str = "no_way_back";
    /// The event is of a pool that the stack does not mirror.
    pub const OTHER_POOL: &str = "other_pool";
    /// The event names nobody whom the old pool knows.
    pub const NO_USER: &str = "no_user";
    /// A defect of twinpool.
    pub const PANICKED: &str = "panicked";
    /// The mirror ran out of time.
    pub const OUT_OF_TIME: &str = "out_of_time";
}
