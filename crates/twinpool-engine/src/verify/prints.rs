//! What the new pool's list says of a user, in some 30 bytes: 32 bits of a hash for each value, keyed anew in each run.
//!
//! A value that differs is taken for equal once in four thousand million times. No value is kept.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

use twinpool_core::attribute::{Contact, is_folded};
use twinpool_core::id::{AttributeName, Username};
use twinpool_core::snapshot::{Identity, Snapshot};
use twinpool_core::value::{Attributes, Value};

/// Where a print is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(super) struct Print(u32);

/// In words of 32 bits: 256 KB a piece, so that nothing is copied when there are more.
const CHUNK: usize = 1 << 16;

/// What a print is made of, beside values.
#[derive(Debug, PartialEq, Eq)]
struct Shape {
    names: Vec<AttributeName>,
    identities: usize,
}

/// All prints.
#[derive(Debug)]
pub(super) struct Prints {
    random: RandomState,
    /// Whether the new pool folds what people sign in with (F§4.10).
    folds: bool,
    marker: AttributeName,
    contacts: [(AttributeName, AttributeName); 2],
    shapes: Vec<Shape>,
    known: HashMap<u64, u32>,
    chunks: Vec<Vec<u32>>,
}

/// What the old pool wants the new one to say.
pub(super) struct Wanted<'a> {
    pub(super) user: &'a Snapshot,
    /// The username, where it is made of an address.
    pub(super) username: Option<Username>,
}

/// Where a print is not what is wanted.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Mismatch {
    /// Wanted, and another value or none is there.
    pub(super) values: Vec<AttributeName>,
    /// There, and not wanted.
    pub(super) extra: Vec<AttributeName>,
    pub(super) lacks_identity: bool,
    pub(super) has_more_identities: bool,
    pub(super) other_username: bool,
}

impl Prints {
    pub(super) fn new(marker: AttributeName, folds: bool) -> Self {
        let contacts = Contact::ALL.map(|contact| (contact.address_attribute(), contact.flag_attribute()));
        Self {
            random: RandomState::new(),
            folds,
            marker,
            contacts,
            shapes: Vec::new(),
            known: HashMap::new(),
            chunks: Vec::new(),
        }
    }

    /// Keeps what is said of a user.
    pub(super) fn keep(&mut self, user: &Snapshot) -> Print {
        let mut words = vec![0];
        words.extend(self.items(&user.attributes).map(|(_, word)| word));
        let identities = user.identities.iter().map(|identity| self.identity(identity));
        words.extend(identities);
        words.push(self.username(&user.username));
        if let Some(first) = words.first_mut() {
            *first = self.shape(user);
        }
        let is_full = |chunk: &Vec<u32>| chunk.len() + words.len() > CHUNK;
        if self.chunks.last().is_none_or(is_full) {
            self.chunks.push(Vec::with_capacity(CHUNK.max(words.len())));
        }
        let number = self.chunks.len() - 1;
        let chunk = self.chunks.last_mut();
        let begin = chunk.as_ref().map_or(0, |chunk| chunk.len());
        if let Some(chunk) = chunk {
            chunk.extend(words);
        }
        Print(u32::try_from(number * CHUNK + begin).unwrap_or(u32::MAX))
    }

    /// The kinds of users are few: each is kept once.
    fn shape(&mut self, user: &Snapshot) -> u32 {
        let names = || user.attributes.keys().filter(|name| self.counts(name));
        let mut hash = self.random.hash_one((user.identities.len(), names().collect::<Vec<_>>()));
        loop {
            let Some(number) = self.known.get(&hash).copied() else {
                let names = names().cloned().collect();
                let number = u32::try_from(self.shapes.len()).unwrap_or(u32::MAX);
                self.shapes.push(Shape { names, identities: user.identities.len() });
                self.known.insert(hash, number);
                return number;
            };
            let is_it =
                |shape: &Shape| shape.identities == user.identities.len() && names().eq(shape.names.iter());
            if self.shapes.get(index(number)).is_some_and(is_it) {
                return number;
            }
            hash = hash.wrapping_add(1);
        }
    }

    /// An address and its flag are one item, and the marker is nobody's.
    fn counts(&self, name: &AttributeName) -> bool {
        *name != self.marker && self.contacts.iter().all(|(_, flag)| flag != name)
    }

    fn items<'s>(&'s self, all: &'s Attributes) -> impl Iterator<Item = (&'s AttributeName, u32)> {
        all.iter()
            .filter(|(name, _)| self.counts(name))
            .map(|(name, value)| (name, self.item(all, name, value)))
    }

    fn item(&self, all: &Attributes, name: &AttributeName, value: &Value) -> u32 {
        let contact = self.contacts.iter().find(|(address, _)| address == name);
        let verified = contact.map(|(_, flag)| all.get(flag).is_some_and(Value::is_true));
        // As the plan compares.
        if self.folds && is_folded(name) {
            return self.word((value.reveal().to_lowercase().as_str(), verified));
        }
        self.word((value.reveal(), verified))
    }

    fn identity(&self, identity: &Identity) -> u32 {
        self.word((identity.provider.as_str(), identity.subject.reveal()))
    }

    fn username(&self, username: &Username) -> u32 {
        self.word(username.as_str().to_lowercase().as_str())
    }

    fn word(&self, what: impl std::hash::Hash) -> u32 {
        u32::try_from(self.random.hash_one(what) >> 32).unwrap_or_default()
    }

    /// Compares. Attributes that `left_out` names are not looked at.
    pub(super) fn compare(
        &self,
        print: Print,
        wanted: &Wanted<'_>,
        left_out: impl Fn(&AttributeName) -> bool,
    ) -> Mismatch {
        let mut mismatch = Mismatch::default();
        let Some((shape, words)) = self.kept(print) else {
            // Nothing is kept there: whatever is wanted is missing.
            mismatch.values = self.items(&wanted.user.attributes).map(|(name, _)| name.clone()).collect();
            return mismatch;
        };
        let mut there = shape.names.iter().zip(words).peekable();
        let items = self.items(&wanted.user.attributes).filter(|(name, _)| !left_out(name));
        for (name, word) in items {
            while let Some((extra, _)) = there.next_if(|(other, _)| *other < name) {
                mismatch.extra.push(extra.clone());
            }
            if there.next_if(|(other, _)| *other == name).is_none_or(|(_, other)| *other != word) {
                mismatch.values.push(name.clone());
            }
        }
        mismatch.extra.extend(there.map(|(extra, _)| extra.clone()));
        let rest = words.get(shape.names.len()..).unwrap_or_default();
        let theirs = rest.get(..shape.identities).unwrap_or_default();
        mismatch.lacks_identity =
            wanted.user.identities.iter().any(|identity| !theirs.contains(&self.identity(identity)));
        mismatch.has_more_identities = theirs.len() > wanted.user.identities.len();
        let username = rest.get(shape.identities).copied();
        mismatch.other_username =
            wanted.username.as_ref().is_some_and(|wanted| username != Some(self.username(wanted)));
        mismatch
    }

    fn kept(&self, print: Print) -> Option<(&Shape, &[u32])> {
        let place = index(print.0);
        let words = self.chunks.get(place / CHUNK)?.get(place % CHUNK..)?;
        let (shape, words) = words.split_first()?;
        let shape = self.shapes.get(index(*shape))?;
        Some((shape, words.get(..=shape.names.len() + shape.identities)?))
    }
}

impl Mismatch {
    /// Whether all that is wanted is there.
    pub(super) fn is_complete(&self) -> bool {
        self.values.is_empty() && !self.lacks_identity && !self.other_username
    }

    /// Whether there is more than is wanted.
    pub(super) fn has_extras(&self) -> bool {
        !self.extra.is_empty() || self.has_more_identities
    }
}

fn index(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}
