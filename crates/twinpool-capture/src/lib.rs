//! The trigger function: in the path of every sign-in of the old pool.
//!
//! A trigger event goes back as the very text that came, whatever happens here (F§2): the queue may fail, hang or be
//! gone, the event may be unknown or broken, the code may panic. One deadline bounds the work; what could not be sent is
//! counted, and the change arrives with the user's next event.
//!
//! Where another function had the trigger's slot, that one is called first, and its answer goes back ([`Chain`]).
//!
//! Where it is switched on, what goes back for a token also holds the user id as a claim ([`Claim`]).
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

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use futures_util::FutureExt as _;
use lambda_runtime::{Diagnostic, LambdaEvent};
use serde_json::value::RawValue;
use tokio::time::{Instant, timeout};
use twinpool_aws::lambda::Lambda;
use twinpool_core::change_event::{Captured, EventId, capture};
use twinpool_core::digest::DigestKey;
use twinpool_core::id::Timestamp;
use twinpool_core::port::ChangeSink;
use twinpool_trigger::{Chain, ChainLine, Functions, is_own_question};

mod claim;
mod loss;
mod start;

use claim::Adder;
pub use claim::{Claim, ClaimLine};
use loss::Seen;
pub use loss::{Loss, LossLine};
pub use start::start;

#[cfg(panic = "abort")]
compile_error!("a panic must not end a sign-in: build capture with panic = \"unwind\"");

/// Former function and change event together are to be over by then after the event came: Cognito gives 5 s (F§2), of which
/// the ways to here and back take a part.
const ANSWERED_BY: Duration = Duration::from_millis(4_500);

/// The function, as it runs for each trigger event.
#[derive(Debug)]
pub struct Capture<S, F = Lambda> {
    wiring: Result<Wiring<S>, Loss>,
    chain: Chain<F>,
    claim: Adder,
    /// The app client by which twinpool asks about passwords.
    own_client: Option<String>,
    /// What the start took of the time of the first event, in milliseconds; nothing once that has come.
    start_took: AtomicU64,
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
    /// The trigger event, as it came; or what the former function of the trigger said to it. With the claim, where that is
    /// switched on.
    pub event: Result<Box<RawValue>, Diagnostic>,
    /// Nothing, if all is well: a line per sign-in would cost more than it tells, and SQS counts what it takes.
    pub loss: Option<LossLine>,
    /// Something only where the trigger failed for its former function.
    pub chain: Option<ChainLine>,
    /// Something only where a token should have got the claim, and did not.
    pub claim: Option<ClaimLine>,
}

impl<S, F> Capture<S, F> {
    /// A function that sends to this sink, and gives a sign-in back after the deadline at the latest.
    #[must_use]
    pub fn new(sink: S, key: DigestKey, deadline: Duration) -> Self {
        Self::wired(Ok(Wiring { sink, key, deadline }))
    }

    /// A function that lets every sign-in pass and counts each event as lost, for this reason.
    #[must_use]
    pub fn misconfigured(why: impl Into<String>) -> Self {
        Self::wired(Err(Loss::Misconfigured(why.into())))
    }

    fn wired(wiring: Result<Wiring<S>, Loss>) -> Self {
        let (claim, start_took) = (Adder::default(), AtomicU64::new(0));
        Self { wiring, chain: Chain::Nothing, claim, own_client: None, start_took }
    }

    /// With this before it.
    #[must_use]
    pub fn after(self, chain: Chain<F>) -> Self {
        Self { chain, ..self }
    }

    /// With this claim in the tokens.
    #[must_use]
    pub fn with_claim(self, claim: Claim) -> Self {
        Self { claim: Adder::new(claim), ..self }
    }

    /// Without a hint of the sign-ins by this app client, where there is one: they are twinpool's own questions, and nobody's
    /// change. Whatever else comes by it is a change like any.
    #[must_use]
    pub fn silent_about(self, own_client: Option<String>) -> Self {
        Self { own_client, ..self }
    }

    /// After a start that took so long, of which the first event has that much less time.
    #[must_use]
    pub fn started_in(self, took: Duration) -> Self {
        Self { start_took: AtomicU64::new(u64::try_from(took.as_millis()).unwrap_or(u64::MAX)), ..self }
    }
}

impl<S: ChangeSink, F: Functions> Capture<S, F> {
    /// Sends the hint that a trigger event holds. Always answers with that event, or with what the former function said.
    pub async fn answer(&self, event: LambdaEvent<Box<RawValue>>) -> Answer {
        let LambdaEvent { payload, context } = event;
        let arrived = Instant::now();
        let mut left = ANSWERED_BY;
        left = left.saturating_sub(Duration::from_millis(self.start_took.swap(0, Ordering::Relaxed)));
        let former = self.chain.call(payload.get(), &context).await;
        let left = former.is_some().then(|| left.saturating_sub(arrived.elapsed()));
        let mut seen = Seen::default();
        let loss = self.guarded(payload.get(), left, &mut seen).await.err();
        let (name, id) = (&context.env_config.function_name, &context.request_id);
        let (event, chain, claim) = match former.transpose() {
            Ok(said) => {
                let added = self.claim.add(payload.get(), said.as_ref().unwrap_or(&payload).get());
                let line = added.as_ref().err().map(|missing| ClaimLine::new(missing, name, id, now()));
                (Ok(added.unwrap_or_default().or(said).unwrap_or(payload)), None, line)
            }
            Err(refusal) => {
                let line = ChainLine::new(&refusal, name, id, now());
                (Err(refusal.told), Some(line), None)
            }
        };
        let loss = loss.map(|loss| LossLine::new(&loss, &seen, event.is_ok(), name, id, now()));
        Answer { event, loss, chain, claim }
    }

    /// `left`: what a former function has left of Cognito's time.
    async fn guarded(&self, raw: &str, left: Option<Duration>, seen: &mut Seen) -> Result<(), Loss> {
        let is_own = || is_own_question(raw, self.own_client.as_deref());
        if catch_unwind(AssertUnwindSafe(is_own)).map_err(|_| Loss::Panicked)? {
            return Ok(());
        }
        let wiring = self.wiring.as_ref().map_err(Clone::clone)?;
        let deadline = left.map_or(wiring.deadline, |left| left.min(wiring.deadline));
        let work = AssertUnwindSafe(timeout(deadline, wiring.pass_on(raw, !deadline.is_zero(), seen)));
        match work.catch_unwind().await {
            Ok(Ok(done)) => done,
            Ok(Err(_)) if deadline < wiring.deadline => Err(Loss::NoTimeLeft),
            Ok(Err(_)) => Err(Loss::TooSlow(deadline)),
            Err(_) => Err(Loss::Panicked),
        }
    }
}

impl<S: ChangeSink> Wiring<S> {
    async fn pass_on(&self, raw: &str, has_time: bool, seen: &mut Seen) -> Result<(), Loss> {
        let mut random = [0; 16];
        getrandom::fill(&mut random).map_err(|_| Loss::NoRandomness)?;
        match capture(raw, &self.key, EventId::from_random(random), now()) {
            Captured::Event(event) => {
                seen.note(&event);
                if !has_time {
                    return Err(Loss::NoTimeLeft);
                }
                self.sink.send(&event).await.map_err(Loss::NotSent)
            }
            Captured::NoUser => Ok(()),
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
