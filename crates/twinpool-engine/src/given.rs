//! Whose temporary password in the new pool was given by somebody: by an invitation, or by an administrator. A random one in its place
//! would make a mail useless that is on its way.

use twinpool_core::arrival::{Arrival, Invitation, LONGEST_INVITATION};
use twinpool_core::authority::authority;
use twinpool_core::id::{Pool, Timestamp};
use twinpool_core::link::Link;
use twinpool_core::phase::Standing;
use twinpool_core::snapshot::Snapshot;

/// What tells whether a temporary password was given.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Given<'a> {
    pub(crate) link: &'a Link,
    /// The user of the old pool.
    pub(crate) old: &'a Snapshot,
    pub(crate) arrival: &'a Arrival,
    pub(crate) standing: &'a Standing,
    pub(crate) now: Timestamp,
}

impl Given<'_> {
    /// Whether it is nobody's to replace. The mirror does not know how long the pool takes one of an invitation, so it heals only what no
    /// pool takes any more.
    pub(crate) fn stays(&self) -> bool {
        is_invited(self.arrival, self.now) || (self.standing.phase.is_two_way() && self.is_of_new_pool())
    }

    /// Whether it comes from somebody who works with the new pool: the user was born there, or has moved there, or was seen to get one.
    fn is_of_new_pool(&self) -> bool {
        let has_the_say = authority(self.standing, self.link) == Pool::New && !self.is_half_made();
        let is_born = self.link.linked().is_some_and(|linked| self.link.is_birth_of(&linked.new_sub));
        has_the_say || is_born || self.arrival.as_made(self.link.is_of_sign_in()).has_password()
    }

    /// Whether twinpool made the user and did not live to give it a password: nobody has one then, and nobody could reset it.
    fn is_half_made(&self) -> bool {
        let is_fresh = self.link.linked().is_none_or(|linked| linked.base.old.is_empty());
        is_fresh && !self.old.attributes.is_empty()
    }
}

/// Whether an invitation is open.
pub(crate) fn is_invited(arrival: &Arrival, now: Timestamp) -> bool {
    let invitation = arrival.invitation();
    let is_open = matches!(invitation, Invitation::Begun(_) | Invitation::Sent(_));
    is_open && !invitation.is_over(LONGEST_INVITATION, now)
}
