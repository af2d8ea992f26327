//! Many subs in 16 bytes each, and back.

use std::collections::HashMap;

use twinpool_core::id::Sub;

use crate::memberships::compact;

/// A sub in 16 bytes.
pub(crate) type Key = [u8; 16];

/// Remembers those that are no UUIDs, which Cognito's always are.
#[derive(Debug, Default)]
pub(crate) struct Subs {
    odd: HashMap<Key, Sub>,
}

impl Subs {
    pub(crate) fn key(&mut self, sub: &Sub) -> Key {
        let key = compact(sub).to_be_bytes();
        if uuid(key) != sub.as_str() {
            self.odd.insert(key, sub.clone());
        }
        key
    }

    pub(crate) fn sub(&self, key: Key) -> Option<Sub> {
        self.odd.get(&key).cloned().or_else(|| Sub::parse(uuid(key)).ok())
    }
}

/// As Cognito writes it.
fn uuid(key: Key) -> String {
    let mut out = String::with_capacity(36);
    for (index, byte) in key.iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            out.push('-');
        }
        out.push_str(&format!("{byte:02x}"));
    }
    out
}
