//! The table, the groups of both sides, and the new pool, before the old one passes by.

use std::collections::BTreeSet;

use twinpool_core::arrival::ArrivalStore;
use twinpool_core::born::BornStore;
use twinpool_core::id::GroupName;
use twinpool_core::listing::{LinkBatch, PoolList};
use twinpool_core::phase::PhaseReader;
use twinpool_core::plan::GroupMode;
use twinpool_core::port::{Clock, LinkReader};
use twinpool_core::snapshot::{Snapshot, Status};

use super::key::Key;
use super::prints::Prints;
use super::table::{Seen, Table};
use super::{Observer, Step, Summary, Verifier, VerifyError};
use crate::walk::{Walk, WalkError, each_page, group_names, persist};

impl<O, N, L, C> Verifier<'_, O, N, L, C>
where
    O: PoolList,
    N: PoolList,
    L: LinkReader + LinkBatch + BornStore + ArrivalStore + PhaseReader,
    C: Clock,
{
    pub(super) async fn gather(
        &self,
        observer: &impl Observer,
        summary: &mut Summary,
    ) -> Result<Table, VerifyError> {
        let about = persist(|| self.old.size(), observer).await;
        let about = about.map_err(|error| VerifyError::Old(error.into()))?;
        let prints = Prints::new(self.known.marker.clone(), !self.known.new_shape.case_sensitive);
        let mut table = Table::new(prints, about);
        self.gather_links(&mut table, observer, summary).await?;
        let old = members(self.old, &mut table, Table::join_old, (Step::OldGroups, observer)).await;
        summary.unreadable += old.map_err(VerifyError::Old)?;
        if self.known.rules.group_mode() != GroupMode::None {
            let new = members(self.new, &mut table, Table::join_new, (Step::NewGroups, observer)).await;
            summary.unreadable += new.map_err(VerifyError::New)?;
        }
        self.gather_new(&mut table, observer, summary).await?;
        Ok(table)
    }

    async fn gather_links(
        &self,
        table: &mut Table,
        observer: &impl Observer,
        summary: &mut Summary,
    ) -> Result<(), VerifyError> {
        let mut unreadable = 0;
        let page = async |place: Option<_>| self.links.pairs(place.as_ref()).await;
        let walk = each_page(page, observer, |part| {
            if part.is_new_beginning {
                table.entries.clear();
                unreadable = 0;
            }
            part.items.iter().for_each(|pair| table.add(pair));
            unreadable += count(part.unreadable);
            observer.step(Step::Links, count(table.entries.len()));
        });
        walk.await.map_err(VerifyError::Links)?;
        table.sort();
        summary.unreadable += unreadable;
        Ok(())
    }

    async fn gather_new(
        &self,
        table: &mut Table,
        observer: &impl Observer,
        summary: &mut Summary,
    ) -> Result<(), VerifyError> {
        let (mut seen, mut unreadable) = (0, 0);
        let mut walk = Walk::new(self.new, None, observer);
        while let Some(stretch) = walk.next().await.map_err(VerifyError::New)? {
            if stretch.is_new_beginning {
                unreadable = 0;
            }
            unreadable += count(stretch.unreadable);
            for user in &stretch.users {
                let key = table.subs.key(user.sub.as_str());
                seen += u64::from(table.take(key, user));
            }
            observer.step(Step::New, seen);
        }
        summary.unreadable += unreadable;
        Ok(())
    }
}

impl Table {
    /// Keeps what the new pool says of a user. Says whether the user was not seen before.
    fn take(&mut self, key: Key, user: &Snapshot) -> bool {
        let places = self.of_new(key);
        if places.is_empty() {
            return self.strangers.insert(key);
        }
        if self.named(places.start).is_some_and(|entry| entry.seen.has(Seen::NEW)) {
            return false;
        }
        let print = self.prints.keep(user);
        for place in places {
            let Some(entry) = self.named(place) else { continue };
            entry.print = print;
            entry.seen.add(Seen::NEW);
            if user.enabled {
                entry.seen.add(Seen::ENABLED);
            }
            if user.status == Status::ForceChangePassword {
                entry.seen.add(Seen::UNFINISHED);
            }
        }
        true
    }
}

/// Takes the members of all groups of a pool in; gives how many could not be read.
async fn members<P: PoolList, Q: Observer>(
    pool: &P,
    table: &mut Table,
    join: impl Fn(&mut Table, Key),
    (step, observer): (Step, &Q),
) -> Result<u64, WalkError> {
    let (mut done, mut unreadable) = (0, 0);
    let names: BTreeSet<GroupName> = group_names(pool, observer).await?.into_iter().collect();
    for name in names {
        match step {
            Step::OldGroups => table.old_sets.begin(&name),
            _ => table.new_sets.begin(&name),
        }
        let mut missed = 0;
        let page = async |place: Option<_>| pool.members(&name, place.as_ref()).await;
        let walk = each_page(page, observer, |part| {
            if part.is_new_beginning {
                missed = 0;
            }
            missed += count(part.unreadable);
            done += count(part.items.len());
            for sub in &part.items {
                let key = table.subs.key(sub.as_str());
                join(table, key);
            }
            observer.step(step, done);
        });
        walk.await?;
        unreadable += missed;
    }
    Ok(unreadable)
}

fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}
