//! What was sent, read strictly. A problem names the field and never what stood in it.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::HeaderMap;
use serde_json::{Map, Value};
use twinpool_core::id::Username;
use twinpool_core::password::Password;

use crate::asked;
use crate::problem::Problem;

const KNOWN: [&str; 3] = ["username", "password", "new_password"];
const AN_ATTEMPT: &str = "it should be a JSON object with username and password, perhaps new_password, each once, and nothing else";
const A_TEXT: &str = "it should be a text, and not empty";

/// A name and a password, as somebody typed them.
#[derive(Debug)]
pub(super) struct Attempt {
    /// `None`: no user can be called so.
    pub(super) username: Option<Username>,
    pub(super) password: Password,
    /// What is to be set instead.
    pub(super) new_password: Option<Password>,
}

impl Attempt {
    pub(super) fn read(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Self, Problem> {
        let read = asked::read(headers, body)?;
        let refuse = || Problem::field("body", AN_ATTEMPT);
        // Whoever stands in between may have read another one of two.
        let Value::Object(mut fields) = read.value else {
            return Err(refuse());
        };
        if read.repeats || fields.keys().any(|name| !KNOWN.contains(&name.as_str())) {
            return Err(refuse());
        }
        let username = text(&mut fields, "username")?;
        let password = text(&mut fields, "password").map(Password::new)?;
        let new_password = match fields.contains_key("new_password") {
            true => Some(text(&mut fields, "new_password").map(Password::new)?),
            false => None,
        };
        Ok(Self { username: Username::parse(username).ok(), password, new_password })
    }
}

/// Takes a text out instead of copying it. The bytes of the request are dropped, and not overwritten.
fn text(fields: &mut Map<String, Value>, name: &'static str) -> Result<String, Problem> {
    match fields.remove(name) {
        Some(Value::String(text)) if !text.is_empty() => Ok(text),
        _ => Err(Problem::field(name, A_TEXT)),
    }
}
