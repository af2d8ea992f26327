//! A user who has no counterpart yet: intent, creation, pair.

use std::collections::{BTreeMap, BTreeSet};

use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::{NewSub, OldSub, Sub, Username};
use twinpool_core::link::{Link, LinkState, Names, Side};
use twinpool_core::plan::{Marker, Operation, Plan, PlanningInput, fewer, plan};
use twinpool_core::port::{Class, Clock, LinkStore, PoolWriter};
use twinpool_core::snapshot::Snapshot;
use twinpool_core::value::Attributes;

use crate::engine::{Engine, Ports};
use crate::observe;
use crate::sync_user::{Kind, Outcome, SyncError};

impl<P: Ports> Engine<P> {
    /// Makes the user in the new pool, or takes up one that was made for this very user before.
    pub(crate) async fn make(&self, link: Option<Link>, old: &Snapshot) -> Result<Outcome, SyncError> {
        let old_sub = OldSub::from(old.sub.clone());
        let now = self.ports.clock().now();
        let mut link = link.unwrap_or_else(|| Link::intent(&old_sub, Names::default(), now));
        let marker = Marker::of(&self.marker, &old_sub, &self.key);
        let plan = self.plan_creation(old, &link, &marker);
        if let Some(outcome) = self.take_over(&mut link, old, &plan, &marker).await? {
            return Ok(outcome);
        }
        let Some((Operation::CreateUser { username, attributes }, rest)) = plan.operations.split_first()
        else {
            return self.conflict(link, plan.refusal().unwrap_or(Reason::Refused)).await;
        };
        if matches!(link.state, LinkState::Conflict { reason: Reason::Taken, .. })
            && self.in_the_way(username, attributes).await?.is_some_and(|holder| !marker.is_on(&holder))
        {
            // As at the last event: creations are for those who can be made.
            return self.conflict(link, Reason::Taken).await;
        }
        link.announced.extend(&plan.names());
        link.state = LinkState::Pending { since: now };
        link.intended = Some(username.clone());
        link.version = self.ports.links().write(&link).await?;

        match self.ports.new_pool().create_user(username, attributes).await {
            Ok(new_sub) => {
                let mut side = empty_side();
                if let Some(creation) = plan.operations.first() {
                    creation.record_on(&mut side, &Sub::from(&new_sub), &self.key);
                }
                let work = Plan { operations: rest.to_vec(), ..plan.clone() };
                self.pair(link, old, new_sub, work, side).await
            }
            Err(error) if error.class == Class::Taken => {
                self.take_up(link, old, (username, attributes), &marker, error).await
            }
            Err(error) if error.class == Class::Rejected => {
                self.make_bare(link, old, username, attributes, &marker).await
            }
            Err(error) => Err(error.into()),
        }
    }

    fn plan_creation(&self, old: &Snapshot, link: &Link, marker: &Marker) -> Plan {
        plan(&PlanningInput {
            source: old,
            target: None,
            agreed: None,
            announced: &link.announced,
            source_shape: &self.old_shape,
            target_shape: &self.new_shape,
            marker,
            barred: &BTreeMap::new(),
            key: &self.key,
        })
    }

    /// One bad value must not keep a person out: the user is made with less, and the rest is tried one by one.
    async fn make_bare(
        &self,
        link: Link,
        old: &Snapshot,
        username: &Username,
        attributes: &Attributes,
        marker: &Marker,
    ) -> Result<Outcome, SyncError> {
        for fewer in fewer(username, attributes, marker, &self.new_shape) {
            match self.ports.new_pool().create_user(username, &fewer).await {
                Ok(new_sub) => return self.adopt_made(link, old, &new_sub).await,
                Err(error) if error.class == Class::Rejected => {}
                Err(error) if error.class == Class::Taken => {
                    return self.take_up(link, old, (username, attributes), marker, error).await;
                }
                Err(error) => return Err(error.into()),
            }
        }
        self.not_made(link, Reason::Refused).await
    }

    /// A conflict that proves that nobody made the user under the intended name.
    pub(crate) async fn not_made(&self, link: Link, reason: Reason) -> Result<Outcome, SyncError> {
        self.conflict(Link { intended: None, ..link }, reason).await
    }

    /// Writes down that nothing in the new pool is ours, unless the link says so already.
    pub(crate) async fn conflict(&self, mut link: Link, reason: Reason) -> Result<Outcome, SyncError> {
        let known = matches!(link.state, LinkState::Conflict { reason: known, .. } if known == reason);
        if !known {
            link.state = LinkState::Conflict { reason, since: self.ports.clock().now() };
            self.ports.links().write(&link).await?;
        }
        let held_back = vec![HeldBack { subject: Subject::User, reason }];
        Ok(Outcome::held(Kind::Conflict, held_back))
    }

    /// Does the rest of a creation and writes both items of the link.
    async fn pair(
        &self,
        link: Link,
        old: &Snapshot,
        new_sub: NewSub,
        work: Plan,
        side: Side,
    ) -> Result<Outcome, SyncError> {
        let barred = observe::barred(self.ports.new_pool(), &self.new_shape, &work, &new_sub).await?;
        let done = self.carry_out(&new_sub, work.without(&barred), side).await?;
        self.record(link, Side::of(old, &self.key), new_sub, &done, BTreeSet::new()).await?;
        Ok(Outcome {
            kind: Kind::Created,
            operations: done.operations + 1,
            held_back: done.held_back,
            overruled: done.overruled,
        })
    }
}

/// Before creation; Cognito makes users enabled.
fn empty_side() -> Side {
    Side { attributes: [].into(), groups: [].into(), enabled: true }
}
