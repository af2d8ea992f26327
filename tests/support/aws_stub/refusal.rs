//! Errors as AWS writes them in its JSON protocols.

use serde_json::{Value, json};
use twinpool_core::port::PortError;

/// A body, or why not.
pub(super) type Outcome = Result<Vec<u8>, Refusal>;

/// A call that is refused.
#[derive(Debug)]
pub(super) struct Refusal {
    code: String,
    message: String,
    more: Option<(&'static str, Value)>,
}

impl Refusal {
    pub(super) fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), more: None }
    }

    /// With a field beside the message.
    pub(super) fn with(self, name: &'static str, value: Value) -> Self {
        Self { more: Some((name, value)), ..self }
    }

    /// Cognito's word for input that it does not take.
    pub(super) fn parameter(message: impl Into<String>) -> Self {
        Self::new("InvalidParameterException", message)
    }

    /// DynamoDB's word for input that it does not take.
    pub(super) fn validation(message: impl Into<String>) -> Self {
        Self::new("ValidationException", message)
    }

    pub(super) fn unknown(operation: &str) -> Self {
        Self::new("UnknownOperationException", format!("this server does not know {operation}"))
    }

    pub(super) fn code(&self) -> &str {
        &self.code
    }

    /// All of Cognito's errors but one are 400 (API reference).
    pub(super) fn status(&self) -> u16 {
        if self.code.starts_with("Internal") { 500 } else { 400 }
    }

    pub(super) fn body(&self) -> Vec<u8> {
        let mut body = json!({ "__type": self.code, "message": self.message });
        if let Some((name, value)) = &self.more {
            body[*name] = value.clone();
        }
        body.to_string().into_bytes()
    }
}

impl From<PortError> for Refusal {
    fn from(error: PortError) -> Self {
        Self::new(error.code, "as the strict stand-in says")
    }
}

/// A text of a request.
pub(super) fn text<'a>(body: &'a Value, name: &str) -> Result<&'a str, Refusal> {
    body[name].as_str().ok_or_else(|| Refusal::parameter(format!("{name} is missing")))
}

/// Only these fields are known: to pass over another one would be to do something else than AWS.
pub(super) fn only(body: &Value, known: &[&str]) -> Result<(), Refusal> {
    let mut names = body.as_object().into_iter().flat_map(|fields| fields.keys());
    match names.find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(Refusal::validation(format!("this server does not know the field {name}"))),
        None => Ok(()),
    }
}
