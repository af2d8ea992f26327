//! A user who exists in both pools: compare, change, record.

use std::collections::{BTreeMap, BTreeSet};

use twinpool_core::arrival::ArrivalStore as _;
use twinpool_core::change_event::{ChangeEvent, Channel};
use twinpool_core::decision::Decision;
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::{NewSub, UserSub as _};
use twinpool_core::link::{Link, LinkState, Linked, Side};
use twinpool_core::plan::{Operation, Plan};
use twinpool_core::port::{Answer, Class, Clock, LinkStore};
use twinpool_core::reverse::{Work, Written};
use twinpool_core::snapshot::Snapshot;

use crate::case::{Case, all_held};
use crate::engine::{Engine, Ports};
use crate::execute::{Target, ToNewOnly, execute};
use crate::given::is_invited;
use crate::observe;
use crate::sync_user::{BELIEVED, Kind, Outcome, SyncError};
use crate::told::{Told, is_recent, remember_unseen};

/// What became of a plan.
pub(crate) struct Done {
    pub(crate) operations: usize,
    /// The operations in words, without values.
    pub(crate) did: Vec<String>,
    pub(crate) held_back: Vec<HeldBack>,
    pub(crate) overruled: BTreeSet<Subject>,
    /// What the pool says now.
    pub(crate) side: Side,
}

impl Done {
    pub(crate) fn outcome(self, kind: Kind) -> Outcome {
        Outcome { kind, operations: self.operations, held_back: self.held_back, overruled: self.overruled }
    }
}

impl<P: Ports> Engine<P> {
    /// Brings the linked user of the new pool to what the old pool says.
    pub(crate) async fn follow(
        &self,
        mut link: Link,
        case: &Case,
        event: &ChangeEvent,
        thorough: bool,
    ) -> Result<Outcome, SyncError> {
        if let (Some(linked), Some(Decision::LinkTo(to))) =
            (link.linked(), link.decisions.get(&Subject::User))
            && *to != linked.new_sub
        {
            link.state = LinkState::Pending { since: self.ports.clock().now() };
        }
        let LinkState::Linked(linked) = &mut link.state else {
            return self.make(Some(link), case).await;
        };
        let told = Told::of(event, &linked.base.old, &linked.unseen, &self.key);
        if !thorough && told.is_ahead_of(&case.side) && is_recent(event, linked.mirrored_at) {
            // The trigger runs inside the change. The next delivery believes what it reads.
            return Err(SyncError::TooEarly);
        }
        // What no trigger tells may concern the new side: a group that was made again is empty there.
        let is_told = case.cause.channel() != Channel::Trigger;
        let news =
            is_told || told.is_news() || case.side != linked.base.old || self.is_of_other_rules(linked);
        let Linked { base, unseen, mirrored_at, .. } = &mut **linked;
        let learned = remember_unseen(unseen, &base.old, event, &case.side, (*mirrored_at, thorough));
        if !thorough && !news && !learned && !waits(linked) && !link.reverse.waits() {
            self.note_seen(&link.old_sub, &case.seen).await;
            return Ok(Outcome::plain(Kind::Unchanged));
        }
        if case.view.left_out {
            return self.hold_user(link, case, Reason::LeftOut).await;
        }
        let new_sub = linked.new_sub.clone();
        match observe::by_own_sub(self.ports.new_pool(), &new_sub).await? {
            Some(new) => match self.split_profile(&link, case, &new).await? {
                Some(profile) => {
                    let since = self.ports.clock().now();
                    let link = Link { state: LinkState::Pending { since }, ..link };
                    self.adopt(link, case, &profile).await
                }
                None => self.bring(link, case, &new, learned).await,
            },
            None if case.delivery < BELIEVED && !is_missing(&link) => Err(SyncError::TooEarly),
            None => self.gone_or_missing(link, case).await,
        }
    }

    pub(crate) fn is_of_other_rules(&self, linked: &Linked) -> bool {
        linked.rules != self.rules.fingerprint()
    }

    /// The profile that a provider made in the new pool for a federated user whose identity could not be linked: it is the one
    /// that the person uses. Who was said to be somebody else stays that.
    async fn split_profile(
        &self,
        link: &Link,
        case: &Case,
        new: &Snapshot,
    ) -> Result<Option<Snapshot>, SyncError> {
        let is_decided = matches!(link.decisions.get(&Subject::User), Some(Decision::LinkTo(_)));
        if is_decided || case.view.snapshot.identities.is_subset(&new.identities) {
            return Ok(None);
        }
        Ok(self.own_profile(case).await?.filter(|profile| profile.sub != new.sub))
    }

    /// Writes down that the whole user stays as it is, unless the link says so already.
    pub(crate) async fn hold_user(
        &self,
        mut link: Link,
        case: &Case,
        reason: Reason,
    ) -> Result<Outcome, SyncError> {
        let held = HeldBack { subject: Subject::User, reason };
        if let LinkState::Linked(linked) = &mut link.state {
            let is_known = linked.held_back.contains(&held) && !self.is_of_other_rules(linked);
            if !is_known || case.cause.channel() == Channel::Operator {
                linked.held_back.retain(|held| held.subject != Subject::User);
                linked.held_back.push(held.clone());
                self.rules.fingerprint().clone_into(&mut linked.rules);
                self.note(&mut link, &case.cause, &format!("stays as it is: {}", reason.code()));
                self.ports.links().write(&link).await?;
            } else {
                self.note_seen(&link.old_sub, &case.seen).await;
            }
        }
        Ok(Outcome::held(Kind::Converged, vec![held]))
    }

    /// Compares both sides of a pair and makes the new one follow. `learned`: the link knows something new already.
    pub(crate) async fn bring(
        &self,
        mut link: Link,
        case: &Case,
        new: &Snapshot,
        learned: bool,
    ) -> Result<Outcome, SyncError> {
        let standing = self.still_standing().await?;
        if standing.phase.is_two_way() {
            // On the heap, so that both ways do not stand on the stack of who goes one.
            return Box::pin(self.keep_in_step(link, case, new, learned, &standing)).await;
        }
        let mut work = self.plan_change(&link, case, new).await?;
        self.leave_invitation(&link, &mut work).await?;
        let learned = learned || link.reverse.work.is_some();
        let announced = self.announce_one_way(&mut link, &work, new).await?;
        let old_sub = link.old_sub.clone();
        let result = self.carry_one_way(link, case, new, (work, learned)).await;
        if matches!(&result, Err(SyncError::Port(error)) if error.class == Class::Stale) {
            self.leave_behind(&old_sub, announced).await?;
        }
        result
    }

    /// Says what is about to be written, on the link: should whoever does so die, and changes travel both ways by the time somebody
    /// comes back, it is no change that a user made.
    async fn announce_one_way(&self, link: &mut Link, plan: &Plan, new: &Snapshot) -> Answer<Option<Work>> {
        if plan.is_empty() {
            return Ok(None);
        }
        let mut names = plan.names();
        names.identities = plan.identities(&new.sub, &self.key);
        link.announced.extend(&names);
        let written = Written::of(plan, &new.sub, &self.key);
        let written = match &link.reverse.work {
            Some(former) => written.over(&former.new),
            None => written,
        };
        let work = Work { at: self.ports.clock().now(), old: Written::default(), new: written };
        link.reverse.work = Some(Box::new(work.clone()));
        link.version = self.ports.links().write(link).await?;
        Ok(Some(work))
    }

    async fn carry_one_way(
        &self,
        mut link: Link,
        case: &Case,
        new: &Snapshot,
        (work, learned): (Plan, bool),
    ) -> Result<Outcome, SyncError> {
        let new_sub = NewSub::from(new.sub.clone());
        let before = link.linked().cloned();
        let mut done = self.carry_out(&ToNewOnly(self), &new_sub, work, Side::of(new, &self.key)).await?;
        done.held_back = all_held(&case.view, done.held_back);
        link.reverse.work = None;
        // A person's leave to take an alias over holds for once.
        let decided = link.decisions.len();
        link.decisions.retain(|_, decision| *decision != Decision::KeepOld);
        let learned = learned || link.decisions.len() < decided;
        let unseen = before.as_ref().map(|linked| linked.unseen.clone()).unwrap_or_default();
        // Whatever was written is recorded, so that the fence is checked: what was read may be old by now.
        if learned
            || done.operations > 0
            || case.cause.channel() == Channel::Operator
            || before.as_ref().is_none_or(|linked| self.is_news(linked, case, &done))
        {
            self.record(link, case, new_sub, &done, unseen).await?;
        } else {
            self.note_seen(&link.old_sub, &case.seen).await;
        }
        let kind = if done.operations == 0 { Kind::Converged } else { Kind::Updated };
        Ok(done.outcome(kind))
    }

    pub(crate) async fn plan_change(
        &self,
        link: &Link,
        case: &Case,
        new: &Snapshot,
    ) -> Result<Plan, SyncError> {
        let first = self.known().plan_change(case, link, new, &BTreeMap::new());
        let new_sub = NewSub::from(new.sub.clone());
        let barred = self.barred(&first, case, &new_sub).await?;
        if barred.is_empty() {
            return Ok(first);
        }
        Ok(self.known().plan_change(case, link, new, &barred))
    }

    /// Who has a temporary password because of an invitation keeps it: another one would make the mail useless.
    async fn leave_invitation(&self, link: &Link, work: &mut Plan) -> Answer<()> {
        if !work.operations.contains(&Operation::SetRandomPassword) {
            return Ok(());
        }
        let arrival = self.ports.links().arrival(&link.sub()).await?;
        if is_invited(&arrival, self.ports.clock().now()) {
            work.operations.retain(|operation| *operation != Operation::SetRandomPassword);
        }
        Ok(())
    }

    /// Carries the operations out and keeps account of what the side says afterwards that follows.
    pub(crate) async fn carry_out<T: Target>(
        &self,
        target: &T,
        sub: &T::Sub,
        work: Plan,
        mut side: Side,
    ) -> Answer<Done> {
        let (mut held_back, mut did) = (work.held_back, Vec::new());
        for operation in &work.operations {
            // The pool may have refused an address since the plan was made.
            let reachable = operation.reachable(&mut held_back);
            let Some(operation) = &reachable else {
                continue;
            };
            let before = side.clone();
            let refused = execute(target, sub, operation).await?;
            let words = operation.to_string();
            did.push(if refused.is_empty() { words } else { format!("{words} (refused, at least in part)") });
            operation.record_on(&mut side, &sub.sub(), &self.key);
            for (subject, reason) in refused {
                restore(&mut side, &before, &subject);
                held_back.push(HeldBack { subject, reason });
            }
        }
        Ok(Done { operations: work.operations.len(), did, held_back, overruled: work.overruled, side })
    }

    fn is_news(&self, linked: &Linked, case: &Case, done: &Done) -> bool {
        linked.base.old != case.side
            || linked.base.new != done.side
            || linked.held_back != done.held_back
            || self.is_of_other_rules(linked)
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
        Subject::Identity(_) => side.identities.clone_from(&before.identities),
        Subject::Factor(_) => side.mfa = before.mfa,
    }
}

/// Whether something was held back that may pass by itself: who holds a name can give it up.
pub(crate) fn waits(linked: &Linked) -> bool {
    linked.held_back.iter().any(|held| held.may_pass() || held.reason == Reason::Missing)
}

/// Whether the new pool lacks the user of a pair, and the link says so.
pub(crate) fn is_missing(link: &Link) -> bool {
    link.linked().is_some_and(|linked| linked.held_back.iter().any(|held| held.reason == Reason::Missing))
}
