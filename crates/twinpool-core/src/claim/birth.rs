//! Whether the user of a token may have been born in the other pool.

use std::collections::BTreeMap;

use serde_json::Value;
use serde_json::value::RawValue;

/// Whether an attribute of the user looks like twinpool's proof that the user was made for one born in the new pool: then the sub is
/// not the user id, and only the table says which one is. The proof itself is not checked: whoever writes down such a value loses
/// the claim, and nothing else.
#[must_use]
pub fn may_be_born_elsewhere(event: &str) -> bool {
    let member = |text: &str, name: &str| {
        let members: BTreeMap<String, &RawValue> = serde_json::from_str(text).ok()?;
        members.get(name).map(|member| member.get().to_owned())
    };
    let attributes = member(event, "request").and_then(|request| member(&request, "userAttributes"));
    let attributes: Option<BTreeMap<String, Value>> =
        attributes.and_then(|attributes| serde_json::from_str(&attributes).ok());
    let is_proof = |(name, value): (&String, &Value)| {
        name.starts_with("custom:") && value.as_str().is_some_and(is_like_proof)
    };
    attributes.is_some_and(|attributes| attributes.iter().any(is_proof))
}

/// `<sub>.<digest>`: a UUID, and 22 characters of URL-safe base64.
fn is_like_proof(value: &str) -> bool {
    let Some((sub, digest)) = value.split_once('.') else {
        return false;
    };
    let is_digest = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
    let is_sub = |byte: u8| byte.is_ascii_hexdigit() || byte == b'-';
    sub.len() == 36 && sub.bytes().all(is_sub) && digest.len() == 22 && digest.bytes().all(is_digest)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::digest::DigestKey;
    use crate::id::{AttributeName, NewSub, PoolId};
    use crate::plan::Marker;

    fn event(name: &str, value: &str) -> String {
        json!({"request": {"userAttributes": {"sub": "o", "email": "a.b@example.com", (name): value}}})
            .to_string()
    }

    #[test]
    fn a_proof_is_seen_and_nothing_else_is_taken_for_one() {
        let name = AttributeName::parse("custom:twinpool").unwrap();
        let sub = NewSub::parse("9441f38c-d64d-45d1-8401-ec94ab328c6d").unwrap();
        let pool = PoolId::parse("eu-west-1_Old").unwrap();
        let marker = Marker::of_born(&name, &pool, &sub, &DigestKey::new(&[7; 32]).unwrap());
        assert!(may_be_born_elsewhere(&event("custom:twinpool", marker.value.reveal())));
        assert!(!may_be_born_elsewhere(&event("nickname", marker.value.reveal())));
        for value in
            ["", ".", "acme", "a.b", "9441f38c-d64d-45d1-8401-ec94ab328c6d", "x.0123456789012345678901"]
        {
            assert!(!may_be_born_elsewhere(&event("custom:tenant", value)), "{value}");
        }
        for odd in ["", "[]", "{}", "{\"request\": 1}", "{\"request\": {\"userAttributes\": []}}"] {
            assert!(!may_be_born_elsewhere(odd), "{odd}");
        }
    }
}
