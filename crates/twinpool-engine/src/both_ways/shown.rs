//! A hint about a pair that came from the new pool.

use twinpool_core::authority::authority;
use twinpool_core::change_event::{ChangeEvent, Channel};
use twinpool_core::held_back::Reason;
use twinpool_core::id::{NewSub, OldSub, Pool};
use twinpool_core::link::{Link, LinkState, Linked, Side};
use twinpool_core::phase::Standing;
use twinpool_core::port::{Answer, Class, LinkReader, LinkStore, by_sub};
use twinpool_core::snapshot::Snapshot;

use crate::case::Case;
use crate::engine::{Engine, Ports};
use crate::follow::is_missing;
use crate::observe;
use crate::sync_user::{BELIEVED, Kind, Outcome, ROUNDS, SyncError};
use crate::told::{Told, is_recent, remember_unseen};

impl<P: Ports> Engine<P> {
    /// Brings both sides of a pair together; `None` where the account is no part of one.
    pub(crate) async fn sync_pair(
        &self,
        sub: &NewSub,
        event: &ChangeEvent,
        delivery: u32,
        standing: &Standing,
    ) -> Result<Option<Outcome>, SyncError> {
        let mut thorough = delivery > 1 || event.cause.channel() == Channel::Operator;
        for _ in 0..ROUNDS {
            let Some(link) = self.pair_of(sub).await? else {
                return Ok(None);
            };
            match self.look_at_both(link, event, (delivery, thorough), standing).await {
                Err(SyncError::Port(error)) if error.class == Class::Stale => thorough = true,
                other => return other.map(Some),
            }
        }
        Err(SyncError::Contended)
    }

    /// The link of this account. Further accounts of the same person are no pairs.
    async fn pair_of(&self, sub: &NewSub) -> Answer<Option<Link>> {
        let Some(old_sub) = self.ports.links().old_sub_of(sub).await? else {
            return Ok(None);
        };
        let link = self.ports.links().link(&old_sub).await?;
        Ok(link.filter(|link| link.linked().is_some_and(|linked| linked.new_sub == *sub)))
    }

    async fn look_at_both(
        &self,
        mut link: Link,
        event: &ChangeEvent,
        (delivery, thorough): (u32, bool),
        standing: &Standing,
    ) -> Result<Outcome, SyncError> {
        let moves =
            event.cause.is_token() && standing.phase.moves() && link.reverse.moved_in != Some(standing.round);
        if !thorough && !moves && self.shows_nothing_new(event, &link) {
            return Ok(Outcome::plain(Kind::Unchanged));
        }
        self.may_write(standing)?;
        let Some(old) = self.old_user(&link.old_sub).await? else {
            return self.missing_in_old(link, event, delivery).await;
        };
        let case = self.case(&event.cause, delivery, old, Some(&link));
        let Some(new) = self.new_user(&link).await? else {
            return self.missing_in_new(link, &case).await;
        };
        let LinkState::Linked(linked) = &link.state else {
            return Err(SyncError::Contended);
        };
        let Linked { base, mirrored_at, .. } = &**linked;
        let side = Side::of(&new, &self.key);
        let told = Told::of(event, &base.new, &link.reverse.unseen, &self.key);
        if !thorough && told.is_ahead_of(&side) && is_recent(event, *mirrored_at) {
            // The trigger runs inside the change. The next delivery believes what it reads.
            return Err(SyncError::TooEarly);
        }
        let unseen = &mut link.reverse.unseen;
        let learned = remember_unseen(unseen, &base.new, event, &side, (*mirrored_at, thorough));
        if moves {
            link.reverse.moved_in = Some(standing.round);
            link.reverse.moved_at = Some(event.at);
        }
        if case.view.left_out {
            if moves {
                self.note(&mut link, &case.cause, "signed in to the new pool");
                link.version = self.ports.links().write(&link).await?;
            }
            return self.hold_user(link, &case, Reason::LeftOut).await;
        }
        self.bring(link, &case, &new, learned || moves).await
    }

    /// The common case, for two reads of the table: the new pool shows what it said at the last mirror.
    fn shows_nothing_new(&self, event: &ChangeEvent, link: &Link) -> bool {
        let (Some(linked), Channel::Trigger) = (link.linked(), event.cause.channel()) else {
            return false;
        };
        let (base, unseen) = (&linked.base.new, &link.reverse.unseen);
        let shown = &event.attributes;
        let missing = base.attributes.keys().any(|name| !shown.contains_key(name) && !unseen.contains(name));
        let news = Told::of(event, base, unseen, &self.key).is_news();
        // Paired, and did not follow yet.
        let fresh = linked.base.old.is_empty();
        // Only who may sign in gets a token.
        let enabled_again = !base.enabled && event.cause.implies_confirmed();
        let is_settled = !link.reverse.waits() && !self.is_of_other_rules(linked);
        !(fresh || missing || news || enabled_again || event.sub.is_none()) && is_settled
    }

    async fn old_user(&self, sub: &OldSub) -> Answer<Option<Snapshot>> {
        let user = observe::source(self.ports.old(), &by_sub(sub), &self.old_shape).await?;
        Ok(user.filter(|user| user.sub.as_str() == sub.as_str()))
    }

    async fn new_user(&self, link: &Link) -> Answer<Option<Snapshot>> {
        let Some(linked) = link.linked() else {
            return Ok(None);
        };
        observe::by_own_sub(self.ports.new_pool(), &linked.new_sub).await
    }

    /// The old pool has the user no more, and it is not the old pool that told.
    async fn missing_in_old(
        &self,
        link: Link,
        event: &ChangeEvent,
        delivery: u32,
    ) -> Result<Outcome, SyncError> {
        if delivery < BELIEVED && !link.reverse.is_gone_from_old() {
            return Err(SyncError::TooEarly);
        }
        let old_sub = link.old_sub.clone();
        self.gone(Some(link), &old_sub, event).await
    }

    /// The new pool has the user no more: where it has the say, the old pool's goes too.
    async fn missing_in_new(&self, link: Link, case: &Case) -> Result<Outcome, SyncError> {
        if case.delivery < BELIEVED && !case.cause.tells_of_deletion() {
            return Err(SyncError::TooEarly);
        }
        self.gone_or_missing(link, case).await
    }

    /// The same, once it is believed. Who has the say is read anew: what goes does not come back.
    pub(crate) async fn gone_or_missing(&self, link: Link, case: &Case) -> Result<Outcome, SyncError> {
        let standing = self.still_standing_now().await?;
        // Who was missing while the old pool had the say was not deleted by the new one's.
        let was_missing = is_missing(&link) && link.reverse.moved_in != Some(standing.round);
        match authority(&standing, &link) {
            Pool::New if standing.phase.is_two_way() && !was_missing => self.gone_from_new(link, case).await,
            Pool::New | Pool::Old => self.hold_user(link, case, Reason::Missing).await,
        }
    }
}
