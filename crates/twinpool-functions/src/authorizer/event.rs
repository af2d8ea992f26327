//! What API Gateway asks, in its forms: REST APIs (`TOKEN`, `REQUEST`), WebSocket APIs, HTTP APIs (1.0, 2.0).
//!
//! AWS, "Input to an API Gateway Lambda authorizer" and "Control access to HTTP APIs with AWS Lambda authorizers".

use std::collections::BTreeMap;

use serde::Deserialize;
use serde_json::Value;
use twinpool_resolver::{NoPrincipal, bearer_token};

use super::Why;

/// The answer that is wanted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Form {
    /// An IAM policy.
    Policy {
        /// Every route of the stage. API Gateway keeps a policy under the token alone, and holds it against whatever the token
        /// is sent to next: a policy for one route would refuse the others until it is forgotten.
        resource: String,
    },
    /// Yes or no (HTTP API 2.0, where simple responses must be enabled: nothing in the event tells).
    Simple,
}

/// An event that no answer can be given to. The remedy stands in the API's settings.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Unusable {
    /// Somebody else called, or API Gateway has a new form.
    #[error("the event is none of API Gateway's for an authorizer: payload 1.0 or 2.0, TOKEN or REQUEST")]
    Unreadable,
    /// API Gateway would give one caller's answer to another.
    #[error(
        "API Gateway would keep the answer under something else than the token: make the header Authorization an identity source of \
         the authorizer"
    )]
    OtherIdentitySource,
}

impl Unusable {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::OtherIdentitySource => "other_identity_source",
        }
    }
}

/// What is read of an event. Whatever else is in it is not looked at.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Event {
    #[serde(rename = "type")]
    kind: String,
    version: Option<String>,
    method_arn: Option<String>,
    authorization_token: Option<String>,
    #[serde(default)]
    identity_source: Value,
    headers: Option<BTreeMap<String, Value>>,
    multi_value_headers: Option<BTreeMap<String, Value>>,
}

/// The answer that is wanted, and the token.
pub(super) fn read(event: &str) -> Result<(Form, Result<String, Why>), Unusable> {
    let event: Event = serde_json::from_str(event).map_err(|_| Unusable::Unreadable)?;
    match (event.kind.as_str(), event.version.as_deref()) {
        ("TOKEN", _) => Ok((policy(&event)?, lone_token(event.authorization_token.as_deref()))),
        ("REQUEST", Some("2.0")) => Ok((Form::Simple, header_token(&event))),
        ("REQUEST", None | Some("1.0")) => Ok((policy(&event)?, header_token(&event))),
        _ => Err(Unusable::Unreadable),
    }
}

fn policy(event: &Event) -> Result<Form, Unusable> {
    let resource = event.method_arn.as_deref().and_then(whole_stage).ok_or(Unusable::Unreadable)?;
    Ok(Form::Policy { resource })
}

/// `arn:<partition>:execute-api:<Region>:<account>:<API>/<stage>/*`
fn whole_stage(method: &str) -> Option<String> {
    let mut parts = method.splitn(3, '/');
    let (api, stage, _route) = (parts.next()?, parts.next()?, parts.next()?);
    let [arn, _, service, _, _, id] = *api.split(':').collect::<Vec<_>>() else {
        return None;
    };
    let is_sound = arn == "arn" && service == "execute-api" && !id.is_empty() && !stage.is_empty();
    is_sound.then(|| format!("{api}/{stage}/*"))
}

/// A `TOKEN` authorizer gets the value of one header, and many clients send it without `Bearer`.
fn lone_token(value: Option<&str>) -> Result<String, Why> {
    let value = value.ok_or(NoPrincipal::NoToken)?;
    let with_scheme = format!("Bearer {value}");
    let token = bearer_token([value.as_bytes()]).or_else(|_| bearer_token([with_scheme.as_bytes()]))?;
    Ok(token.to_owned())
}

/// The token in the header `Authorization`, under which the answer must be kept.
fn header_token(event: &Event) -> Result<String, Why> {
    let values = authorization(event);
    let token = bearer_token(values.iter().map(|value| value.as_bytes()))?;
    if !is_identity(&event.identity_source, &values) {
        return Err(Unusable::OtherIdentitySource.into());
    }
    Ok(token.to_owned())
}

/// Every value of the header, whatever its case. Where there is `multiValueHeaders`, `headers` has the last of several only.
fn authorization(event: &Event) -> Vec<&str> {
    let lists = named(event.multi_value_headers.as_ref()).filter_map(Value::as_array);
    let several: Vec<_> = lists.flatten().filter_map(Value::as_str).collect();
    if several.is_empty() {
        return named(event.headers.as_ref()).filter_map(Value::as_str).collect();
    }
    several
}

fn named(headers: Option<&BTreeMap<String, Value>>) -> impl Iterator<Item = &Value> {
    let headers = headers.into_iter().flatten();
    headers.filter(|(name, _)| name.eq_ignore_ascii_case("authorization")).map(|(_, value)| value)
}

/// Whether API Gateway keeps the answer under the header that was read, among others. HTTP APIs tell (2.0 as a list, 1.0 with
/// commas, which no token has); where there is none they keep nothing. REST APIs do not tell.
fn is_identity(source: &Value, header: &[&str]) -> bool {
    let is_header = |value: &str| header.iter().any(|header| header.trim() == value.trim());
    match source {
        Value::Null => true,
        Value::String(values) => values.is_empty() || values.split(',').any(is_header),
        Value::Array(values) => values.is_empty() || values.iter().filter_map(Value::as_str).any(is_header),
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => false,
    }
}
