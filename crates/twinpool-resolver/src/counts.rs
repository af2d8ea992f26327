//! What a resolver did, for metrics.

use std::sync::atomic::{AtomicU64, Ordering};

/// What a resolver did since it was made. Every account asked for is a hit, an unknown hit or a miss.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Counts {
    /// Accounts whose user id was in the cache.
    pub hits: u64,
    /// Accounts of which the cache knew that the table does not know them.
    pub unknown_hits: u64,
    /// Accounts of which the cache knew nothing, or nothing recent.
    pub misses: u64,
    /// Calls of the reader, those of `links_of` included.
    pub reads: u64,
    /// Calls of the reader that failed.
    pub errors: u64,
    /// User ids given after their time, because the table could not be read.
    pub stale: u64,
}

/// The counters behind [`Counts`].
#[derive(Debug, Default)]
pub(crate) struct Counters {
    pub(crate) hits: Counter,
    pub(crate) unknown_hits: Counter,
    pub(crate) misses: Counter,
    pub(crate) reads: Counter,
    pub(crate) errors: Counter,
    pub(crate) stale: Counter,
}

#[derive(Debug, Default)]
pub(crate) struct Counter(AtomicU64);

impl Counter {
    pub(crate) fn add(&self) {
        self.0.fetch_add(1, Ordering::Relaxed);
    }

    fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Counters {
    pub(crate) fn snapshot(&self) -> Counts {
        Counts {
            hits: self.hits.get(),
            unknown_hits: self.unknown_hits.get(),
            misses: self.misses.get(),
            reads: self.reads.get(),
            errors: self.errors.get(),
            stale: self.stale.get(),
        }
    }
}
