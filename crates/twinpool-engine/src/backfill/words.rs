//! What became of users, in the words that are counted and printed.

use twinpool_core::held_back::Reason;

use crate::governor::LaneState;
use crate::need::Need;
use crate::sync_user::{Kind, SyncError};
use crate::trouble::code_of;

/// For whom nothing has to be done.
pub(super) enum Settled {
    Done(&'static str),
    Conflict(Reason),
}

pub(super) fn settled(need: Need) -> Option<Settled> {
    Some(match need {
        Need::Nothing => Settled::Done("in step"),
        Need::Unconfirmed => Settled::Done("not confirmed"),
        Need::LeftOut => Settled::Done("left out"),
        Need::Merged => Settled::Done("merged"),
        Need::Conflict(reason) => Settled::Conflict(reason),
        Need::Make(_) | Need::Refuse(_) | Need::Look => return None,
    })
}

pub(super) fn word(kind: Kind) -> &'static str {
    match kind {
        Kind::Unchanged | Kind::Converged => "in step",
        Kind::Created => "created",
        Kind::Updated => "updated",
        Kind::NotConfirmed => "not confirmed",
        Kind::Conflict => "conflict",
        Kind::Gone | Kind::Unknown => "deleted meanwhile",
        Kind::Merged => "merged",
        Kind::Identified => "has its user id",
        Kind::Over => "the move is complete",
    }
}

pub(super) fn code(problem: &SyncError) -> String {
    code_of(problem).to_owned()
}

/// The category that has the most callers waiting, and what makes it slow.
pub(super) fn why_not_faster(lanes: &[LaneState], paused: bool) -> Option<String> {
    if paused {
        return Some("paused".to_owned());
    }
    let busiest = lanes.iter().filter(|lane| lane.waiting > 0).max_by_key(|lane| lane.waiting)?;
    let why = busiest.slower.map_or_else(|| "the share of this command".to_owned(), |why| why.to_string());
    let whose = busiest.pool.map(|pool| format!(" of the {pool}")).unwrap_or_default();
    Some(format!("{}{whose} at {:.1}/s: {why}", busiest.category, busiest.rate))
}
