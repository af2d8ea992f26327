//! All that a run keeps of two pools: who belongs to whom, the groups of both sides, a print of the new side.

use std::collections::{HashMap, HashSet};

use twinpool_core::listing::{Pair, Stage};

use super::key::{Key, Subs};
use super::prints::{Print, Prints};
use super::sets::{Set, Sets};

/// Who belongs to whom: 48 bytes a user.
#[derive(Debug, Clone, Copy)]
pub(super) struct Entry {
    pub(super) old: Key,
    /// [`Key::NOBODY`] where the link names nobody.
    pub(super) new: Key,
    pub(super) old_groups: Set,
    pub(super) new_groups: Set,
    pub(super) print: Print,
    pub(super) stage: Stage,
    pub(super) seen: Seen,
}

/// What was seen of a user.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Seen(u8);

impl Seen {
    pub(super) const OLD: Self = Self(1);
    pub(super) const NEW: Self = Self(2);
    pub(super) const ENABLED: Self = Self(4);
    /// Was never given a password.
    pub(super) const UNFINISHED: Self = Self(8);

    pub(super) fn has(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }

    pub(super) fn add(&mut self, other: Self) {
        self.0 |= other.0;
    }
}

/// Both pools, as small as they get.
#[derive(Debug)]
pub(super) struct Table {
    pub(super) entries: Vec<Entry>,
    by_new: Vec<u32>,
    pub(super) subs: Subs,
    pub(super) old_sets: Sets,
    pub(super) new_sets: Sets,
    pub(super) prints: Prints,
    /// Groups of users of the old pool who have no link.
    unlinked: HashMap<Key, Set>,
    /// Users of the old pool who have no link and were seen.
    pub(super) seen: HashSet<Key>,
    /// Users of the new pool whom no link names.
    pub(super) strangers: HashSet<Key>,
}

impl Table {
    /// Room for about so many users is taken at once: growing would take more.
    pub(super) fn new(prints: Prints, about: u64) -> Self {
        let mut entries = Vec::new();
        // Only a guess of the pool's: without the room it goes on, too.
        let about = usize::try_from(about).unwrap_or_default();
        let _ = entries.try_reserve_exact(about + about / 16);
        Self {
            entries,
            by_new: Vec::new(),
            subs: Subs::default(),
            old_sets: Sets::default(),
            new_sets: Sets::default(),
            prints,
            unlinked: HashMap::new(),
            seen: HashSet::new(),
            strangers: HashSet::new(),
        }
    }

    pub(super) fn add(&mut self, pair: &Pair) {
        let new = pair.new_sub.as_ref().map_or(Key::NOBODY, |sub| self.subs.key(sub.as_str()));
        self.entries.push(Entry {
            old: self.subs.key(pair.old_sub.as_str()),
            new,
            old_groups: Set::default(),
            new_groups: Set::default(),
            print: Print::default(),
            stage: pair.stage,
            seen: Seen::default(),
        });
    }

    /// All pairs are in.
    pub(super) fn sort(&mut self) {
        // Of a link that was shown twice, the pair counts.
        self.entries.sort_unstable_by_key(|entry| (entry.old, entry.stage != Stage::Linked));
        self.entries.dedup_by_key(|entry| entry.old);
        let count = u32::try_from(self.entries.len()).unwrap_or(u32::MAX);
        self.by_new = (0..count).collect();
        let entries = &self.entries;
        self.by_new.retain(|number| new_of(entries, *number) != Key::NOBODY);
        self.by_new.sort_unstable_by_key(|number| new_of(entries, *number));
    }

    pub(super) fn of_old(&self, key: Key) -> Option<usize> {
        self.entries.binary_search_by_key(&key, |entry| entry.old).ok()
    }

    /// Those that name this user of the new pool: more than one after a succession, or where something is wrong.
    pub(super) fn of_new(&self, key: Key) -> std::ops::Range<usize> {
        let begin = self.by_new.partition_point(|number| new_of(&self.entries, *number) < key);
        let rest = self.by_new.get(begin..).unwrap_or_default();
        let count = rest.iter().take_while(|number| new_of(&self.entries, **number) == key).count();
        begin..begin + count
    }

    /// The entry at a place of [`Table::of_new`].
    pub(super) fn named(&mut self, place: usize) -> Option<&mut Entry> {
        let number = *self.by_new.get(place)?;
        self.entries.get_mut(usize::try_from(number).ok()?)
    }

    /// The same, to look at.
    pub(super) fn at(&self, place: usize) -> Option<&Entry> {
        let number = *self.by_new.get(place)?;
        self.entries.get(usize::try_from(number).ok()?)
    }

    /// Takes a member of the group of the old pool in that was begun last.
    pub(super) fn join_old(&mut self, key: Key) {
        let place = self.of_old(key);
        let set = match place.and_then(|place| self.entries.get_mut(place)) {
            Some(entry) => &mut entry.old_groups,
            None => self.unlinked.entry(key).or_default(),
        };
        *set = self.old_sets.with(*set);
    }

    /// The same of the new pool. Of strangers nobody asks.
    pub(super) fn join_new(&mut self, key: Key) {
        for place in self.of_new(key) {
            let Some(set) = self.named(place).map(|entry| entry.new_groups) else { continue };
            let set = self.new_sets.with(set);
            if let Some(entry) = self.named(place) {
                entry.new_groups = set;
            }
        }
    }

    /// The groups of a user of the old pool.
    pub(super) fn old_groups(&self, key: Key, place: Option<usize>) -> Set {
        let entry = place.and_then(|place| self.entries.get(place));
        let unlinked = || self.unlinked.get(&key).copied().unwrap_or_default();
        entry.map_or_else(unlinked, |entry| entry.old_groups)
    }
}

fn new_of(entries: &[Entry], number: u32) -> Key {
    let place = usize::try_from(number).unwrap_or(usize::MAX);
    entries.get(place).map_or(Key::NOBODY, |entry| entry.new)
}
