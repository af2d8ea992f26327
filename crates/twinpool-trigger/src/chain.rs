//! The function that had the trigger's slot before: it is called first, and what it says is the answer.
//!
//! Here nothing fails open. The former function may decide who gets a token, so where it could not be called the sign-in
//! fails, as it would have without capture.

use std::panic::AssertUnwindSafe;
use std::time::Duration;

use futures_util::FutureExt as _;
use lambda_runtime::Context;
use serde_json::value::RawValue;
use tokio::time::{sleep, timeout};
use twinpool_aws::lambda::{Along, FunctionArn, Lambda, Said};
use twinpool_aws::settings::{ChainSettings, Former};
use twinpool_core::change_event::trigger_source;
use twinpool_core::port::{self, Class, PortError};

mod line;
mod refusal;
mod visited;

pub use line::ChainLine;
pub use refusal::{Failure, Refusal};
use visited::Visited;

/// Cognito has given up by then (F§2), so that waiting on would serve nobody. The template gives capture a second more, so that
/// Lambda never ends it in the middle: the next sign-in would wait for a start.
const COGNITO_WAITS: Duration = Duration::from_secs(5);

/// Before the second and the third try. Three tries are what Cognito makes (F§2).
const PAUSES: [Duration; 2] = [Duration::from_millis(100), Duration::from_millis(300)];

/// Who calls functions.
pub trait Functions {
    /// Calls a function with this payload and waits for what it says, however long. One attempt.
    fn invoke(
        &self,
        function: &FunctionArn,
        payload: &str,
        along: Along<'_>,
    ) -> impl Future<Output = port::Answer<Said>>;
}

impl Functions for Lambda {
    async fn invoke(&self, function: &FunctionArn, payload: &str, along: Along<'_>) -> port::Answer<Said> {
        Self::invoke(self, function, payload, along).await
    }
}

/// What comes before capture.
#[derive(Debug)]
#[expect(clippy::large_enum_variant, reason = "a function has one, for as long as it lives")]
pub enum Chain<F> {
    /// Nothing: every slot was free.
    Nothing,
    /// The functions that had the slots, and who calls them; or why nobody can.
    Formers(ChainSettings, Result<F, String>),
}

/// What goes back to Cognito: what the former function said, or how its trigger fails.
pub type Answered = Result<Box<RawValue>, Box<Refusal>>;

impl<F: Functions> Chain<F> {
    /// What the former function says to this event. `None` where there is no former function.
    pub async fn call(&self, raw: &str, context: &Context) -> Option<Answered> {
        let Self::Formers(formers, functions) = self else {
            return None;
        };
        let function = match slot(formers, raw) {
            Some(former) => former.as_ref()?,
            None => return Some(Err(Failure::UnknownTrigger.into())),
        };
        let called = match (function, functions) {
            (Err(error), _) => Err(Failure::Misconfigured(error.to_string()).into()),
            (_, Err(why)) => Err(Failure::Misconfigured(why.clone()).into()),
            (Ok(function), Ok(functions)) => {
                let called = call(functions, function, raw, context).await;
                called.map_err(|refusal| refusal.of(function))
            }
        };
        Some(called)
    }
}

async fn call<F: Functions>(functions: &F, function: &FunctionArn, raw: &str, context: &Context) -> Answered {
    let visited = Visited::of(context).and_then(|visited| visited.towards(function)).ok_or(Failure::Loop)?;
    let client_context = visited.client_context();
    let along = Along { client_context: &client_context, trace: context.xray_trace_id.as_deref() };
    let work = timeout(COGNITO_WAITS, tried(functions, function, raw, along));
    match AssertUnwindSafe(work).catch_unwind().await {
        Ok(Ok(Ok(said))) => read(said),
        Ok(Ok(Err(error))) => Err(Failure::NotCalled(error).into()),
        Ok(Err(_)) => Err(Failure::TooSlow.into()),
        Err(_) => Err(Failure::Panicked.into()),
    }
}

/// Calls again where Lambda was busy, or the connection had died while capture was frozen: a trigger has to bear being called
/// three times anyway. A refusal, and what the function itself said, is final.
async fn tried<F: Functions>(
    functions: &F,
    function: &FunctionArn,
    raw: &str,
    along: Along<'_>,
) -> port::Answer<Said> {
    for pause in PAUSES {
        match functions.invoke(function, raw, along).await {
            Err(error) if passes(&error) => sleep(pause).await,
            said => return said,
        }
    }
    functions.invoke(function, raw, along).await
}

fn passes(error: &PortError) -> bool {
    // An answer of Lambda with HTTP 5xx is final for Cognito too (F§2).
    error.class == Class::Throttled
        || ["ConnectionFailed", "TimedOut", "NotSent"].contains(&error.code.as_str())
}

fn read(said: Said) -> Answered {
    match said {
        Said::Response(body) => {
            let text = String::from_utf8(body).ok();
            // Any JSON passes, null too: refusing it is Cognito's business. What is no JSON cannot be passed on.
            text.and_then(|text| RawValue::from_string(text).ok()).ok_or(Failure::Unreadable.into())
        }
        Said::Error(body) => Err(Refusal::said(&body)),
    }
}

/// The former function of the slot that an event came through, by its source. `None` where that cannot be told.
fn slot<'a>(formers: &'a ChainSettings, raw: &str) -> Option<&'a Former> {
    let source = trigger_source(raw).unwrap_or_default();
    Some(match source.split('_').next().unwrap_or_default() {
        "PostConfirmation" => &formers.post_confirmation,
        "TokenGeneration" => &formers.pre_token_generation,
        "CustomMessage" => &formers.custom_message,
        "PreSignUp" => &formers.pre_sign_up,
        "PreAuthentication"
        | "PostAuthentication"
        | "UserMigration"
        | "InboundFederation"
        | "DefineAuthChallenge"
        | "CreateAuthChallenge"
        | "VerifyAuthChallenge"
        | "VerifyAuthChallengeResponse"
        // A hint of `twinpool doctor`: no former function knows such an event.
        | "Operator" => &None,
        // A source of tomorrow may come through a slot that a former function had: it would be skipped.
        _ => return None,
    })
}
