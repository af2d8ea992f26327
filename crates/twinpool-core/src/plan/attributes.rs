//! Attributes of a user who exists in both pools.

use std::collections::BTreeSet;

use super::{Operation, Plan, PlanningInput};
use crate::attribute::Contact;
use crate::held_back::{Reason, Subject};
use crate::id::{AttributeName, Username};
use crate::pool::PoolShape;
use crate::snapshot::{Snapshot, Status};
use crate::value::{Attributes, Value};

pub(super) fn bring(plan: &mut Plan, input: &PlanningInput<'_>, target: &Snapshot) {
    let mut set = Attributes::new();
    let source = input.source.attributes.iter();
    for (name, value) in source.filter(|(name, _)| is_plain(name, input)) {
        if input.target_shape.is_same(name, Some(value), target.attributes.get(name)) {
            continue;
        }
        if target_s_own_stands(input, target, name) {
            plan.hold(Subject::Attribute(name.clone()), Reason::NewWins);
            continue;
        }
        let own_name = is_own_name(input.target_shape, name, value, &target.username);
        let obstacle = obstacle(input, name).or(own_name.then_some(Reason::Refused));
        match obstacle {
            Some(reason) => plan.hold(Subject::Attribute(name.clone()), reason),
            None => drop(set.insert(name.clone(), value.clone())),
        }
    }
    for contact in Contact::ALL {
        bring_contact(plan, &mut set, input, target, contact);
    }
    let gone = removals(plan, input, target);
    let changed = set.keys().chain(&gone);
    let overruled = changed.filter(|name| changed_in_target(input, target, name));
    plan.overruled.extend(overruled.map(|name| Subject::Attribute(name.clone())));
    if !set.is_empty() {
        plan.operations.push(Operation::SetAttributes(set));
    }
    if !gone.is_empty() {
        plan.operations.push(Operation::DeleteAttributes(gone));
    }
}

/// Neither a contact, which travels with its flag, nor the marker, which is ours.
fn is_plain(name: &AttributeName, input: &PlanningInput<'_>) -> bool {
    Contact::of(name).is_none() && *name != input.marker.name
}

/// Cognito does not let a user hold the own username as `preferred_username` alias (aws/aws-sdk-net#761).
pub(super) fn is_own_name(
    shape: &PoolShape,
    name: &AttributeName,
    value: &Value,
    username: &Username,
) -> bool {
    let text = value.reveal();
    let same = if shape.case_sensitive {
        text == username.as_str()
    } else {
        text.to_lowercase() == username.as_str().to_lowercase()
    };
    same && shape.waits_for_confirmation(name)
}

fn obstacle(input: &PlanningInput<'_>, name: &AttributeName) -> Option<Reason> {
    if !input.target_shape.has(name) {
        Some(Reason::NotInSchema)
    } else if !input.target_shape.is_mutable(name) {
        Some(Reason::Immutable)
    } else {
        input.barred.get(name).copied()
    }
}

/// An address never goes without its flag, nor the flag without its address (F§4.2).
fn bring_contact(
    plan: &mut Plan,
    set: &mut Attributes,
    input: &PlanningInput<'_>,
    target: &Snapshot,
    contact: Contact,
) {
    let Some(address) = input.source.contact(contact) else {
        return;
    };
    let name = contact.address_attribute();
    let verified = input.source.is_verified(contact);
    let agrees = input.target_shape.is_same(&name, Some(address), target.contact(contact));
    if agrees && verified == target.is_verified(contact) {
        return;
    }
    if target_s_own_stands(input, target, &name) {
        plan.hold(Subject::Attribute(name), Reason::NewWins);
        return;
    }
    let obstacle = obstacle(input, &name).or_else(|| unverified_obstacle(input, contact, verified));
    match obstacle {
        Some(reason) => plan.hold(Subject::Attribute(name), reason),
        None => set.extend(pair(contact, address, verified)),
    }
}

/// An address with its flag, as they are written.
pub(super) fn pair(contact: Contact, address: &Value, verified: bool) -> [(AttributeName, Value); 2] {
    [
        (contact.address_attribute(), address.clone()),
        (contact.flag_attribute(), Value::new(verified.to_string())),
    ]
}

fn unverified_obstacle(input: &PlanningInput<'_>, contact: Contact, verified: bool) -> Option<Reason> {
    if verified {
        None
    } else if is_unproven_name(input, contact) {
        Some(Reason::UnverifiedSignInName)
    } else if input.target_shape.verifies.contains(&contact) {
        Some(Reason::WouldMessage)
    } else {
        None
    }
}

/// An unverified address becomes a sign-in name only if it was one already: elsewhere it need not be unique, and the
/// first to claim someone's address would get it.
pub(super) fn is_unproven_name(input: &PlanningInput<'_>, contact: Contact) -> bool {
    // A federated profile claims no address, whatever its pool signs in with.
    let was_name =
        input.source_shape.sign_in.is_name(contact) && input.source.status != Status::ExternalProvider;
    input.target_shape.sign_in.is_name(contact) && !was_name
}

/// Only what twinpool announced can go: the rest is the target's own. A flag stays where its address goes.
fn removals(plan: &mut Plan, input: &PlanningInput<'_>, target: &Snapshot) -> BTreeSet<AttributeName> {
    let ours = target.attributes.keys().filter(|name| {
        input.announced.attributes.contains(*name)
            && !input.source.attributes.contains_key(*name)
            && **name != input.marker.name
            && !input.terms.left_alone.attributes.contains(*name)
            && !target_s_own_stands(input, target, name)
            && !Contact::is_flag(name)
    });
    let mut gone = BTreeSet::new();
    for name in ours {
        let is_name = Contact::of(name).is_some_and(|contact| input.target_shape.sign_in.is_name(contact));
        if is_name {
            plan.hold(Subject::Attribute(name.clone()), Reason::NoSignInName);
        } else if input.target_shape.is_mutable(name) {
            gone.insert(name.clone());
        } else {
            plan.hold(Subject::Attribute(name.clone()), Reason::Immutable);
        }
    }
    gone
}

/// Where the rules give the target the say: what it has stays, unless the source alone changed it since the last mirror.
fn target_s_own_stands(input: &PlanningInput<'_>, target: &Snapshot, name: &AttributeName) -> bool {
    let source_changed = || input.terms.source_changed(name, input.source_agreed, input.source_side);
    let only_source =
        || input.agreed.is_some() && source_changed() && !changed_in_target(input, target, name);
    input.terms.target_wins.contains(name) && target.attributes.contains_key(name) && !only_source()
}

fn changed_in_target(input: &PlanningInput<'_>, target: &Snapshot, name: &AttributeName) -> bool {
    input.agreed.is_some_and(|agreed| {
        let now = target.attributes.get(name);
        let now = now.map(|value| input.key.attribute(&target.sub, name, value));
        now.as_ref() != agreed.attributes.get(name)
    })
}
