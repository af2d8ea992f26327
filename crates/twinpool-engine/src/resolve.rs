//! Pairs that are not made but found: decided by a person, or proven by an identity provider.

use twinpool_core::change_event::UserRef;
use twinpool_core::held_back::Reason;
use twinpool_core::id::{NewSub, OldSub, Username};
use twinpool_core::link::{Link, LinkState};
use twinpool_core::port::{Class, Clock, LinkReader, LinkStore, by_sub};
use twinpool_core::snapshot::{Identity, Snapshot, Status};

use crate::case::Case;
use crate::engine::{Engine, Ports};
use crate::observe;
use crate::sync_user::{Kind, Outcome, SyncError};

impl<P: Ports> Engine<P> {
    /// A person says that this user of the new pool is the one.
    pub(crate) async fn link_to(
        &self,
        link: Link,
        case: &Case,
        new_sub: &NewSub,
    ) -> Result<Outcome, SyncError> {
        let user = observe::user(self.ports.new_pool(), &by_sub(new_sub)).await?;
        let Some(user) = user.filter(|user| user.sub.as_str() == new_sub.as_str()) else {
            return self.conflict(link, case, Reason::Missing, None).await;
        };
        match self.adopt(link.clone(), case, &user).await {
            // The counterpart of another user already.
            Err(SyncError::Port(error)) if error.class == Class::Taken => {
                self.conflict(link, case, Reason::Taken, Some(&user)).await
            }
            answer => answer,
        }
    }

    /// A person says that two users of the old pool are one.
    pub(crate) async fn merge(
        &self,
        mut link: Link,
        case: &Case,
        into: OldSub,
    ) -> Result<Outcome, SyncError> {
        let other = self.ports.links().link(&into).await?;
        if into == link.old_sub || other.is_none_or(|other| other.linked().is_none()) {
            return self.conflict(link, case, Reason::Twin, None).await;
        }
        self.note(&mut link, &case.cause, &format!("merged into {into}"));
        link.state = LinkState::Merged { into, since: self.ports.clock().now() };
        link.intended = None;
        self.ports.links().write(&link).await?;
        Ok(Outcome::plain(Kind::Merged))
    }

    /// A federated profile is made by its provider (F§4.8). Once it is there, its identity proves whose it is.
    pub(crate) async fn wait_for_first_sign_in(&self, link: Link, case: &Case) -> Result<Outcome, SyncError> {
        for identity in &case.old.identities {
            let provider = self.rules.provider(&identity.provider);
            let identity = Identity { provider, subject: identity.subject.clone() };
            if let Some(profile) = self.profile(&identity).await? {
                return self.adopt(link, case, &profile).await;
            }
        }
        self.conflict(link, case, Reason::Federated, None).await
    }

    /// The profile that a provider made for an identity: `<provider>_<id>`.
    async fn profile(&self, identity: &Identity) -> Result<Option<Snapshot>, SyncError> {
        let name = format!("{}_{}", identity.provider, identity.subject.reveal());
        let Ok(name) = Username::parse(name) else {
            return Ok(None);
        };
        let profile = observe::user(self.ports.new_pool(), &UserRef::Username(name)).await;
        let profile = match profile {
            Err(error) if error.class == Class::Rejected => None,
            answer => answer?,
        };
        Ok(profile
            .filter(|user| user.status == Status::ExternalProvider && user.identities.contains(identity)))
    }
}
