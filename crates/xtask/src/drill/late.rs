//! Changes of which no event tells, after the live traffic.

use std::collections::BTreeMap;

use anyhow::Result;

use crate::local::Stack;

/// So many users, linked and with a group, leave one. Gives the groups by username: twinpool put them into it and takes them out
/// again, so that whoever is in it afterwards is there against the old pool's will.
pub(super) fn leave_groups(stack: &Stack, users: usize) -> Result<BTreeMap<String, String>> {
    let (old, new) = (stack.old().everybody()?, stack.new_pool().everybody()?);
    let fit = old.into_iter().filter_map(|(username, person)| {
        let there = new.get(&username)?;
        let group = person.groups.intersection(&there.groups).next()?.clone();
        Some((username, group))
    });
    let left: BTreeMap<_, _> = fit.take(users).collect();
    left.iter().try_for_each(|(username, group)| stack.old().leave(username, group))?;
    Ok(left)
}
