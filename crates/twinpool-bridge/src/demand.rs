//! Whether a pool asks everybody for a second factor, also those of whom it shows none.

use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use futures_util::future::join;
use twinpool_core::id::Timestamp;
use twinpool_core::pool::MfaMode;
use twinpool_core::port::{Clock as _, PoolReader};

use crate::ports::Ports;

/// For how long a pool is not asked again: the quota of DescribeUserPool is small.
const HOLDS: Duration = Duration::from_secs(5 * 60);

/// What both pools demand, as far as it is known.
#[derive(Debug, Default)]
pub(crate) struct Demands {
    old: Known,
    new: Known,
}

impl Demands {
    /// Whether one of the pools asks everybody.
    pub(crate) async fn of_either(&self, ports: &impl Ports) -> bool {
        let now = ports.clock().now();
        let (old, new) = join(self.old.of(ports.old(), now), self.new.of(ports.new_pool(), now)).await;
        old || new
    }

    /// Whether the new pool does: of users whom the old one does not have.
    pub(crate) async fn of_new(&self, ports: &impl Ports) -> bool {
        self.new.of(ports.new_pool(), ports.clock().now()).await
    }
}

/// What one pool said, and when.
#[derive(Debug, Default)]
pub(crate) struct Known(Mutex<Option<(Timestamp, bool)>>);

impl Known {
    /// A pool that does not answer may ask everybody. That is not kept.
    pub(crate) async fn of(&self, pool: &impl PoolReader, now: Timestamp) -> bool {
        let until = |at: Timestamp| at.0.saturating_add(HOLDS.as_secs() * 1_000);
        if let Some((_, is_demanded)) = self.get().filter(|(at, _)| now.0 < until(*at)) {
            return is_demanded;
        }
        let Ok(shape) = pool.shape().await else {
            return true;
        };
        let is_demanded = shape.mfa == MfaMode::Required;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, is_demanded));
        is_demanded
    }

    fn get(&self) -> Option<(Timestamp, bool)> {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
