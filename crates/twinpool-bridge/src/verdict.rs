//! What the old pool's answer comes to.

use std::time::Duration;

use twinpool_core::id::Timestamp;
use twinpool_core::password::Checked;

/// How long somebody is asked to wait whom the old pool has locked: its lock lasts from a second to a quarter of an hour, grows with
/// each wrong password, and how long it lasts is not told.
const LOCK: Pause = Pause(Duration::from_secs(60));

/// A time to wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Pause(Duration);

impl Pause {
    pub(crate) fn after(self, now: Timestamp) -> Timestamp {
        Timestamp(now.0.saturating_add(u64::try_from(self.0.as_millis()).unwrap_or(u64::MAX)))
    }
}

/// What it comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Said {
    /// It is the user's.
    Right,
    /// It is the user's, and must be changed.
    Temporary,
    /// It is not, or nobody could tell: who is disabled, unconfirmed or to reset the password is told no more than a stranger.
    Wrong,
    /// The old pool takes none for a while.
    Later(Pause),
}

pub(crate) fn of(checked: &Checked) -> Said {
    match checked {
        Checked::Right { .. } => Said::Right,
        Checked::Temporary => Said::Temporary,
        Checked::Locked => Said::Later(LOCK),
        Checked::Wrong
        | Checked::Disabled
        | Checked::NotConfirmed
        | Checked::ResetRequired
        | Checked::Unclear(_) => Said::Wrong,
    }
}
