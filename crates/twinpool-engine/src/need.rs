//! What a walk has to do for one user, from what the list shows and the link says. No call is made for it.

use twinpool_core::change_event::Cause;
use twinpool_core::decision::Decision;
use twinpool_core::held_back::{HeldBack, Reason, Subject};
use twinpool_core::id::{OldSub, Pool};
use twinpool_core::link::{Link, LinkState, Linked, Names, Side};
use twinpool_core::plan::Operation;
use twinpool_core::snapshot::{Snapshot, Status};

use crate::engine::{Engine, Ports};
use crate::follow::waits;

/// What has to be done for one user.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Need {
    /// Nothing: the digests are those of the last mirror.
    Nothing,
    /// Nothing yet: the sign-up is not confirmed.
    Unconfirmed,
    /// Nothing: rules or a person leave the user out.
    LeftOut,
    /// Nothing: another user stands for this one.
    Merged,
    /// Nothing that would help: what stood in the way still does.
    Conflict(Reason),
    /// A user is to be made, with so many calls of the scarcest quota.
    Make(usize),
    /// It is to be written down that nobody can be made, and why.
    Refuse(Reason),
    /// Both pools are to be read and compared.
    Look,
}

/// How much a walk looks into.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zeal {
    /// Only where the old pool says something new.
    News,
    /// Also where the new pool may say something new: a name that was taken may be free.
    Everything,
}

impl<P: Ports> Engine<P> {
    /// What has to be done for a user of the old pool. `user`: as the list shows it, with its groups.
    #[must_use]
    pub fn need(&self, user: &Snapshot, link: Option<&Link>, zeal: Zeal) -> Need {
        let Some(link) = link else {
            return self.need_of_new(user, None, zeal);
        };
        match &link.state {
            LinkState::Linked(linked) => self.need_of_pair(user, link, linked, zeal),
            LinkState::Conflict { .. } => self.need_of_new(user, Some(link), zeal),
            // The mirror would make nobody.
            LinkState::Tombstone { .. } if self.is_left_out(user, link) => Need::LeftOut,
            // The new pool deleted the user, and had the say.
            LinkState::Tombstone { by: Pool::New, .. } => Need::Nothing,
            // A list is late, or somebody was mourned too early: the pool is asked.
            LinkState::Pending { .. } | LinkState::Tombstone { .. } => Need::Look,
            LinkState::Merged { .. } => Need::Merged,
        }
    }

    fn need_of_pair(&self, user: &Snapshot, link: &Link, linked: &Linked, zeal: Zeal) -> Need {
        // What was agreed stays as it was while a pair is held whole, so it says nothing about news.
        let is_held = |reason| {
            let held = HeldBack { subject: Subject::User, reason };
            linked.held_back.contains(&held) && !self.is_of_other_rules(linked)
        };
        if is_held(Reason::LeftOut) {
            return if self.is_left_out(user, link) { Need::LeftOut } else { Need::Look };
        }
        if zeal == Zeal::News && is_held(Reason::Missing) {
            return Need::Conflict(Reason::Missing);
        }
        let waiting = zeal == Zeal::Everything && waits(linked);
        if self.is_news_in_list(user, linked) || waiting { Need::Look } else { Need::Nothing }
    }

    fn is_left_out(&self, user: &Snapshot, link: &Link) -> bool {
        self.case(&Cause::sweep("Changed"), 1, user.clone(), Some(link)).view.left_out
    }

    fn is_news_in_list(&self, user: &Snapshot, linked: &Linked) -> bool {
        self.is_other_in_list(user, &linked.base.old) || self.is_of_other_rules(linked)
    }

    /// Whether a list says something else than the base. It tells no second factors, passkeys and devices: of those nothing is concluded.
    pub(crate) fn is_other_in_list(&self, user: &Snapshot, base: &Side) -> bool {
        let (mfa, factors) = (base.mfa, base.factors.clone());
        Side { mfa, factors, ..Side::of(user, &self.key) } != *base
    }

    fn need_of_new(&self, user: &Snapshot, link: Option<&Link>, zeal: Zeal) -> Need {
        if user.status == Status::Unconfirmed {
            return Need::Unconfirmed;
        }
        let case = self.case(&Cause::sweep("New"), 1, user.clone(), link);
        if case.view.left_out {
            return Need::LeftOut;
        }
        let old_sub = OldSub::from(user.sub.clone());
        let nobody = Link::intent(&old_sub, Names::default(), twinpool_core::id::Timestamp(0));
        let plan = self.known().plan_creation(&case, link.unwrap_or(&nobody));
        if let Some((link, LinkState::Conflict { reason, .. })) = link.map(|link| (link, &link.state)) {
            let as_before = plan.refusal() == Some(*reason);
            // What the plan says comes after a person's word, and after the profile of a federated user.
            let is_plan_first = user.status != Status::ExternalProvider;
            let stays = is_of_new_pool(*reason) && (plan.refusal().is_none() || !is_plan_first);
            let stays = zeal == Zeal::News && (stays || is_paired_by_person(link));
            return if as_before || stays { Need::Conflict(*reason) } else { Need::Look };
        }
        if let Some(reason) = plan.refusal() {
            return Need::Refuse(reason);
        }
        Need::Make(plan.operations.iter().filter(|operation| is_scarce(operation)).count())
    }

    /// Whether a list tells of a user all that is mirrored, so that it does not have to be read.
    #[must_use]
    pub fn list_tells_all(&self) -> bool {
        let shape = &self.old_shape;
        !(shape.mfa.is_on() || shape.passkeys || shape.devices)
    }
}

/// Whether only the new pool, or other users, can end such a conflict.
fn is_of_new_pool(reason: Reason) -> bool {
    matches!(reason, Reason::Taken | Reason::Twin | Reason::Missing | Reason::MergedGone | Reason::Refused)
}

fn is_paired_by_person(link: &Link) -> bool {
    let decision = link.decisions.get(&Subject::User);
    matches!(decision, Some(Decision::LinkTo(_) | Decision::MergeInto(_)))
}

/// Whether the operation takes of UserUpdate, of which there is least (F§5).
fn is_scarce(operation: &Operation) -> bool {
    match operation {
        Operation::CreateUser { .. } | Operation::SetRandomPassword | Operation::SetMfa { .. } => false,
        Operation::SetAttributes(_)
        | Operation::DeleteAttributes(_)
        | Operation::AddToGroup(_)
        | Operation::RemoveFromGroup(_)
        | Operation::SetEnabled(_)
        | Operation::LinkIdentity(_)
        | Operation::UnlinkIdentity(_)
        | Operation::DeleteUser => true,
    }
}
