//! Which pool has the say for a user where both changed the same.

use crate::id::Pool;
use crate::link::Link;
use crate::phase::Standing;

/// The pool that has the say. The old one, until the user has signed in to the new one in this round, or the old one was left.
#[must_use]
pub fn authority(standing: &Standing, link: &Link) -> Pool {
    let is_this = |round| round == Some(standing.round);
    let has_moved = is_this(link.reverse.moved_in) || is_this(standing.all_moved_in);
    if standing.phase.moves() && has_moved { Pool::New } else { Pool::Old }
}
