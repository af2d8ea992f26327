//! What a user born in the new pool and the one of the old pool agree on at first. Whatever else the new pool says is a change that is
//! still to travel: that is where the user came from.

use std::collections::BTreeSet;

use twinpool_core::attribute::Contact;
use twinpool_core::digest::DigestKey;
use twinpool_core::id::{AttributeName, OldSub, Sub};
use twinpool_core::link::Side;
use twinpool_core::merge::Merged;
use twinpool_core::snapshot::Snapshot;

/// The new pool's side of the base. `back`: what the old pool shall say; `old`: what it says.
pub(super) fn agreed(new: &Snapshot, back: &Merged, old_sub: &OldSub, old: &Side, key: &DigestKey) -> Side {
    let sub = Sub::from(old_sub);
    let mut side = Side::of(new, key);
    let carried = |in_new: &AttributeName| {
        use twinpool_core::held_back::Subject::Attribute;
        let unit = Contact::of(in_new).map_or_else(|| in_new.clone(), Contact::address_attribute);
        back.carried.iter().find_map(|(in_old, name)| match (in_old, name) {
            (Attribute(in_old), Attribute(name)) if *name == unit => Some(in_old.clone()),
            _ => None,
        })
    };
    let is_same = |name: &AttributeName| {
        let shall = back.for_old.attributes.get(name).map(|value| key.attribute(&sub, name, value));
        shall.as_ref() == old.attributes.get(name)
    };
    side.attributes.retain(|name, _| {
        carried(name).is_some_and(|in_old| match Contact::of(&in_old) {
            Some(contact) => is_same(&contact.address_attribute()) && is_same(&contact.flag_attribute()),
            None => is_same(&in_old),
        })
    });
    let in_both = back.carried.iter().filter_map(|(in_old, in_new)| {
        use twinpool_core::held_back::Subject::Group;
        match (in_old, in_new) {
            (Group(in_old), Group(in_new)) if old.groups.contains(in_old) => Some(in_new.clone()),
            _ => None,
        }
    });
    let groups: BTreeSet<_> = in_both.collect();
    side.groups.retain(|name| groups.contains(name));
    // What differs is a change of the new pool's.
    side.enabled = old.enabled;
    side.mfa = old.mfa;
    side.identities.clear();
    side
}
