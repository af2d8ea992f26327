//! Both pools and the table between them, as their own lists show them.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context as _, Result, ensure};

use super::compare;
use super::finding::Findings;
use crate::local::{Link, Person, Stack};

/// Everything there is, at one time.
#[derive(Debug)]
pub(super) struct Both {
    /// The old pool by username.
    pub(super) old: BTreeMap<String, Person>,
    /// The new pool by username; the drill carries usernames over as they are.
    pub(super) new: BTreeMap<String, Person>,
    /// By old sub.
    pub(super) links: BTreeMap<String, Link>,
    /// From new sub to old sub.
    back: BTreeMap<String, String>,
}

impl Both {
    pub(super) fn look(stack: &Stack) -> Result<Self> {
        let (old, new) = (stack.old().everybody()?, stack.new_pool().everybody()?);
        let (links, back) = (stack.links().all()?, stack.links().back()?);
        let links = links.into_iter().map(|link| (link.old_sub.clone(), link)).collect();
        Ok(Self { old, new, links, back })
    }

    /// Nobody is there twice: each pair has one link, one user on each side and one user id; and each user of the new pool one link.
    pub(super) fn is_one_to_one(&self) -> Result<()> {
        let (mut ids, mut counterparts) = (BTreeSet::new(), BTreeSet::new());
        let old: BTreeSet<_> = self.old.values().map(|person| person.sub.as_str()).collect();
        let mut new: BTreeSet<_> = self.new.values().map(|person| person.sub.as_str()).collect();
        for link in self.links.values() {
            ensure!(ids.insert(&link.user_id), "the user id {} is given twice", link.user_id);
            let Some(new_sub) = &link.new_sub else { continue };
            let is_gone = link.state == "tombstone: deleted";
            let is_there = new.remove(new_sub.as_str());
            let of = &link.old_sub;
            ensure!(is_there != is_gone, "{new_sub} of {of}, {}: is there: {is_there}", link.state);
            ensure!(counterparts.insert(new_sub), "{new_sub} is linked twice, also to {of}");
            let back = self.back.get(new_sub).context("a link that nothing points back at")?;
            ensure!(*back == link.old_sub, "{new_sub} points at {back} and not at {}", link.old_sub);
            let is_linked = link.state == "linked";
            let is_there = old.contains(link.old_sub.as_str());
            ensure!(
                is_linked == is_there,
                "{} is {} and in the old pool: {is_there}",
                link.old_sub,
                link.state
            );
        }
        ensure!(new.is_empty(), "nobody is linked to these of the new pool: {new:?}");
        let linked = self.links.values().filter(|link| link.new_sub.is_some()).count();
        ensure!(self.back.len() == linked, "{} items point back at {linked} links", self.back.len());
        Ok(())
    }

    /// What both pools do not agree on, for no reason that the drill knows.
    pub(super) fn differences(&self) -> Findings {
        compare::differences(self)
    }

    /// What is not carried over, for a good reason.
    pub(super) fn held(&self) -> Findings {
        compare::held(self)
    }

    /// The old sub of a user of the new pool.
    pub(super) fn old_sub_of(&self, new_sub: &str) -> Option<&String> {
        self.back.get(new_sub)
    }

    pub(super) fn in_words(&self) -> String {
        let held = self.held().0.len();
        let count = |state: &str| self.links.values().filter(|link| link.state.starts_with(state)).count();
        format!(
            "the same on both sides: {} users in the old pool, {} in the new one, {} linked, {} deleted; {held} held back",
            self.old.len(),
            self.new.len(),
            count("linked"),
            count("tombstone"),
        )
    }
}
