//! The one function of all the new pool's triggers: it adds the user id to tokens, and lets people of the old pool in.
//!
//! Two rules, by trigger. A token is issued and a confirmation passes whatever happens here: the table may hang or be gone, a pool may
//! refuse, the event may be broken, the code may panic. Then the event goes back as the very text that came, or that a former
//! function of the trigger said ([`Chain`]), and what is missing is counted. Whoever is to be let in is let in only on proof: on
//! any doubt there are no tokens, and the person is told to try later. A trigger that nobody knows goes back as it came.
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

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use futures_util::future::join;
use lambda_runtime::{Context, Diagnostic, LambdaEvent};
use serde_json::value::RawValue;
use tokio::time::Instant;
use twinpool_aws::lambda::Lambda;
use twinpool_core::port::Clock as _;
use twinpool_trigger::{Chain, ChainLine, Functions};

use crate::wiring::SystemClock;

mod arrivals;
mod challenge;
mod confirmed;
mod first_token;
mod gate;
pub mod guard;
mod hint;
mod identify;
mod line;
pub mod migrate;
mod missing;
mod newcomers;
mod on_aws;
mod refused;
mod source;
mod start;
mod tokens;
mod told_back;
mod wiring;

pub use gate::{Outcome, Refusal, Said as Admitted};
use line::Call;
pub use line::Line;
pub use missing::Missing;
pub use refused::Refused;
use source::Source;
pub use start::start;
pub use wiring::{Outside, Ways, Wiring};

#[cfg(panic = "abort")]
compile_error!("a panic must not end a sign-in: build the functions with panic = \"unwind\"");

/// Former function, user id and hint together are to be over by then after the event came: Cognito gives 5 s (F§2), of which the
/// ways to here and back take a part.
pub const ANSWERED_BY: Duration = Duration::from_millis(4_500);

/// Whether somebody is let in is said by then: Cognito would ask again after 5 s, and the old pool count another attempt.
pub const LET_IN_BY: Duration = Duration::from_secs(4);

/// The function, as it runs for each trigger event.
pub struct SignIn<X: Outside, F = Lambda> {
    wiring: Result<Wiring<X>, String>,
    chain: Chain<F>,
    /// What the start took of the time of the first event, in milliseconds; nothing once that has come.
    start_took: AtomicU64,
}

/// What goes back to Cognito, and what is written about it.
#[derive(Debug)]
pub struct Answer {
    /// The trigger event with the answer; as it came, where there is none. Or how the trigger fails.
    pub event: Result<Box<RawValue>, Diagnostic>,
    /// What is counted.
    pub lines: Vec<Line>,
    /// Something only where the trigger failed for its former function.
    pub chain: Option<ChainLine>,
}

/// A trigger event on its way.
struct Asked<'a> {
    /// What came.
    raw: &'a str,
    /// What a former function made of it; else what came.
    said: &'a str,
    call: Call<'a>,
    came: Instant,
}

impl Asked<'_> {
    /// When so much is over since the event came.
    fn after(&self, time: Duration) -> Instant {
        self.came + time
    }
}

/// What is said to an event; `None`: it goes back as it is.
type Said = Result<Option<Box<RawValue>>, Diagnostic>;

/// An answer, but for the event where that goes back as it came.
struct Chained {
    event: Said,
    lines: Vec<Line>,
    chain: Option<ChainLine>,
}

impl<X: Outside, F> SignIn<X, F> {
    /// A function with this wiring, or one that issues every token without the claim and lets nobody in, for this reason.
    #[must_use]
    pub fn new(wiring: Result<Wiring<X>, String>, chain: Chain<F>) -> Self {
        Self { wiring, chain, start_took: AtomicU64::new(0) }
    }

    /// After a start that took so long, of which the first event has that much less time.
    #[must_use]
    pub fn started_in(self, took: Duration) -> Self {
        Self { start_took: AtomicU64::new(u64::try_from(took.as_millis()).unwrap_or(u64::MAX)), ..self }
    }
}

impl<X: Outside, F> SignIn<X, F> {
    /// Whether a token is of the bridge's question about a password: it is thrown away there, and nobody has come.
    fn asked_by_us(&self, raw: &str) -> bool {
        self.wiring.as_ref().is_ok_and(|wiring| wiring.is_own_question(raw))
    }
}

impl<X: Outside, F: Functions> SignIn<X, F> {
    /// Answers a trigger event.
    pub async fn answer(&self, event: LambdaEvent<Box<RawValue>>) -> Answer {
        let LambdaEvent { payload, context } = event;
        let took = Duration::from_millis(self.start_took.swap(0, Ordering::Relaxed));
        let now = Instant::now();
        let came = now.checked_sub(took.min(ANSWERED_BY)).unwrap_or(now);
        let (function, request_id) = (&context.env_config.function_name, &context.request_id);
        let source = Source::of(payload.get());
        let call = Call { source: &source, sub: None, function, request_id, at: SystemClock.now() };
        let asked = Asked { raw: payload.get(), said: payload.get(), call, came };
        // The password is set, whatever a former function says: its mark waits for none.
        let chained = Box::pin(self.chained(&asked, &context));
        let beside = join(Box::pin(self.password_chosen(&asked)), Box::pin(self.told_back(&asked)));
        let (mut answer, (lost, not_told)) = join(chained, beside).await;
        answer.lines.extend(lost.into_iter().chain(not_told));
        let Chained { event, lines, chain } = answer;
        Answer { event: event.map(|text| text.unwrap_or(payload)), lines, chain }
    }

    /// What a former function says, with what is said here.
    async fn chained(&self, came: &Asked<'_>, context: &Context) -> Chained {
        let former = match self.chain.call(came.raw, context).await {
            Some(Err(refusal)) => {
                let Call { function, request_id, .. } = came.call;
                let line = ChainLine::new(&refusal, function, request_id, SystemClock.now());
                return Chained { event: Err(refusal.told), lines: Vec::new(), chain: Some(line) };
            }
            Some(Ok(said)) => Some(said),
            None => None,
        };
        let said = former.as_deref().map_or(came.raw, RawValue::get);
        let asked = Asked { raw: came.raw, said, call: came.call.clone(), came: came.came };
        let mut lines = Vec::new();
        let event = self.said(&asked, &mut lines).await;
        Chained { event: event.map(|text| text.or(former)), lines, chain: None }
    }

    async fn said(&self, asked: &Asked<'_>, lines: &mut Vec<Line>) -> Said {
        match asked.call.source {
            Source::Token(_) if self.asked_by_us(asked.raw) => Ok(None),
            Source::Token(_) => Ok(self.token(asked, lines).await),
            Source::Challenge(step, _) => self.challenge(*step, asked, lines).await,
            Source::Migration(_) => self.migration(asked, lines).await,
            Source::SignUp(source) if source == guard::SIGN_UP => self.sign_up(asked, lines).await,
            // Administrators, the mirror among them, and identity providers: whatever is wrong here, they are not in its way.
            Source::SignUp(_) | Source::PasswordReset | Source::Confirmed(_) | Source::Other => Ok(None),
        }
    }
}

#[cfg(test)]
mod tests;
