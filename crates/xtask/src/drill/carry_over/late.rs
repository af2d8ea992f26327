//! Changes of which no event tells, after the live traffic.

use std::collections::BTreeMap;

use anyhow::{Context as _, Result, ensure};

use super::super::command::Twinpool;
use super::super::say::Clock;
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

/// So many users are deleted, and no event tells: the sweep must find them.
pub(super) fn delete_untold(stack: &Stack, twinpool: &Twinpool, users: usize, clock: &Clock) -> Result<()> {
    let (old, new, begun) = (stack.old(), stack.new_pool().everybody()?, clock.seconds());
    let names = old.everybody()?.into_keys().filter(|username| new.contains_key(username));
    // Those who came last: others of the drill begin at the other end.
    let mut names: Vec<_> = names.collect();
    let names = names.split_off(names.len().saturating_sub(users));
    names.iter().try_for_each(|username| old.delete(username))?;
    let swept = twinpool.start_work("sweep", &["sweep", "--yes"])?.answer(&[0])?;
    let missing = swept["missing"].as_u64().context("a sweep says who is missing")?;
    let took = clock.seconds() - begun;
    clock.say(
        "sweep",
        &format!("in {took:.1} s: {} users deleted without a word, {missing} missed", names.len()),
    );
    ensure!(missing >= names.len() as u64, "the sweep did not miss all who were deleted");
    Ok(())
}
