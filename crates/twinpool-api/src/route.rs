//! Which pool an application signs somebody in to: `GET /v1/route`, for applications and browsers, without authentication.
//!
//! What is asked stands in no answer and in no log. An answer says where to sign in and nothing of what somebody may do, so that whoever
//! claims to be in a group learns nothing by it but where the new pool is.

use std::collections::BTreeSet;
use std::sync::Arc;

use axum::Router as Routes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{Query, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::from_fn_with_state;
use axum::response::Response;
use axum::routing::{any_service, get};
use serde_json::json;
use twinpool_core::destination::Destinations;
use twinpool_core::id::ClientId;
use twinpool_core::phase::PhaseReader;
use twinpool_core::port::Clock;
use twinpool_resolver::Router;

use crate::answer;
use crate::problem::Problem;

mod origins;
mod question;

use question::Question;

/// The description of the API (OpenAPI 3.1), which it serves itself.
pub const OPENAPI: &str = include_str!("../route.openapi.json");

const PATH: &str = "/v1/route";
const DESCRIPTION: &str = "/v1/route/openapi.json";

/// What is told, and for how long.
#[derive(Debug, Clone)]
pub struct Told {
    /// Both pools.
    pub destinations: Destinations,
    /// For so many seconds an answer may be kept: a rollback is seen after them, and after the five that the phase is kept here.
    pub seconds: u16,
    /// The origins whose pages a browser lets read an answer, such as `https://app.example.com`; `*` for all.
    pub origins: BTreeSet<String>,
}

struct Shared<R, C> {
    router: Router<R, C>,
    told: Told,
}

/// The API over this router.
pub fn router<R: PhaseReader + 'static, C: Clock + 'static>(router: Router<R, C>, told: Told) -> Routes {
    let origins = Arc::new(told.origins.clone());
    Routes::new()
        .route(PATH, get(routed::<R, C>).options(preflight))
        .route(DESCRIPTION, get(description))
        .fallback(async || Problem::UnknownPath)
        .method_not_allowed_fallback(async || Problem::Method)
        .with_state(Arc::new(Shared { router, told }))
        .layer(from_fn_with_state(origins, origins::let_read))
}

/// This API and another behind one address.
pub fn beside(route: &Routes, other: Routes) -> Routes {
    let both = [PATH, DESCRIPTION].into_iter();
    both.fold(Routes::new(), |all, path| all.route(path, any_service(route.clone()))).fallback_service(other)
}

async fn routed<R: PhaseReader, C: Clock>(
    State(shared): State<Arc<Shared<R, C>>>,
    query: Result<Query<Vec<(String, String)>>, QueryRejection>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let Query(query) = query.map_err(|_| Problem::field("query", "it cannot be read"))?;
    let Question { asker, client } = Question::read(query)?;
    let Told { destinations, seconds, .. } = &shared.told;
    let route = shared.router.route(&asker).await?;
    let pool = route.routed.pool;
    let destination = destinations.of(pool, client.as_ref());
    let body = json!({
        "pool": pool.code(),
        "user_pool_id": destination.pool.as_str(),
        "region": destination.pool.region(),
        "client_id": destination.client.map(ClientId::as_str),
        "phase": route.phase.code(),
        "because": route.routed.because.code(),
        "version": route.version,
        "ttl_seconds": seconds,
    });
    Ok(answer::kept_for(&headers, body.to_string(), *seconds))
}

/// What a browser asks ahead. Which origins are let in, [`origins`] says.
async fn preflight() -> StatusCode {
    StatusCode::NO_CONTENT
}

async fn description(headers: HeaderMap) -> Response {
    answer::kept(&headers, OPENAPI.to_owned())
}
