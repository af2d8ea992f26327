//! A user who exists in both pools: compare, change, record.

use std::collections::{BTreeMap, BTreeSet};

use twinpool_core::change_event::ChangeEvent;
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::{AttributeName, NewSub, OldSub, Sub};
use twinpool_core::link::{Base, Link, LinkState, Linked, Side};
use twinpool_core::plan::{Marker, Plan, PlanningInput, plan};
use twinpool_core::port::{Answer, Clock, LinkStore, by_sub};
use twinpool_core::snapshot::Snapshot;

use crate::engine::{Engine, Ports};
use crate::observe;
use crate::sync_user::{Kind, Outcome, SyncError};
use crate::told::{Told, is_recent, remember_unseen};

/// What became of a plan.
pub(crate) struct Done {
    pub(crate) operations: usize,
    pub(crate) held_back: Vec<HeldBack>,
    pub(crate) overruled: BTreeSet<Subject>,
    /// What the new pool says now.
    pub(crate) side: Side,
}

impl<P: Ports> Engine<P> {
    /// Brings the linked user of the new pool to what the old pool says.
    pub(crate) async fn follow(
        &self,
        mut link: Link,
        old: &Snapshot,
        event: &ChangeEvent,
        thorough: bool,
    ) -> Result<Outcome, SyncError> {
        let LinkState::Linked(linked) = &mut link.state else {
            return self.make(Some(link), old).await;
        };
        let side = Side::of(old, &self.key);
        let told = Told::of(event, linked, &self.key);
        if !thorough && told.is_ahead_of(&side) && is_recent(event, linked) {
            // The trigger runs inside the change. The next delivery believes what it reads.
            return Err(SyncError::TooEarly);
        }
        let news = told.is_news() || side != linked.base.old;
        let learned = remember_unseen(linked, event, &side, thorough);
        if !thorough && !news && !learned && !waits(linked) {
            return Ok(Outcome::plain(Kind::Unchanged));
        }
        let new_sub = linked.new_sub.clone();
        let new = observe::user(self.ports.new_pool(), &by_sub(&new_sub)).await?;
        // Somebody else's username may look like this sub.
        match new.filter(|new| new.sub.as_str() == new_sub.as_str()) {
            Some(new) => self.bring(link, old, &new, learned).await,
            None => self.hold_user(link, Reason::Missing).await,
        }
    }

    /// The user is not in the old pool any more.
    pub(crate) async fn gone(&self, link: Option<Link>, old_sub: &OldSub) -> Result<Outcome, SyncError> {
        match link {
            Some(link) if link.linked().is_some() => self.hold_user(link, Reason::Gone).await,
            Some(link) => self.conflict(link, Reason::Gone).await,
            None => {
                let link = Link::intent(old_sub, Default::default(), self.ports.clock().now());
                self.conflict(link, Reason::Gone).await
            }
        }
    }

    /// Writes down that the whole user stays as it is, unless the link says so already.
    async fn hold_user(&self, mut link: Link, reason: Reason) -> Result<Outcome, SyncError> {
        let held = HeldBack { subject: Subject::User, reason };
        if let LinkState::Linked(linked) = &mut link.state
            && !linked.held_back.contains(&held)
        {
            linked.held_back.push(held.clone());
            self.ports.links().write(&link).await?;
        }
        Ok(Outcome::held(Kind::Converged, vec![held]))
    }

    /// Compares both sides of a pair and makes the new one follow. `learned`: the link knows something new already.
    pub(crate) async fn bring(
        &self,
        mut link: Link,
        old: &Snapshot,
        new: &Snapshot,
        learned: bool,
    ) -> Result<Outcome, SyncError> {
        let new_sub = NewSub::from(new.sub.clone());
        let before = link.linked().cloned();
        let marker = Marker::of(&self.marker, &link.old_sub, &self.key);
        let work = self.plan_change(&link, old, new, &marker).await?;
        let names = work.names();
        if !link.announced.contains(&names) {
            link.announced.extend(&names);
            link.version = self.ports.links().write(&link).await?;
        }
        let done = self.carry_out(&new_sub, work, Side::of(new, &self.key)).await?;
        let unseen = before.as_ref().map(|linked| linked.unseen.clone()).unwrap_or_default();
        // Whatever was written is recorded, so that the fence is checked: what was read may be old by now.
        if learned
            || done.operations > 0
            || before.as_ref().is_none_or(|linked| self.is_news(linked, old, &done))
        {
            self.record(link, Side::of(old, &self.key), new_sub, &done, unseen).await?;
        }
        Ok(Outcome {
            kind: if done.operations == 0 { Kind::Converged } else { Kind::Updated },
            operations: done.operations,
            held_back: done.held_back,
            overruled: done.overruled,
        })
    }

    async fn plan_change(
        &self,
        link: &Link,
        old: &Snapshot,
        new: &Snapshot,
        marker: &Marker,
    ) -> Answer<Plan> {
        let nothing = BTreeMap::new();
        let input = PlanningInput {
            source: old,
            target: Some(new),
            agreed: link.linked().map(|linked| &linked.base.new),
            announced: &link.announced,
            source_shape: &self.old_shape,
            target_shape: &self.new_shape,
            marker,
            barred: &nothing,
            key: &self.key,
        };
        let first = plan(&input);
        let new_sub = NewSub::from(new.sub.clone());
        let barred = observe::barred(self.ports.new_pool(), &self.new_shape, &first, &new_sub).await?;
        if barred.is_empty() {
            return Ok(first);
        }
        Ok(plan(&PlanningInput { barred: &barred, ..input }))
    }

    /// Carries the operations out and keeps account of what the new side says afterwards.
    pub(crate) async fn carry_out(&self, new_sub: &NewSub, work: Plan, mut side: Side) -> Answer<Done> {
        let mut held_back = work.held_back;
        for operation in &work.operations {
            let before = side.clone();
            let refused = self.execute(new_sub, operation).await?;
            operation.record_on(&mut side, &Sub::from(new_sub), &self.key);
            for (subject, reason) in refused {
                restore(&mut side, &before, &subject);
                held_back.push(HeldBack { subject, reason });
            }
        }
        Ok(Done { operations: work.operations.len(), held_back, overruled: work.overruled, side })
    }

    fn is_news(&self, linked: &Linked, old: &Snapshot, done: &Done) -> bool {
        linked.base.old != Side::of(old, &self.key)
            || linked.base.new != done.side
            || linked.held_back != done.held_back
    }

    /// Writes the new base, fenced by the version; a first pair with the item that points back.
    pub(crate) async fn record(
        &self,
        mut link: Link,
        old: Side,
        new_sub: NewSub,
        done: &Done,
        unseen: BTreeSet<AttributeName>,
    ) -> Answer<Link> {
        let first = link.linked().is_none();
        link.intended = None;
        let base = Base { old, new: done.side.clone() };
        link.state = LinkState::Linked(Linked {
            new_sub,
            base,
            held_back: done.held_back.clone(),
            unseen,
            mirrored_at: self.ports.clock().now(),
        });
        let links = self.ports.links();
        link.version = if first { links.connect(&link).await? } else { links.write(&link).await? };
        Ok(link)
    }
}

/// What was refused is what it was.
fn restore(side: &mut Side, before: &Side, subject: &Subject) {
    match subject {
        Subject::User => {}
        Subject::Attribute(name) => match before.attributes.get(name) {
            Some(digest) => drop(side.attributes.insert(name.clone(), digest.clone())),
            None => drop(side.attributes.remove(name)),
        },
        Subject::Group(_) => side.groups.clone_from(&before.groups),
    }
}

/// Whether something was held back that may pass by itself: who holds a name can give it up.
pub(crate) fn waits(linked: &Linked) -> bool {
    linked.held_back.iter().any(|held| matches!(held.reason, Reason::Taken | Reason::Gone))
}
