//! Whose an account is.

use twinpool_core::account::AccountStore as _;
use twinpool_core::change_event::{About, Captured, ChangeEvent, capture};
use twinpool_core::id::{NewSub, Sub, UserId};
use twinpool_core::port::Clock as _;
use twinpool_engine::{Identify, NotYet};

use super::hint::random_id;
use super::{Missing, Outside, Wiring};
use crate::wiring::SystemClock;

/// Whose an account is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Whose {
    /// The user id.
    pub(super) id: UserId,
    /// Under whom arrivals are kept.
    pub(super) arrives_as: Sub,
    /// Whether it is written down that the user came.
    pub(super) came: bool,
    /// A user of the old pool who should be paired.
    pub(super) follows: Option<About>,
}

impl<X: Outside> Wiring<X> {
    /// Takes account, username and cause out of the trigger event, as tolerant as capture is.
    pub(super) fn read(&self, raw: &str) -> Result<ChangeEvent, Missing> {
        let id = random_id().ok_or(Missing::NoRandomness)?;
        match capture(raw, &self.terms.key, id, SystemClock.now()) {
            Captured::Event(event) if event.pool != self.pool => Err(Missing::OtherPool),
            Captured::Event(event) if event.sub.is_some() => Ok(*event),
            Captured::Event(_) | Captured::NoUser | Captured::Unreadable(_) => Err(Missing::Unreadable),
        }
    }

    /// Whose account an event is about: one read of the table, where it is known. Else it is given its user id.
    pub(super) async fn whose(&self, event: &ChangeEvent) -> Result<Whose, Missing> {
        let (Some(sub), Some(who)) = (&event.sub, event.user()) else {
            return Err(Missing::Unreadable);
        };
        let new = NewSub::from(sub.clone());
        if let Some(whose) = self.known(&new).await? {
            return Ok(whose);
        }
        let identify = Identify {
            old: &self.old,
            new_pool: &self.new_pool,
            ids: &self.table,
            old_pool: &self.old_pool,
            key: &self.terms.key,
            marker: &self.terms.marker,
            rules: &self.terms.rules,
        };
        let named = identify.newcomer(&new, &who).await.map_err(Missing::NotYet)?;
        let arrives_as = match &named.follows {
            Some(About::User(old) | About::Profile(old, _)) => old.clone(),
            Some(About::Named(_) | About::Group(_)) | None => sub.clone(),
        };
        if named.follows.is_none() && named.id.as_str() != new.as_str() {
            // Somebody was faster: only the table says for whom.
            return self.known(&new).await?.ok_or(Missing::NotYet(NotYet::Gone));
        }
        Ok(Whose { id: named.id, arrives_as, came: false, follows: named.follows })
    }

    async fn known(&self, new: &NewSub) -> Result<Option<Whose>, Missing> {
        let known = self.table.known(new).await.map_err(|error| Missing::NotYet(NotYet::Table(error)))?;
        Ok(known.map(|known| {
            let arrives_as = known.arrives_as(new);
            Whose { id: known.id, arrives_as, came: known.came, follows: None }
        }))
    }
}
