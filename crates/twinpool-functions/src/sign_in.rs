//! The new pool's trigger before a token: adds the user id to it.
//!
//! A token is issued whatever happens here: the table may hang or be gone, a pool may refuse, the event may be broken, the
//! code may panic. Then the event goes back as the very text that came, or that a former function of the trigger said
//! ([`Chain`]), the missing claim is counted, and where that may help the mirror is told of the account.
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

use std::borrow::Cow;
use std::panic::AssertUnwindSafe;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::FutureExt as _;
use lambda_runtime::{Diagnostic, LambdaEvent};
use serde::Deserialize;
use serde_json::value::RawValue;
use tokio::time::{Instant, timeout};
use twinpool_aws::lambda::Lambda;
use twinpool_core::account::IdStore;
use twinpool_core::change_event::{About, Captured, ChangeEvent, capture};
use twinpool_core::claim::{ClaimName, in_answer};
use twinpool_core::id::{NewSub, PoolId};
use twinpool_core::port::{ChangeSink, Clock as _, PoolReader};
use twinpool_engine::{Identify, Named, Terms};
use twinpool_trigger::{Chain, ChainLine, Functions};

use crate::wiring::SystemClock;

mod gate;
pub mod guard;
mod hint;
mod line;
pub mod migrate;
mod missing;
mod start;

pub use gate::{Refusal, Said};
use hint::{Hint, Told, random_id};
use line::Call;
pub use line::Line;
pub use missing::Missing;
pub use start::start;

#[cfg(panic = "abort")]
compile_error!("a panic must not end a sign-in: build the functions with panic = \"unwind\"");

/// Former function, user id and hint together are to be over by then after the event came: Cognito gives 5 s (F§2), of which the
/// ways to here and back take a part.
const ANSWERED_BY: Duration = Duration::from_millis(4_500);

/// The function, as it runs for each trigger event.
#[derive(Debug)]
pub struct SignIn<O, N, I, S, F = Lambda> {
    wiring: Result<Wiring<O, N, I, S>, String>,
    chain: Chain<F>,
    /// What the start took of the time of the first event, in milliseconds; nothing once that has come.
    start_took: AtomicU64,
}

/// What the function works with.
#[derive(Debug)]
pub struct Wiring<O, N, I, S> {
    /// The old pool, for identities that it may know.
    pub old: O,
    /// The new pool, for accounts that the table does not know.
    pub new_pool: N,
    /// The table.
    pub ids: I,
    /// The queue of change events.
    pub sink: S,
    /// Which pool the old one is.
    pub old_pool: PoolId,
    /// Of which pool events are taken.
    pub pool: PoolId,
    /// The key, the marker, and how identity providers are named.
    pub terms: Terms,
    /// The claim.
    pub claim: ClaimName,
    /// How long a token waits for the user id.
    pub deadline: Duration,
}

/// What goes back to Cognito, and what is written about it.
#[derive(Debug)]
pub struct Answer {
    /// The trigger event with the claim; without it, where there is none.
    pub event: Result<Box<RawValue>, Diagnostic>,
    /// Something only where the claim is missing, or the mirror could not be told.
    pub line: Option<Line>,
    /// Something only where the trigger failed for its former function.
    pub chain: Option<ChainLine>,
}

impl<O, N, I, S, F> SignIn<O, N, I, S, F> {
    /// A function with this wiring, or one that issues every token without the claim, for this reason.
    #[must_use]
    pub fn new(wiring: Result<Wiring<O, N, I, S>, String>, chain: Chain<F>) -> Self {
        Self { wiring, chain, start_took: AtomicU64::new(0) }
    }

    /// After a start that took so long, of which the first event has that much less time.
    #[must_use]
    pub fn started_in(self, took: Duration) -> Self {
        Self { start_took: AtomicU64::new(u64::try_from(took.as_millis()).unwrap_or(u64::MAX)), ..self }
    }
}

impl<O: PoolReader, N: PoolReader, I: IdStore, S: ChangeSink, F: Functions> SignIn<O, N, I, S, F> {
    /// Adds the claim to a token's event. Always answers with that event, or with what the former function said.
    pub async fn answer(&self, event: LambdaEvent<Box<RawValue>>) -> Answer {
        let LambdaEvent { payload, context } = event;
        let left = Duration::from_millis(self.start_took.swap(0, Ordering::Relaxed));
        let until = Instant::now() + ANSWERED_BY.saturating_sub(left);
        let (name, id) = (&context.env_config.function_name, &context.request_id);
        let said = match self.chain.call(payload.get(), &context).await {
            Some(Err(refusal)) => {
                let line = ChainLine::new(&refusal, name, id, SystemClock.now());
                return Answer { event: Err(refusal.told), line: None, chain: Some(line) };
            }
            Some(Ok(said)) => Some(said),
            None => None,
        };
        let answer = said.as_deref().unwrap_or(&payload);
        let mut seen = None;
        let work = AssertUnwindSafe(self.claimed(payload.get(), answer.get(), until, &mut seen));
        let result = work.catch_unwind().await.unwrap_or(Err(Missing::Panicked));
        let told = self.tell(Hint::of(&result, seen.as_ref()), until).await;
        let call = Call { event: seen.as_ref(), function: name, request_id: id, at: SystemClock.now() };
        let line = match (&result, told) {
            (Err(missing), told) => Some(Line::missing(missing, told, &call)),
            (Ok(_), Told::Lost) => Some(Line::hint_lost(&call)),
            (Ok(_), Told::Nothing | Told::Sent) => None,
        };
        let text = result.ok().and_then(|claimed| claimed.text);
        Answer { event: Ok(text.or(said).unwrap_or(payload)), line, chain: None }
    }

    /// What a former function answered to an event, with the claim.
    async fn claimed(
        &self,
        raw: &str,
        answer: &str,
        until: Instant,
        seen: &mut Option<ChangeEvent>,
    ) -> Result<Claimed, Missing> {
        if !is_of_a_user(raw) {
            return Ok(Claimed::default());
        }
        let wiring = self.wiring.as_ref().map_err(|why| Missing::Misconfigured(why.clone()))?;
        let event = wiring.read(raw)?;
        let event = &*seen.insert(event);
        let left = until.saturating_duration_since(Instant::now());
        let deadline = wiring.deadline.min(left);
        let named = match timeout(deadline, wiring.identify(event)).await {
            Ok(named) => named?,
            Err(_) if deadline < wiring.deadline => return Err(Missing::NoTimeLeft),
            Err(_) => return Err(Missing::TooSlow(deadline)),
        };
        let text = in_answer(raw, answer, &wiring.claim, &named.id).map_err(Missing::NotAdded)?;
        let text = RawValue::from_string(text).map_err(|_| Missing::Unreadable)?;
        Ok(Claimed { text: Some(text), follows: named.follows })
    }
}

/// How a token goes.
#[derive(Debug, Default)]
struct Claimed {
    /// The answer with the claim; `None` where no claim belongs into it.
    text: Option<Box<RawValue>>,
    /// A user of the old pool who should be paired.
    follows: Option<About>,
}

/// What is read of an event before anything else.
#[derive(Deserialize)]
struct Head<'a> {
    #[serde(rename = "triggerSource", borrow)]
    source: Cow<'a, str>,
}

/// Whether the event is about a token of a person. Others come and go as they are.
fn is_of_a_user(raw: &str) -> bool {
    let head: Option<Head<'_>> = serde_json::from_str(raw).ok();
    let source = head.as_ref().map(|head| head.source.as_ref()).unwrap_or_default();
    source.starts_with("TokenGeneration_") && source != "TokenGeneration_ClientCredentials"
}

impl<O: PoolReader, N: PoolReader, I: IdStore, S> Wiring<O, N, I, S> {
    /// Takes account, username and cause out of the trigger event, as tolerant as capture is.
    fn read(&self, raw: &str) -> Result<ChangeEvent, Missing> {
        let id = random_id().ok_or(Missing::NoRandomness)?;
        match capture(raw, &self.terms.key, id, SystemClock.now()) {
            Captured::Event(event) if event.pool != self.pool => Err(Missing::OtherPool),
            Captured::Event(event) if event.sub.is_some() => Ok(event),
            Captured::Event(_) | Captured::NoUser(_) | Captured::Unreadable(_) => Err(Missing::Unreadable),
        }
    }

    async fn identify(&self, event: &ChangeEvent) -> Result<Named, Missing> {
        let (Some(sub), Some(who)) = (&event.sub, event.user()) else {
            return Err(Missing::Unreadable);
        };
        let identify = Identify {
            old: &self.old,
            new_pool: &self.new_pool,
            ids: &self.ids,
            old_pool: &self.old_pool,
            key: &self.terms.key,
            marker: &self.terms.marker,
            rules: &self.terms.rules,
        };
        identify.user_id(&NewSub::from(sub.clone()), &who).await.map_err(Missing::NotYet)
    }
}

#[cfg(test)]
mod tests;
