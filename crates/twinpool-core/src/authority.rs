//! Which pool has the say for a user where both changed the same.

use crate::id::Pool;
use crate::link::Link;
use crate::phase::Standing;

/// The pool that has the say. The old one, until the user has signed in to the new one in this round.
#[must_use]
pub fn authority(standing: &Standing, link: &Link) -> Pool {
    let has_moved = link.reverse.moved_in == Some(standing.round);
    if standing.phase.moves() && has_moved { Pool::New } else { Pool::Old }
}
