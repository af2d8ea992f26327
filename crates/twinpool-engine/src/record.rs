//! What is written down: the new base, fenced by the version, and a line of history.

use std::collections::BTreeSet;

use twinpool_core::change_event::Cause;
use twinpool_core::history::Entry;
use twinpool_core::id::{AttributeName, NewSub};
use twinpool_core::link::{Base, Link, LinkState, Linked, Side};
use twinpool_core::port::{Answer, Clock, LinkStore};

use crate::case::Case;
use crate::engine::{Engine, Ports};
use crate::follow::Done;

impl<P: Ports> Engine<P> {
    /// Adds a line to the history of a link that is about to be written.
    pub(crate) fn note(&self, link: &mut Link, cause: &Cause, did: &str) {
        link.history.add(Entry { at: self.ports.clock().now(), cause: cause.clone(), did: did.to_owned() });
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
        self.store(link, case, case.side.clone(), new_sub, done, unseen).await
    }

    /// Writes a pair of which the new side does not follow yet.
    pub(crate) async fn record_first(
        &self,
        link: Link,
        case: &Case,
        new_sub: NewSub,
        found: &Done,
    ) -> Answer<Link> {
        let nothing_yet = Side { enabled: case.old.enabled, ..Side::default() };
        self.store(link, case, nothing_yet, new_sub, found, BTreeSet::new()).await
    }

    async fn store(
        &self,
        mut link: Link,
        case: &Case,
        old: Side,
        new_sub: NewSub,
        done: &Done,
        unseen: BTreeSet<AttributeName>,
    ) -> Answer<Link> {
        let first = link.linked().is_none();
        link.intended = None;
        let what = match (first, done.did.is_empty()) {
            (true, _) => "paired".to_owned(),
            (false, true) => "in step".to_owned(),
            (false, false) => done.did.join("; "),
        };
        self.note(&mut link, &case.cause, &what);
        link.state = LinkState::Linked(Box::new(Linked {
            new_sub,
            base: Base { old, new: done.side.clone() },
            held_back: done.held_back.clone(),
            unseen,
            mirrored_at: self.ports.clock().now(),
            rules: self.rules.fingerprint().to_owned(),
        }));
        let links = self.ports.links();
        link.version = if first { links.connect(&link).await? } else { links.write(&link).await? };
        Ok(link)
    }
}
