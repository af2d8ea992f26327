//! Where the old pool is written too, the mirror hears of what the new pool's triggers show, in the words that capture has for the
//! old one's: digests, so that an event that shows nothing new costs it no call. Beside all else, and never at the cost of a token.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::{Instant, timeout};
use twinpool_core::port::{ChangeSink as _, PortError};

use super::line::Line;
use super::source::Source;
use super::{ANSWERED_BY, Asked, Missing, Outside, SignIn, Wiring};

/// A sign-in waits this long for the queue. What could not be sent comes with the next event of the user, or with a sweep.
const PATIENCE: Duration = Duration::from_millis(500);

/// Why the mirror was not told.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum NotTold {
    #[error("{0}")]
    Event(Missing),
    #[error("the queue refused: {0}")]
    Queue(PortError),
    #[error("the queue did not answer in time")]
    TooSlow,
    #[error("there was no time left")]
    NoTimeLeft,
    #[error("the function has a defect: it panicked")]
    Panicked,
}

impl NotTold {
    pub(super) fn reason(&self) -> &'static str {
        match self {
            Self::Event(missing) => missing.reason(),
            Self::Queue(_) => "queue",
            Self::TooSlow => "too_slow",
            Self::NoTimeLeft => "no_time_left",
            Self::Panicked => "panicked",
        }
    }
}

impl<X: Outside, F> SignIn<X, F> {
    /// Tells the mirror what an event shows, if that is wanted; the line of what was lost. Never fails.
    pub(super) async fn told_back(&self, asked: &Asked<'_>) -> Option<Line> {
        let wiring = self.wiring.as_ref().ok().filter(|wiring| wiring.reverse_sync)?;
        if !asked.call.source.shows_the_user() || wiring.is_own_question(asked.raw) {
            return None;
        }
        let work = AssertUnwindSafe(tell(wiring, asked.raw, asked.after(ANSWERED_BY))).catch_unwind();
        match work.await.unwrap_or(Err(NotTold::Panicked)) {
            Ok(()) => None,
            // A token without user id has its line.
            Err(NotTold::Event(_)) if matches!(asked.call.source, Source::Token(_)) => None,
            Err(why) => Some(Line::not_told_back(&why, &asked.call)),
        }
    }
}

async fn tell<X: Outside>(wiring: &Wiring<X>, raw: &str, until: Instant) -> Result<(), NotTold> {
    let event = wiring.read(raw).map_err(NotTold::Event)?;
    let patience = PATIENCE.min(until.saturating_duration_since(Instant::now()));
    if patience.is_zero() {
        return Err(NotTold::NoTimeLeft);
    }
    let sent = timeout(patience, wiring.sink.send(&event)).await;
    sent.map_err(|_| NotTold::TooSlow)?.map_err(NotTold::Queue)
}
