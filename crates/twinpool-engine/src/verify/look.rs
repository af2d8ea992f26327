//! One user, read in both pools by itself: strong reads, which lists are not (F§4.6).

use std::hash::{BuildHasher, Hash as _, Hasher as _};

use twinpool_core::arrival::ArrivalStore;
use twinpool_core::born::BornStore;
use twinpool_core::change_event::UserRef;
use twinpool_core::decision::Decision;
use twinpool_core::held_back::Subject;
use twinpool_core::id::{NewSub, OldSub, Sub, Timestamp};
use twinpool_core::link::{Link, LinkState};
use twinpool_core::listing::{LinkBatch, PoolList};
use twinpool_core::phase::PhaseReader;
use twinpool_core::plan::Marker;
use twinpool_core::port::{Answer, Clock, LinkReader};
use twinpool_core::snapshot::Status;

use super::Verifier;
use super::judge::Both;
use crate::given::Given;
use crate::observe;

impl<O, N, L, C> Verifier<'_, O, N, L, C>
where
    O: PoolList,
    N: PoolList,
    L: LinkReader + LinkBatch + BornStore + ArrivalStore + PhaseReader,
    C: Clock,
{
    /// Reads a user of the old pool, the link, and whom it names.
    pub(super) async fn read_old(&self, old_sub: &OldSub) -> Answer<Both> {
        // The link first: who is made meanwhile is there when the pools are read.
        let link = self.links.link(old_sub).await?;
        let who = UserRef::Sub(Sub::from(old_sub));
        let old = observe::source(self.old, &who, self.known.old_shape).await?;
        let old = old.filter(|user| user.sub.as_str() == old_sub.as_str());
        let new = match link.as_ref().and_then(named) {
            Some(sub) if self.is_theirs(link.as_ref(), sub).await? => {
                observe::by_own_sub(self.new, sub).await?
            }
            _ => None,
        };
        let is_merged = match &link {
            Some(link) if old.is_some() => self.is_merged(link).await?,
            _ => false,
        };
        let mut both = Both { old, new, link, is_merged, ..Both::default() };
        both.has_given_password = self.has_given_password(&both).await?;
        Ok(both)
    }

    /// Whether the user of the new pool has a temporary password that is nobody's to replace. Asks of nobody else.
    pub(super) async fn has_given_password(&self, both: &Both) -> Answer<bool> {
        let (Some(link), Some(old), Some(new)) = (&both.link, &both.old, &both.new) else {
            return Ok(false);
        };
        if new.status != Status::ForceChangePassword {
            return Ok(false);
        }
        let arrival = &self.links.arrival(&link.sub()).await?;
        let standing = &self.links.standing().await?;
        Ok(Given { link, old, arrival, standing, now: self.clock.now() }.stays())
    }

    /// Reads a user of the new pool whom no link names.
    pub(super) async fn read_stranger(&self, sub: &NewSub) -> Answer<Both> {
        let new = observe::by_own_sub(self.new, sub).await?;
        let owner = new
            .as_ref()
            .and_then(|new| Marker::owner(self.known.marker, &self.known.old_shape.id, new, self.known.key));
        let link = match &owner {
            Some(owner) => self.links.link(owner).await?,
            None => None,
        };
        let birth = self.links.birth(sub).await?;
        let is_being_made = link.is_some_and(|link| matches!(link.state, LinkState::Pending { .. }))
            || birth.as_ref().is_some_and(|birth| birth.intended.is_some());
        let obstacle = birth.and_then(|birth| birth.obstacle);
        Ok(Both { new, is_being_made, obstacle, ..Both::default() })
    }

    /// The counterpart of a deleted user may be another's by now.
    async fn is_theirs(&self, link: Option<&Link>, sub: &NewSub) -> Answer<bool> {
        match link {
            Some(link) if link.linked().is_none() => {
                let tied = self.links.old_sub_of(sub).await?;
                Ok(tied.is_none_or(|tied| tied == link.old_sub))
            }
            _ => Ok(true),
        }
    }

    pub(super) async fn is_merged(&self, link: &Link) -> Answer<bool> {
        let LinkState::Merged { into, .. } = &link.state else { return Ok(false) };
        if !is_decided(link, into) {
            return Ok(false);
        }
        Ok(self.links.link(into).await?.is_some_and(|other| other.linked().is_some()))
    }
}

/// Whether nobody has decided otherwise since the users were merged.
pub(super) fn is_decided(link: &Link, into: &OldSub) -> bool {
    link.decisions.get(&Subject::User) == Some(&Decision::MergeInto(into.clone()))
}

pub(super) fn named(link: &Link) -> Option<&NewSub> {
    match &link.state {
        LinkState::Linked(linked) => Some(&linked.new_sub),
        LinkState::Tombstone { new_sub, .. } => new_sub.as_ref(),
        LinkState::Pending { .. } | LinkState::Conflict { .. } | LinkState::Merged { .. } => None,
    }
}

impl Both {
    /// A number that changes with whatever was read.
    pub(super) fn trace(&self, random: &impl BuildHasher) -> u64 {
        let mut hasher = random.build_hasher();
        for user in [&self.old, &self.new] {
            let Some(user) = user else {
                hasher.write_u8(0);
                continue;
            };
            (user.sub.as_str(), user.username.as_str(), user.enabled).hash(&mut hasher);
            format!("{:?} {:?} {:?} {:?}", user.status, user.groups, user.mfa, user.factors)
                .hash(&mut hasher);
            for (name, value) in &user.attributes {
                (name.as_str(), value.reveal()).hash(&mut hasher);
            }
            for identity in &user.identities {
                (identity.provider.as_str(), identity.subject.reveal()).hash(&mut hasher);
            }
        }
        self.link.as_ref().map(|link| link.version).hash(&mut hasher);
        hasher.finish()
    }

    /// Whether the old pool's user changed, or the mirror was at it, since this moment.
    pub(super) fn is_newer_than(&self, begun: Timestamp) -> bool {
        let changed = self.old.as_ref().is_some_and(|old| old.modified_at > begun);
        let linked = self.link.as_ref().and_then(Link::linked);
        changed || linked.is_some_and(|linked| linked.mirrored_at > begun)
    }

    /// Since when somebody is making the user, as far as is known.
    pub(super) fn pending_since(&self) -> Option<Timestamp> {
        match self.link.as_ref()?.state {
            LinkState::Pending { since } => Some(since),
            LinkState::Linked(_)
            | LinkState::Conflict { .. }
            | LinkState::Tombstone { .. }
            | LinkState::Merged { .. } => None,
        }
    }
}
