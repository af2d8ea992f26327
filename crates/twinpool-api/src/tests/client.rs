//! Asks, and holds every answer against the description.

use axum::body::{Body, to_bytes};
use axum::http::{HeaderMap, Request};
use serde_json::Value;
use tower_service::Service as _;

use super::book::Book;
use super::{description, schema};
use crate::router;

/// What came back.
pub(super) struct Told {
    pub(super) status: u16,
    pub(super) headers: HeaderMap,
    pub(super) body: String,
}

impl Told {
    pub(super) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name).map(|value| value.to_str().unwrap())
    }

    /// The code of a problem.
    pub(super) fn code(&self) -> String {
        self.json()["code"].as_str().unwrap_or_default().to_owned()
    }
}

/// Any request.
pub(super) async fn send(book: &Book, request: Request<Body>) -> Told {
    let (method, path) = (request.method().as_str().to_ascii_lowercase(), request.uri().path().to_owned());
    let told = answered(router(book.clone()), request).await;
    assert_described(&description::parsed(), &method, &path, &told);
    told
}

/// What an API answers.
pub(super) async fn answered(mut api: axum::Router, request: Request<Body>) -> Told {
    let response = api.call(request).await.unwrap();
    let (parts, body) = response.into_parts();
    let body = String::from_utf8(to_bytes(body, usize::MAX).await.unwrap().to_vec()).unwrap();
    Told { status: parts.status.as_u16(), headers: parts.headers, body }
}

/// GET, with these headers.
pub(super) async fn get(book: &Book, path: &str, headers: &[(&str, &str)]) -> Told {
    let mut request = Request::get(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    send(book, request.body(Body::empty()).unwrap()).await
}

/// POST of JSON.
pub(super) async fn post(book: &Book, path: &str, body: impl Into<Body>) -> Told {
    let request = Request::post(path).header("content-type", "application/json; charset=utf-8");
    send(book, request.body(body.into()).unwrap()).await
}

/// The description tells of this answer: its status, its headers, its body.
pub(super) fn assert_described(all: &Value, method: &str, path: &str, told: &Told) {
    let described = description::response(all, method, path, told.status);
    let place = format!("{method} {path} -> {}", told.status);
    for (name, header) in described["headers"].as_object().into_iter().flatten() {
        let header = schema::followed(all, header);
        let value = told.header(name).unwrap_or_else(|| panic!("{place}: no {name}"));
        schema::check(all, &header["schema"], &Value::from(value), &format!("{place}: {name}"));
    }
    // Only these may be told without being described.
    let known = ["content-type", "content-length"];
    for name in told.headers.keys().map(axum::http::HeaderName::as_str).filter(|name| !known.contains(name)) {
        let is_described = |(known, _): (&String, &Value)| known.eq_ignore_ascii_case(name);
        let mut described = described["headers"].as_object().into_iter().flatten();
        assert!(described.any(is_described), "{place}: nobody knows of {name}");
    }
    let content = described["content"].as_object();
    match (content.and_then(|content| content.iter().next()), method) {
        (Some((kind, _)), "head") => {
            assert_eq!(
                (told.header("content-type"), told.body.as_str()),
                (Some(kind.as_str()), ""),
                "{place}"
            );
        }
        (Some((kind, content)), _) => {
            assert_eq!(told.header("content-type"), Some(kind.as_str()), "{place}");
            schema::check(all, &content["schema"], &told.json(), &place);
        }
        (None, _) => assert_eq!(told.body, "", "{place}"),
    }
}
