//! The mirror is told of an account whose user id or pair is missing: it has the time that a sign-in has not.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use tokio::time::{Instant, timeout};
use twinpool_core::change_event::{About, Cause, ChangeEvent, EventId};
use twinpool_core::id::{OldSub, Pool, Sub};
use twinpool_core::port::{ChangeSink as _, Clock as _};
use twinpool_engine::NotYet;

use super::tokens::Claimed;
use super::{Missing, Outside, SignIn};
use crate::wiring::SystemClock;

/// A sign-in waits this long for the queue. What could not be sent comes with the next token.
const PATIENCE: Duration = Duration::from_millis(500);

/// Who is to be looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Hint {
    pool: Pool,
    about: About,
}

/// What became of a hint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Told {
    /// There was none.
    Nothing,
    /// The queue has it.
    Sent,
    /// The queue did not take it, or there was no time.
    Lost,
}

impl Hint {
    /// The user of the old pool whose pair is missing.
    pub(super) fn about_old(old: &OldSub) -> Self {
        Self { pool: Pool::Old, about: About::User(Sub::from(old)) }
    }

    /// What the mirror can do about a token that goes like this. Nothing about what it cannot change either.
    pub(super) fn of(result: &Result<Claimed, Missing>, event: Option<&ChangeEvent>) -> Option<Self> {
        match result {
            Ok(claimed) => Some(Self { pool: Pool::Old, about: claimed.follows.clone()? }),
            Err(Missing::NotYet(NotYet::LinkPending { of, .. })) => Some(Self::about_old(of)),
            Err(
                Missing::TooSlow(_)
                | Missing::NoTimeLeft
                | Missing::NotYet(NotYet::Gone | NotYet::OldPool(_) | NotYet::NewPool(_) | NotYet::Table(_)),
            ) => Some(Self { pool: Pool::New, about: event?.about()? }),
            Err(
                Missing::NotYet(NotYet::NotConfirmed | NotYet::SeveralUsers)
                | Missing::NotAdded(_)
                | Missing::Misconfigured(_)
                | Missing::OtherPool
                | Missing::Unreadable
                | Missing::NoRandomness
                | Missing::Panicked,
            ) => None,
        }
    }
}

impl<X: Outside, F> SignIn<X, F> {
    /// Sends a hint, if there is time.
    pub(super) async fn tell(&self, hint: Option<Hint>, until: Instant) -> Told {
        let (Some(Hint { pool, about }), Ok(wiring)) = (hint, &self.wiring) else {
            return Told::Nothing;
        };
        let patience = PATIENCE.min(until.saturating_duration_since(Instant::now()));
        let Some(id) = random_id().filter(|_| !patience.is_zero()) else {
            return Told::Lost;
        };
        let pool = match pool {
            Pool::Old => wiring.old_pool.clone(),
            Pool::New => wiring.pool.clone(),
        };
        let event = ChangeEvent::hint(id, pool, about, Cause::new_pool("UserId"), SystemClock.now());
        match AssertUnwindSafe(timeout(patience, wiring.sink.send(&event))).catch_unwind().await {
            Ok(Ok(Ok(()))) => Told::Sent,
            _ => Told::Lost,
        }
    }
}

/// `None` where the system gives no random number.
pub(super) fn random_id() -> Option<EventId> {
    let mut random = [0; 16];
    getrandom::fill(&mut random).ok()?;
    Some(EventId::from_random(random))
}
