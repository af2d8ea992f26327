//! One user whose password may be carried back.

use futures_util::future::join3;
use twinpool_core::arrival::ArrivalStore as _;
use twinpool_core::authority::authority;
use twinpool_core::decision::Decision;
use twinpool_core::held_back::Subject;
use twinpool_core::id::{OldSub, Pool, Sub};
use twinpool_core::link::{Link, Linked};
use twinpool_core::phase::{Phase, Standing};
use twinpool_core::port::{Clock as _, LinkReader as _, PoolReader as _, by_sub};
use twinpool_core::readiness::{InOld, OldPassword};
use twinpool_core::snapshot::{Snapshot, Status};

use super::ports::BackPorts;
use crate::demand::Known;
use crate::outcome::Trouble;
use crate::second_factor;

/// A user of both pools who would type a password that the old one does not know.
pub(super) struct Twins {
    pub(super) old: OldSub,
    link: Link,
    linked: Box<Linked>,
    born: bool,
    /// Whether twinpool made the old pool ask for a reset.
    is_put_to_reset: bool,
}

/// Both users as their pools say now.
pub(super) struct Users {
    pub(super) new: Snapshot,
    /// Whether either pool knows a second factor of the user, or asks everybody for one.
    pub(super) second_factor: bool,
}

impl Twins {
    /// `None`: nothing is carried back for this user.
    pub(super) async fn find(ports: &impl BackPorts, who: &OldSub) -> Result<Option<Self>, Trouble> {
        let Some(link) = ports.table().link(who).await.map_err(Trouble::Table)? else {
            return Ok(None);
        };
        let Some(mut twins) = Self::of(link) else { return Ok(None) };
        let password = twins.password(ports).await?;
        twins.is_put_to_reset = matches!(password, OldPassword::PutToReset(_));
        Ok((password != OldPassword::Works).then_some(twins))
    }

    fn of(link: Link) -> Option<Self> {
        let born = match InOld::of(&link) {
            InOld::Own => false,
            InOld::Made => true,
            InOld::Disabled | InOld::Gone | InOld::Nobody => return None,
        };
        let is_left_out = link.decisions.get(&Subject::User) == Some(&Decision::LeaveOut);
        let (old, linked) = (link.old_sub.clone(), link.linked().cloned()?);
        let is_put_to_reset = false;
        (!is_left_out).then(|| Self { old, link, linked: Box::new(linked), born, is_put_to_reset })
    }

    /// Whether the user is one whom this phase sends to the old pool.
    pub(super) fn are_of_old(&self, standing: &Standing) -> bool {
        match standing.phase {
            Phase::RolledBack => true,
            Phase::Canary => authority(standing, &self.link) == Pool::Old,
            Phase::DualWrite | Phase::Cutover | Phase::Complete => false,
        }
    }

    /// Whether the password of the new pool is the one that counts: whoever chose one in the old pool since keeps it.
    pub(super) async fn needs_it(&self, ports: &impl BackPorts) -> Result<bool, Trouble> {
        Ok(self.password(ports).await? != OldPassword::Works)
    }

    async fn password(&self, ports: &impl BackPorts) -> Result<OldPassword, Trouble> {
        let arrival = ports.table().arrival(&Sub::from(&self.old)).await.map_err(Trouble::Table)?;
        Ok(OldPassword::of(&arrival, self.born))
    }

    /// `None`: one of them is gone, or may not sign in with a password.
    pub(super) async fn users(
        &self,
        ports: &impl BackPorts,
        demands: (&Known, &Known),
    ) -> Result<Option<Users>, Trouble> {
        let now = ports.clock().now();
        let (ref_old, ref_new) = (by_sub(&self.old), by_sub(&self.linked.new_sub));
        let (old, new) = (ports.old().user(&ref_old), ports.new_pool().user(&ref_new));
        let demanded =
            async { demands.0.of(ports.old(), now).await || demands.1.of(ports.new_pool(), now).await };
        let (old, new, is_demanded) = join3(old, new, demanded).await;
        let old = old.map_err(|error| Trouble::Pool(Pool::Old, error))?;
        let new = new.map_err(|error| Trouble::Pool(Pool::New, error))?;
        let users = old.filter(|old| may_come_back(old, self.is_put_to_reset)).zip(new.filter(may_be_asked));
        Ok(users.map(|(old, new)| {
            let is_on = second_factor::is_on(old.mfa) || second_factor::is_on(new.mfa);
            let second_factor = is_on || second_factor::is_linked(&self.linked) || is_demanded;
            Users { new, second_factor }
        }))
    }
}

/// To set a password confirms a user: who never proved an address must not be confirmed by it, and whoever has a temporary password
/// was given it by somebody since. Nor is a reset undone that an administrator asked for.
fn may_come_back(user: &Snapshot, is_put_to_reset: bool) -> bool {
    user.enabled
        && (user.status == Status::Confirmed || (is_put_to_reset && user.status == Status::ResetRequired))
}

/// Others have no password of their own there.
fn may_be_asked(user: &Snapshot) -> bool {
    user.enabled && user.status == Status::Confirmed
}
