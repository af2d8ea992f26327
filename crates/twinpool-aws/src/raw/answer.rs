//! What a reply says. Of an error the code alone, unless the message is asked for: messages quote usernames and addresses.

use serde_json::Value;
use twinpool_core::port::{Answer, Class, PortError};

use super::send::Reply;
use crate::code::class;

/// The answer of a call: an object, or nothing.
pub(super) fn json(operation: &'static str, reply: &Reply) -> Answer<Value> {
    done(operation, reply)?;
    if reply.body.is_empty() {
        return Ok(Value::Null);
    }
    match serde_json::from_slice(&reply.body) {
        Ok(answer @ Value::Object(_)) => Ok(answer),
        _ => Err(PortError::new(Class::Unreadable, operation, "UnreadableResponse")),
    }
}

/// Whether it was done.
pub(super) fn done(operation: &'static str, reply: &Reply) -> Answer<()> {
    if (200..300).contains(&reply.status) {
        return Ok(());
    }
    let code = code(reply).unwrap_or_else(|| format!("Http{}", reply.status));
    Err(PortError::new(class(&code), operation, code))
}

/// What the service says of an error, on one line.
pub(super) fn message(reply: &Reply) -> Option<String> {
    let body: Value = serde_json::from_slice(&reply.body).ok()?;
    let said = ["message", "Message"].into_iter().find_map(|key| body.get(key)?.as_str())?;
    let said: String = said.chars().map(|c| if c.is_control() { ' ' } else { c }).take(1_000).collect();
    (!said.trim().is_empty()).then(|| said.trim().to_owned())
}

fn code(reply: &Reply) -> Option<String> {
    let body: Option<Value> = serde_json::from_slice(&reply.body).ok();
    let said = body.as_ref().and_then(|body| {
        let keys = ["__type", "code", "Code"];
        keys.into_iter().find_map(|key| body.get(key)?.as_str())
    });
    let xml = || std::str::from_utf8(&reply.body).ok()?.split_once("<Code>")?.1.split_once("</Code>");
    let code = reply.header("x-amzn-errortype").or(said).or_else(|| xml().map(|(code, _)| code))?;
    // `com.amazonaws.service#TooManyRequestsException:http://…`
    let code = code.rsplit('#').next()?.split(':').next()?.trim();
    // Whatever else stands there is no code, and might be anything.
    let is_code =
        !code.is_empty() && code.len() <= 100 && code.bytes().all(|c| c.is_ascii_alphanumeric() || c == b'.');
    is_code.then(|| code.to_owned())
}
