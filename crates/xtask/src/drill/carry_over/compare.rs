//! What has to be in the new pool, by twinpool's documents and not by its code: usernames and everything else as in the old pool,
//! but no unconfirmed user, no new address that is unverified (the new pool would write to it), and the deleted disabled.

use std::collections::BTreeSet;

use super::super::people::said_of;
use super::both::Both;
use super::finding::{Finding, Findings};
use crate::local::Person;

/// What travels together.
const ADDRESS: [&str; 2] = ["email", "email_verified"];

pub(super) fn differences(both: &Both) -> Findings {
    let mut all = Findings::default();
    for (username, old) in &both.old {
        let pair = both.new.get(username);
        let finding = match pair {
            _ if old.status == "UNCONFIRMED" => pair.map(|_| Finding::one("differs", "user not_confirmed")),
            None if both.links.contains_key(&old.sub) => Some(Finding::one("only_in_old", "user not_there")),
            None => Some(Finding::one("only_in_old", "user no_link")),
            Some(new) => difference(old, new),
        };
        all.extend(finding.map(|finding| (old.sub.clone(), finding)));
    }
    for new in alone(both) {
        let old_sub = both.old_sub_of(&new.sub);
        let link = old_sub.and_then(|sub| both.links.get(sub));
        let finding = match link.map(|link| link.state.starts_with("tombstone")) {
            None => Finding::one("only_in_new", "user no_link"),
            Some(false) => Finding::one("only_in_new", "user gone"),
            Some(true) if new.enabled => Finding::one("differs", "enabled differs"),
            Some(true) => continue,
        };
        all.extend([(old_sub.unwrap_or(&new.sub).clone(), finding)]);
    }
    all
}

pub(super) fn held(both: &Both) -> Findings {
    let mut all = Findings::default();
    for (username, old) in &both.old {
        let finding = match both.new.get(username) {
            _ if old.status == "UNCONFIRMED" => Finding::one("held_back", "user not_confirmed"),
            Some(new) if is_address_held(old, new) && difference(old, new).is_none() => {
                Finding::one("held_back", "attribute email would_message")
            }
            _ => continue,
        };
        all.extend([(old.sub.clone(), finding)]);
    }
    for new in alone(both).filter(|new| !new.enabled) {
        let Some(old_sub) = both.old_sub_of(&new.sub) else { continue };
        let is_buried = both.links.get(old_sub).is_some_and(|link| link.state.starts_with("tombstone"));
        all.extend(is_buried.then(|| (old_sub.clone(), Finding::one("held_back", "user deleted"))));
    }
    all
}

/// Users of the new pool without one in the old pool.
fn alone(both: &Both) -> impl Iterator<Item = &Person> {
    both.new.iter().filter(|(username, _)| !both.old.contains_key(*username)).map(|(_, new)| new)
}

/// An address that nobody has proved comes along with a new user only: later the new pool would write to it.
fn is_address_held(old: &Person, new: &Person) -> bool {
    let [old, new] = [old, new]
        .map(|person| ADDRESS.map(|name| said_of(person).get(name).map(|value| (*value).to_owned())));
    let [address, flag] = &old;
    address.is_some() && flag.is_none() && old != new
}

fn difference(old: &Person, new: &Person) -> Option<Finding> {
    let mut what = BTreeSet::new();
    let (mut wanted, mut there) = (said_of(old), said_of(new));
    if is_address_held(old, new) {
        for side in [&mut wanted, &mut there] {
            side.retain(|name, _| !ADDRESS.contains(name));
        }
    }
    for name in wanted.keys().chain(there.keys()) {
        match (wanted.get(name), there.get(name)) {
            (Some(one), Some(other)) if one == other => continue,
            (Some(_), Some(_)) => what.insert(format!("attribute {name} differs")),
            // A flag that is not there is false.
            _ if name.ends_with("_verified") => what.insert(format!("attribute {name} differs")),
            (Some(_), None) => what.insert(format!("attribute {name} not_there")),
            (None, _) => what.insert(format!("attribute {name} extra")),
        };
    }
    what.extend(old.groups.difference(&new.groups).map(|group| format!("group {group} not_there")));
    what.extend(new.groups.difference(&old.groups).map(|group| format!("group {group} extra")));
    if old.enabled != new.enabled {
        what.insert("enabled differs".to_owned());
    }
    if new.status != "CONFIRMED" {
        what.insert("password not_there".to_owned());
    }
    (!what.is_empty()).then(|| Finding::new("differs", what))
}
