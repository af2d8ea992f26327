//! Both pools and the table at the end, held against what everybody changed.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Result, bail};

use super::life::Lived;
use super::person::Person;
use crate::local::{self, Link, Stack};

/// So many are named.
const MOST_NAMED: usize = 20;

/// How many there are of each.
#[derive(Debug)]
pub(super) struct Compared {
    /// The same in both pools as the drill knows them.
    pub(super) equal: usize,
    /// Deleted, and not able to sign in any more.
    pub(super) deleted: usize,
}

impl Compared {
    pub(super) fn in_words(&self, lived: &Lived) -> String {
        format!(
            "{} users and {} deleted ones, {} changes: both pools and the links are as they should be, 0 losses",
            self.equal,
            self.deleted,
            lived.changes()
        )
    }
}

/// Looks at everything, and fails if anything is lost, there twice, or nobody's.
pub(super) fn compare(stack: &Stack, people: &[Person]) -> Result<Compared> {
    let (mut old, mut new) = (stack.old().everybody()?, stack.new_pool().everybody()?);
    let (mut back, links) = (stack.links().back()?, stack.links().all()?);
    let ids: BTreeSet<_> = links.iter().map(|link| link.user_id.clone()).collect();
    let is_unique = ids.len() == links.len();
    let mut links: BTreeMap<_, _> = links.into_iter().map(|link| (link.old_sub.clone(), link)).collect();
    let mut wrong = Vec::new();
    for person in people {
        let here = old.remove(&person.username);
        let there = new.remove(&person.username);
        let link = links.remove(&person.sub);
        let points_back = there.as_ref().and_then(|there| back.remove(&there.sub));
        wrong.extend(problems(person, here.as_ref(), there.as_ref(), link.as_ref(), points_back.as_ref()));
    }
    let strange =
        [("the old pool", old.len()), ("the new pool", new.len()), ("the links", links.len() + back.len())];
    let strange = strange.iter().filter(|(_, count)| *count > 0);
    wrong.extend(strange.map(|(place, count)| format!("{count} in {place} are nobody's")));
    if !is_unique {
        wrong.push("a user id is given twice".to_owned());
    }
    if !wrong.is_empty() {
        let named: Vec<_> = wrong.iter().take(MOST_NAMED).map(String::as_str).collect();
        bail!("{} things are lost or not as they should be:\n  {}", wrong.len(), named.join("\n  "));
    }
    let deleted = people.iter().filter(|person| person.is_deleted).count();
    Ok(Compared { equal: people.len() - deleted, deleted })
}

/// What is not as it should be with one person.
fn problems(
    person: &Person,
    here: Option<&local::Person>,
    there: Option<&local::Person>,
    link: Option<&Link>,
    points_back: Option<&String>,
) -> Vec<String> {
    let sub = &person.sub;
    let (Some(there), Some(link)) = (there, link) else {
        return vec![format!("{sub}: in the new pool {}, linked {}", there.is_some(), link.is_some())];
    };
    let mut wrong = Vec::new();
    if person.is_deleted {
        if here.is_some() || there.enabled || !link.state.starts_with("tombstone") {
            wrong.push(format!(
                "{sub}: deleted, and {} (may sign in to the new pool: {})",
                link.state, there.enabled
            ));
        }
    } else {
        match here {
            Some(here) => {
                wrong.extend(person.differences(here).map(|what| format!("{sub}: {what} in the old pool")));
            }
            None => wrong.push(format!("{sub}: not in the old pool")),
        }
        wrong.extend(person.differences(there).map(|what| format!("{sub}: {what} in the new pool")));
        if link.state != "linked" || there.status != "CONFIRMED" {
            wrong.push(format!("{sub}: {} and {}", link.state, there.status));
        }
    }
    if link.new_sub.as_ref() != Some(&there.sub) || points_back != Some(sub) {
        wrong.push(format!("{sub}: linked to somebody else"));
    }
    wrong
}
