//! What was asked, read strictly. A problem names the field and never what stood in it.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::http::header::CONTENT_TYPE;
use axum::http::{HeaderMap, StatusCode};
use serde_json::{Map, Value};
use twinpool_core::id::{Pool, Sub};
use twinpool_core::json::{self, Read};

use crate::problem::Problem;

const A_SUB: &str = "it should be a sub: 1 to 64 letters, digits or hyphens";
const A_POOL: &str = "it should be old or new";
const AN_OBJECT: &str = "it should be a JSON object";

/// An object of JSON.
pub(crate) struct Object<'a> {
    /// Where it stands: nothing, or such as `accounts[3]`.
    place: String,
    fields: &'a Map<String, Value>,
}

/// The body as JSON.
pub(crate) fn body(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Value, Problem> {
    read(headers, body).map(|read| read.value)
}

/// The same, and whether a name stands in it twice.
pub(crate) fn read(headers: &HeaderMap, body: Result<Bytes, BytesRejection>) -> Result<Read, Problem> {
    if !is_json(headers) {
        return Err(Problem::MediaType);
    }
    let body = body.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::TooLarge,
        _ => Problem::field("body", "it was not sent to its end"),
    })?;
    json::read(&body).map_err(|_| Problem::field("body", "it should be JSON"))
}

fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(CONTENT_TYPE).and_then(|kind| kind.to_str().ok()).unwrap_or_default();
    let kind = kind.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    kind == "application/json"
}

impl<'a> Object<'a> {
    /// The whole body.
    pub(crate) fn whole(body: &'a Value) -> Result<Self, Problem> {
        let fields = body.as_object().ok_or_else(|| Problem::field("body", AN_OBJECT))?;
        Ok(Self { place: String::new(), fields })
    }

    /// What stands at this place.
    pub(crate) fn at(place: String, value: &'a Value) -> Result<Self, Problem> {
        match value.as_object() {
            Some(fields) => Ok(Self { place, fields }),
            None => Err(Problem::field(place, AN_OBJECT)),
        }
    }

    fn problem(&self, name: &str, wanted: &'static str) -> Problem {
        let dot = if self.place.is_empty() { "" } else { "." };
        Problem::field(format!("{}{dot}{name}", self.place), wanted)
    }

    /// A list, of so many at most.
    pub(crate) fn list(&self, name: &str, most: usize, wanted: &'static str) -> Result<&'a [Value], Problem> {
        let list = self.fields.get(name).and_then(Value::as_array).filter(|list| list.len() <= most);
        list.map(Vec::as_slice).ok_or_else(|| self.problem(name, wanted))
    }

    /// A sub.
    pub(crate) fn sub(&self, name: &str) -> Result<Sub, Problem> {
        let text = self.fields.get(name).and_then(Value::as_str);
        text.and_then(|text| Sub::parse(text).ok()).ok_or_else(|| self.problem(name, A_SUB))
    }

    /// One of the two pools.
    pub(crate) fn pool(&self, name: &str) -> Result<Pool, Problem> {
        let text = self.fields.get(name).and_then(Value::as_str);
        text.and_then(Pool::from_code).ok_or_else(|| self.problem(name, A_POOL))
    }
}

/// The pool that the query narrows to. Other parameters mean nothing.
pub(crate) fn pool(query: &[(String, String)]) -> Result<Option<Pool>, Problem> {
    let mut said = query.iter().filter(|(name, _)| name == "pool");
    match (said.next(), said.next()) {
        (None, _) => Ok(None),
        (Some((_, code)), None) => {
            Pool::from_code(code).map(Some).ok_or_else(|| Problem::field("pool", A_POOL))
        }
        (Some(_), Some(_)) => Err(Problem::field("pool", "it should be said once")),
    }
}
