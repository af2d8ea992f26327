//! What time it is.

use std::time::{Duration, SystemTime, UNIX_EPOCH};

use twinpool_core::id::Timestamp;
use twinpool_core::port::Clock;

/// The clock of the machine.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}

/// Whether so long a while is over. A clock that was put back makes nothing last for ever: then it is.
pub(crate) fn has_passed(while_: Duration, since: Timestamp, now: Timestamp) -> bool {
    now.0.checked_sub(since.0).is_none_or(|millis| u128::from(millis) >= while_.as_millis())
}
