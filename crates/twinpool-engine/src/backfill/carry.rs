//! Carries one user over, and tries again what passes.

use std::time::Duration;

use tokio::time::{Instant, sleep};
use twinpool_core::change_event::{About, Cause, ChangeEvent, EventId, UserRef};
use twinpool_core::id::{RunId, Timestamp};
use twinpool_core::port::{Class, Clock as _, PoolReader as _};
use twinpool_core::snapshot::{Snapshot, Status};

use crate::disposition::{Disposition, disposition};
use crate::engine::{Engine, Ports};
use crate::need::Need;
use crate::sync_user::{Kind, Outcome, SyncError};
use crate::walk::PATIENCE;

/// So often what is not about the network is tried.
const TRIES: u32 = 8;

/// The longest wait between two tries.
const LONGEST: Duration = Duration::from_secs(30);

/// What became of a user.
#[derive(Debug)]
pub(super) enum Carried {
    /// As far as it goes.
    Done(Outcome),
    /// Not, and the run goes on.
    Failed(SyncError),
    /// Not for [`PATIENCE`]: the network may be away, or this user alone is always answered so.
    Away(SyncError),
    /// Not, and nobody else would be either: a permission, or credentials that have expired.
    Fatal(SyncError),
}

impl<P: Ports> Engine<P> {
    pub(super) async fn carry(&self, user: &Snapshot, need: Need, run: &RunId) -> Carried {
        let begun = Instant::now();
        for attempt in 1.. {
            let problem = match self.try_to_carry(user, need, run, attempt).await {
                Ok(outcome) => return Carried::Done(outcome),
                Err(problem) => problem,
            };
            let is_away = matches!(&problem, SyncError::Port(error)
                if matches!(error.class, Class::Unavailable | Class::Throttled));
            match disposition(&problem, attempt) {
                Disposition::Retry(after) if is_away && begun.elapsed() < PATIENCE => {
                    sleep(after.min(LONGEST)).await;
                }
                Disposition::Retry(after) if !is_away && attempt < TRIES => sleep(after.min(LONGEST)).await,
                _ if is_away => return Carried::Away(problem),
                _ if is_denied(&problem) => return Carried::Fatal(problem),
                _ => return Carried::Failed(problem),
            }
        }
        Carried::Failed(SyncError::Contended)
    }

    /// Carries over a user who is new, as the list shows it. Once.
    ///
    /// # Errors
    /// When a call fails, or the answer would be premature.
    pub async fn carry_over(&self, user: &Snapshot, run: &RunId) -> Result<Outcome, SyncError> {
        self.try_to_carry(user, Need::Make(0), run, 1).await
    }

    /// A user who is new is made from what the list shows, if the pool says that it is still there: no AdminGetUser, which
    /// would make it an active user of the old pool (F§0.4). Everybody else is read.
    async fn try_to_carry(
        &self,
        user: &Snapshot,
        need: Need,
        run: &RunId,
        attempt: u32,
    ) -> Result<Outcome, SyncError> {
        let cause = Cause::run(run);
        if matches!(need, Need::Make(_) | Need::Refuse(_)) && attempt == 1 && self.list_tells_all() {
            if !self.may_write_now().await? {
                return Ok(Outcome::plain(Kind::Over));
            }
            let Some(groups) = self.ports.old().groups(&reference(user)).await? else {
                return Ok(Outcome::plain(Kind::Gone));
            };
            let case = self.case(&cause, attempt, Snapshot { groups, ..user.clone() }, None);
            match self.make(None, &case).await {
                // Somebody else was faster.
                Err(SyncError::Port(error)) if error.class == Class::Stale => {}
                answer => return answer,
            }
        }
        self.sync_user(&self.event_of(user, cause, EventId::stored(run.as_str())), attempt).await
    }

    /// A hint about a user whom a walk has found.
    pub(crate) fn event_of(&self, user: &Snapshot, cause: Cause, id: EventId) -> ChangeEvent {
        let now: Timestamp = self.ports.clock().now();
        ChangeEvent::hint(id, self.old_shape.id.clone(), about(user), cause, now)
    }
}

/// Federated profiles are reached by their username only (F§4).
pub(crate) fn about(user: &Snapshot) -> About {
    match user.status {
        Status::ExternalProvider => About::Profile(user.sub.clone(), user.username.clone()),
        _ => About::User(user.sub.clone()),
    }
}

/// By sub, because a name can be somebody else's by now; federated users are reached by their username only (F§4).
fn reference(user: &Snapshot) -> UserRef {
    match user.status {
        Status::ExternalProvider => UserRef::Username(user.username.clone()),
        _ => UserRef::Sub(user.sub.clone()),
    }
}

fn is_denied(problem: &SyncError) -> bool {
    // This one is mostly about the user, who may be disabled.
    matches!(problem, SyncError::Port(error)
        if error.class == Class::Denied && error.code != "NotAuthorizedException")
}
