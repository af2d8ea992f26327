//! What is written down: the new base, fenced by the version, and a line of history.

use std::collections::BTreeSet;

use twinpool_core::account::IdStore;
use twinpool_core::change_event::{Cause, Channel};
use twinpool_core::history::Entry;
use twinpool_core::id::{AttributeName, NewSub, OldSub};
use twinpool_core::link::{Base, Link, LinkState, Linked, Side};
use twinpool_core::port::{Answer, Clock, LinkStore};

use crate::case::Case;
use crate::engine::{Engine, Ports};
use crate::follow::Done;

/// A line of history. A user can join a hundred groups at once, and an item of the table has 400 KB.
const LONGEST: usize = 300;

fn shortened(did: &str) -> String {
    match did.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{} … and more", did.split_at(end).0),
        None => did.to_owned(),
    }
}

impl<P: Ports> Engine<P> {
    /// Adds a line to the history of a link that is about to be written.
    pub(crate) fn note(&self, link: &mut Link, cause: &Cause, did: &str) {
        link.history.add(Entry { at: self.ports.clock().now(), cause: cause.clone(), did: shortened(did) });
    }

    /// Writes the new base; a first pair with the item that points back.
    pub(crate) async fn record(
        &self,
        link: Link,
        case: &Case,
        new_sub: NewSub,
        done: &Done,
        unseen: BTreeSet<AttributeName>,
    ) -> Answer<Link> {
        let known = link.linked().map(|linked| &linked.base.old.identities);
        if known != Some(&case.side.identities) || case.cause.channel() == Channel::Operator {
            self.note_identities(case).await?;
        }
        let base = Base { old: case.side.clone(), new: done.side.clone() };
        self.store(link, case, self.linked(base, new_sub, done, unseen), done, None).await
    }

    /// Notes whose the identities are, so that whoever comes to the new pool with one is known. Before what says that they were
    /// noted: nobody would come back to them.
    pub(crate) async fn note_identities(&self, case: &Case) -> Answer<()> {
        let identities: BTreeSet<_> =
            case.old.identities.iter().map(|identity| self.key.any_identity(identity)).collect();
        if identities.is_empty() {
            return Ok(());
        }
        self.ports.links().note_identities(&identities, &case.old_sub()).await
    }

    /// Writes a pair of which the new side does not follow yet.
    pub(crate) async fn record_first(
        &self,
        link: Link,
        case: &Case,
        new_sub: &NewSub,
        found: &Done,
        heir_of: Option<&OldSub>,
    ) -> Answer<Link> {
        let nothing_yet = Side { enabled: case.old.enabled, ..Side::default() };
        let base = Base { old: nothing_yet, new: found.side.clone() };
        let linked = self.linked(base, new_sub.clone(), found, BTreeSet::new());
        self.store(link, case, linked, found, heir_of).await
    }

    fn linked(&self, base: Base, new_sub: NewSub, done: &Done, unseen: BTreeSet<AttributeName>) -> Linked {
        Linked {
            new_sub,
            base,
            held_back: done.held_back.clone(),
            unseen,
            mirrored_at: self.ports.clock().now(),
            rules: self.rules.fingerprint().to_owned(),
        }
    }

    async fn store(
        &self,
        mut link: Link,
        case: &Case,
        linked: Linked,
        done: &Done,
        heir_of: Option<&OldSub>,
    ) -> Answer<Link> {
        let first = link.linked().is_none();
        link.intended = None;
        if first {
            link.linked_at = Some(linked.mirrored_at);
        }
        let what = match (first, done.did.is_empty()) {
            (true, _) => "paired".to_owned(),
            (false, true) => "in step".to_owned(),
            (false, false) => done.did.join("; "),
        };
        self.note(&mut link, &case.cause, &what);
        link.state = LinkState::Linked(Box::new(linked));
        let links = self.ports.links();
        link.version = if first { links.connect(&link, heir_of).await? } else { links.write(&link).await? };
        Ok(link)
    }
}
