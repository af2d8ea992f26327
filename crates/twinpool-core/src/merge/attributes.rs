//! Attributes. An address and its flag are one.

use std::collections::BTreeSet;

use super::{MergeInput, Merged, WayBack};
use crate::attribute::Contact;
use crate::held_back::{HeldBack, Reason, Subject};
use crate::id::{AttributeName, Pool};
use crate::snapshot::Snapshot;
use crate::value::Value;

pub(super) fn bring<B: WayBack>(merged: &mut Merged, input: &MergeInput<'_, B>) {
    let names = input.view.attributes.keys().chain(input.new.attributes.keys());
    let names = names.chain(input.base.new.attributes.keys());
    // The flag comes with its address.
    let units: BTreeSet<AttributeName> = names
        .map(|name| Contact::of(name).map_or_else(|| name.clone(), Contact::address_attribute))
        .filter(|name| name != input.marker && !input.terms.left_alone.attributes.contains(name))
        .collect();
    for name in units {
        bring_one(merged, input, &name);
    }
}

fn bring_one<B: WayBack>(merged: &mut Merged, input: &MergeInput<'_, B>, name: &AttributeName) {
    let (old, new) = (input.then(Pool::Old), input.then(Pool::New));
    let source = input.back.source(name);
    let new_changed = unit(name).iter().any(|name| new.attribute(name));
    let differs = unit(name).iter().any(|name| !is_same(name, input.view, input.new));
    if !new_changed || !differs {
        return;
    }
    let old_changed = source.as_ref().is_some_and(|source| unit(source).iter().any(|it| old.attribute(it)));
    let counts = input.new_counts(new_changed, old_changed) || input.terms.target_wins.contains(name);
    if old_changed {
        let loser = if counts { Pool::Old } else { Pool::New };
        let of = |name: &AttributeName| Subject::Attribute(name.clone());
        merged.overrule(loser, of(source.as_ref().unwrap_or(name)), of(name));
    }
    if !counts {
        return;
    }
    for part in unit(name) {
        copy(&part, input.new, &mut merged.for_new);
    }
    carry(merged, input, name, source);
}

/// Writes the new pool's word into what the old one shall say.
fn carry<B: WayBack>(
    merged: &mut Merged,
    input: &MergeInput<'_, B>,
    name: &AttributeName,
    source: Option<AttributeName>,
) {
    let subject = Subject::Attribute(name.clone());
    let value = input.new.attributes.get(name);
    let before = source
        .zip(value.map(|value| input.back.value(name, value)).map_or(Some(None), |value| value.map(Some)));
    let Some((source, before)) = before else {
        merged.held_back.push(HeldBack { subject, reason: Reason::NoWayBack });
        return;
    };
    let attributes = &mut merged.for_old.attributes;
    match before {
        Some(value) => drop(attributes.insert(source.clone(), value)),
        None => {
            for part in unit(&source) {
                attributes.remove(&part);
            }
            merged.removable.attributes.extend(unit(&source));
        }
    }
    if let (Some(contact), Some(_)) = (Contact::of(&source), value) {
        let flag = Contact::of(name).is_some_and(|contact| input.new.is_verified(contact));
        merged.for_old.attributes.insert(contact.flag_attribute(), Value::new(flag.to_string()));
    }
    merged.carried.push((Subject::Attribute(source), subject));
}

/// An address with its flag; anything else alone.
fn unit(name: &AttributeName) -> Vec<AttributeName> {
    match Contact::of(name) {
        Some(contact) => vec![contact.address_attribute(), contact.flag_attribute()],
        None => vec![name.clone()],
    }
}

/// A flag that is not there is `false` (F§4.2).
fn is_same(name: &AttributeName, one: &Snapshot, other: &Snapshot) -> bool {
    let is_flag = Contact::of(name).is_some_and(|contact| contact.flag() == name.as_str());
    let (one, other) = (one.attributes.get(name), other.attributes.get(name));
    if is_flag {
        return one.is_some_and(Value::is_true) == other.is_some_and(Value::is_true);
    }
    one == other
}

fn copy(name: &AttributeName, from: &Snapshot, to: &mut Snapshot) {
    match from.attributes.get(name) {
        Some(value) => drop(to.attributes.insert(name.clone(), value.clone())),
        None => drop(to.attributes.remove(name)),
    }
}
