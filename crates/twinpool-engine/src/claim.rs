//! Whose user holds a name that somebody else should have.

use std::collections::{BTreeMap, BTreeSet};

use twinpool_core::change_event::{Cause, UserRef};
use twinpool_core::held_back::Reason;
use twinpool_core::id::{AttributeName, NewSub, OldSub, Sub, Username};
use twinpool_core::link::{Left, LinkState};
use twinpool_core::plan::{Marker, Plan, WhenDeleted};
use twinpool_core::pool::SignIn;
use twinpool_core::port::{Answer, Class, LinkReader, PoolReader, PoolWriter, PortError};
use twinpool_core::snapshot::Snapshot;

use crate::case::Case;
use crate::engine::{Engine, Ports};
use crate::sync_user::SyncError;

/// What a holder of a name is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Claim {
    /// Nobody of ours.
    Stranger,
    /// The counterpart of another user of the old pool.
    Twin,
    /// The counterpart of this user, whom the old pool has deleted.
    Dead(OldSub),
}

impl Claim {
    /// Why the name cannot be had, if so.
    pub(crate) fn reason(&self) -> Option<Reason> {
        match self {
            Self::Stranger => Some(Reason::Taken),
            Self::Twin => Some(Reason::Twin),
            Self::Dead(_) => None,
        }
    }
}

/// From which delivery on a deletion is believed that nobody told of: more than a minute after the first.
const BELIEVED_UNTOLD: u32 = 8;

/// Stands in the history of a user whose name somebody else has now.
const SUCCEEDED: &str = "NameGivenToSomebodyElse";

impl<P: Ports> Engine<P> {
    /// Whose counterpart a user of the new pool is: by its marker, or by the table.
    pub(crate) async fn owner_of(&self, user: &Snapshot) -> Answer<Option<OldSub>> {
        if let Some(owner) = Marker::owner(&self.marker, &self.old_shape.id, user, &self.key) {
            return Ok(Some(owner));
        }
        self.ports.links().old_sub_of(&NewSub::from(user.sub.clone())).await
    }

    /// Looks up what a holder of a name is. Nobody is taken for deleted at first sight.
    pub(crate) async fn claim_of(&self, holder: &Snapshot, case: &Case) -> Result<Claim, SyncError> {
        let Some(owner) = self.owner_of(holder).await? else {
            return Ok(Claim::Stranger);
        };
        let tied = self.ports.links().old_sub_of(&NewSub::from(holder.sub.clone())).await?;
        let alive = self.ports.old().user(&UserRef::Sub(Sub::from(&owner))).await?;
        let is_alive = alive.is_some_and(|user| user.sub.as_str() == owner.as_str());
        if is_alive || tied.is_some_and(|tied| tied != owner) {
            return Ok(Claim::Twin);
        }
        let link = self.ports.links().link(&owner).await?;
        match link.as_ref().map(|link| &link.state) {
            Some(LinkState::Tombstone { left: Left::Kept, .. }) => return Ok(Claim::Stranger),
            Some(LinkState::Tombstone { .. }) => return Ok(Claim::Dead(owner)),
            _ => {}
        }
        if let Some(link) = &link
            && Self::lives_on(link, &self.still_standing_now().await?)
        {
            return Ok(Claim::Twin);
        }
        if self.rules.when_deleted() == WhenDeleted::Keep {
            return Ok(Claim::Stranger);
        }
        if case.delivery < BELIEVED_UNTOLD {
            return Err(SyncError::OwnerVanished);
        }
        self.bury(link, &owner, &Cause::from(SUCCEEDED.to_owned())).await?;
        Ok(Claim::Dead(owner))
    }

    /// As [`Engine::claim_of`]; and the counterpart of a deleted user gives the name up, because the old pool has given it to
    /// somebody else, and two cannot have it.
    pub(crate) async fn contest(
        &self,
        holder: &Snapshot,
        name: &Username,
        case: &Case,
    ) -> Result<Claim, SyncError> {
        let claim = self.claim_of(holder, case).await?;
        if let Claim::Dead(owner) = &claim {
            if !self.was_counterpart(holder, owner).await? {
                return Ok(Claim::Stranger);
            }
            self.free(holder, name, owner).await?;
        }
        Ok(claim)
    }

    /// Whether twinpool made or followed this user for that one. A further account with the same user id is the person's own.
    async fn was_counterpart(&self, user: &Snapshot, owner: &OldSub) -> Answer<bool> {
        let marked = Marker::owner(&self.marker, &self.old_shape.id, user, &self.key);
        if marked.as_ref() == Some(owner) {
            return Ok(true);
        }
        let link = self.ports.links().link(owner).await?;
        let counterpart = link.as_ref().and_then(|link| link.counterpart());
        Ok(counterpart.is_some_and(|sub| sub.as_str() == user.sub.as_str()))
    }

    /// An alias can be taken from a user; a username is the user.
    async fn free(&self, holder: &Snapshot, name: &Username, owner: &OldSub) -> Result<(), SyncError> {
        let fold = |text: &str| text.to_lowercase();
        let is_username = fold(holder.username.as_str()) == fold(name.as_str());
        let sub = NewSub::from(holder.sub.clone());
        if is_username || matches!(self.new_shape.sign_in, SignIn::Contact(_)) {
            // Said first: once the name is free, nobody looks at the dead again.
            self.bury_for_good(owner, &Cause::from(SUCCEEDED.to_owned())).await?;
            return Ok(self.ports.new_pool().delete_user(&sub).await?);
        }
        let ways = self.new_shape.ways_to_sign_in(&holder.attributes);
        let names: BTreeSet<_> = ways
            .filter(|(_, value)| fold(value.reveal()) == fold(name.as_str()))
            .map(|(name, _)| name.clone())
            .collect();
        if !names.is_empty() {
            self.ports.new_pool().delete_attributes(&sub, &names).await?;
        }
        Ok(())
    }

    /// The addresses whose writing would message the user. The pool is asked again: its owner may have turned verification on
    /// since this process started.
    async fn messaging(&self, plan: &Plan) -> Answer<BTreeMap<AttributeName, Reason>> {
        let unverified = plan.unverified();
        if unverified.is_empty() {
            return Ok(BTreeMap::new());
        }
        let verifies = self.ports.new_pool().shape().await?.verifies;
        let held = unverified.into_iter().filter(|contact| verifies.contains(contact));
        Ok(held.map(|contact| (contact.address_attribute(), Reason::WouldMessage)).collect())
    }

    /// The attributes that a plan would claim for this user and must not: Cognito moves an alias from its owner without a
    /// word (F§4.2).
    pub(crate) async fn barred(
        &self,
        plan: &Plan,
        case: &Case,
        sub: &NewSub,
    ) -> Result<BTreeMap<AttributeName, Reason>, SyncError> {
        let mut barred = self.messaging(plan).await?;
        for (name, value) in plan.claims(&self.new_shape, &case.view.terms) {
            let (owner, username) = match Username::parse(value.reveal()) {
                Ok(username) => {
                    let who = UserRef::Username(username.clone());
                    (self.ports.new_pool().user(&who).await, Some(username))
                }
                Err(_) => (Err(PortError::new(Class::Rejected, "AdminGetUser", "BadUsername")), None),
            };
            let reason = match (owner, username) {
                (Ok(Some(owner)), Some(username)) if owner.sub != Sub::from(sub) => {
                    self.contest(&owner, &username, case).await?.reason()
                }
                (Ok(_), _) => None,
                // Its owner cannot be looked up: not worth a theft.
                (Err(error), _) if error.class == Class::Rejected => Some(Reason::Refused),
                (Err(error), _) => return Err(error.into()),
            };
            if let Some(reason) = reason {
                barred.insert(name.clone(), reason);
            }
        }
        Ok(barred)
    }
}
