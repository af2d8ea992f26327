//! The principal as an argument of a handler.

use std::convert::Infallible;

use axum::extract::{FromRequestParts, OptionalFromRequestParts};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};

use super::answer::answer;
use crate::{NoPrincipal, Principal};

/// A handler wants a principal, and the request has none: 401. So it is everywhere that the layer was forgotten.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct NotAuthenticated;

impl IntoResponse for NotAuthenticated {
    fn into_response(self) -> Response {
        answer(NoPrincipal::NoToken)
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Principal {
    type Rejection = NotAuthenticated;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, NotAuthenticated> {
        parts.extensions.get::<Self>().cloned().ok_or(NotAuthenticated)
    }
}

/// `Option<Principal>`: for routes that also serve requests without a token, behind
/// [`Authentication::optional`](super::Authentication::optional).
impl<S: Send + Sync> OptionalFromRequestParts<S> for Principal {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Option<Self>, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned())
    }
}
