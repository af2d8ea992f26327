//! What is written down of both pools.

use std::collections::BTreeSet;

use twinpool_core::decision::Decision;
use twinpool_core::link::{Base, Link, LinkState, Linked};
use twinpool_core::port::{Answer, Clock, LinkStore};
use twinpool_core::reverse::Work;

use super::Both;
use crate::case::{Case, all_held};
use crate::engine::{Engine, Ports};

impl<P: Ports> Engine<P> {
    /// Writes the new base of both sides, fenced by the version, unless the link says all of it already.
    pub(super) async fn record_both(
        &self,
        mut link: Link,
        case: &Case,
        before: &Linked,
        both: Both,
        (learned, work): (bool, Option<Work>),
    ) -> Answer<()> {
        let now = self.ports.clock().now();
        let in_old = both.in_old();
        let decided = link.decisions.len();
        // A person's leave to take an alias over holds for once.
        link.decisions.retain(|_, decision| *decision != Decision::KeepOld);
        let base = Base { old: both.backward.side.clone(), new: both.forward.side.clone() };
        // What was read of the link may know more by now than what was mirrored before.
        let unseen = link.linked().map(|linked| linked.unseen.clone()).unwrap_or_default();
        let linked = Linked {
            new_sub: before.new_sub.clone(),
            base,
            held_back: all_held(&case.view, both.forward.held_back.clone()),
            unseen,
            mirrored_at: now,
            rules: self.rules.fingerprint().to_owned(),
        };
        let is_known = before.base == linked.base
            && before.held_back == linked.held_back
            && before.rules == linked.rules
            && link.reverse.held_back == in_old
            && both.merged.overruled.is_empty();
        if is_known && !learned && work.is_none() && link.decisions.len() == decided {
            self.note_seen(&link.old_sub, &case.seen).await;
            return Ok(());
        }
        if before.base.old.identities != linked.base.old.identities || learned {
            self.note_identities(case).await?;
        }
        link.intended = None;
        link.reverse.work = None;
        link.reverse.held_back = in_old;
        if work.is_none() {
            link.reverse.note_overruled(both.merged.lost_at(now));
        }
        link.state = LinkState::Linked(Box::new(linked));
        self.note(&mut link, &case.cause, &both.in_words());
        if let Err(error) = self.ports.links().write(&link).await {
            self.give_up(&link, work, &error).await;
            return Err(error);
        }
        Ok(())
    }
}

impl Both {
    fn in_words(&self) -> String {
        let in_old = self.backward.did.iter().map(|did| format!("in the old pool: {did}"));
        let lost: BTreeSet<_> = self.merged.overruled.iter().collect();
        let lost = lost.into_iter().map(|(pool, subject)| format!("overruled in the {pool}: {subject}"));
        let all: Vec<_> = self.forward.did.iter().cloned().chain(in_old).chain(lost).collect();
        if all.is_empty() { "in step".to_owned() } else { all.join("; ") }
    }
}
