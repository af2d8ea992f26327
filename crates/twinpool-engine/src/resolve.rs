//! Pairs that are not made but found: decided by a person, or proven by an identity provider.

use twinpool_core::change_event::{Cause, Channel, UserRef};
use twinpool_core::held_back::Reason;
use twinpool_core::id::{NewSub, OldSub, Username};
use twinpool_core::link::{Link, LinkState};
use twinpool_core::port::{Class, Clock, LinkReader, LinkStore, PoolReader};
use twinpool_core::snapshot::{Identity, Snapshot, Status};

use crate::case::Case;
use crate::claim::Claim;
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
        let Some(user) = observe::by_own_sub(self.ports.new_pool(), new_sub).await? else {
            return self.conflict(link, case, Reason::Missing, None).await;
        };
        let is_another_s = self.owner_of(&user).await?.is_some_and(|owner| owner != link.old_sub);
        if is_another_s && self.claim_of(&user, case).await? == Claim::Twin {
            return self.conflict(link, case, Reason::Twin, Some(&user)).await;
        }
        self.adopt(link, case, &user).await
    }

    /// A person says that two users of the old pool are one.
    pub(crate) async fn merge(
        &self,
        mut link: Link,
        case: &Case,
        into: OldSub,
    ) -> Result<Outcome, SyncError> {
        let other = self.ports.links().link(&into).await?.map(|other| other.state);
        match other {
            Some(LinkState::Linked(_)) if into != link.old_sub => {}
            Some(LinkState::Tombstone { .. }) => {
                return self.conflict(link, case, Reason::MergedGone, None).await;
            }
            _ => return self.conflict(link, case, Reason::Twin, None).await,
        }
        self.note(&mut link, &case.cause, &format!("merged into {into}"));
        link.state = LinkState::Merged { into, since: self.ports.clock().now() };
        link.intended = None;
        self.ports.links().write(&link).await?;
        Ok(Outcome::plain(Kind::Merged))
    }

    /// Nothing is to be done about a merged user; an operator who asked gets an answer all the same.
    pub(crate) async fn answer_merged(
        &self,
        link: Option<Link>,
        cause: &Cause,
    ) -> Result<Outcome, SyncError> {
        if let Some(mut link) = link.filter(|_| cause.channel() == Channel::Operator) {
            self.note(&mut link, cause, "still merged");
            self.ports.links().write(&link).await?;
        }
        Ok(Outcome::plain(Kind::Merged))
    }

    /// The user of the new pool whom the link of a deleted user remembers: the user was not deleted after all.
    pub(crate) async fn remembered(&self, link: &Link) -> Result<Option<Snapshot>, SyncError> {
        let LinkState::Tombstone { new_sub: Some(new_sub), .. } = &link.state else {
            return Ok(None);
        };
        let Some(user) = observe::by_own_sub(self.ports.new_pool(), new_sub).await? else {
            return Ok(None);
        };
        let tied = self.ports.links().old_sub_of(new_sub).await?;
        Ok((tied.as_ref() == Some(&link.old_sub)).then_some(user))
    }

    /// The profile that a provider made for a federated user in the new pool: only the provider can make one (F§4.8), so its
    /// identity proves whose it is.
    pub(crate) async fn own_profile(&self, case: &Case) -> Result<Option<Snapshot>, SyncError> {
        if case.old.status != Status::ExternalProvider {
            return Ok(None);
        }
        for identity in &case.old.identities {
            let provider = self.rules.provider(&identity.provider);
            let identity = Identity { provider, subject: identity.subject.clone() };
            if let Some(profile) = self.profile(&identity).await? {
                return Ok(Some(profile));
            }
        }
        Ok(None)
    }

    async fn profile(&self, identity: &Identity) -> Result<Option<Snapshot>, SyncError> {
        let Some(name) = profile_name(identity) else {
            return Ok(None);
        };
        let profile = match self.ports.new_pool().user(&UserRef::Username(name.clone())).await {
            Err(error) if error.class == Class::Rejected => None,
            answer => answer?,
        };
        if !profile.is_some_and(|user| is_profile_of(&user, identity)) {
            return Ok(None);
        }
        Ok(observe::user(self.ports.new_pool(), &UserRef::Username(name)).await?)
    }
}

/// What a provider calls the profile that it makes: `<provider>_<id>` (F§4.8). The name alone proves nothing.
pub(crate) fn profile_name(identity: &Identity) -> Option<Username> {
    Username::parse(format!("{}_{}", identity.provider, identity.subject.reveal())).ok()
}

/// Whether a provider made this user for the identity.
pub(crate) fn is_profile_of(user: &Snapshot, identity: &Identity) -> bool {
    user.status == Status::ExternalProvider && user.identities.contains(identity)
}
