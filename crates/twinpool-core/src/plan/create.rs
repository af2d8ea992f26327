//! A user who is not in the target yet.

use super::attributes::{is_own_name, pair};
use super::{GroupMode, Operation, Plan, PlanningInput, identities, mfa, sign_in_name};
use crate::attribute::Contact;
use crate::held_back::{Reason, Subject};
use crate::id::Username;
use crate::snapshot::Status;
use crate::value::Attributes;

pub(super) fn plan(input: &PlanningInput<'_>) -> Plan {
    let mut plan = Plan::default();
    let federated = input.source.status == Status::ExternalProvider;
    if federated && input.source.identities.is_empty() {
        plan.hold(Subject::User, Reason::Federated);
        return plan;
    }
    let username = match sign_in_name::choose(input) {
        Ok(username) => username,
        Err(reason) => {
            plan.hold(Subject::User, reason);
            return plan;
        }
    };
    let attributes = attributes(&mut plan, input, &username);
    let (first, later): (Attributes, Attributes) =
        attributes.into_iter().partition(|(name, _)| !input.target_shape.waits_for_confirmation(name));
    plan.operations.push(Operation::CreateUser { username, attributes: first });
    // Before the user is disabled: Cognito refuses to reset passwords of disabled users, and may refuse to set them.
    // A federated user never had a password, and whoever can reset one could pass the provider by.
    if !federated {
        plan.operations.push(Operation::SetRandomPassword);
    }
    if !input.source.enabled {
        plan.operations.push(Operation::SetEnabled(false));
    }
    if !later.is_empty() {
        plan.operations.push(Operation::SetAttributes(later));
    }
    mfa::first(&mut plan, input);
    if input.terms.groups != GroupMode::None {
        let groups = input.source.groups.iter().cloned();
        plan.operations.extend(groups.map(Operation::AddToGroup));
    }
    identities::first(&mut plan, input.source);
    plan
}

fn attributes(plan: &mut Plan, input: &PlanningInput<'_>, username: &Username) -> Attributes {
    let marker = input.marker;
    let mut all: Attributes = [(marker.name.clone(), marker.value.clone())].into();
    for (name, value) in &input.source.attributes {
        if Contact::of(name).is_some() || *name == marker.name {
            continue;
        }
        if !input.target_shape.has(name) {
            plan.hold(Subject::Attribute(name.clone()), Reason::NotInSchema);
        } else if is_own_name(input.target_shape, name, value, username) {
            plan.hold(Subject::Attribute(name.clone()), Reason::Refused);
        } else {
            all.insert(name.clone(), value.clone());
        }
    }
    for contact in Contact::ALL {
        let Some(address) = input.source.contact(contact) else {
            continue;
        };
        let verified = input.source.is_verified(contact);
        if !verified && super::attributes::is_unproven_name(input, contact) {
            plan.hold(Subject::Attribute(contact.address_attribute()), Reason::UnverifiedSignInName);
        } else {
            all.extend(pair(contact, address, verified));
        }
    }
    all
}
