//! What is not an attribute: groups, who may sign in, identities, second factors.

use std::collections::BTreeSet;

use super::{MergeInput, Merged, WayBack};
use crate::held_back::{HeldBack, Reason, Subject};
use crate::id::{GroupName, Pool};
use crate::plan::GroupMode;
use crate::snapshot::{Factor, Identity};

pub(super) fn groups<B: WayBack>(merged: &mut Merged, input: &MergeInput<'_, B>) {
    if input.terms.groups == GroupMode::None {
        return;
    }
    let (old, new) = (input.then(Pool::Old), input.then(Pool::New));
    let all: BTreeSet<&GroupName> = input.new.groups.iter().chain(&input.base.new.groups).collect();
    for name in all.into_iter().filter(|name| !input.terms.left_alone.groups.contains(*name)) {
        let is_in = input.new.groups.contains(name);
        let is_wanted = input.view.groups.contains(name);
        if !new.group(name) || is_in == is_wanted {
            continue;
        }
        let Some(source) = input.back.group(name) else {
            merged
                .held_back
                .push(HeldBack { subject: Subject::Group(name.clone()), reason: Reason::NoWayBack });
            continue;
        };
        let (in_old, in_new) = (Subject::Group(source.clone()), Subject::Group(name.clone()));
        let counts = input.new_counts(true, old.group(&source));
        if old.group(&source) {
            merged.overrule(if counts { Pool::Old } else { Pool::New }, in_old.clone(), in_new.clone());
        }
        if !counts {
            continue;
        }
        if is_in {
            merged.for_new.groups.insert(name.clone());
            merged.for_old.groups.insert(source);
        } else {
            merged.for_new.groups.remove(name);
            // Whoever only adds takes nobody out of a group on the way back either.
            if input.terms.groups == GroupMode::AddOnly {
                continue;
            }
            merged.for_old.groups.remove(&source);
            merged.removable.groups.insert(source);
        }
        merged.carried.push((in_old, in_new));
    }
}

pub(super) fn enabled<B>(merged: &mut Merged, input: &MergeInput<'_, B>) {
    let (old, new) = (input.then(Pool::Old), input.then(Pool::New));
    if !new.enabled() || input.new.enabled == input.old.enabled {
        return;
    }
    let counts = input.new_counts(true, old.enabled());
    if old.enabled() {
        merged.overrule(if counts { Pool::Old } else { Pool::New }, Subject::User, Subject::User);
    }
    if counts {
        merged.for_new.enabled = input.new.enabled;
        merged.for_old.enabled = input.new.enabled;
        merged.carried.push((Subject::User, Subject::User));
    }
}

pub(super) fn identities<B: WayBack>(merged: &mut Merged, input: &MergeInput<'_, B>) {
    let (old, new) = (input.then(Pool::Old), input.then(Pool::New));
    for identity in input.new.identities.iter().filter(|identity| new.is_linked_since(identity)) {
        let Some(provider) = input.back.provider(&identity.provider) else {
            // Waits for the first sign-in with it, on either way.
            continue;
        };
        let in_old = Identity { provider, subject: identity.subject.clone() };
        if old.is_unlinked_since(&in_old) && input.authority == Pool::Old {
            continue;
        }
        merged.for_new.identities.insert(identity.clone());
        let subjects =
            (Subject::Identity(in_old.provider.clone()), Subject::Identity(identity.provider.clone()));
        if merged.for_old.identities.insert(in_old) {
            merged.carried.push(subjects);
        }
    }
    for in_old in input.old.identities.clone() {
        let in_view = input.view.identities.iter().find(|identity| {
            input.back.provider(&identity.provider).as_ref() == Some(&in_old.provider)
                && identity.subject == in_old.subject
        });
        let Some(in_new) = in_view.filter(|identity| new.is_unlinked_since(identity)) else {
            continue;
        };
        merged.for_new.identities.remove(in_new);
        merged.for_old.identities.remove(&in_old);
        merged.removable.identities.insert(input.key.identity(&input.old.sub, &in_old));
        let subjects = (Subject::Identity(in_old.provider), Subject::Identity(in_new.provider.clone()));
        merged.carried.push(subjects);
    }
}

/// Codes by text message and e-mail are one; an authenticator app goes nowhere.
pub(super) fn mfa<B>(merged: &mut Merged, input: &MergeInput<'_, B>) {
    let (old, new) = (input.then(Pool::Old), input.then(Pool::New));
    if !new.mfa() || input.new.mfa == input.old.mfa {
        return;
    }
    let codes = [Factor::Sms, Factor::Email];
    let changed = codes.into_iter().find(|factor| input.new.mfa.has(*factor) != input.old.mfa.has(*factor));
    let subject = Subject::Factor(changed.unwrap_or(Factor::Totp));
    let counts = input.new_counts(true, old.mfa());
    if old.mfa() {
        merged.overrule(if counts { Pool::Old } else { Pool::New }, subject.clone(), subject.clone());
    }
    if counts {
        merged.for_new.mfa = input.new.mfa;
        merged.for_old.mfa = input.new.mfa;
        merged.carried.push((subject.clone(), subject));
    }
}
