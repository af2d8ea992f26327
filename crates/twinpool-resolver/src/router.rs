//! Which pool somebody is sent to.

use std::fmt;
use std::time::Duration;

use tokio::sync::Mutex;
use twinpool_core::digest::DigestKey;
use twinpool_core::id::Timestamp;
use twinpool_core::phase::{PHASE_CACHED, Phase, PhaseReader, Standing};
use twinpool_core::port::{Answer, Clock, PortError};
use twinpool_core::route::{Asker, Routed, route};

use crate::clock::{SystemClock, has_passed};

/// So long nobody asks again after a read that failed.
const SPARED: Duration = Duration::from_secs(1);

/// Says which pool somebody is sent to, by the phase in the table: one read in five seconds ([`PHASE_CACHED`]), however many ask.
///
/// The same answer for the same asker, whichever process is asked, as long as the phase is the same: all of them have the digest key.
/// It says where to sign in, and nothing of what somebody may do: an asker says of itself which group it is in.
///
/// # Errors
/// When the table cannot be read, or a newer twinpool wrote the phase: nobody knows then where the move stands. Whoever was told
/// before stays where they are; who never was is sent to the old pool. An error is given for a second without asking again.
pub struct Router<R, C = SystemClock> {
    reader: R,
    key: DigestKey,
    clock: C,
    last: Mutex<Option<Read>>,
}

/// Where somebody is sent, and where the move stood then.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Route {
    /// To which pool, and why.
    pub routed: Routed,
    /// How far the move had come.
    pub phase: Phase,
    /// The version of the record that says it.
    pub version: u64,
}

struct Read {
    standing: Answer<Standing>,
    at: Timestamp,
}

impl Read {
    fn is_fresh(&self, now: Timestamp) -> bool {
        let kept = if self.standing.is_ok() { PHASE_CACHED } else { SPARED };
        !has_passed(kept, self.at, now)
    }
}

impl<R: PhaseReader> Router<R> {
    /// A router by the clock of the machine.
    #[must_use]
    pub fn new(reader: R, key: DigestKey) -> Self {
        Self::with(reader, key, SystemClock)
    }
}

impl<R: PhaseReader, C: Clock> Router<R, C> {
    /// A router for which time passes on this clock.
    #[must_use]
    pub fn with(reader: R, key: DigestKey, clock: C) -> Self {
        Self { reader, key, clock, last: Mutex::new(None) }
    }

    /// Where somebody is sent.
    ///
    /// # Errors
    /// When nobody knows where the move stands.
    pub async fn route(&self, asker: &Asker) -> Result<Route, PortError> {
        let standing = self.standing().await?;
        let routed = route(&standing, asker, &self.key, self.clock.now());
        Ok(Route { routed, phase: standing.phase, version: standing.version })
    }

    /// Whoever comes while somebody reads waits, and has the same answer.
    async fn standing(&self) -> Answer<Standing> {
        let mut last = self.last.lock().await;
        if let Some(read) = last.as_ref().filter(|read| read.is_fresh(self.clock.now())) {
            return read.standing.clone();
        }
        let asked = self.clock.now();
        let standing = self.reader.standing().await;
        // What was read is as old as the question; what failed, as the end of the wait.
        let at = if standing.is_ok() { asked } else { self.clock.now() };
        *last = Some(Read { standing: standing.clone(), at });
        standing
    }
}

impl<R, C> fmt::Debug for Router<R, C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Router").finish_non_exhaustive()
    }
}
