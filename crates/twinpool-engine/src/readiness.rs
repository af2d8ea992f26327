//! What would await everybody in the old pool after a rollback, from one walk over the table. Kept in some 40 bytes a user.

use twinpool_core::id::Sub;
use twinpool_core::port::Page;
use twinpool_core::readiness::{InOld, NewOnly, OldPassword, Readiness};

use crate::subs::{Key, Subs};

/// 18 bytes.
#[derive(Debug, Clone, Copy)]
struct Tied {
    key: Key,
    where_to: InOld,
    is_behind: bool,
}

/// 20 bytes.
#[derive(Debug, Clone, Copy)]
struct Arrived {
    key: Key,
    own: OldPassword,
    made: OldPassword,
}

/// What would await one user.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Awaited {
    /// The old sub; of somebody who was born in the new pool and is not in the old one, the new one.
    pub who: Sub,
    /// What.
    pub what: Awaits,
}

/// What would await somebody.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Awaits {
    /// Is a user of the old pool, with a password that is worth this.
    Old(InOld, OldPassword),
    /// Is in the new pool only.
    NewOnly(NewOnly),
}

/// Everybody whom a walk over the table shows.
#[derive(Debug, Default)]
pub struct WaysBack {
    tied: Vec<Tied>,
    arrived: Vec<Arrived>,
    born: Vec<Key>,
    subs: Subs,
}

impl WaysBack {
    /// Takes a page of the walk in.
    pub fn add(&mut self, page: &Page) {
        for link in &page.links {
            let key = self.subs.key(&link.sub());
            let is_behind = !link.reverse.held_back.is_empty();
            self.tied.push(Tied { key, where_to: InOld::of(link), is_behind });
        }
        for (who, arrival) in &page.arrivals {
            let key = self.subs.key(who);
            let [own, made] = [false, true].map(|born| OldPassword::of(arrival, born));
            self.arrived.push(Arrived { key, own, made });
        }
        // A further account is somebody's who is in the old pool.
        for apart in page.apart.iter().filter(|apart| apart.of.is_none()) {
            let key = self.subs.key(&Sub::from(&apart.new_sub));
            self.born.push(key);
        }
    }

    /// Everybody, once; to be called when all pages are in.
    pub fn all(&mut self) -> impl Iterator<Item = Awaited> + '_ {
        self.sort();
        let tied = self.tied.iter().map(|one| (one.key, self.awaits(one)));
        let born = self.born.iter().map(|key| (*key, Awaits::NewOnly(NewOnly::Born)));
        let named = |(key, what)| self.subs.sub(key).map(|who| Awaited { who, what });
        tied.chain(born).filter_map(named)
    }

    /// How many; to be called when all pages are in. `unreadable`: items of the table that could not be read.
    pub fn counted(&mut self, unreadable: usize) -> Readiness {
        self.sort();
        let unreadable = u64::try_from(unreadable).unwrap_or(u64::MAX);
        let mut counted = Readiness { unreadable, ..Readiness::default() };
        for one in &self.tied {
            let Awaits::Old(where_to, password) = self.awaits(one) else { continue };
            counted.add(where_to, password);
            counted.behind += u64::from(one.is_behind && where_to != InOld::Gone);
        }
        self.born.iter().for_each(|_| counted.add_new_only(NewOnly::Born));
        counted
    }

    fn sort(&mut self) {
        self.tied.sort_unstable_by_key(|one| one.key);
        self.tied.dedup_by_key(|one| one.key);
        self.arrived.sort_unstable_by_key(|one| one.key);
        self.arrived.dedup_by_key(|one| one.key);
        self.born.sort_unstable();
        self.born.dedup();
    }

    fn awaits(&self, tied: &Tied) -> Awaits {
        let found = self.arrived.binary_search_by_key(&tied.key, |one| one.key).ok();
        let arrived = found.and_then(|place| self.arrived.get(place));
        let is_made = tied.where_to == InOld::Made;
        let password = match arrived {
            Some(arrived) if is_made => arrived.made,
            Some(arrived) => arrived.own,
            None => OldPassword::of(&Default::default(), is_made),
        };
        Awaits::Old(tied.where_to, password)
    }
}

#[cfg(test)]
mod tests;
