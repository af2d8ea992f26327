//! What is not an attribute: groups, who may sign in, identities, second factors.

use std::collections::BTreeSet;

use super::{MergeInput, Merged, WayBack};
use crate::held_back::{HeldBack, Reason, Subject};
use crate::id::{GroupName, Pool};
use crate::plan::GroupMode;
use crate::snapshot::{Factor, Identity, Mfa};

pub(super) fn groups<B: WayBack>(merged: &mut Merged, input: &MergeInput<'_, B>) {
    if input.terms.groups == GroupMode::None {
        return;
    }
    let waiting = input.pending.iter().filter_map(|subject| match subject {
        Subject::Group(name) => Some(name),
        _ => None,
    });
    let all: BTreeSet<&GroupName> =
        input.new.groups.iter().chain(&input.base.new.groups).chain(waiting).collect();
    for name in all.into_iter().filter(|name| !input.terms.left_alone.groups.contains(*name)) {
        bring_group(merged, input, name);
    }
}

fn bring_group<B: WayBack>(merged: &mut Merged, input: &MergeInput<'_, B>, name: &GroupName) {
    let (old, new) = (input.then(Pool::Old), input.then(Pool::New));
    let in_new = Subject::Group(name.clone());
    let is_in = input.new.groups.contains(name);
    let changed = input.waits(&in_new) || new.group(name);
    if !changed || is_in == input.view.groups.contains(name) {
        return;
    }
    let source = input.back.group(name);
    let old_changed = source.as_ref().is_some_and(|source| old.group(source));
    let counts = input.new_counts(old_changed);
    if old_changed {
        let in_old = Subject::Group(source.as_ref().unwrap_or(name).clone());
        merged.overrule(if counts { Pool::Old } else { Pool::New }, in_old, in_new.clone());
    }
    if !counts {
        return;
    }
    match is_in {
        true => drop(merged.for_new.groups.insert(name.clone())),
        false => drop(merged.for_new.groups.remove(name)),
    }
    // Whoever only adds takes nobody out of a group on the way back either.
    let travels = is_in || input.terms.groups == GroupMode::Mirror;
    let Some(source) = source.filter(|_| travels) else {
        merged.held_back.push(HeldBack { subject: in_new, reason: Reason::NoWayBack });
        return;
    };
    if is_in {
        merged.for_old.groups.insert(source.clone());
    } else {
        merged.for_old.groups.remove(&source);
        merged.removable.groups.insert(source.clone());
    }
    merged.carried.push((Subject::Group(source), in_new));
}

pub(super) fn enabled<B>(merged: &mut Merged, input: &MergeInput<'_, B>) {
    let (old, new) = (input.then(Pool::Old), input.then(Pool::New));
    if !(new.enabled() || input.waits(&Subject::User)) || input.new.enabled == input.old.enabled {
        return;
    }
    let counts = input.new_counts(old.enabled());
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
    for identity in &input.new.identities {
        link(merged, input, identity);
    }
    for identity in &input.old.identities {
        unlink(merged, input, identity);
    }
}

/// Somebody linked an identity in the new pool.
fn link<B: WayBack>(merged: &mut Merged, input: &MergeInput<'_, B>, identity: &Identity) {
    let (old, new) = (input.then(Pool::Old), input.then(Pool::New));
    let in_new = Subject::Identity(identity.provider.clone());
    if !(new.is_linked_since(identity) || input.waits(&in_new)) || input.view.identities.contains(identity) {
        return;
    }
    // Without a way back it waits for the first sign-in with it, in either pool.
    let Some(provider) = input.back.provider(&identity.provider) else {
        return;
    };
    let there = Identity { provider, subject: identity.subject.clone() };
    let in_old = Subject::Identity(there.provider.clone());
    if old.is_unlinked_since(&there) {
        let loser = if input.authority == Pool::New { Pool::Old } else { Pool::New };
        merged.overrule(loser, in_old.clone(), in_new.clone());
        if loser == Pool::New {
            return;
        }
    }
    merged.for_new.identities.insert(identity.clone());
    if merged.for_old.identities.insert(there) {
        merged.carried.push((in_old, in_new));
    }
}

/// Somebody unlinked in the new pool an identity that the old one has.
fn unlink<B: WayBack>(merged: &mut Merged, input: &MergeInput<'_, B>, there: &Identity) {
    let (old, new) = (input.then(Pool::Old), input.then(Pool::New));
    let is_the_same = |here: &&Identity| {
        here.subject == there.subject && input.back.provider(&here.provider).as_ref() == Some(&there.provider)
    };
    let Some(here) = input.view.identities.iter().find(is_the_same) else {
        return;
    };
    let in_new = Subject::Identity(here.provider.clone());
    let is_gone = !input.new.identities.contains(here);
    if !is_gone || !(new.is_unlinked_since(here) || input.waits(&in_new)) {
        return;
    }
    let in_old = Subject::Identity(there.provider.clone());
    if old.is_linked_since(there) {
        let loser = if input.authority == Pool::New { Pool::Old } else { Pool::New };
        merged.overrule(loser, in_old.clone(), in_new.clone());
        if loser == Pool::New {
            return;
        }
    }
    merged.for_new.identities.remove(here);
    merged.for_old.identities.remove(there);
    merged.removable.identities.insert(input.key.identity(&input.old.sub, there));
    merged.carried.push((in_old, in_new));
}

/// Codes by text message and by e-mail; an authenticator app goes nowhere, and is told of.
pub(super) fn mfa<B>(merged: &mut Merged, input: &MergeInput<'_, B>) {
    let (old, new) = (input.then(Pool::Old), input.then(Pool::New));
    merged.for_old.mfa.totp = input.new.mfa.totp;
    for factor in [Factor::Sms, Factor::Email] {
        let subject = Subject::Factor(factor);
        let is_on = input.new.mfa.has(factor);
        let changed = new.factor(factor) || input.waits(&subject);
        if !changed || input.old.mfa.has(factor) == is_on {
            continue;
        }
        let counts = input.new_counts(old.factor(factor));
        if old.factor(factor) {
            merged.overrule(if counts { Pool::Old } else { Pool::New }, subject.clone(), subject.clone());
        }
        if counts {
            turn(&mut merged.for_new.mfa, factor, is_on);
            turn(&mut merged.for_old.mfa, factor, is_on);
            merged.carried.push((subject.clone(), subject));
        }
    }
    // That none is asked for first is no wish: the plan would take the other pool's.
    let preferred = input.new.mfa.preferred.filter(|factor| *factor != Factor::Totp);
    let is_on = preferred.is_some_and(|factor| merged.for_new.mfa.has(factor));
    if is_on && new.preference() && input.new_counts(old.preference()) {
        merged.for_new.mfa.preferred = input.new.mfa.preferred;
        merged.for_old.mfa.preferred = input.new.mfa.preferred;
    }
}

fn turn(mfa: &mut Mfa, factor: Factor, is_on: bool) {
    match factor {
        Factor::Sms => mfa.sms = is_on,
        Factor::Email => mfa.email = is_on,
        Factor::Totp | Factor::Passkeys | Factor::Devices => {}
    }
}
