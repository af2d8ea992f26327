//! Memberships: the target follows, except in groups that are its own.

use super::{Operation, Plan, PlanningInput};
use crate::held_back::Subject;
use crate::snapshot::Snapshot;

pub(super) fn remove(plan: &mut Plan, input: &PlanningInput<'_>, target: &Snapshot) {
    let ours = target.groups.intersection(&input.announced.groups);
    for group in ours.filter(|group| !input.source.groups.contains(*group)) {
        if input.agreed.is_some_and(|agreed| !agreed.groups.contains(group)) {
            plan.overruled.insert(Subject::Group(group.clone()));
        }
        plan.operations.push(Operation::RemoveFromGroup(group.clone()));
    }
}

pub(super) fn add(plan: &mut Plan, input: &PlanningInput<'_>, target: &Snapshot) {
    for group in input.source.groups.difference(&target.groups) {
        if input.agreed.is_some_and(|agreed| agreed.groups.contains(group)) {
            plan.overruled.insert(Subject::Group(group.clone()));
        }
        plan.operations.push(Operation::AddToGroup(group.clone()));
    }
}
