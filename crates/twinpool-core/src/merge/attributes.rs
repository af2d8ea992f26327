//! Attributes. An address and its flag are one.

use std::collections::BTreeSet;

use super::{MergeInput, Merged, WayBack};
use crate::attribute::{Contact, is_folded};
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
    let subject = Subject::Attribute(name.clone());
    let parts = unit(name);
    let changed = input.waits(&subject) || parts.iter().any(|name| new.attribute(name));
    if !changed || parts.iter().all(|name| is_same(input, name, input.view, input.new)) {
        return;
    }
    let source = input.back.source(name);
    let old_changed = source.as_ref().is_some_and(|source| unit(source).iter().any(|it| old.attribute(it)));
    let counts = input.new_counts(old_changed) || input.terms.target_wins.contains(name);
    if old_changed {
        let loser = if counts { Pool::Old } else { Pool::New };
        let in_old = Subject::Attribute(source.as_ref().unwrap_or(name).clone());
        merged.overrule(loser, in_old, subject.clone());
    }
    if !counts {
        return;
    }
    for part in &parts {
        copy(part, input.new, &mut merged.for_new);
    }
    match source.and_then(|source| carried(merged, input, name, source)) {
        Some((source, for_old)) => {
            if !input.new.attributes.contains_key(name) {
                merged.removable.attributes.extend(unit(&source));
            }
            merged.for_old = for_old;
            merged.carried.push((Subject::Attribute(source), subject));
        }
        None => merged.held_back.push(HeldBack { subject, reason: Reason::NoWayBack }),
    }
}

/// What the old pool shall say with this attribute of the new one in it; `None` if the rules would not make the same of it again.
fn carried<B: WayBack>(
    merged: &Merged,
    input: &MergeInput<'_, B>,
    name: &AttributeName,
    source: AttributeName,
) -> Option<(AttributeName, Snapshot)> {
    let mut for_old = merged.for_old.clone();
    match input.new.attributes.get(name) {
        Some(value) => {
            let value = input.back.value(name, value)?;
            for_old.attributes.insert(source.clone(), value);
            if let Some(contact) = Contact::of(&source) {
                let flag = Contact::of(name).is_some_and(|contact| input.new.is_verified(contact));
                for_old.attributes.insert(contact.flag_attribute(), Value::new(flag.to_string()));
            }
        }
        None => for_old.attributes.retain(|name, _| !unit(&source).contains(name)),
    }
    let forth = input.back.forth(&for_old);
    unit(name).iter().all(|part| is_same(input, part, &forth, input.new)).then_some((source, for_old))
}

/// An address with its flag; anything else alone.
pub(super) fn unit(name: &AttributeName) -> Vec<AttributeName> {
    match Contact::of(name) {
        Some(contact) => vec![contact.address_attribute(), contact.flag_attribute()],
        None => vec![name.clone()],
    }
}

/// A flag that is not there is `false` (F§4.2), and a pool that folds what people sign in with has changed nothing.
fn is_same<B>(input: &MergeInput<'_, B>, name: &AttributeName, one: &Snapshot, other: &Snapshot) -> bool {
    let (one, other) = (one.attributes.get(name), other.attributes.get(name));
    if Contact::is_flag(name) {
        return one.is_some_and(Value::is_true) == other.is_some_and(Value::is_true);
    }
    let folds = input.folds && is_folded(name);
    let folded = |value: &Value| value.reveal().to_lowercase();
    one == other || (folds && one.map(folded) == other.map(folded))
}

fn copy(name: &AttributeName, from: &Snapshot, to: &mut Snapshot) {
    match from.attributes.get(name) {
        Some(value) => drop(to.attributes.insert(name.clone(), value.clone())),
        None => drop(to.attributes.remove(name)),
    }
}
