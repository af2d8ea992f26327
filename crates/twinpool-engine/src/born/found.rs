//! A user of the old pool who turns out to be one with somebody born in the new pool: twinpool made it, or the identity provider did,
//! at the first sign-in after a rollback.

use twinpool_core::account::{Account as Of, IdReader as _};
use twinpool_core::change_event::{About, ChangeEvent, EventId, UserRef};
use twinpool_core::held_back::Reason;
use twinpool_core::id::{NewSub, Sub, UserId};
use twinpool_core::link::{Link, LinkState};
use twinpool_core::plan::Marker;
use twinpool_core::port::{LinkReader, PoolWriter};
use twinpool_core::snapshot::{Snapshot, Status};

use super::{Account, Newborn, made};
use crate::case::Case;
use crate::engine::{Engine, Ports};
use crate::identify::NotYet;
use crate::observe;
use crate::sync_user::{BELIEVED, Kind, Outcome, SyncError};

impl<P: Ports> Engine<P> {
    /// The account for which twinpool made this user of the old pool, if the marker proves it. Never taken for somebody new.
    pub(crate) fn born_as(&self, old: &Snapshot) -> Option<NewSub> {
        Marker::born(&self.marker, &self.old_shape.id, old, &self.key)
    }

    /// Makes the pair of a user of the old pool whose marker says that it was made for this account.
    pub(crate) async fn adopt_born(
        &self,
        link: Link,
        case: &Case,
        new_sub: &NewSub,
    ) -> Result<Outcome, SyncError> {
        if let LinkState::Tombstone { .. } = link.state {
            return Ok(Outcome::plain(Kind::Gone));
        }
        let Some(new) = observe::by_own_sub(self.ports.new_pool(), new_sub).await? else {
            if case.delivery < BELIEVED {
                return Err(SyncError::TooEarly);
            }
            return self.outlived(link, case, new_sub).await;
        };
        let who = UserRef::Username(new.username.clone());
        let id = match self.identify().user_id(new_sub, &who).await {
            Ok(named) => named.id,
            Err(NotYet::OldPool(error) | NotYet::NewPool(error) | NotYet::Table(error)) => {
                return Err(error.into());
            }
            Err(_) => return Err(SyncError::TooEarly),
        };
        let tied = self.ports.links().old_sub_of(new_sub).await?;
        let is_another_s = tied.is_some_and(|tied| tied != link.old_sub) || id != UserId::from(new_sub);
        if is_another_s || (link.version > 0 && link.user_id != id) {
            // Somebody copied the marker, or the account is of an older user.
            return self.conflict(link, case, Reason::Twin, Some(&new)).await;
        }
        if let Some(back) = self.ports.back()
            && case.old.status == Status::ForceChangePassword
        {
            back.set_random_password(&link.old_sub).await?;
        }
        self.tie_found(case, &new, &id).await
    }

    /// Whether the profile of the new pool that has one of this user's identities has a user id of its own, and the user has none
    /// yet: the provider made the account first, and its user id is the person's.
    pub(crate) async fn own_id_of(
        &self,
        link: &Link,
        profile: &Snapshot,
    ) -> Result<Option<UserId>, SyncError> {
        if link.version > 0 || !self.still_standing().await?.phase.is_two_way() {
            return Ok(None);
        }
        let new_sub = NewSub::from(profile.sub.clone());
        if self.ports.links().old_sub_of(&new_sub).await?.is_some() {
            return Ok(None);
        }
        let known = self.ports.links().user_ids(&[Of::from(&new_sub)]).await?;
        Ok(known.into_iter().flatten().next().filter(|id| *id == UserId::from(&new_sub)))
    }

    /// Writes the pair down, and brings both sides together.
    pub(crate) async fn tie_found(
        &self,
        case: &Case,
        new: &Snapshot,
        id: &UserId,
    ) -> Result<Outcome, SyncError> {
        let (new_sub, standing) = (NewSub::from(new.sub.clone()), self.still_standing().await?);
        let who = UserRef::Username(new.username.clone());
        let about = About::User(Sub::from(&new_sub));
        let pool = self.new_shape.id.clone();
        let event =
            ChangeEvent::hint(EventId::stored(""), pool, about, case.cause.clone(), case.old.modified_at);
        let account = Account { sub: &new_sub, id, who: &who, event: &event, delivery: case.delivery };
        let newborn = Newborn { account: &account, new, standing: &standing };
        let gone = self.gone_since_made(new, &case.old).await?;
        let link = self.tie(&newborn, &case.old_sub(), case.side.clone(), gone).await?;
        if self.ports.back().is_none() || !standing.phase.is_two_way() {
            return Ok(made(1));
        }
        let rest = Box::pin(self.keep_in_step(link, case, new, true, &standing)).await?;
        Ok(Outcome { kind: Kind::Created, ..rest })
    }
}
