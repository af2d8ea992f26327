//! Where the move stands, as this process knows it.

use std::sync::{Mutex, PoisonError};

use twinpool_core::id::Timestamp;
use twinpool_core::phase::{PHASE_CACHED, Phase, PhaseReader, Standing};
use twinpool_core::port::{Answer, Class, Clock, PortError};

use crate::engine::{Engine, Ports};

/// What was read last, and when.
#[derive(Debug, Default)]
pub(crate) struct PhaseNow(Mutex<Option<(Timestamp, Standing)>>);

impl PhaseNow {
    /// A move that is complete is not gone by: what is dropped for it would be lost to one that was reopened meanwhile.
    fn known(&self, now: Timestamp) -> Option<Standing> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (at, standing) = known.as_ref().filter(|(_, standing)| standing.phase != Phase::Complete)?;
        let age = now.0.abs_diff(at.0);
        (u128::from(age) < PHASE_CACHED.as_millis()).then(|| standing.clone())
    }

    /// What was read last, however long ago.
    pub(crate) fn last(&self) -> Option<Standing> {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.as_ref().map(|(_, standing)| standing.clone())
    }

    /// One read of the table in [`PHASE_CACHED`].
    pub(crate) async fn of(&self, table: &impl PhaseReader, clock: &impl Clock) -> Answer<Standing> {
        let now = clock.now();
        if let Some(known) = self.known(now) {
            return Ok(known);
        }
        let standing = table.standing().await?;
        self.keep(now, &standing);
        Ok(standing)
    }

    fn keep(&self, now: Timestamp, standing: &Standing) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, standing.clone()));
    }
}

impl<P: Ports> Engine<P> {
    /// Where the move stands: one read of the table in [`PHASE_CACHED`].
    pub(crate) async fn standing(&self) -> Answer<Standing> {
        self.phase.of(self.ports.links(), self.ports.clock()).await
    }

    /// The same, read now: for what cannot be undone.
    pub(crate) async fn standing_now(&self) -> Answer<Standing> {
        let now = self.ports.clock().now();
        let standing = self.ports.links().standing().await?;
        self.phase.keep(now, &standing);
        Ok(standing)
    }

    /// [`Engine::standing`], in the middle of a work: it ends where the move was completed since it began. Neither pool follows the
    /// other by then, and the old one says nothing about anybody.
    pub(crate) async fn still_standing(&self) -> Answer<Standing> {
        unless_over(self.standing().await?)
    }

    /// The same, read now.
    pub(crate) async fn still_standing_now(&self) -> Answer<Standing> {
        unless_over(self.standing_now().await?)
    }
}

/// Whoever asks again is told that the move is over.
fn unless_over(standing: Standing) -> Answer<Standing> {
    match standing.phase {
        Phase::Complete => Err(PortError::new(Class::Stale, "GetItem", "MoveComplete")),
        Phase::DualWrite | Phase::Canary | Phase::Cutover | Phase::RolledBack => Ok(standing),
    }
}
