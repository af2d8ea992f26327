//! The old pool passes by: page after page, and nothing of it is kept.

use std::collections::HashMap;

use twinpool_core::arrival::ArrivalStore;
use twinpool_core::born::BornStore;
use twinpool_core::id::OldSub;
use twinpool_core::link::{Link, LinkState};
use twinpool_core::listing::{LinkBatch, PoolList, Stage};
use twinpool_core::phase::PhaseReader;
use twinpool_core::plan::WhenDeleted;
use twinpool_core::port::{Clock, LinkReader};
use twinpool_core::snapshot::Snapshot;

use super::finding::{Finding, Why};
use super::key::Key;
use super::row::{Row, Verdict};
use super::sight::{Gap, Sight};
use super::table::{Entry, Seen, Table};
use super::{Candidate, Observer, Step, Summary, Verifier, VerifyError, new_sub, old_sub, tell};
use crate::walk::{Walk, persist};

/// Somebody whose link is to be read.
struct Asking {
    user: Snapshot,
    entry: Entry,
    gap: Option<Gap>,
}

impl<O, N, L, C> Verifier<'_, O, N, L, C>
where
    O: PoolList,
    N: PoolList,
    L: LinkReader + LinkBatch + BornStore + ArrivalStore + PhaseReader,
    C: Clock,
{
    pub(super) async fn pass(
        &self,
        table: &mut Table,
        thorough: bool,
        observer: &impl Observer,
        summary: &mut Summary,
    ) -> Result<Vec<Candidate>, VerifyError> {
        let (mut done, mut unreadable) = (0, 0);
        let mut candidates = Vec::new();
        let mut walk = Walk::new(self.old, None, observer);
        while let Some(stretch) = walk.next().await.map_err(VerifyError::Old)? {
            if stretch.is_new_beginning {
                unreadable = 0;
            }
            unreadable += u64::try_from(stretch.unreadable).unwrap_or_default();
            let mut asking = Vec::new();
            for mut user in stretch.users {
                let key = table.subs.key(user.sub.as_str());
                let place = table.of_old(key);
                if !table.see(key, place) {
                    continue;
                }
                done += 1;
                user.groups = table.old_sets.of(table.old_groups(key, place)).cloned().collect();
                let entry = place.and_then(|place| table.entries.get(place)).copied();
                let sight = match thorough {
                    true => Sight::Read(Verdict::Equal, Why::Differs),
                    false => self.known.sight(table, &user, entry.as_ref()),
                };
                match (sight, entry) {
                    (Sight::Ask(gap), Some(entry)) => asking.push(Asking { user, entry, gap }),
                    (sight, _) => {
                        let who = (key, entry.map_or(Key::NOBODY, |entry| entry.new));
                        say(sight, who, table, &mut candidates, (observer, summary))?;
                    }
                }
            }
            self.ask(asking, table, &mut candidates, (observer, summary)).await?;
            observer.step(Step::Old, done);
        }
        summary.unreadable += unreadable;
        self.rest(table, &mut candidates, observer, summary)?;
        Ok(candidates)
    }

    /// Reads the links of some users of one page at once.
    async fn ask<Q: Observer>(
        &self,
        asking: Vec<Asking>,
        table: &Table,
        candidates: &mut Vec<Candidate>,
        (observer, summary): (&Q, &mut Summary),
    ) -> Result<(), VerifyError> {
        if asking.is_empty() {
            return Ok(());
        }
        let subs: Vec<_> = asking.iter().map(|one| OldSub::from(one.user.sub.clone())).collect();
        let found = persist(|| self.links.links(&subs), observer).await.map_err(VerifyError::Batch)?;
        let links: HashMap<String, Link> =
            found.links.into_iter().map(|link| (link.old_sub.to_string(), link)).collect();
        for Asking { user, entry, gap } in asking {
            let sight = match links.get(user.sub.as_str()) {
                Some(link) if is_merged(table, link) => {
                    Sight::Done(Verdict::HeldBack, vec![Finding::user(Why::Merged)])
                }
                // Another one since the walk over the table.
                Some(link) if !names(table, link, &entry) => Sight::Read(Verdict::Differs, Why::Differs),
                Some(link) => self.known.sight_with(&user, &entry, link, gap.as_ref()),
                None => Sight::Read(Verdict::OnlyInOld, Why::NoLink),
            };
            say(sight, (entry.old, entry.new), table, candidates, (observer, &mut *summary))?;
        }
        Ok(())
    }

    /// Whom the old pool's list did not show.
    fn rest(
        &self,
        table: &Table,
        candidates: &mut Vec<Candidate>,
        observer: &impl Observer,
        summary: &mut Summary,
    ) -> Result<(), VerifyError> {
        let policy = self.known.rules.when_deleted();
        for entry in table.entries.iter().filter(|entry| !entry.seen.has(Seen::OLD)) {
            let who = (entry.old, entry.new);
            let is_there = entry.seen.has(Seen::NEW);
            let sight = match entry.stage {
                Stage::Linked => Sight::Read(Verdict::OnlyInNew, Why::Gone),
                // The user has another owner now, who was seen.
                Stage::Tombstone if table.is_handed_over(entry) => continue,
                Stage::Tombstone if is_there => match (policy, entry.seen.has(Seen::ENABLED)) {
                    (WhenDeleted::Keep, _) | (WhenDeleted::Disable, false) => {
                        Sight::Done(Verdict::HeldBack, vec![Finding::user(Why::Deleted)])
                    }
                    (WhenDeleted::Disable | WhenDeleted::Delete, _) => {
                        Sight::Read(Verdict::OnlyInNew, Why::Gone)
                    }
                },
                Stage::Tombstone | Stage::Conflict | Stage::Merged | Stage::Pending => continue,
            };
            say(sight, who, table, candidates, (observer, &mut *summary))?;
        }
        let strangers = table.strangers.iter().map(|new| Candidate {
            old: Key::NOBODY,
            new: *new,
            verdict: Verdict::OnlyInNew,
            why: Why::NoLink,
        });
        candidates.extend(strangers);
        Ok(())
    }
}

impl Table {
    /// Says whether a user of the old pool is seen for the first time.
    fn see(&mut self, key: Key, place: Option<usize>) -> bool {
        match place.and_then(|place| self.entries.get_mut(place)) {
            Some(entry) => {
                let is_new = !entry.seen.has(Seen::OLD);
                entry.seen.add(Seen::OLD);
                is_new
            }
            None => self.seen.insert(key),
        }
    }

    /// Whether a link of another user names the user of the new pool, too.
    fn is_handed_over(&self, dead: &Entry) -> bool {
        self.of_new(dead.new).filter_map(|place| self.at(place)).any(|other| other.stage == Stage::Linked)
    }
}

/// Whether the user is one with another, who is in both pools.
fn is_merged(table: &Table, link: &Link) -> bool {
    let LinkState::Merged { into, .. } = &link.state else { return false };
    let key = table.subs.find(into.as_str());
    let other = table.of_old(key).and_then(|place| table.entries.get(place));
    super::look::is_decided(link, into) && other.is_some_and(|other| other.stage == Stage::Linked)
}

/// Whether the link is still the one of the walk.
fn names(table: &Table, link: &Link, entry: &Entry) -> bool {
    match link.linked() {
        Some(linked) => entry.stage == Stage::Linked && table.subs.find(linked.new_sub.as_str()) == entry.new,
        None => entry.stage == Stage::of(&link.state),
    }
}

fn say<Q: Observer>(
    sight: Sight,
    (old, new): (Key, Key),
    table: &Table,
    candidates: &mut Vec<Candidate>,
    (observer, summary): (&Q, &mut Summary),
) -> Result<(), VerifyError> {
    let (verdict, findings) = match sight {
        Sight::Done(verdict, findings) => (verdict, findings),
        Sight::Read(verdict, why) => {
            candidates.push(Candidate { old, new, verdict, why });
            return Ok(());
        }
        // Asked already: the users' own words count.
        Sight::Ask(_) => {
            candidates.push(Candidate { old, new, verdict: Verdict::Differs, why: Why::Differs });
            return Ok(());
        }
    };
    let row = Row {
        old_sub: table.subs.known(old).and_then(|text| old_sub(&text)),
        new_sub: table.subs.known(new).and_then(|text| new_sub(&text)),
        verdict,
        findings,
        marked: None,
        looked: false,
    };
    tell(&row, observer, summary)
}
