//! Who chose a password in which pool, once people use both: for who would fail at the old pool after a rollback.

use std::time::Duration;

use twinpool_core::arrival::{Arrival, ArrivalStore, Mark};
use twinpool_core::change_event::{ChangeEvent, Channel, PasswordNews};
use twinpool_core::id::{NewSub, OldSub, Pool, Sub, Timestamp};
use twinpool_core::phase::{Phase, Standing};
use twinpool_core::port::{LinkReader, PoolReader, by_sub};

use crate::engine::{Engine, Ports};
use crate::sync_user::SyncError;

/// A password that an administrator's call set so shortly before or after twinpool wrote down that it sets one is twinpool's: the audit
/// trail tells whole seconds, a call may be repeated, and clocks differ.
const OURS_WITHIN: Duration = Duration::from_secs(60);

/// Whose password it is.
struct Owner {
    pool: Pool,
    /// By which sub it is kept.
    who: Sub,
}

impl<P: Ports> Engine<P> {
    /// Writes down that the user of this event has a password that the other pool does not know. Only since people use both pools; asks
    /// nothing of events that tell of no password.
    ///
    /// # Errors
    /// When the table or the pool does not answer: the message comes again.
    pub(crate) async fn note_password(
        &self,
        event: &ChangeEvent,
        standing: &Standing,
    ) -> Result<(), SyncError> {
        let (Some(news), Some(sub)) = (event.cause.password(), &event.sub) else {
            return Ok(());
        };
        if standing.phase == Phase::DualWrite {
            return Ok(());
        }
        let Some(owner) = self.owner(event, sub).await? else {
            return Ok(());
        };
        let mark = match (owner.pool, news) {
            // Nobody knows a password after it: twinpool itself puts people to reset there.
            (Pool::Old, PasswordNews::Invalid) => return Ok(()),
            (Pool::Old, PasswordNews::Chosen | PasswordNews::Given) => Mark::OldPassword,
            (Pool::New, _) => Mark::Chosen,
        };
        if news == PasswordNews::Given && self.is_our_own(&owner, sub, event.at).await? {
            return Ok(());
        }
        Ok(self.ports.links().note(&owner.who, mark, event.at).await?)
    }

    /// Records of calls with a user's token name no pool; a sub is in one pool only. `None`: of somebody without a link, whose
    /// password is in one pool alone.
    async fn owner(&self, event: &ChangeEvent, sub: &Sub) -> Result<Option<Owner>, SyncError> {
        let links = self.ports.links();
        let of_new = |old: OldSub| Owner { pool: Pool::New, who: Sub::from(&old) };
        if event.pool == self.new_shape.id {
            return Ok(links.old_sub_of(&NewSub::from(sub.clone())).await?.map(of_new));
        }
        if event.pool != self.old_shape.id {
            return Ok(None);
        }
        if links.link(&OldSub::from(sub.clone())).await?.is_some() {
            return Ok(Some(Owner { pool: Pool::Old, who: sub.clone() }));
        }
        if event.cause.channel() != Channel::AuditTrail {
            return Ok(None);
        }
        Ok(links.old_sub_of(&NewSub::from(sub.clone())).await?.map(of_new))
    }

    /// Whether twinpool set it: by the command of an operator, whose role is not known, or when it made the user.
    async fn is_our_own(&self, owner: &Owner, sub: &Sub, at: Timestamp) -> Result<bool, SyncError> {
        let arrival = self.ports.links().arrival(&owner.who).await?;
        if marks(owner.pool, &arrival).into_iter().flatten().any(|mark| is_ours(at, mark)) {
            return Ok(true);
        }
        let user = match owner.pool {
            Pool::Old => self.ports.old().user(&by_sub(&OldSub::from(sub.clone()))).await?,
            Pool::New => self.ports.new_pool().user(&by_sub(&NewSub::from(sub.clone()))).await?,
        };
        Ok(user.is_some_and(|user| is_ours(at, user.created_at)))
    }
}

/// When twinpool was about to set a password in a pool, or had.
fn marks(pool: Pool, arrival: &Arrival) -> Vec<Option<Timestamp>> {
    match pool {
        Pool::Old => vec![arrival.back_at, arrival.reset_in_old_at, arrival.resetting_in_old_at],
        Pool::New => vec![
            arrival.bridging_at,
            arrival.bridged_at,
            arrival.inviting_at,
            arrival.invited.map(|invited| invited.last),
            arrival.withdrawn_at,
        ],
    }
}

fn is_ours(at: Timestamp, mark: Timestamp) -> bool {
    u128::from(at.0.abs_diff(mark.0)) <= OURS_WITHIN.as_millis()
}
