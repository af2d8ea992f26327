//! Names that must be unique, remembered by hashes: of a pool that has more of them than are kept, a random part.

use std::collections::HashMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};

use twinpool_core::id::Sub;

/// So many names are remembered: about 70 MB.
pub const MOST_NAMES: usize = 1_800_000;

/// Whose name was met first, and how it was written.
struct First {
    spelling: u32,
    sub: u128,
}

/// Hashes of names.
pub(super) struct Names {
    most: usize,
    seed: u64,
    /// Of a hash, so many bits must be zero for it to be kept.
    bits: u32,
    seen: HashMap<u64, First>,
}

/// A name that somebody else had.
pub(super) struct Met {
    /// Who had it first, where the sub is a UUID.
    pub(super) first: Option<String>,
    /// Written the same, not only in other case.
    pub(super) is_same: bool,
    /// For how many such it stands.
    pub(super) weight: u64,
}

impl Names {
    pub(super) fn new(most: usize, seed: u64) -> Self {
        Self { most: most.max(1), seed, bits: 0, seen: HashMap::new() }
    }

    pub(super) fn len(&self) -> usize {
        self.seen.len()
    }

    pub(super) fn one_in(&self) -> u64 {
        1 << self.bits
    }

    /// A user's name of this kind, `folded` as the new pool compares it. `None` where nobody else had it.
    pub(super) fn meet(&mut self, kind: &str, folded: &str, spelled: &str, user: &Sub) -> Option<Met> {
        let key = self.hash(&[kind, folded]);
        if key & self.mask() != 0 {
            return None;
        }
        let spelling = short(self.hash(&[spelled]));
        let sub = self.number(user);
        if let Some(first) = self.seen.get(&key) {
            // The list may show one user twice.
            return (first.sub != sub).then(|| Met {
                first: uuid(first.sub),
                is_same: first.spelling == spelling,
                weight: self.one_in(),
            });
        }
        self.seen.insert(key, First { spelling, sub });
        while self.seen.len() > self.most && self.bits < 60 {
            self.bits += 1;
            let mask = self.mask();
            self.seen.retain(|key, _| key & mask == 0);
        }
        None
    }

    fn mask(&self) -> u64 {
        self.one_in() - 1
    }

    fn hash(&self, parts: &[&str]) -> u64 {
        let mut hasher = DefaultHasher::new();
        self.seed.hash(&mut hasher);
        parts.hash(&mut hasher);
        hasher.finish()
    }

    /// A UUID as it is; of anything else a hash.
    fn number(&self, sub: &Sub) -> u128 {
        let text = sub.as_str();
        let digits: String = text.chars().filter(|c| *c != '-').collect();
        let parsed =
            u128::from_str_radix(&digits, 16).ok().filter(|number| uuid(*number).as_deref() == Some(text));
        parsed.unwrap_or_else(|| u128::from(self.hash(&[text])))
    }
}

fn short(hash: u64) -> u32 {
    u32::try_from(hash >> 32).unwrap_or_default()
}

/// The text of a number that is one: the upper half of a hash is zero.
fn uuid(number: u128) -> Option<String> {
    let digits = format!("{number:032x}");
    let part = |from: usize, to: usize| digits.get(from..to);
    let text = [part(0, 8)?, part(8, 12)?, part(12, 16)?, part(16, 20)?, part(20, 32)?].join("-");
    (number >> 64 != 0).then_some(text)
}
