//! What differs is read again and mirrored, as the mirror would.

use std::time::Duration;

use tokio::time::sleep;
use twinpool_core::change_event::{About, Cause, ChangeEvent, EventId};
use twinpool_core::id::{OldSub, Sub};
use twinpool_core::port::Clock as _;

use crate::disposition::{Disposition, disposition};
use crate::engine::{Engine, Ports};
use crate::sync_user::{BELIEVED, Outcome, SyncError};

/// How often what passes by itself is tried.
const TRIES: u32 = 5;

/// The longest wait between two tries.
const LONGEST: Duration = Duration::from_secs(8);

impl<P: Ports> Engine<P> {
    /// Mirrors a user whom [`crate::Verifier`] found to differ, and who was therefore read more than once: that the user is not
    /// there is believed.
    ///
    /// # Errors
    /// When a call fails for good.
    pub async fn repair(&self, sub: &OldSub) -> Result<Outcome, SyncError> {
        let event = ChangeEvent::hint(
            EventId::stored("verify"),
            self.old_shape.id.clone(),
            About::User(Sub::from(sub)),
            Cause::operator("Verify"),
            self.ports.clock().now(),
        );
        let mut tries = 1;
        loop {
            let problem = match self.sync_user(&event, BELIEVED).await {
                Err(problem) => problem,
                done => return done,
            };
            match disposition(&problem, tries) {
                Disposition::Retry(after) if tries < TRIES => sleep(after.min(LONGEST)).await,
                _ => return Err(problem),
            }
            tries += 1;
        }
    }
}
