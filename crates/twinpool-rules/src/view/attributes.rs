//! Attributes in the new pool's names and values.

use std::collections::BTreeSet;

use twinpool_core::attribute::Contact;
use twinpool_core::held_back::{Reason, Subject};
use twinpool_core::id::AttributeName;
use twinpool_core::snapshot::Snapshot;
use twinpool_core::value::{Attributes, Value};

use super::View;
use crate::model::Model;

pub(super) fn bring(view: &mut View, model: &Model, old: &Snapshot) {
    set_terms(view, model);
    let mut brought = Attributes::new();
    let mut refused = BTreeSet::new();
    for (source, value) in &old.attributes {
        match model.attributes.get(source) {
            // A rule writes something else under this name. `check` refuses that; here at least it does not pass in silence.
            None if model.writer(source).is_some() => {
                view.hold(Subject::Attribute(source.clone()), Reason::LeftOut);
            }
            None => drop(brought.insert(source.clone(), value.clone())),
            Some(rule) if rule.drop || rule.constant.is_some() => {}
            Some(rule) => {
                let target = rule.target(source);
                match rule.convert(value.reveal()) {
                    Some(text) => drop(brought.insert(target.clone(), Value::new(text))),
                    None => drop(refused.insert(target.clone())),
                }
            }
        }
    }
    for (source, rule) in &model.attributes {
        let missing = rule.default.as_ref().filter(|_| !old.attributes.contains_key(source));
        if let Some(text) = rule.constant.as_ref().or(missing) {
            brought.insert(rule.target(source).clone(), Value::new(text.as_str()));
        }
    }
    for contact in Contact::ALL {
        let dropped = model.attributes.get(&contact.address_attribute()).is_some_and(|rule| rule.drop);
        if dropped || refused.contains(&contact.address_attribute()) {
            brought.remove(&contact.flag_attribute());
        }
    }
    for target in refused {
        leave_alone(view, &target);
        view.hold(Subject::Attribute(target), Reason::NotConvertible);
    }
    view.snapshot.attributes = brought;
}

fn set_terms(view: &mut View, model: &Model) {
    for (source, rule) in &model.attributes {
        let target = rule.target(source);
        if rule.drop {
            if model.writer(target).is_none() {
                leave_alone(view, target);
            }
            continue;
        }
        // A constant is made of nothing: a change of the old value is no change of it.
        if target != source && rule.constant.is_none() {
            view.terms.made_of.insert(target.clone(), source.clone());
        }
        if rule.new_wins {
            view.terms.target_wins.insert(target.clone());
        }
    }
}

/// A contact with its flag.
fn leave_alone(view: &mut View, target: &AttributeName) {
    let flag = Contact::of(target).map(Contact::flag_attribute);
    view.terms.left_alone.attributes.extend(flag);
    view.terms.left_alone.attributes.insert(target.clone());
}
