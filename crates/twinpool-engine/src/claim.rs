//! Whose user holds a name that somebody else should have.

use std::collections::BTreeMap;

use twinpool_core::change_event::{Cause, UserRef};
use twinpool_core::held_back::Reason;
use twinpool_core::id::{AttributeName, NewSub, Sub, Username};
use twinpool_core::plan::{Marker, Plan, Terms, WhenDeleted};
use twinpool_core::port::{Class, LinkReader, PoolReader, PortError};
use twinpool_core::snapshot::Snapshot;

use crate::engine::{Engine, Ports};
use crate::sync_user::SyncError;

/// What a holder of a name is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Claim {
    /// Nobody of ours.
    Stranger,
    /// The counterpart of another user of the old pool.
    Twin,
    /// The counterpart of a user whom the old pool has deleted: the name is free again there.
    Dead,
}

impl Claim {
    /// Why the name cannot be had, if so.
    pub(crate) fn reason(self) -> Option<Reason> {
        match self {
            Self::Stranger => Some(Reason::Taken),
            Self::Twin => Some(Reason::Twin),
            Self::Dead => None,
        }
    }
}

impl<P: Ports> Engine<P> {
    /// Looks up who holds a name. A counterpart of a deleted user gives it up: in the old pool the name was given to
    /// somebody else, and two cannot have it.
    pub(crate) async fn contest(&self, holder: &Snapshot) -> Result<Claim, SyncError> {
        let Some(owner) = Marker::owner(&self.marker, holder, &self.key) else {
            return Ok(Claim::Stranger);
        };
        if self.ports.old().user(&UserRef::Sub(Sub::from(&owner))).await?.is_some() {
            return Ok(Claim::Twin);
        }
        if self.rules.when_deleted() == WhenDeleted::Keep {
            return Ok(Claim::Stranger);
        }
        let link = self.ports.links().link(&owner).await?;
        self.bury_as(link, &owner, &Cause::from(SUCCEEDED.to_owned()), WhenDeleted::Delete).await?;
        Ok(Claim::Dead)
    }
}

impl<P: Ports> Engine<P> {
    /// The attributes that a plan would claim for this user and must not: Cognito moves an alias from its owner without a
    /// word (F§4.2).
    pub(crate) async fn barred(
        &self,
        plan: &Plan,
        terms: &Terms,
        sub: &NewSub,
    ) -> Result<BTreeMap<AttributeName, Reason>, SyncError> {
        let mut barred = BTreeMap::new();
        for (name, value) in plan.claims(&self.new_shape, terms) {
            let owner = match Username::parse(value.reveal()) {
                Ok(username) => self.ports.new_pool().user(&UserRef::Username(username)).await,
                Err(_) => Err(PortError::new(Class::Rejected, "AdminGetUser", "BadUsername")),
            };
            let reason = match owner {
                Ok(Some(owner)) if owner.sub != Sub::from(sub) => self.contest(&owner).await?.reason(),
                Ok(_) => None,
                // Its owner cannot be looked up: not worth a theft.
                Err(error) if error.class == Class::Rejected => Some(Reason::Refused),
                Err(error) => return Err(error.into()),
            };
            if let Some(reason) = reason {
                barred.insert(name.clone(), reason);
            }
        }
        Ok(barred)
    }
}

/// Stands in the history of a user whose name somebody else has now.
const SUCCEEDED: &str = "NameGivenToSomebodyElse";
