//! After a read of the table that failed: not everybody has to find that out by waiting.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use twinpool_core::id::Timestamp;

use crate::cache::is_within;

/// For so long user ids of before are given without a read.
const REST: Duration = Duration::from_secs(5);

const NONE: u64 = 0;

/// When the last read failed, if none has succeeded since.
#[derive(Debug, Default)]
pub(crate) struct Outage(AtomicU64);

impl Outage {
    /// A read has failed.
    pub(crate) fn begin(&self, now: Timestamp) {
        self.0.store(now.0, Ordering::Relaxed);
    }

    /// A read has succeeded.
    pub(crate) fn end(&self) {
        self.0.store(NONE, Ordering::Relaxed);
    }

    /// Whether it is too soon to try again, for whoever has a user id of before.
    pub(crate) fn lasts(&self, now: Timestamp) -> bool {
        let since = self.0.load(Ordering::Relaxed);
        since != NONE && is_within(REST, Timestamp(since), now)
    }
}
