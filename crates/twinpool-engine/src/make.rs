//! A user who has no counterpart yet: intent, creation, pair.

use std::collections::BTreeSet;

use twinpool_core::account::{Account, IdReader as _};
use twinpool_core::change_event::{Cause, Channel};
use twinpool_core::decision::Decision;
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::{NewSub, OldSub, Sub, Username};
use twinpool_core::link::{Link, LinkState, Names, Side};
use twinpool_core::plan::{Marker, Operation, Plan, fewer};
use twinpool_core::port::{Answer, Class, Clock, LinkReader as _, LinkStore, PoolWriter};
use twinpool_core::reverse::WRITES_FOR;
use twinpool_core::snapshot::Snapshot;
use twinpool_core::value::Attributes;

use crate::bury::was_deleted_in_new;
use crate::case::{Case, all_held};
use crate::engine::{Engine, Ports};
use crate::execute::ToNewOnly;
use crate::governor::{got_no_turn, writes_within};
use crate::sync_user::{Kind, Outcome, SyncError};

impl<P: Ports> Engine<P> {
    /// Makes the user in the new pool, or takes up one that was made for this very user before.
    pub(crate) async fn make(&self, link: Option<Link>, case: &Case) -> Result<Outcome, SyncError> {
        let old_sub = case.old_sub();
        let begun = || case.seen.on(Link::intent(&old_sub, Names::default(), self.ports.clock().now()));
        let mut link = link.unwrap_or_else(begun);
        // Only who is asked for by name comes back: repairs and replays mean nobody in particular.
        if was_deleted_in_new(&link) && case.cause != Cause::operator("Sync") {
            return Ok(Outcome::plain(Kind::Gone));
        }
        let marker = self.known().marker_of(&old_sub);
        if let Some(outcome) = self.settled(&mut link, case, &marker).await? {
            return Ok(outcome);
        }
        let plan = self.known().plan_creation(case, &link);
        if let Some(outcome) = self.take_over(&mut link, case, &plan, &marker).await? {
            return Ok(outcome);
        }
        let Some((Operation::CreateUser { username, attributes }, rest)) = plan.operations.split_first()
        else {
            return self.conflict(link, case, plan.refusal().unwrap_or(Reason::Refused), None).await;
        };
        if let LinkState::Conflict { reason: Reason::Taken | Reason::Twin, .. } = link.state
            && let Some((name, holder)) = self.in_the_way(username, attributes).await?
            && !marker.is_on(&holder)
            && let Some(reason) = self.contest(&holder, &name, case).await?.reason()
        {
            // As at the last event: creations are for those who can be made.
            return self.conflict(link, case, reason, Some(&holder)).await;
        }
        let is_first_intent = link.version == 0 || !matches!(link.state, LinkState::Pending { .. });
        if is_first_intent {
            // What somebody else may have made already is not this run's to take back.
            link.made_by = case.cause.run_id();
        }
        link.announced.extend(&plan.names());
        link.intended = Some(username.clone());
        match self.create(&mut link, username, attributes).await? {
            Ok(new_sub) => {
                let mut side = Side { enabled: true, ..Side::default() };
                if let Some(creation) = plan.operations.first() {
                    creation.record_on(&mut side, &Sub::from(&new_sub), &self.key);
                }
                let work = Plan { operations: rest.to_vec(), ..plan.clone() };
                let paired = self.pair(link, case, new_sub.clone(), work, side).await;
                self.take_back_unless(paired, &old_sub, &new_sub).await
            }
            Err(error) if error.class == Class::Taken => {
                self.take_up(link, case, (username, attributes), &marker, error).await
            }
            Err(error) if error.class == Class::Rejected => {
                self.make_bare(link, case, username, attributes, &marker).await
            }
            Err(error) => Err(error.into()),
        }
    }

    /// Whoever is not to be made: somebody decided so, or the user is in the new pool for another reason.
    async fn settled(
        &self,
        link: &mut Link,
        case: &Case,
        marker: &Marker,
    ) -> Result<Option<Outcome>, SyncError> {
        if let Some(new_sub) = self.born_as(&case.old) {
            return Box::pin(self.adopt_born(link.clone(), case, &new_sub)).await.map(Some);
        }
        match link.decisions.get(&Subject::User).cloned() {
            Some(Decision::LinkTo(to)) => return self.link_to(link.clone(), case, &to).await.map(Some),
            Some(Decision::MergeInto(into)) => return self.merge(link.clone(), case, into).await.map(Some),
            _ => {}
        }
        if case.view.left_out {
            return self.leave_out(link.clone(), case).await.map(Some);
        }
        if let Some(user) = self.remembered(link).await? {
            return self.adopt(link.clone(), case, &user).await.map(Some);
        }
        if let Some(profile) = self.own_profile(case).await? {
            let paired = match self.own_id_of(link, &profile).await? {
                Some(id) => Box::pin(self.tie_found(case, &profile, &id)).await,
                None => self.adopt(link.clone(), case, &profile).await,
            };
            return paired.map(Some);
        }
        self.take_migrated(link, case, marker).await
    }

    /// The intent, and then the creation. While that waits for its turn the intent is written anew, so that nobody takes it for given up.
    async fn create(
        &self,
        link: &mut Link,
        username: &Username,
        attributes: &Attributes,
    ) -> Result<Answer<NewSub>, SyncError> {
        loop {
            link.state = LinkState::Pending { since: self.ports.clock().now() };
            link.version = self.ports.links().write(link).await?;
            let creation = self.ports.new_pool().create_user(username, attributes);
            let created = writes_within(WRITES_FOR, creation).await;
            if !got_no_turn(&created) {
                return Ok(created);
            }
        }
    }

    /// Who may have been made already is paired, and stays as it is from then on.
    async fn leave_out(&self, link: Link, case: &Case) -> Result<Outcome, SyncError> {
        if matches!(link.state, LinkState::Tombstone { .. }) {
            return Ok(Outcome::held(Kind::Gone, Vec::new()));
        }
        let made = match &link.intended {
            Some(name) => self.made_by_half(&link, name).await?,
            None => None,
        };
        match made {
            Some(user) => self.adopt(link, case, &user).await,
            None => self.not_made(link, case, Reason::LeftOut, None).await,
        }
    }

    /// One bad value must not keep a person out: the user is made with less, and the rest is tried one by one.
    async fn make_bare(
        &self,
        link: Link,
        case: &Case,
        username: &Username,
        attributes: &Attributes,
        marker: &Marker,
    ) -> Result<Outcome, SyncError> {
        for fewer in fewer(username, attributes, marker, &self.new_shape) {
            match self.ports.new_pool().create_user(username, &fewer).await {
                Ok(new_sub) => {
                    let paired = self.adopt_made(link, case, &new_sub).await;
                    return self.take_back_unless(paired, &case.old_sub(), &new_sub).await;
                }
                Err(error) if error.class == Class::Rejected => {}
                Err(error) if error.class == Class::Taken => {
                    return self.take_up(link, case, (username, attributes), marker, error).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
        self.not_made(link, case, Reason::Refused, None).await
    }

    /// Who was too slow may have made the user a second time, under a name that was free again by then. Nobody knows of that account,
    /// or its password: it goes. One that has a user id is somebody's by now, or was the pair, and stays.
    async fn take_back_unless(
        &self,
        paired: Result<Outcome, SyncError>,
        old_sub: &OldSub,
        made: &NewSub,
    ) -> Result<Outcome, SyncError> {
        if matches!(&paired, Err(SyncError::Port(error)) if error.class == Class::Stale) {
            let link = self.ports.links().link(old_sub).await?;
            let is_second = |link: &Link| link.linked().is_some_and(|linked| linked.new_sub != *made);
            if link.as_ref().is_some_and(is_second)
                && self.ports.links().user_ids(&[Account::from(made)]).await? == [None]
            {
                self.ports.new_pool().delete_user(made).await?;
            }
        }
        paired
    }

    /// A conflict that proves that nobody made the user under the intended name.
    pub(crate) async fn not_made(
        &self,
        link: Link,
        case: &Case,
        reason: Reason,
        holder: Option<&Snapshot>,
    ) -> Result<Outcome, SyncError> {
        self.conflict(Link { intended: None, ..link }, case, reason, holder).await
    }

    /// Writes down that nothing in the new pool is ours, unless the link says so already.
    pub(crate) async fn conflict(
        &self,
        mut link: Link,
        case: &Case,
        reason: Reason,
        holder: Option<&Snapshot>,
    ) -> Result<Outcome, SyncError> {
        let holder = holder.map(|user| NewSub::from(user.sub.clone()));
        let is_known = matches!(&link.state, LinkState::Conflict { reason: known, holder: same, .. }
            if *known == reason && *same == holder);
        if !is_known || case.cause.channel() == Channel::Operator {
            self.note_identities(case).await?;
            let since = self.ports.clock().now();
            link.state = LinkState::Conflict { reason, since, holder };
            self.note(&mut link, &case.cause, &format!("not mirrored: {}", reason.code()));
            self.ports.links().write(&link).await?;
        } else {
            self.note_seen(&link.old_sub, &case.seen).await;
        }
        let held_back = vec![HeldBack { subject: Subject::User, reason }];
        Ok(Outcome::held(Kind::Conflict, held_back))
    }

    /// Does the rest of a creation and writes both items of the link.
    async fn pair(
        &self,
        mut link: Link,
        case: &Case,
        new_sub: NewSub,
        work: Plan,
        side: Side,
    ) -> Result<Outcome, SyncError> {
        if self.still_standing().await?.phase.is_two_way() {
            // The pair first, and then as any pair: two who made the user at once take turns.
            return self.adopt_made(link, case, &new_sub).await;
        }
        let identities = work.identities(&Sub::from(&new_sub), &self.key);
        if !identities.is_empty() {
            link.announced.identities.extend(identities);
            link.version = self.ports.links().write(&link).await?;
        }
        let barred = self.barred(&work, case, &new_sub).await?;
        let mut done = self.carry_out(&ToNewOnly(self), &new_sub, work.without(&barred), side).await?;
        done.operations += 1;
        done.held_back = all_held(&case.view, done.held_back);
        self.record(link, case, new_sub, &done, BTreeSet::new()).await?;
        Ok(done.outcome(Kind::Created))
    }
}
