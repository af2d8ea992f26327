//! Both pools at the end, held against everything that was changed.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail, ensure};

use super::super::people::said_of;
use super::super::say::Clock;
use super::log::{Change, Log, Pool, What};
use crate::local::{Link, Listed, Person, Stack};

/// From the mirror's read to its record, in milliseconds.
const WRITE_LASTS: u64 = 2_000;

/// So many changes of a hundred may fall into a write of the mirror; and so many of any number.
const FALL_IN: (usize, usize) = (1, 3);

/// So many of a hundred whom nobody deleted may be no pair, and a conflict says why; and so many of any number.
const APART: (usize, usize) = (2, 2);

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
        let found = self.found();
        if !found.wrong.is_empty() {
            bail!(
                "{} things are not as they should be:\n  {}",
                found.wrong.len(),
                found.wrong.iter().take(20).cloned().collect::<Vec<_>>().join("\n  ")
            );
        }
        let people = self.log.people.keys().filter(|user_id| !self.log.is_deleted(user_id)).count();
        let changes = self.log.count();
        clock.say(
            "compare",
            &format!(
                "{} users in the old pool, {} in the new one, {changes} changes: each is in both pools, but for {} that are listed, and \
                 {} that fell into a write; of {people} whom nobody deleted {} are no pair, and listed; {} were deleted",
                self.old.len(),
                self.new.len(),
                found.listed,
                found.fell_in,
                found.apart,
                self.log.deleted.len(),
            ),
        );
        ensure_few("changes fell into a write", found.fell_in, (changes, FALL_IN))?;
        ensure_few("users whom nobody deleted are no pair", found.apart, (people, APART))
    }

    fn found(&self) -> Found {
        let (mut found, mut linked) = (Found::default(), BTreeSet::new());
        for (link, lists) in &self.links {
            self.look_at(link, lists, &mut found);
            linked.extend([Some(&link.old_sub), link.new_sub.as_ref()].into_iter().flatten());
        }
        let alone = self.old.keys().chain(self.new.keys()).filter(|sub| !linked.contains(sub));
        found.wrong.extend(alone.map(|sub| format!("{sub}: in one pool, and without a link")));
        let known: BTreeSet<_> = self.links.iter().map(|(link, _)| &link.user_id).collect();
        let here = self.log.people.keys().filter(|user_id| !self.log.is_deleted(user_id));
        let unknown = here.filter(|user_id| !known.contains(user_id));
        found.wrong.extend(unknown.map(|user_id| format!("{user_id}: not deleted, and without a link")));
        let back = self.log.deleted.iter().filter_map(|(username, gone)| self.is_back(username, gone.pool));
        found.wrong.extend(back);
        found
    }

    fn look_at(&self, link: &Link, lists: &Listed, found: &mut Found) {
        let pair = self.old.get(&link.old_sub).zip(link.new_sub.as_ref().and_then(|sub| self.new.get(sub)));
        let is_deleted = self.log.is_deleted(&link.user_id);
        let named = |what: String| format!("{}: {what}", link.old_sub);
        match (link.state.as_str(), pair) {
            ("linked", Some((old, new))) => {
                found.wrong.extend(differences(old, new, lists).map(named));
                self.losses(old, lists, found);
            }
            ("linked", None) if lists.held.contains("user ") => found.is_apart(is_deleted),
            ("linked", None) => found.wrong.push(named("linked, and not in both pools".to_owned())),
            (state, _) if state.starts_with("tombstone") => {
                let buried = (!is_deleted).then(|| named(format!("{state}, and nobody deleted the user")));
                found.wrong.extend(self.is_alive(link).into_iter().chain(buried));
            }
            (state, _) if state.starts_with("conflict") => found.is_apart(is_deleted),
            (state, _) => found.wrong.push(named(format!("left at {state}"))),
        }
    }

    /// Whoever was deleted from one pool may sign in to neither.
    fn is_alive(&self, link: &Link) -> Option<String> {
        let both = [self.old.get(&link.old_sub), link.new_sub.as_ref().and_then(|sub| self.new.get(sub))];
        let is_alive = both.into_iter().flatten().any(|person| person.enabled);
        is_alive.then(|| format!("{}: deleted, and may sign in", link.old_sub))
    }

    /// Nobody gets a name anew in this drill: whoever has the name of somebody deleted is that one.
    fn is_back(&self, username: &str, pool: Pool) -> Option<String> {
        let side = if pool == Pool::Old { &self.old } else { &self.new };
        let is_called =
            |person: &Person| person.attributes.get("username").is_some_and(|name| name == username);
        let person = side.values().find(|person| person.enabled && is_called(person))?;
        Some(format!("{}: deleted from the {pool} pool, and may sign in to it", person.sub))
    }

    /// Each last change of a person that neither pool says any more.
    fn losses(&self, person: &Person, lists: &Listed, found: &mut Found) {
        let username = person.attributes.get("username").cloned().unwrap_or_default();
        let mine = self.log.changes.iter().filter(|((name, _), _)| *name == username);
        for ((_, what), changes) in mine {
            let Some(last) = changes.last().filter(|last| said(person, what) != last.value) else { continue };
            if is_listed(what, last, lists) {
                found.listed += 1;
            } else if fell_into_a_write(what, last, lists) {
                found.fell_in += 1;
            } else {
                let was: Vec<_> =
                    changes.iter().map(|change| format!("{} at {}", change.pool, change.at)).collect();
                found.wrong.push(format!(
                    "{}: the last change of {what}, in the {} pool, is lost (changed in: {}; the link says: {})",
                    person.sub,
                    last.pool,
                    was.join(", "),
                    lists.did.iter().map(|(at, did)| format!("{did} at {at}")).collect::<Vec<_>>().join(", "),
                ));
            }
        }
    }
}

/// What came out.
#[derive(Debug, Default)]
struct Found {
    wrong: Vec<String>,
    /// Changes that are lost, and listed as that.
    listed: usize,
    /// Changes that are lost, and only the history of the link tells why.
    fell_in: usize,
    /// Whom nobody deleted, and who are no pair.
    apart: usize,
}

impl Found {
    /// A link that is no pair, and says so.
    fn is_apart(&mut self, is_deleted: bool) {
        if is_deleted {
            self.listed += 1;
        } else {
            self.apart += 1;
        }
    }
}

/// `of`: of how many, and how many of a hundred and of any number may be so.
fn ensure_few(what: &str, found: usize, (of, (percent, any)): (usize, (usize, usize))) -> Result<()> {
    let most = any.max(of * percent / 100);
    ensure!(found <= most, "{found} {what}, and no more than {most} may");
    Ok(())
}

/// What the link itself says of it.
fn is_listed(what: &What, change: &Change, lists: &Listed) -> bool {
    let subject = subject(what);
    let is_lost = lists
        .lost
        .iter()
        .any(|lost| lost.subject == subject && lost.pool == change.pool.code() && lost.at >= change.at);
    is_lost || (change.pool == Pool::New && lists.held.contains(&subject))
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
