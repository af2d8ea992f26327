//! Takes back what a run made: users of the new pool whom nobody has used since, with their links.
//!
//! The user goes first and the link after: whoever dies in between leaves a link that the next try erases.

use std::time::Duration;

use twinpool_core::id::{OldSub, RunId};
use twinpool_core::link::{Link, Linked, Side};
use twinpool_core::port::{Class, LinkEraser, LinkReader as _, PoolReader as _, PoolWriter as _};
use twinpool_core::snapshot::{Snapshot, Status};

use crate::engine::{Engine, Ports};
use crate::observe;
use crate::sync_user::SyncError;

/// The pool's clock and ours may differ so much.
const CLOCKS_DIFFER: Duration = Duration::from_mins(1);

/// So often somebody else may write the link meanwhile.
const ROUNDS: usize = 5;

/// What became of a user whom a run made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Undone {
    /// Not there any more, neither the user nor the link.
    TakenBack,
    /// The run did not make this user, or the user is no pair any more.
    NotOfRun,
    /// Somebody has changed the user in the new pool since.
    Changed,
    /// The user has no marker that proves that twinpool made it.
    NoMarker,
    /// Users are sent to the new pool, or were: what is there may be somebody's account.
    Moving,
}

impl<P: Ports> Engine<P>
where
    P::Links: LinkEraser,
{
    /// Takes one user back, unless somebody has used it.
    ///
    /// # Errors
    /// When a call fails. May be tried again.
    pub async fn undo(&self, old_sub: &OldSub, run: &RunId) -> Result<Undone, SyncError> {
        for _ in 0..ROUNDS {
            if self.standing_now().await?.two_way_since.is_some() {
                return Ok(Undone::Moving);
            }
            let link = self.ports.links().link(old_sub).await?;
            let Some((link, linked)) = link.as_ref().and_then(|link| Some((link, link.linked()?))) else {
                return Ok(Undone::NotOfRun);
            };
            if link.made_by.as_ref() != Some(run) {
                return Ok(Undone::NotOfRun);
            }
            if let Some(kept) = self.take_user_back(link, linked).await? {
                return Ok(kept);
            }
            match self.ports.links().erase(link).await {
                Err(error) if error.class == Class::Stale => {}
                answer => return Ok(answer.map(|()| Undone::TakenBack)?),
            }
        }
        Err(SyncError::Contended)
    }

    /// `None`: the user is not there (any more).
    async fn take_user_back(&self, link: &Link, linked: &Linked) -> Result<Option<Undone>, SyncError> {
        let Some(new) = observe::by_own_sub(self.ports.new_pool(), &linked.new_sub).await? else {
            // A pool that is gone has no users either.
            self.ports.new_pool().shape().await?;
            return Ok(None);
        };
        if !self.known().marker_of(&link.old_sub).is_on(&new) {
            return Ok(Some(Undone::NoMarker));
        }
        if self.is_used(&new, linked) {
            return Ok(Some(Undone::Changed));
        }
        self.ports.new_pool().delete_user(&linked.new_sub).await?;
        Ok(None)
    }

    /// Whether somebody but twinpool has changed the user. Who only signed in leaves no trace that can be read.
    fn is_used(&self, new: &Snapshot, linked: &Linked) -> bool {
        let side = Side::of(new, &self.key);
        // Cognito adds attributes of its own: only what twinpool wrote is compared.
        let is_as_written =
            linked.base.new.attributes.iter().all(|(name, digest)| side.attributes.get(name) == Some(digest));
        let same = is_as_written
            && side.groups == linked.base.new.groups
            && side.enabled == linked.base.new.enabled
            && side.identities == linked.base.new.identities
            && side.mfa == linked.base.new.mfa;
        let is_later =
            Duration::from_millis(new.modified_at.0.saturating_sub(linked.mirrored_at.0)) > CLOCKS_DIFFER;
        let by_twinpool =
            matches!(new.status, Status::Confirmed | Status::ResetRequired | Status::ForceChangePassword);
        !same || is_later || !by_twinpool
    }
}
