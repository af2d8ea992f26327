//! Sign-in with identity providers: linked ahead, so that the new sub is known before the first sign-in (F§4.8).

use super::{Operation, Plan, PlanningInput};
use crate::held_back::{Reason, Subject};
use crate::snapshot::{Identity, Snapshot};

/// Cognito links at most this many to one user (F§4.8).
const MOST: usize = 5;

/// Only what twinpool linked can go, and only while the rules let its provider follow.
pub(super) fn unlink(plan: &mut Plan, input: &PlanningInput<'_>, target: &Snapshot) {
    let announced = |identity: &&Identity| {
        input.announced.identities.contains(&input.key.identity(&target.sub, identity))
    };
    let ours = target.identities.iter().filter(announced);
    let follows = |identity: &&Identity| input.terms.providers.contains(&identity.provider);
    let gone = ours.filter(follows).filter(|identity| !input.source.identities.contains(*identity));
    plan.operations.extend(gone.cloned().map(Operation::UnlinkIdentity));
}

pub(super) fn link(plan: &mut Plan, input: &PlanningInput<'_>, target: &Snapshot) {
    let kept = target.identities.iter().filter(|identity| {
        !plan
            .operations
            .iter()
            .any(|operation| matches!(operation, Operation::UnlinkIdentity(gone) if gone == *identity))
    });
    let room = MOST.saturating_sub(kept.count());
    let wanted = input.source.identities.difference(&target.identities);
    bring(plan, wanted, room);
}

/// Those of a user who is made now.
pub(super) fn first(plan: &mut Plan, source: &Snapshot) {
    bring(plan, source.identities.iter(), MOST);
}

fn bring<'a>(plan: &mut Plan, wanted: impl Iterator<Item = &'a Identity>, room: usize) {
    for (number, identity) in wanted.enumerate() {
        if number < room {
            plan.operations.push(Operation::LinkIdentity(identity.clone()));
        } else {
            plan.hold(Subject::Identity(identity.provider.clone()), Reason::TooMany);
        }
    }
}
