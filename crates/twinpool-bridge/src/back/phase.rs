//! Where the move stands, as this process knows it.

use std::sync::{Mutex, PoisonError};

use twinpool_core::id::Timestamp;
use twinpool_core::phase::{PHASE_CACHED, Phase, PhaseReader as _};
use twinpool_core::port::Clock as _;

use super::ports::BackPorts;
use crate::outcome::Trouble;

/// What was read last, and when.
#[derive(Debug, Default)]
pub(super) struct PhaseNow(Mutex<Option<(Timestamp, Phase)>>);

impl PhaseNow {
    /// One read of the table in [`PHASE_CACHED`].
    pub(super) async fn get(&self, ports: &impl BackPorts) -> Result<Phase, Trouble> {
        let now = ports.clock().now();
        let known = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |at: &Timestamp| u128::from(now.0.abs_diff(at.0)) < PHASE_CACHED.as_millis();
        if let Some((_, phase)) = known.filter(|(at, _)| is_fresh(at)) {
            return Ok(phase);
        }
        let phase = ports.table().standing().await.map_err(Trouble::Table)?.phase;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, phase));
        Ok(phase)
    }
}
