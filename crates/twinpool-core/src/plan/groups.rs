//! Memberships: the target follows, except in groups that are its own.

use super::{GroupMode, Operation, Plan, PlanningInput};
use crate::held_back::Subject;
use crate::id::GroupName;
use crate::snapshot::Snapshot;

pub(super) fn remove(plan: &mut Plan, input: &PlanningInput<'_>, target: &Snapshot) {
    if input.terms.groups != GroupMode::Mirror {
        return;
    }
    let ours = target.groups.intersection(&input.announced.groups);
    let stays = |group: &&GroupName| {
        input.source.groups.contains(*group) || input.terms.left_alone.groups.contains(*group)
    };
    for group in ours.filter(|group| !stays(group)) {
        if input.agreed.is_some_and(|agreed| !agreed.groups.contains(group)) {
            plan.overruled.insert(Subject::Group(group.clone()));
        }
        plan.operations.push(Operation::RemoveFromGroup(group.clone()));
    }
}

pub(super) fn add(plan: &mut Plan, input: &PlanningInput<'_>, target: &Snapshot) {
    if input.terms.groups == GroupMode::None {
        return;
    }
    for group in input.source.groups.difference(&target.groups) {
        if input.agreed.is_some_and(|agreed| agreed.groups.contains(group)) {
            plan.overruled.insert(Subject::Group(group.clone()));
        }
        plan.operations.push(Operation::AddToGroup(group.clone()));
    }
}
