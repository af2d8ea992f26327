//! What the table said, for as long as it holds.

mod packed;

use std::time::Duration;

use quick_cache::sync::{Cache as Entries, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, UnitWeighter};
use twinpool_core::account::Account;
use twinpool_core::id::{Pool, Timestamp, UserId};

use crate::Limits;
use packed::{Entry, Key};

/// Parts that are locked by themselves.
const SHARDS: usize = 16;

/// Answers of the table. Keys are hashed with a secret of the process: nobody outside can choose subs that collide.
pub(crate) struct Cache {
    entries: Entries<Key, Entry>,
    limits: Limits,
}

impl Cache {
    pub(crate) fn new(limits: Limits) -> Self {
        let mut options = OptionsBuilder::new();
        options.shards(SHARDS).estimated_items_capacity(limits.entries);
        options.weight_capacity(u64::try_from(limits.entries).unwrap_or(u64::MAX));
        let (hasher, lifecycle) = (DefaultHashBuilder::default(), DefaultLifecycle::default());
        let entries = match options.build() {
            Ok(options) => Entries::with_options(options, UnitWeighter, hasher, lifecycle),
            Err(_) => Entries::new(limits.entries),
        };
        Self { entries, limits }
    }

    /// What the table said, if that holds now: `Some(None)` where it did not know the account.
    pub(crate) fn get(&self, account: &Account, now: Timestamp) -> Option<Option<UserId>> {
        let entry = self.entries.get(&Key::from(account))?;
        let (known, limits) = (entry.is_known(), &self.limits);
        let holds_for = match account.pool {
            _ if known => limits.known_for,
            Pool::Old => limits.unknown_old_for,
            Pool::New => limits.unknown_for,
        };
        if !is_within(holds_for, entry.at(), now) {
            return None;
        }
        let id = entry.user_id();
        (id.is_some() == known).then_some(id)
    }

    /// The user id that the table said too long ago, where nothing better can be had.
    pub(crate) fn stale(&self, account: &Account, now: Timestamp) -> Option<UserId> {
        let entry = self.entries.get(&Key::from(account))?;
        let holds_for = self.limits.known_for.saturating_add(self.limits.stale_for);
        is_within(holds_for, entry.at(), now).then(|| entry.user_id())?
    }

    /// Notes what the table said when it was asked at this moment.
    pub(crate) fn put(&self, account: &Account, id: Option<&UserId>, asked: Timestamp) {
        self.entries.insert(Key::from(account), Entry::new(id, asked));
    }

    pub(crate) fn len(&self) -> usize {
        self.entries.len()
    }
}

/// In both directions: an entry from after a clock was put back holds no longer than any other.
pub(crate) fn is_within(span: Duration, then: Timestamp, now: Timestamp) -> bool {
    u128::from(now.0.abs_diff(then.0)) < span.as_millis()
}
