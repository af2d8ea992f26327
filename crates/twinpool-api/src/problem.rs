//! What is answered instead of what was asked for (RFC 9457).
//!
//! No problem repeats what was sent, and an id that nobody has is told in the words of one that cannot be.

use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use serde_json::json;
use twinpool_core::port::PortError;

/// When to ask again, in seconds: after what passes by itself, and after what somebody has to mend.
pub(crate) const SOON: u16 = 1;
pub(crate) const LATE: u16 = 30;

/// Why there is no answer. The codes are stable.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Problem {
    /// Nobody has such an id, or nobody can.
    UnknownId,
    /// No such address.
    UnknownPath,
    /// The address takes other methods.
    Method,
    /// The body is too long.
    TooLarge,
    /// The body is something else than JSON.
    MediaType,
    /// A field is missing or cannot be used. `what`: its place, such as `accounts[3].sub`.
    Field { what: String, wanted: &'static str },
    /// Each pool has a user with this sub.
    Ambiguous,
    /// The table cannot be read now.
    Unavailable { retry_after: u16 },
    /// Too many passwords were tried for one user.
    TooMany { retry_after: u64 },
    /// A pool or the table does not answer now.
    TryLater { retry_after: u16 },
}

impl Problem {
    pub(crate) fn field(what: impl Into<String>, wanted: &'static str) -> Self {
        Self::Field { what: what.into(), wanted }
    }

    fn status(&self) -> StatusCode {
        match self {
            Self::UnknownId | Self::UnknownPath => StatusCode::NOT_FOUND,
            Self::Method => StatusCode::METHOD_NOT_ALLOWED,
            Self::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
            Self::MediaType => StatusCode::UNSUPPORTED_MEDIA_TYPE,
            Self::Field { .. } => StatusCode::BAD_REQUEST,
            Self::Ambiguous => StatusCode::CONFLICT,
            Self::TooMany { .. } => StatusCode::TOO_MANY_REQUESTS,
            Self::Unavailable { .. } | Self::TryLater { .. } => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    fn code(&self) -> &'static str {
        match self {
            Self::UnknownId => "unknown_id",
            Self::UnknownPath => "unknown_path",
            Self::Method => "method_not_allowed",
            Self::TooLarge => "too_large",
            Self::MediaType => "unsupported_media_type",
            Self::Field { .. } => "bad_field",
            Self::Ambiguous => "ambiguous",
            Self::Unavailable { .. } => "unavailable",
            Self::TooMany { .. } => "too_many",
            Self::TryLater { .. } => "try_later",
        }
    }

    fn title(&self) -> &'static str {
        match self {
            Self::UnknownId => "Nobody is known by this id.",
            Self::UnknownPath => "There is no such address.",
            Self::Method => "This address takes other methods: see Allow.",
            Self::TooLarge => "The body is too long.",
            Self::MediaType => "The body has to be JSON, sent as application/json.",
            Self::Field { .. } => "Something that was sent cannot be used.",
            Self::Ambiguous => "Each pool has a user with this sub: say ?pool=old or ?pool=new.",
            Self::Unavailable { .. } => "The table of links cannot be read now: try again.",
            Self::TooMany { .. } => "Too many attempts: wait, or reset the password.",
            Self::TryLater { .. } => "Nothing can be said now: try again.",
        }
    }

    /// In seconds.
    fn retry_after(&self) -> Option<u64> {
        match self {
            Self::Unavailable { retry_after } | Self::TryLater { retry_after } => {
                Some(u64::from(*retry_after))
            }
            Self::TooMany { retry_after } => Some(*retry_after),
            Self::UnknownId
            | Self::UnknownPath
            | Self::Method
            | Self::TooLarge
            | Self::MediaType
            | Self::Field { .. }
            | Self::Ambiguous => None,
        }
    }
}

impl From<PortError> for Problem {
    fn from(error: PortError) -> Self {
        let passes = error.class.passes();
        if passes {
            tracing::warn!(reason = %error, "the table of links cannot be read now");
        } else {
            tracing::error!(
                reason = %error,
                "the table of links cannot be read: look at the table's name, the permissions, and the versions of what writes to it"
            );
        }
        Self::Unavailable { retry_after: if passes { SOON } else { LATE } }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut body = json!({
            "type": format!("urn:twinpool:problem:{}", self.code()),
            "title": self.title(),
            "status": self.status().as_u16(),
            "code": self.code(),
        });
        if let Self::Field { what, wanted } = &self {
            body["field"] = what.as_str().into();
            body["detail"] = (*wanted).into();
        }
        let mut response = (self.status(), body.to_string()).into_response();
        let headers = response.headers_mut();
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(retry_after) = self.retry_after() {
            headers.insert(RETRY_AFTER, HeaderValue::from(retry_after));
        }
        response
    }
}
