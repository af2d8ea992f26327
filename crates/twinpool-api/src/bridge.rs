//! The password bridge over HTTP: `POST /v1/bridge` carries a password of the old pool over, for backends that own the sign-in form.
//!
//! Nobody is named in an answer, a password stands in none and in no log, and whoever cannot be bridged is answered as a wrong
//! password is.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::{get, post};
use serde_json::{Value, json};
use twinpool_bridge::{Bridge, Outcome, Ports, Trouble, WayBack};
use twinpool_core::arrival::Way;
use twinpool_core::id::Timestamp;
use twinpool_core::link::Link;
use twinpool_core::port::{Class, Clock};
use twinpool_core::snapshot::Snapshot;

use crate::answer;
use crate::problem::{LATE, Problem, SOON};

mod attempt;

use attempt::Attempt;

/// The description of the API (OpenAPI 3.1), which it serves itself.
pub const OPENAPI: &str = include_str!("../bridge.openapi.json");

/// Room for a name and two passwords as long as they can be, each character written as an escape.
const LONGEST_BODY: usize = 8 * 1024;

struct Shared<P, B, W, C> {
    bridge: Bridge<P>,
    back: B,
    way: W,
    clock: C,
    within: Duration,
}

/// The API over this bridge, for those whom the owner lets in by a password or a code: `way` says by which, of the link and the user of
/// the new pool. What is not done within this time is given up: the caller may ask again.
pub fn router<P, W, C>(bridge: Bridge<P>, way: W, clock: C, within: Duration) -> Router
where
    P: Ports + 'static,
    W: Fn(&Link, &Snapshot) -> Way + Send + Sync + 'static,
    C: Clock + 'static,
{
    router_both_ways(bridge, (), way, clock, within)
}

/// The same, and after a rollback the other way round: the name is one of the old pool then, and the password one of the new.
pub fn router_both_ways<P, B, W, C>(bridge: Bridge<P>, back: B, way: W, clock: C, within: Duration) -> Router
where
    P: Ports + 'static,
    B: WayBack + 'static,
    W: Fn(&Link, &Snapshot) -> Way + Send + Sync + 'static,
    C: Clock + 'static,
{
    Router::new()
        .route("/v1/bridge", post(carry::<P, B, W, C>))
        .route("/v1/bridge/openapi.json", get(description))
        .fallback(async || Problem::UnknownPath)
        .method_not_allowed_fallback(async || Problem::Method)
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .with_state(Arc::new(Shared { bridge, back, way, clock, within }))
}

async fn carry<P, B, W, C>(
    State(shared): State<Arc<Shared<P, B, W, C>>>,
    headers: HeaderMap,
    body: Result<Bytes, BytesRejection>,
) -> Result<Response, Problem>
where
    P: Ports + 'static,
    B: WayBack + 'static,
    W: Fn(&Link, &Snapshot) -> Way + Send + Sync + 'static,
    C: Clock + 'static,
{
    let attempt = Attempt::read(&headers, body)?;
    match tokio::time::timeout(shared.within, attempted(&shared.bridge, &shared.back, &shared.way, &attempt))
        .await
    {
        Ok(outcome) => told(outcome?, &shared.clock),
        Err(_) => {
            tracing::warn!("a password was not carried over in time: the person may try again");
            Err(Problem::TryLater { retry_after: SOON })
        }
    }
}

async fn attempted<P: Ports>(
    bridge: &Bridge<P>,
    back: &impl WayBack,
    way: &(impl Fn(&Link, &Snapshot) -> Way + Sync),
    attempt: &Attempt,
) -> Result<Outcome, Trouble> {
    // A name that nobody can have is nobody's.
    let Some(username) = &attempt.username else {
        return Ok(Outcome::Wrong);
    };
    if let Some(outcome) = back.carry_back(username, &attempt.password, attempt.new_password.as_ref()).await?
    {
        return Ok(outcome);
    }
    let carried = match (bridge.find_by_way(username, way).await?, &attempt.new_password) {
        (None, _) => Outcome::Wrong,
        (Some(who), None) => bridge.bridge(&who, &attempt.password).await?,
        (Some(who), Some(chosen)) => bridge.choose(&who, &attempt.password, chosen).await?,
    };
    if carried != Outcome::Wrong {
        return Ok(carried);
    }
    let back = back.carry_back_too(username, &attempt.password, attempt.new_password.as_ref()).await?;
    Ok(back.unwrap_or(Outcome::Wrong))
}

fn told(outcome: Outcome, clock: &impl Clock) -> Result<Response, Problem> {
    let result = |value: Value| Ok(answer::fleeting(value.to_string()));
    match outcome {
        Outcome::Bridged { second_factor } => {
            result(json!({ "result": "bridged", "second_factor": second_factor }))
        }
        Outcome::NewPasswordNeeded => result(json!({ "result": "new_password_needed" })),
        Outcome::Wrong => result(json!({ "result": "wrong" })),
        Outcome::TooMany { until } => Err(Problem::TooMany { retry_after: seconds(clock.now(), until) }),
    }
}

/// A second at least: a client that is told none asks at once.
fn seconds(now: Timestamp, until: Timestamp) -> u64 {
    until.0.saturating_sub(now.0).div_ceil(1_000).max(1)
}

impl From<Trouble> for Problem {
    fn from(trouble: Trouble) -> Self {
        let class = match &trouble {
            Trouble::Pool(_, error) | Trouble::Table(error) | Trouble::Message(error) => error.class,
            Trouble::NoRandomness => Class::Unavailable,
        };
        let passes = class.passes();
        if passes {
            tracing::warn!(reason = %trouble, "a password cannot be carried over now");
        } else {
            tracing::error!(
                reason = %trouble,
                "a password cannot be carried over: look at the pools' ids, the app client of the old pool, its triggers, the table, and the permissions"
            );
        }
        Self::TryLater { retry_after: if passes { SOON } else { LATE } }
    }
}

async fn description(headers: HeaderMap) -> Response {
    answer::kept(&headers, OPENAPI.to_owned())
}
