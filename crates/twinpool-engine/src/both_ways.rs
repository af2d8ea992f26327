//! A pair while people use both pools: what changed in one of them since the last mirror is brought to the other.
//!
//! Whoever is about to write says so on the link first, in one write that only one can win, and everybody else comes later. A late
//! write would look like a change that a user made, and travel back.

use std::collections::BTreeSet;

use twinpool_core::authority::authority;
use twinpool_core::change_event::Channel;
use twinpool_core::held_back::{HeldBack, Subject};
use twinpool_core::id::{NewSub, Pool};
use twinpool_core::link::{Base, Link, LinkState, Linked, Side};
use twinpool_core::merge::{MergeInput, Merged, WayBack, merge};
use twinpool_core::phase::{Phase, Standing};
use twinpool_core::plan::Plan;
use twinpool_core::port::{Answer, Class, Clock};
use twinpool_core::reverse::{Overruled, WRITES_FOR, Work};
use twinpool_core::snapshot::Snapshot;
use twinpool_rules::View;

use crate::case::{Case, all_held};
use crate::engine::{Engine, Ports};
use crate::execute::ToNew;
use crate::follow::Done;
use crate::governor::writes_within;
use crate::sync_user::{Kind, Outcome, SyncError};

mod gone_groups;
mod lease;
mod passwords;
mod plan_back;
mod record;
mod shown;
mod to_old;

pub(crate) use to_old::ToOld;

/// What is to be written to both pools.
struct Plans {
    merged: Merged,
    forward: Plan,
    backward: Plan,
}

/// What became of both plans.
struct Both {
    forward: Done,
    backward: Done,
    merged: Merged,
}

impl<P: Ports> Engine<P> {
    /// Whether this process may write anything where the move stands.
    pub(crate) fn may_write(&self, standing: &Standing) -> Result<(), SyncError> {
        if standing.phase.is_two_way() && self.ports.back().is_none() {
            return Err(SyncError::NoWayBack);
        }
        // What somebody still writes who does not know of it would look like a change of the new pool, and travel back.
        if standing.settles(self.ports.clock().now()) {
            return Err(SyncError::Settling);
        }
        Ok(())
    }

    /// The same, for work on many, whoever asked for it. `false`: the move is complete.
    pub(crate) async fn may_write_now(&self) -> Result<bool, SyncError> {
        let standing = self.standing().await?;
        self.may_write(&standing)?;
        Ok(!Self::is_over(&standing))
    }

    /// Nothing follows any more once the move is complete.
    pub(crate) fn is_over(standing: &Standing) -> bool {
        standing.phase == Phase::Complete
    }

    /// Brings both sides of a pair together. `learned`: the link knows something new already.
    pub(crate) async fn keep_in_step(
        &self,
        mut link: Link,
        case: &Case,
        new: &Snapshot,
        learned: bool,
        standing: &Standing,
    ) -> Result<Outcome, SyncError> {
        self.may_write(standing)?;
        let back = self.ports.back().ok_or(SyncError::NoWayBack)?;
        if self.is_at_work(&link) {
            return Err(SyncError::AtWork);
        }
        let LinkState::Linked(linked) = &mut link.state else {
            return Err(SyncError::Contended);
        };
        let before = Linked::clone(linked);
        let former = link.reverse.work.take();
        let mut pending = link.reverse.pending();
        if let Some(work) = &former {
            let side = Side::of(new, &self.key);
            pending.retain(|subject| !work.went_over(subject, &side));
            pending.extend(self.take_work_over(linked, &before, work, (case, new)));
        }
        self.leave_gone_groups(linked, &case.old, new).await?;
        let base = linked.base.clone();
        let plans = self.plan_both(back, &link, case, new, (&base, &pending, standing)).await?;
        if former.is_some() {
            // Whoever announced that work may have named it already.
            link.reverse.overruled.retain(|known| !is_named(known, &plans.merged));
        }
        let work = self.announce(&mut link, &plans, case, (new, former.as_deref())).await?;
        let sides = (Side::of(new, &self.key), case.side.clone());
        let both = match self.write_both(back, plans, case, new, sides, work.as_ref()).await {
            Ok(both) => both,
            Err(error) => {
                self.give_up(&link, work.clone(), &error).await;
                self.leave_behind(&link.old_sub, work).await?;
                return Err(error.into());
            }
        };
        let old_sub = link.old_sub.clone();
        let (did, held_back) = (both.operations(), both.held_back(&case.view));
        let overruled: BTreeSet<_> =
            both.merged.overruled.iter().map(|(_, subject)| subject.clone()).collect();
        let learned = learned || former.is_some() || case.cause.channel() == Channel::Operator;
        let recorded = self.record_both(link, case, &before, both, (learned, work.clone())).await;
        if recorded.as_ref().is_err_and(|error| error.class == Class::Stale) {
            self.leave_behind(&old_sub, work).await?;
        }
        recorded?;
        let kind = if did == 0 { Kind::Converged } else { Kind::Updated };
        Ok(Outcome { kind, operations: did, held_back, overruled })
    }

    /// Takes over what a writer announced and did not finish: as far as it shows, it is agreed. Returns what was on its way to the old
    /// pool, in the new one's names: it waits still.
    fn take_work_over(
        &self,
        linked: &mut Linked,
        before: &Linked,
        work: &Work,
        (case, new): (&Case, &Snapshot),
    ) -> BTreeSet<Subject> {
        linked.base = before.base.settled(work, &case.old, new, &self.key);
        let brought = work.brought_to_old(&linked.base.old, &case.side);
        self.in_new_names(&brought, &before.base, &case.view.snapshot, new)
    }

    /// Decides what either pool lacks of what the other says.
    async fn plan_both(
        &self,
        back: &P::Back,
        link: &Link,
        case: &Case,
        new: &Snapshot,
        (base, pending, standing): (&Base, &BTreeSet<Subject>, &Standing),
    ) -> Result<Plans, SyncError> {
        let authority = authority(standing, link);
        // Paired, and did not follow yet.
        let merged = if base.old.is_empty() && !case.side.is_empty() {
            Merged::one_way(&case.view.snapshot, &case.old)
        } else {
            self.merged(case, new, (base, pending, authority))
        };
        let view = View { snapshot: merged.for_new.clone(), ..case.view.clone() };
        let mut link = link.clone();
        link.announced.extend(&merged.gone);
        let link = &link;
        let mut forward = self.plan_change(link, &case.seen_as(view), new).await?;
        let mut backward = self.plan_back(back, case, new, &merged, base).await?;
        self.leave_passwords(link, case, standing, (&mut forward, &mut backward)).await?;
        Ok(Plans { merged, forward, backward })
    }

    fn merged(
        &self,
        case: &Case,
        new: &Snapshot,
        (base, pending, authority): (&Base, &BTreeSet<Subject>, Pool),
    ) -> Merged {
        let mut terms = case.view.terms.clone();
        // Groups that Cognito made by itself for an identity provider (F§4.5): each pool has its own.
        let own = format!("{}_", self.new_shape.id.as_str());
        let groups = new.groups.iter().chain(&base.new.groups);
        terms.left_alone.groups.extend(groups.filter(|name| name.as_str().starts_with(&own)).cloned());
        merge(&MergeInput {
            authority,
            old: &case.old,
            view: &case.view.snapshot,
            terms: &terms,
            new,
            base,
            pending,
            folds: !self.new_shape.case_sensitive,
            back: &self.rules,
            marker: &self.marker,
            key: &self.key,
        })
    }

    /// What stands in the old pool's names, in the new one's.
    fn in_new_names(
        &self,
        subjects: &BTreeSet<Subject>,
        base: &Base,
        view: &Snapshot,
        new: &Snapshot,
    ) -> BTreeSet<Subject> {
        let attributes =
            new.attributes.keys().chain(base.new.attributes.keys()).chain(view.attributes.keys());
        let attributes = attributes.filter_map(|name| {
            let source = Subject::Attribute(WayBack::source(&self.rules, name)?);
            subjects.contains(&source).then(|| Subject::Attribute(name.clone()))
        });
        let groups = new.groups.iter().chain(&base.new.groups).chain(&view.groups);
        let groups = groups.filter_map(|name| {
            let source = Subject::Group(WayBack::group(&self.rules, name)?);
            subjects.contains(&source).then(|| Subject::Group(name.clone()))
        });
        let same = subjects.iter().filter(|subject| matches!(subject, Subject::User | Subject::Factor(_)));
        attributes.chain(groups).chain(same.cloned()).collect()
    }

    async fn write_both(
        &self,
        back: &P::Back,
        plans: Plans,
        case: &Case,
        new: &Snapshot,
        (new_side, old_side): (Side, Side),
        work: Option<&Work>,
    ) -> Answer<Both> {
        let Plans { merged, forward, backward } = plans;
        let until = lease::until(work);
        let to_new = lease::Within { target: ToNew(self), clock: self.ports.clock(), until };
        let to_old = lease::Within { target: ToOld { engine: self, back }, clock: self.ports.clock(), until };
        let new_sub = NewSub::from(new.sub.clone());
        let both = async {
            let forward = self.carry_out(&to_new, &new_sub, forward, new_side).await?;
            let backward = self.carry_out(&to_old, &case.old_sub(), backward, old_side).await?;
            Ok(Both { forward, backward, merged })
        };
        writes_within(WRITES_FOR, both).await
    }
}

fn is_named(known: &Overruled, merged: &Merged) -> bool {
    merged.overruled.iter().any(|(pool, lost)| (*pool, lost) == (known.pool, &known.subject))
}

impl Both {
    fn operations(&self) -> usize {
        self.forward.operations + self.backward.operations
    }

    /// What stays as it is in either pool.
    fn held_back(&self, view: &View) -> Vec<HeldBack> {
        let in_new = all_held(view, self.forward.held_back.clone());
        let all: BTreeSet<_> = in_new.into_iter().chain(self.in_old()).collect();
        all.into_iter().collect()
    }

    fn in_old(&self) -> Vec<HeldBack> {
        self.merged.all_held(&self.backward.held_back)
    }
}
