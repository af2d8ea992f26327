//! Answers, and when they need not be sent again.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

/// A user id hardly ever changes, and a minute is what a merge or a heir may take to be seen everywhere.
const KEPT: u16 = 60;

/// What may be kept by who asked. With the tag of what they have, it is not sent again.
pub(crate) fn kept(asked: &HeaderMap, body: String) -> Response {
    kept_for(asked, body, KEPT)
}

/// The same, for so many seconds.
pub(crate) fn kept_for(asked: &HeaderMap, body: String, seconds: u16) -> Response {
    let tag = tag(&body);
    let is_known = asked.get_all(IF_NONE_MATCH).iter().any(|known| names(known, &tag));
    let mut response =
        if is_known { StatusCode::NOT_MODIFIED.into_response() } else { json(StatusCode::OK, body) };
    let headers = response.headers_mut();
    if let Ok(kept) = HeaderValue::from_str(&format!("private, max-age={seconds}")) {
        headers.insert(CACHE_CONTROL, kept);
    }
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        headers.insert(ETAG, tag);
    }
    response
}

/// What is true now.
pub(crate) fn fleeting(body: String) -> Response {
    let mut response = json(StatusCode::OK, body);
    response.headers_mut().insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}

fn json(status: StatusCode, body: String) -> Response {
    (status, [(CONTENT_TYPE, "application/json")], body).into_response()
}

/// Of the bytes of the body: equal tags, equal bodies.
fn tag(body: &str) -> String {
    let hash = Sha256::digest(body.as_bytes());
    format!("\"{}\"", BASE64_URL_SAFE_NO_PAD.encode(&hash[..16]))
}

/// Whether a list of tags has this one. `W/` makes no difference here (RFC 9110, 13.1.2); no tag of ours holds a comma.
fn names(list: &HeaderValue, tag: &str) -> bool {
    let list = list.to_str().unwrap_or_default();
    list.split(',').map(str::trim).any(|one| one == "*" || one.strip_prefix("W/").unwrap_or(one) == tag)
}
