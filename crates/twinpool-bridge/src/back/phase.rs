//! Where the move stands, as this process knows it.

use std::sync::{Mutex, PoisonError};

use twinpool_core::id::Timestamp;
use twinpool_core::phase::{PHASE_CACHED, PhaseReader as _, Standing};
use twinpool_core::port::Clock as _;

use super::ports::BackPorts;
use crate::outcome::Trouble;

/// What was read last, and when.
#[derive(Debug, Default)]
pub(super) struct PhaseNow(Mutex<Option<(Timestamp, Standing)>>);

impl PhaseNow {
    /// One read of the table in [`PHASE_CACHED`].
    pub(super) async fn get(&self, ports: &impl BackPorts) -> Result<Standing, Trouble> {
        let now = ports.clock().now();
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
        let is_fresh = |at: &Timestamp| u128::from(now.0.abs_diff(at.0)) < PHASE_CACHED.as_millis();
        if let Some((_, standing)) = known.filter(|(at, _)| is_fresh(at)) {
            return Ok(standing);
        }
        let standing = ports.table().standing().await.map_err(Trouble::Table)?;
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, standing.clone()));
        Ok(standing)
    }
}
