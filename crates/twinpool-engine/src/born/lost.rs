//! Deletions while people use both pools: the pool with the say decides, and what the other one deletes takes nobody's account away.

use twinpool_core::authority::authority;
use twinpool_core::born::{Birth, BornStore as _};
use twinpool_core::change_event::ChangeEvent;
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::{NewSub, OldSub, Pool, Timestamp, UserId};
use twinpool_core::link::{Left, Link, LinkState, Names};
use twinpool_core::phase::Standing;
use twinpool_core::plan::{WhenDeleted, farewell};
use twinpool_core::port::{Clock, LinkReader as _, LinkStore};
use twinpool_core::snapshot::Snapshot;

use super::Account;
use crate::adopt::is_young;
use crate::both_ways::ToOld;
use crate::bury::is_left_alone;
use crate::case::Case;
use crate::engine::{Engine, Ports};
use crate::execute::execute;
use crate::observe;
use crate::sync_user::{Kind, Outcome, SyncError};

/// The audit trail tells times in whole seconds.
const TRAIL_ROUNDS: u64 = 1_000;

const GONE: HeldBack = HeldBack { subject: Subject::User, reason: Reason::GoneFromOld };

impl<P: Ports> Engine<P> {
    /// Whether a user whom the old pool has no more keeps the account of the new pool: that pool has the say, or had it when the user
    /// went, as far as anybody can tell.
    pub(crate) fn outlives_old(&self, link: &Link, event: &ChangeEvent, standing: &Standing) -> bool {
        let is_told = event.pool == self.old_shape.id && event.cause.tells_of_deletion();
        let is_told_since = is_told && event.at >= standing.since;
        // Who went before signing in to the new pool went while the old one had the say.
        let went_before = |moved: Timestamp| event.at.0.saturating_add(TRAIL_ROUNDS) <= moved.0;
        if is_told && link.reverse.moved_at.is_some_and(went_before) {
            return false;
        }
        Self::lives_on(link, standing) && (authority(standing, link) == Pool::New || !is_told_since)
    }

    /// The same, while nobody tells of a deletion: the account is somebody's, whatever the old pool has no more.
    pub(crate) fn lives_on(link: &Link, standing: &Standing) -> bool {
        let has_moved = link.reverse.moved_in.is_some() || standing.all_moved_in.is_some();
        let had_say = has_moved || link.reverse.is_gone_from_old();
        standing.phase.is_two_way()
            && link.linked().is_some()
            && (authority(standing, link) == Pool::New || had_say)
    }

    /// The old pool has deleted a user who lives in the new one: the pair stays, and says so.
    pub(crate) async fn lost_in_old(
        &self,
        mut link: Link,
        event: &ChangeEvent,
    ) -> Result<Outcome, SyncError> {
        if self.is_at_work(&link) {
            return Err(SyncError::AtWork);
        }
        let Some(new_sub) = link.linked().map(|linked| linked.new_sub.clone()) else {
            return Err(SyncError::Contended);
        };
        let old_sub = link.old_sub.clone();
        if observe::by_own_sub(self.ports.new_pool(), &new_sub).await?.is_none() {
            // Gone from both.
            return self.bury(Some(link), &old_sub, &event.cause).await;
        }
        if !link.reverse.is_gone_from_old() {
            link.reverse.work = None;
            link.reverse.held_back.push(GONE);
            self.note(&mut link, &event.cause, "deleted from the old pool; the user of the new pool stays");
            self.ports.links().write(&link).await?;
        }
        Ok(Outcome::held(Kind::Converged, vec![GONE]))
    }

    /// The new pool, which has the say, has deleted the user: the old pool's goes as the rules ask, and the tombstone says who
    /// deleted. Safe to repeat.
    pub(crate) async fn gone_from_new(&self, link: Link, case: &Case) -> Result<Outcome, SyncError> {
        if self.is_at_work(&link) {
            return Err(SyncError::AtWork);
        }
        let new_sub = link.counterpart().cloned();
        let (operations, left) = self.say_farewell(&link, &case.old).await?;
        let since = self.ports.clock().now();
        let mut link = Link { state: LinkState::Tombstone { new_sub, by: Pool::New, left, since }, ..link };
        link.intended = None;
        link.reverse.work = None;
        link.reverse.held_back.clear();
        self.note(
            &mut link,
            &case.cause,
            &format!("deleted from the new pool; in the old pool: {}", left.code()),
        );
        self.ports.links().write(&link).await?;
        Ok(Outcome { operations, ..Outcome::plain(Kind::Gone) })
    }

    async fn say_farewell(&self, link: &Link, old: &Snapshot) -> Result<(usize, Left), SyncError> {
        let back = self.ports.back().ok_or(SyncError::NoWayBack)?;
        let policy = if is_left_alone(link) { WhenDeleted::Keep } else { self.rules.when_deleted() };
        let plan = farewell(Some(old), policy);
        for operation in &plan.operations {
            execute(&ToOld { engine: self, back }, &link.old_sub, operation).await?;
        }
        let left = match policy {
            WhenDeleted::Disable => Left::Disabled,
            WhenDeleted::Delete => Left::Deleted,
            WhenDeleted::Keep => Left::Kept,
        };
        Ok((plan.operations.len(), left))
    }

    /// A user of the old pool whose marker names an account that the new pool has no more, and of whom there is no pair.
    pub(super) async fn outlived(
        &self,
        link: Link,
        case: &Case,
        new_sub: &NewSub,
    ) -> Result<Outcome, SyncError> {
        let tied = self.ports.links().old_sub_of(new_sub).await?;
        let is_ours = tied.is_none_or(|tied| tied == link.old_sub) && link.version == 0;
        if !is_ours || self.ports.back().is_none() || !self.still_standing().await?.phase.is_two_way() {
            return self.conflict(link, case, Reason::Missing, None).await;
        }
        let operations = self.bury_birth(link, &case.old, new_sub, &case.cause).await?;
        Ok(Outcome { operations, ..Outcome::plain(Kind::Gone) })
    }

    /// The account is no more, and nobody lived to write the pair: whoever was made in the old pool goes too.
    pub(super) async fn never_born(
        &self,
        back: &P::Back,
        birth: Birth,
        account: &Account<'_>,
    ) -> Result<Outcome, SyncError> {
        if birth.version == 0 {
            return Ok(Outcome::plain(Kind::Unknown));
        }
        let made = match &birth.intended {
            Some(_) if is_young(birth.since, self.ports.clock().now()) => return Err(SyncError::BeingMade),
            Some(name) => observe::named(back, name).await?,
            None => None,
        };
        let marker = self.born_marker(account.sub);
        let Some(made) = made.filter(|user| marker.is_on(user)) else {
            self.ports.links().forget_birth(account.sub).await?;
            return Ok(Outcome::plain(Kind::Gone));
        };
        let old_sub = OldSub::from(made.sub.clone());
        let known = self.ports.links().link(&old_sub).await?;
        let link = known.unwrap_or_else(|| Link::intent(&old_sub, Names::default(), birth.since));
        let operations = self.bury_birth(link, &made, account.sub, &account.event.cause).await?;
        Ok(Outcome { operations, ..Outcome::plain(Kind::Gone) })
    }

    async fn bury_birth(
        &self,
        mut link: Link,
        old: &Snapshot,
        new_sub: &NewSub,
        cause: &twinpool_core::change_event::Cause,
    ) -> Result<usize, SyncError> {
        let (operations, left) = self.say_farewell(&link, old).await?;
        let since = self.ports.clock().now();
        link.user_id = UserId::from(new_sub);
        link.state = LinkState::Tombstone { new_sub: Some(new_sub.clone()), by: Pool::New, left, since };
        self.note(&mut link, cause, &format!("deleted from the new pool; in the old pool: {}", left.code()));
        self.ports.links().connect(&link, None).await?;
        Ok(operations)
    }
}
