//! What a run tells: while it goes on, and at its end.

use twinpool_core::id::{GroupName, Sub};
use twinpool_core::port::PortError;
use twinpool_core::run::Run;

use super::record::RunError;
use super::source::SourceError;
use crate::governor::LaneState;
use crate::sync_user::SyncError;
use crate::walk::{Listener, WalkError};

/// Who watches a run.
pub trait Watcher: Listener {
    /// How far it is.
    fn progress(&self, run: &Run, lanes: &[LaneState]);
    /// Somebody could not be carried over; the run goes on.
    fn failed(&self, user: &Sub, problem: &SyncError);
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Ending {
    /// Everybody was dealt with.
    Finished,
    /// Stopped when asked to: goes on when it is started again.
    Stopped,
    /// As many users as were asked for: goes on when it is started again.
    AtLimit,
}

/// What became of a run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// As the table keeps it.
    pub run: Run,
    /// How it ended.
    pub ending: Ending,
}

/// Why a run ended before its end. What was done is written down.
#[derive(Debug, thiserror::Error)]
pub enum Broken {
    /// The walk cannot go on.
    #[error(transparent)]
    Walk(#[from] WalkError),
    /// No more users come.
    #[error(transparent)]
    Source(#[from] SourceError),
    /// The run cannot be written down.
    #[error(transparent)]
    Run(#[from] RunError),
    /// The links cannot be read.
    #[error("the links cannot be read")]
    Links(#[source] PortError),
    /// A group cannot be made.
    #[error("the group {0} cannot be made in the new pool")]
    Group(GroupName, #[source] SyncError),
    /// A user cannot be carried over, and no other could be.
    #[error("the user {0} cannot be carried over, and nobody else could be")]
    User(Sub, #[source] SyncError),
}
