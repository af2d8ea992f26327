//! What somebody without a principal is told.

use axum::http::header::{RETRY_AFTER, WWW_AUTHENTICATE};
use axum::http::{HeaderValue, Response, StatusCode};

use crate::NoPrincipal;

/// A link that is on its way is there in a second; so is a table, or a key, after a hiccup.
const SECONDS: HeaderValue = HeaderValue::from_static("1");

/// 401 or 503 without a body. `WWW-Authenticate` has no `error`: a reason would help those who try tokens out.
pub(super) fn answer<B: Default>(why: NoPrincipal) -> Response<B> {
    let (status, header, value) = if why.passes() {
        (StatusCode::SERVICE_UNAVAILABLE, RETRY_AFTER, SECONDS)
    } else {
        (StatusCode::UNAUTHORIZED, WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"))
    };
    let mut response = Response::new(B::default());
    *response.status_mut() = status;
    response.headers_mut().insert(header, value);
    response
}
