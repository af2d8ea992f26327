//! The trigger function: in the path of every sign-in of the old pool.
//!
//! A trigger event goes back as the very text that came, whatever happens here (F§2): the queue may fail, hang or be
//! gone, the event may be unknown or broken, the code may panic. One deadline bounds the work; what could not be sent is
//! counted, and the change arrives with the user's next event.
#![cfg_attr(
    not(test),
    deny(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::panic,
        clippy::unreachable,
        clippy::indexing_slicing,
        clippy::string_slice
    )
)]

use std::panic::AssertUnwindSafe;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::FutureExt as _;
use lambda_runtime::LambdaEvent;
use serde_json::value::RawValue;
use tokio::time::timeout;
use twinpool_core::change_event::{Captured, EventId, capture};
use twinpool_core::digest::DigestKey;
use twinpool_core::id::Timestamp;
use twinpool_core::port::ChangeSink;

mod loss;
mod start;

use loss::Seen;
pub use loss::{Loss, LossLine};
pub use start::{quiet_panics, start};

#[cfg(panic = "abort")]
compile_error!("a panic must not end a sign-in: build capture with panic = \"unwind\"");

/// The function, as it runs for each trigger event.
#[derive(Debug)]
pub struct Capture<S> {
    wiring: Result<Wiring<S>, Loss>,
}

#[derive(Debug)]
struct Wiring<S> {
    sink: S,
    key: DigestKey,
    deadline: Duration,
}

/// What goes back to Cognito, and what is written about it.
#[derive(Debug)]
pub struct Answer {
    /// The trigger event, as it came.
    pub event: Box<RawValue>,
    /// Nothing, if all is well: a line per sign-in would cost more than it tells, and SQS counts what it takes.
    pub loss: Option<LossLine>,
}

impl<S: ChangeSink> Capture<S> {
    /// A function that sends to this sink, and gives a sign-in back after the deadline at the latest.
    #[must_use]
    pub fn new(sink: S, key: DigestKey, deadline: Duration) -> Self {
        Self { wiring: Ok(Wiring { sink, key, deadline }) }
    }

    /// A function that lets every sign-in pass and counts each event as lost, for this reason.
    #[must_use]
    pub fn misconfigured(why: impl Into<String>) -> Self {
        Self { wiring: Err(Loss::Misconfigured(why.into())) }
    }

    /// Sends the hint that a trigger event holds. Always answers with that event.
    pub async fn answer(&self, event: LambdaEvent<Box<RawValue>>) -> Answer {
        let LambdaEvent { payload, context } = event;
        let mut seen = Seen::default();
        let loss = self.guarded(payload.get(), &mut seen).await.err();
        let loss = loss.map(|loss| {
            LossLine::new(&loss, &seen, &context.env_config.function_name, &context.request_id, now())
        });
        Answer { event: payload, loss }
    }

    async fn guarded(&self, raw: &str, seen: &mut Seen) -> Result<(), Loss> {
        let wiring = self.wiring.as_ref().map_err(Clone::clone)?;
        let work = AssertUnwindSafe(timeout(wiring.deadline, wiring.pass_on(raw, seen)));
        match work.catch_unwind().await {
            Ok(Ok(done)) => done,
            Ok(Err(_)) => Err(Loss::TooSlow(wiring.deadline)),
            Err(_) => Err(Loss::Panicked),
        }
    }
}

impl<S: ChangeSink> Wiring<S> {
    async fn pass_on(&self, raw: &str, seen: &mut Seen) -> Result<(), Loss> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|_| Loss::NoRandomness)?;
        match capture(raw, &self.key, EventId::from_random(random), now()) {
            Captured::Event(event) => {
                seen.note(&event);
                self.sink.send(&event).await.map_err(Loss::NotSent)
            }
            Captured::NoUser(_) => Ok(()),
            Captured::Unreadable(why) => Err(Loss::Unreadable(why)),
        }
    }
}

fn now() -> Timestamp {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
}

#[cfg(test)]
mod tests;
