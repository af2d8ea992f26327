//! Whether the mirror is done.

use std::time::Duration;

use anyhow::{Result, ensure};

use super::say::Clock;
use crate::local::Stack;
use crate::process;

/// It has so long to work off what came.
pub(super) const PATIENCE: Duration = Duration::from_mins(10);

/// Waits until the mirror is done with everything that it was told.
pub(super) fn work_off(stack: &Stack, clock: &Clock) -> Result<()> {
    process::wait_within(PATIENCE, "the mirror to work off the queue", || {
        Ok(stack.queue().is_empty()?.then_some(()))
    })?;
    ensure!(stack.dead_letters().is_empty()?, "there are dead letters");
    clock.say("queue", "worked off, no dead letter");
    Ok(())
}
