//! What pages are dressed with. Tells nothing of the move, so that a browser may have it before it is let in.

use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse as _, Response};

/// For pages and the report.
pub(crate) const STYLE: &str = include_str!("../assets/style.css");
const SCRIPT: &str = include_str!("../assets/page.js");
const ICON: &str = include_str!("../assets/icon.svg");

const ALL: [(&str, &str, &str); 3] = [
    ("/style.css", "text/css; charset=utf-8", STYLE),
    ("/page.js", "text/javascript; charset=utf-8", SCRIPT),
    ("/icon.svg", "image/svg+xml", ICON),
];

pub(crate) fn is_one(path: &str) -> bool {
    ALL.iter().any(|(name, ..)| *name == path)
}

/// One of them.
pub(crate) fn answer(path: &str) -> Response {
    match ALL.into_iter().find(|(name, ..)| *name == path) {
        Some((_, kind, text)) => ([(CONTENT_TYPE, kind)], text).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}
