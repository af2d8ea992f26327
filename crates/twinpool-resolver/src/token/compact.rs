//! A token taken apart. Nothing is believed yet.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};
use twinpool_core::json;

use crate::Refusal;

/// More than any way to a backend lets through: a load balancer of AWS takes 64 KB of headers in all, API Gateway 10 KB. A user
/// in a hundred groups, which is as many as Cognito allows, stays under it.
pub(super) const LONGEST: usize = 64 * 1024;

/// The three parts of a token, of which only the header is decoded.
pub(super) struct Compact<'t> {
    /// What is signed: header and claims, as they stand in the token.
    pub(super) signed: &'t str,
    /// The id of the key, as the header has it.
    pub(super) kid: String,
    claims: &'t str,
    signature: &'t str,
}

impl<'t> Compact<'t> {
    /// Looks at what needs neither key nor claims: length, form, and the header.
    pub(super) fn take_apart(token: &'t str) -> Result<Self, Refusal> {
        if token.len() > LONGEST {
            return Err(Refusal::TooLong);
        }
        let (signed, signature) = token.rsplit_once('.').ok_or(Refusal::Malformed)?;
        let (header, claims) = signed.split_once('.').ok_or(Refusal::Malformed)?;
        let mut header = object(&decode(header)?)?;
        if header.get("alg").and_then(Value::as_str) != Some("RS256") {
            return Err(Refusal::Algorithm);
        }
        // Extensions that have to be understood. Cognito has none, and neither have we.
        if header.contains_key("crit") {
            return Err(Refusal::Malformed);
        }
        // Whatever else a header says of keys (jku, jwk, x5u, x5c) is not read.
        let Some(Value::String(kid)) = header.remove("kid") else {
            return Err(Refusal::UnknownKey);
        };
        Ok(Self { signed, kid, claims, signature })
    }

    /// The claims, unproven.
    pub(super) fn claims(&self) -> Result<Map<String, Value>, Refusal> {
        object(&decode(self.claims)?)
    }

    /// The signature, which may be of anything.
    pub(super) fn signature(&self) -> Result<Vec<u8>, Refusal> {
        decode(self.signature)
    }
}

/// An object in which, at any depth, no name stands twice.
fn object(text: &[u8]) -> Result<Map<String, Value>, Refusal> {
    let json::Read { value, repeats } = json::read(text).map_err(|_| Refusal::Malformed)?;
    match value {
        Value::Object(_) if repeats => Err(Refusal::DuplicateClaim),
        Value::Object(fields) => Ok(fields),
        _ => Err(Refusal::Malformed),
    }
}

/// base64url without padding, as the only way to write these bytes: bits left over have to be 0.
pub(super) fn decode(text: &str) -> Result<Vec<u8>, Refusal> {
    URL_SAFE_NO_PAD.decode(text).map_err(|_| Refusal::Malformed)
}
