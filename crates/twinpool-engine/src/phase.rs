//! Where the move stands, as this process knows it.

use std::sync::{Mutex, PoisonError};

use twinpool_core::id::Timestamp;
use twinpool_core::phase::{PHASE_CACHED, PhaseReader, Standing};
use twinpool_core::port::{Answer, Clock};

use crate::engine::{Engine, Ports};

/// What was read last, and when.
#[derive(Debug, Default)]
pub(crate) struct PhaseNow(Mutex<Option<(Timestamp, Standing)>>);

impl PhaseNow {
    fn known(&self, now: Timestamp) -> Option<Standing> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, standing) = known.as_ref()?;
        let age = now.0.abs_diff(at.0);
        (u128::from(age) < PHASE_CACHED.as_millis()).then(|| standing.clone())
    }

    /// What was read last, however long ago.
    pub(crate) fn last(&self) -> Option<Standing> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().map(|(_, standing)| standing.clone())
    }

    fn keep(&self, now: Timestamp, standing: &Standing) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, standing.clone()));
    }
}

impl<P: Ports> Engine<P> {
    /// Where the move stands: one read of the table in [`PHASE_CACHED`].
    pub(crate) async fn standing(&self) -> Answer<Standing> {
        let now = self.ports.clock().now();
        if let Some(known) = self.phase.known(now) {
            return Ok(known);
        }
        self.standing_now().await
    }

    /// The same, read now: for what cannot be undone.
    pub(crate) async fn standing_now(&self) -> Answer<Standing> {
        let now = self.ports.clock().now();
        let standing = self.ports.links().standing().await?;
        self.phase.keep(now, &standing);
        Ok(standing)
    }
}
