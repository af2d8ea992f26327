//! Which address is answered by what.

use std::sync::Arc;

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{MethodRouter, get, post};
use twinpool_core::account::IdReader;

use crate::problem::Problem;
use crate::{check, health, reads, resolve};

/// Room for a batch of as many accounts as are allowed, twice over.
const LONGEST_BODY: usize = 256 * 1024;

/// The API over this table.
pub fn router<R: IdReader + 'static>(ids: R) -> Router {
    let routed = routes().into_iter().fold(Router::new(), |router, (path, route)| router.route(path, route));
    routed
        .fallback(async || Problem::UnknownPath)
        .method_not_allowed_fallback(async || Problem::Method)
        .layer(DefaultBodyLimit::max(LONGEST_BODY))
        .with_state(Arc::new(ids))
}

/// Every address. HEAD is answered wherever GET is.
pub(crate) fn routes<R: IdReader + 'static>() -> [(&'static str, MethodRouter<Arc<R>>); 6] {
    [
        ("/v1/users/{id}", get(reads::user::<R>)),
        ("/v1/subs/{sub}", get(reads::sub::<R>)),
        ("/v1/resolve", post(resolve::resolve::<R>)),
        ("/v1/links/check", post(check::check::<R>)),
        ("/v1/health", get(health::health::<R>)),
        ("/v1/openapi.json", get(reads::description)),
    ]
}
