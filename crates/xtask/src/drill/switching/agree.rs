//! Both pools at the end, held against everything that was changed.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use super::super::people::said_of;
use super::super::say::Clock;
use super::log::{Change, Log, Pool, What};
use crate::local::{Link, Listed, Person, Stack};

/// From the mirror's read to its record, in milliseconds.
const WRITE_LASTS: u64 = 2_000;

/// Everything there is, at one time.
pub(super) struct Both<'a> {
    old: BTreeMap<String, Person>,
    new: BTreeMap<String, Person>,
    links: Vec<(Link, Listed)>,
    log: &'a Log,
}

/// Looks at both pools and the table.
pub(super) fn look<'a>(stack: &Stack, log: &'a Log) -> Result<Both<'a>> {
    let by_sub = |people: BTreeMap<String, Person>| -> BTreeMap<String, Person> {
        people
            .into_iter()
            .map(|(username, mut person)| {
                person.attributes.insert("username".to_owned(), username);
                (person.sub.clone(), person)
            })
            .collect()
    };
    let (old, new) = (by_sub(stack.old().everybody()?), by_sub(stack.new_pool().everybody()?));
    let table = stack.links();
    let links = table.all()?.into_iter().map(|link| {
        let listed = table.listed(&link.old_sub)?;
        Ok((link, listed))
    });
    Ok(Both { old, new, links: links.collect::<Result<_>>()?, log })
}

impl Both<'_> {
    /// Everybody is in both pools and the same there, but for what is listed; and every change is the last word, or listed as lost.
    pub(super) fn ensure_nothing_lost(&self, clock: &Clock) -> Result<()> {
        let (mut wrong, mut listed, mut linked) = (Vec::new(), 0, BTreeSet::new());
        for (link, lists) in &self.links {
            let pair =
                self.old.get(&link.old_sub).zip(link.new_sub.as_ref().and_then(|sub| self.new.get(sub)));
            match (link.state.as_str(), pair) {
                ("linked", Some((old, new))) => {
                    wrong
                        .extend(differences(old, new, lists).map(|what| format!("{}: {what}", link.old_sub)));
                    let (lost, bad) = self.losses(old, lists);
                    listed += lost;
                    wrong.extend(bad.into_iter().map(|what| format!("{}: {what}", link.old_sub)));
                }
                ("linked", None) if lists.held.contains("user ") => listed += 1,
                ("linked", None) => wrong.push(format!("{}: linked, and not in both pools", link.old_sub)),
                (state, _) if state.starts_with("tombstone") => wrong.extend(self.is_alive(link)),
                (state, _) if state.starts_with("conflict") => listed += 1,
                (state, _) => wrong.push(format!("{}: left at {state}", link.old_sub)),
            }
            linked.extend([Some(&link.old_sub), link.new_sub.as_ref()].into_iter().flatten());
        }
        let alone = self.old.keys().chain(self.new.keys()).filter(|sub| !linked.contains(sub));
        wrong.extend(alone.map(|sub| format!("{sub}: in one pool, and without a link")));
        wrong.extend(self.log.deleted.iter().filter_map(|(username, pool)| self.is_back(username, *pool)));
        if !wrong.is_empty() {
            bail!(
                "{} things are not as they should be:\n  {}",
                wrong.len(),
                wrong.iter().take(20).cloned().collect::<Vec<_>>().join("\n  ")
            );
        }
        let changes: usize = self.log.changes.values().map(Vec::len).sum();
        clock.say(
            "compare",
            &format!(
                "{} users in the old pool, {} in the new one, {changes} changes: each is in both pools, but for {listed} that are listed",
                self.old.len(),
                self.new.len(),
            ),
        );
        Ok(())
    }

    /// Whoever was deleted from one pool may sign in to neither.
    fn is_alive(&self, link: &Link) -> Option<String> {
        let left = self.old.get(&link.old_sub).or(link.new_sub.as_ref().and_then(|sub| self.new.get(sub)));
        left.filter(|person| person.enabled).map(|_| format!("{}: deleted, and may sign in", link.old_sub))
    }

    /// Nobody gets a name anew in this drill: whoever has the name of somebody deleted is that one.
    fn is_back(&self, username: &str, pool: Pool) -> Option<String> {
        let side = if pool == Pool::Old { &self.old } else { &self.new };
        let is_called =
            |person: &Person| person.attributes.get("username").is_some_and(|name| name == username);
        let person = side.values().find(|person| person.enabled && is_called(person))?;
        Some(format!("{}: deleted from the {pool} pool, and may sign in to it", person.sub))
    }

    /// How many changes are listed as lost, and those that are lost and not listed.
    fn losses(&self, person: &Person, lists: &Listed) -> (usize, Vec<String>) {
        let username = person.attributes.get("username").cloned().unwrap_or_default();
        let (mut listed, mut wrong) = (0, Vec::new());
        let mine = self.log.changes.iter().filter(|((name, _), _)| *name == username);
        for ((_, what), changes) in mine {
            let now = said(person, what);
            let Some(last) = changes.last() else { continue };
            if now == last.value {
                continue;
            }
            if is_listed(what, last, lists) {
                listed += 1;
            } else {
                let was: Vec<_> =
                    changes.iter().map(|change| format!("{} at {}", change.pool, change.at)).collect();
                wrong.push(format!(
                    "the last change of {what}, in the {} pool, is lost (changed in: {}; the link says: {})",
                    last.pool,
                    was.join(", "),
                    lists.did.iter().map(|(at, did)| format!("{did} at {at}")).collect::<Vec<_>>().join(", "),
                ));
            }
        }
        (listed, wrong)
    }
}

fn is_listed(what: &What, change: &Change, lists: &Listed) -> bool {
    let subject = subject(what);
    let is_lost = lists
        .lost
        .iter()
        .any(|lost| lost.subject == subject && lost.pool == change.pool.code() && lost.at >= change.at);
    is_lost
        || (change.pool == Pool::New && lists.held.contains(&subject))
        || fell_into_a_write(what, change, lists)
}

/// Cognito has no conditional writes: what changes between the mirror's read and its write of the same is written over, and nothing but
/// the history of the link says so (docs/open-questions.md).
fn fell_into_a_write(what: &What, change: &Change, lists: &Listed) -> bool {
    let names = match what {
        What::Attribute(name) | What::Group(name) => [*name; 2],
        What::Enabled => ["enable", "disable"],
    };
    let is_write = |did: &&str| {
        did.starts_with("in the old pool: ") == (change.pool == Pool::Old)
            && !did.starts_with("overruled in ")
    };
    let is_of_name = |c: char| c.is_alphanumeric() || "_:-.".contains(c);
    let is_named = |did: &str| did.split(|c: char| !is_of_name(c)).any(|word| names.contains(&word));
    let wrote = |did: &str| did.split("; ").filter(is_write).any(is_named);
    lists.did.iter().any(|(at, did)| (change.at..=change.at + WRITE_LASTS).contains(at) && wrote(did))
}

/// As the table names it.
fn subject(what: &What) -> String {
    match what {
        What::Attribute(name) => format!("attribute {name}"),
        What::Group(name) => format!("group {name}"),
        What::Enabled => "user ".to_owned(),
    }
}

fn said(person: &Person, what: &What) -> String {
    match what {
        What::Attribute(name) => person.attributes.get(*name).cloned().unwrap_or_default(),
        What::Group(name) => person.groups.contains(*name).to_string(),
        What::Enabled => person.enabled.to_string(),
    }
}

fn differences<'a>(old: &'a Person, new: &'a Person, lists: &'a Listed) -> impl Iterator<Item = String> + 'a {
    let (one, other) = (said_of(old), said_of(new));
    let names: BTreeSet<&str> = one.keys().chain(other.keys()).copied().collect();
    let names: Vec<_> = names.into_iter().filter(|name| one.get(name) != other.get(name)).collect();
    let attributes = names.into_iter().map(|name| format!("attribute {name}"));
    let groups = old.groups.symmetric_difference(&new.groups).map(|name| format!("group {name}"));
    let enabled = (old.enabled != new.enabled).then(|| "user ".to_owned());
    attributes
        .chain(groups)
        .chain(enabled)
        .filter(|what| !lists.held.contains(what))
        .map(|what| format!("{what} differs"))
}

#[cfg(test)]
mod tests;
