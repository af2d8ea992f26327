//! A hint about an account of the new pool: it is given its user id, and where it is that of a user of the old pool, that user
//! follows.

use twinpool_core::change_event::{About, Cause, ChangeEvent, UserRef};
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::{NewSub, Sub};
use twinpool_core::phase::Standing;
use twinpool_core::port::{LinkReader, PoolReader};

use crate::born::Account;
use crate::engine::{Engine, Ports};
use crate::identify::{Identify, Named, NotYet};
use crate::sync_user::{BELIEVED, Kind, Outcome, SyncError};

impl<P: Ports> Engine<P> {
    /// Gives an account of the new pool its user id, if it has none. Safe to repeat, as [`Engine::sync_user`].
    pub(crate) async fn sync_account(
        &self,
        event: &ChangeEvent,
        delivery: u32,
        standing: &Standing,
    ) -> Result<Outcome, SyncError> {
        let Some(who) = event.user() else {
            // A group of the new pool.
            return Ok(Outcome::plain(Kind::Unknown));
        };
        let sub = match &event.sub {
            Some(sub) => NewSub::from(sub.clone()),
            None => match self.ports.new_pool().user(&who).await? {
                Some(user) => NewSub::from(user.sub),
                None => return absent(delivery),
            },
        };
        if standing.phase.is_two_way()
            && let Some(outcome) = self.sync_pair(&sub, event, delivery, standing).await?
        {
            return Ok(outcome);
        }
        let outcome = Box::pin(self.sync_unpaired(&sub, &who, event, delivery, standing)).await?;
        // The first sign-in moves the say, also where it is the one that makes the pair.
        if standing.phase.moves() && event.cause.is_token() {
            self.sync_pair(&sub, event, delivery, standing).await?;
        }
        Ok(outcome)
    }

    async fn sync_unpaired(
        &self,
        sub: &NewSub,
        who: &UserRef,
        event: &ChangeEvent,
        delivery: u32,
        standing: &Standing,
    ) -> Result<Outcome, SyncError> {
        match self.identify().user_id(sub, who).await {
            Ok(Named { follows: Some(about), .. }) => self.sync_old(about, event, delivery, standing).await,
            Ok(Named { follows: None, id }) => {
                if let Some(outcome) = self.after_earlier(sub, event, delivery, standing).await? {
                    return Ok(outcome);
                }
                if !standing.phase.is_two_way() {
                    return Ok(Outcome::plain(Kind::Identified));
                }
                let account = Account { sub, id: &id, who, event, delivery };
                self.born(&account, standing).await
            }
            Err(NotYet::LinkPending { of, .. }) => {
                self.sync_old(About::User(Sub::from(&of)), event, delivery, standing).await
            }
            Err(NotYet::NotConfirmed) => Ok(Outcome::plain(Kind::NotConfirmed)),
            Err(NotYet::SeveralUsers) => {
                let held = HeldBack { subject: Subject::User, reason: Reason::Twin };
                Ok(Outcome::held(Kind::Conflict, vec![held]))
            }
            Err(NotYet::Gone) => absent(delivery),
            Err(NotYet::OldPool(error) | NotYet::NewPool(error) | NotYet::Table(error)) => Err(error.into()),
        }
    }

    pub(crate) fn identify(&self) -> Identify<'_, P::Old, P::New, P::Links> {
        Identify {
            old: self.ports.old(),
            new_pool: self.ports.new_pool(),
            ids: self.ports.links(),
            old_pool: &self.old_shape.id,
            key: &self.key,
            marker: &self.marker,
            rules: &self.rules,
        }
    }

    /// Whoever gave the id may not have lived to let the user of the old pool follow. `None`: the account is nobody's of the old pool.
    async fn after_earlier(
        &self,
        sub: &NewSub,
        event: &ChangeEvent,
        delivery: u32,
        standing: &Standing,
    ) -> Result<Option<Outcome>, SyncError> {
        let Some(old_sub) = self.ports.links().old_sub_of(sub).await? else {
            return Ok(None);
        };
        match self.ports.links().link(&old_sub).await? {
            Some(link) if link.linked().is_some() => Ok(Some(Outcome::plain(Kind::Identified))),
            _ => self.sync_old(About::User(Sub::from(&old_sub)), event, delivery, standing).await.map(Some),
        }
    }

    /// Beside whatever the user's own message group does: the fence keeps them apart.
    async fn sync_old(
        &self,
        about: About,
        event: &ChangeEvent,
        delivery: u32,
        standing: &Standing,
    ) -> Result<Outcome, SyncError> {
        let pool = self.old_shape.id.clone();
        // Whatever the event's own cause: what the new pool shows is no word about the old one.
        let hint = ChangeEvent::hint(event.id.clone(), pool, about, Cause::new_pool("UserId"), event.at);
        self.sync_old_user(&hint, delivery, standing).await
    }
}

/// Users made a moment ago may not be seen yet.
fn absent(delivery: u32) -> Result<Outcome, SyncError> {
    if delivery < BELIEVED { Err(SyncError::TooEarly) } else { Ok(Outcome::plain(Kind::Unknown)) }
}
