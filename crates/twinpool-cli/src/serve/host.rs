//! A page in a browser on this machine can reach it under a name of its own (DNS rebinding). It does not get an answer: only
//! who calls this machine by its own name does.

use axum::Router;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::HOST;
use axum::middleware::{Next, from_fn};
use axum::response::{IntoResponse as _, Response};

/// Answers requests to `localhost` and to loopback addresses.
pub(super) fn own_only(api: Router) -> Router {
    api.layer(from_fn(guard))
}

async fn guard(request: Request, next: Next) -> Response {
    let host = request.headers().get(HOST).and_then(|host| host.to_str().ok());
    if host.is_some_and(twinpool_page::is_this_machine) {
        return next.run(request).await;
    }
    let problem = serde_json::json!({
        "type": "urn:twinpool:problem:other_host",
        "title": "Only this machine is answered, under its own name.",
        "status": StatusCode::MISDIRECTED_REQUEST.as_u16(),
        "code": "other_host",
    });
    let kind = [("content-type", "application/problem+json"), ("cache-control", "no-store")];
    (StatusCode::MISDIRECTED_REQUEST, kind, problem.to_string()).into_response()
}
