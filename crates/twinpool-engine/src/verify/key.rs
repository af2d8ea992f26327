//! Subs in 16 bytes, and back: of a million users every byte counts.

use std::collections::HashMap;
use std::hash::{BuildHasher as _, RandomState};

/// A sub. Cognito's are UUIDs; of others it is a hash, and the text is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct Key(u64, u64);

impl Key {
    pub(super) const NOBODY: Self = Self(0, 0);
}

/// Knows the text of every key.
#[derive(Debug, Default)]
pub(super) struct Subs {
    others: HashMap<Key, Box<str>>,
    halves: (RandomState, RandomState),
}

impl Subs {
    pub(super) fn key(&mut self, text: &str) -> Key {
        if let Some(key) = uuid(text) {
            return key;
        }
        let key = self.hashed(text);
        self.others.entry(key).or_insert_with(|| text.into());
        key
    }

    /// The key of a sub that may never have been seen.
    pub(super) fn find(&self, text: &str) -> Key {
        uuid(text).unwrap_or_else(|| self.hashed(text))
    }

    fn hashed(&self, text: &str) -> Key {
        Key(self.halves.0.hash_one(text), self.halves.1.hash_one(text))
    }

    /// The text, unless it is nobody's.
    pub(super) fn known(&self, key: Key) -> Option<String> {
        (key != Key::NOBODY).then(|| self.text(key))
    }

    fn text(&self, key: Key) -> String {
        if let Some(text) = self.others.get(&key) {
            return text.to_string();
        }
        let Key(head, tail) = key;
        format!(
            "{:08x}-{:04x}-{:04x}-{:04x}-{:012x}",
            head >> 32,
            head >> 16 & 0xffff,
            head & 0xffff,
            tail >> 48,
            tail & 0xffff_ffff_ffff
        )
    }
}

/// Only as Cognito writes it, so that the text can be had back.
fn uuid(text: &str) -> Option<Key> {
    if text.len() != 36 {
        return None;
    }
    let mut value = 0_u128;
    for (place, byte) in text.bytes().enumerate() {
        let digit = match (place, byte) {
            (8 | 13 | 18 | 23, b'-') => continue,
            (8 | 13 | 18 | 23, _) => return None,
            (_, b'0'..=b'9') => byte - b'0',
            (_, b'a'..=b'f') => byte - b'a' + 10,
            _ => return None,
        };
        value = value << 4 | u128::from(digit);
    }
    let half = |part: u128| u64::try_from(part & u128::from(u64::MAX)).unwrap_or_default();
    Some(Key(half(value >> 64), half(value)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_sub_comes_back_as_it_was() {
        let mut subs = Subs::default();
        for text in [
            "9441f38c-d64d-45d1-8401-ec94ab328c6d",
            "00000000-0000-0000-0000-00000000000f",
            "9441F38C-d64d-45d1-8401-ec94ab328c6d",
            "9441f38cd64d45d18401ec94ab328c6d0000",
            "jane-sub",
        ] {
            let key = subs.key(text);
            assert_eq!(subs.text(key), text);
            assert_eq!(subs.key(text), key);
        }
        assert_eq!(subs.others.len(), 3);
    }
}
