//! A user whom the old pool has deleted: a tombstone, and what the owner wants for the counterpart.

use twinpool_core::change_event::{Cause, ChangeEvent, Channel};
use twinpool_core::decision::Decision;
use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::id::{NewSub, OldSub, Pool, Username};
use twinpool_core::link::{Left, Link, LinkState, Names};
use twinpool_core::plan::{WhenDeleted, farewell};
use twinpool_core::port::{Answer, Clock, LinkReader, LinkStore, PoolReader, by_sub};
use twinpool_core::snapshot::Snapshot;

use crate::adopt::is_young;
use crate::engine::{Engine, Ports};
use crate::execute::{ToNew, execute};
use crate::observe;
use crate::sync_user::{Kind, Outcome, SyncError};

impl<P: Ports> Engine<P> {
    /// The user is not in the old pool any more, or never was. Who has the say is read anew: what goes does not come back.
    pub(crate) async fn gone(
        &self,
        link: Option<Link>,
        old_sub: &OldSub,
        event: &ChangeEvent,
    ) -> Result<Outcome, SyncError> {
        let Some(link) = link else {
            // Records of the audit trail and operators may mean somebody of another pool.
            if event.cause.channel() != Channel::Trigger {
                return Ok(Outcome::plain(Kind::Unknown));
            }
            return self.bury(None, old_sub, &event.cause).await;
        };
        if was_deleted_in_new(&link) {
            return Ok(Outcome::plain(Kind::Gone));
        }
        if self.outlives_old(&link, event, &self.still_standing_now().await?) {
            return self.lost_in_old(link, event).await;
        }
        self.bury(Some(link), old_sub, &event.cause).await
    }

    /// Does what the rules ask, and puts the tombstone up. Safe to repeat: who wrote the user again meanwhile is undone.
    pub(crate) async fn bury(
        &self,
        link: Option<Link>,
        old_sub: &OldSub,
        cause: &Cause,
    ) -> Result<Outcome, SyncError> {
        let now = self.ports.clock().now();
        let mut link = link.unwrap_or_else(|| Link::intent(old_sub, Names::default(), now));
        let counterpart = self.counterpart(&link).await?;
        let policy = if is_left_alone(&link) { WhenDeleted::Keep } else { self.rules.when_deleted() };
        let plan = farewell(counterpart.as_ref(), policy);
        let new_sub = counterpart.as_ref().map(|user| NewSub::from(user.sub.clone()));
        if let Some(sub) = &new_sub {
            for operation in &plan.operations {
                execute(&ToNew(self), sub, operation).await?;
            }
        }
        let known = link.counterpart().cloned();
        let since = match &link.state {
            LinkState::Tombstone { since, .. } => *since,
            LinkState::Linked(_)
            | LinkState::Pending { .. }
            | LinkState::Conflict { .. }
            | LinkState::Merged { .. } => now,
        };
        let left = match (&counterpart, &known, policy) {
            (None, None, _) => Left::Nobody,
            (None, Some(_), _) | (Some(_), _, WhenDeleted::Delete) => Left::Deleted,
            (Some(_), _, WhenDeleted::Disable) => Left::Disabled,
            (Some(_), _, WhenDeleted::Keep) => Left::Kept,
        };
        let by_half = new_sub.is_some() && known.is_none();
        let state = LinkState::Tombstone { new_sub: new_sub.or(known), by: Pool::Old, left, since };
        if link.state != state || cause.channel() == Channel::Operator {
            link.state = state;
            link.intended = None;
            self.note(
                &mut link,
                cause,
                &format!("deleted from the old pool; in the new pool: {}", left.code()),
            );
            // Whoever was made by half is found by the new sub from now on.
            let links = self.ports.links();
            if by_half {
                links.connect(&link, None).await?
            } else {
                links.write(&link).await?
            };
        }
        Ok(Outcome { operations: plan.operations.len(), ..Outcome::plain(Kind::Gone) })
    }

    /// Says of somebody who is buried that the counterpart is deleted, before it is.
    pub(crate) async fn bury_for_good(&self, old_sub: &OldSub, cause: &Cause) -> Answer<()> {
        let Some(mut link) = self.ports.links().link(old_sub).await? else {
            return Ok(());
        };
        if let LinkState::Tombstone { left, .. } = &mut link.state
            && *left != Left::Deleted
        {
            *left = Left::Deleted;
            self.note(&mut link, cause, "in the new pool: deleted, the name is somebody else's");
            self.ports.links().write(&link).await?;
        }
        Ok(())
    }

    /// The user of the new pool that is this one's: known, or made by somebody who did not live to say so.
    async fn counterpart(&self, link: &Link) -> Result<Option<Snapshot>, SyncError> {
        if let Some(sub) = link.counterpart() {
            let user = self.ports.new_pool().user(&by_sub(sub)).await?;
            let user = user.filter(|user| user.sub.as_str() == sub.as_str());
            return self.unless_another_s(user, link).await;
        }
        match &link.intended {
            Some(name) => self.made_by_half(link, name).await,
            None => Ok(None),
        }
    }

    /// A user whom somebody was making under this name for this very user, and did not live to write down.
    pub(crate) async fn made_by_half(
        &self,
        link: &Link,
        name: &Username,
    ) -> Result<Option<Snapshot>, SyncError> {
        if link.unpaired_since().is_some_and(|since| is_young(since, self.ports.clock().now())) {
            return Err(SyncError::BeingMade);
        }
        let marker = self.known().marker_of(&link.old_sub);
        let user = observe::named(self.ports.new_pool(), name).await?;
        self.unless_another_s(user.filter(|user| marker.is_on(user)), link).await
    }

    /// A person may have said meanwhile that the user is another's.
    async fn unless_another_s(
        &self,
        user: Option<Snapshot>,
        link: &Link,
    ) -> Result<Option<Snapshot>, SyncError> {
        let Some(user) = user else {
            return Ok(None);
        };
        let tied = self.ports.links().old_sub_of(&NewSub::from(user.sub.clone())).await?;
        Ok(tied.is_none_or(|tied| tied == link.old_sub).then_some(user))
    }
}

/// Whether the new pool deleted the user first. What the old pool does with its own afterwards changes nothing.
pub(crate) fn was_deleted_in_new(link: &Link) -> bool {
    matches!(link.state, LinkState::Tombstone { by: Pool::New, .. })
}

/// What a rule or a decision keeps out is left alone in death too.
pub(crate) fn is_left_alone(link: &Link) -> bool {
    let decided = matches!(link.decisions.get(&Subject::User), Some(Decision::KeepNew | Decision::LeaveOut));
    let left_out = |linked: &twinpool_core::link::Linked| {
        linked.held_back.iter().any(|held| held.subject == Subject::User && held.reason == Reason::LeftOut)
    };
    decided || link.linked().is_some_and(left_out)
}
