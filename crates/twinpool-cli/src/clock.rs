//! What time it is.

use std::time::SystemTime;

pub(crate) use twinpool_resolver::SystemClock;

/// Now, by the clock of the machine.
pub(crate) fn now() -> SystemTime {
    SystemTime::now()
}
