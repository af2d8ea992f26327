//! A trigger event, as capture gets it: whatever it is, there is an answer, and the hint holds no value.

use serde_json::{Map, Value, json};
use twinpool_core::attribute::travels;
use twinpool_core::change_event::{Captured, ChangeEvent, capture, client_id};

use crate::response::{is_own_question, with_response};
use crate::text::{KEY, NOW, assert_one_line, assert_sendable, assert_silent, id, text};

pub(crate) fn trigger_event(input: &[u8]) {
    let Some(raw) = text(input) else { return };
    let captured = capture(raw, &KEY, id(), NOW);
    assert_eq!(captured, capture(raw, &KEY, id(), NOW), "two answers to one event");
    match &captured {
        Captured::Event(event) => hint(raw, event),
        Captured::NoUser => {}
        Captured::Unreadable(why) => {
            assert_silent(raw, &why.to_string());
            assert_one_line(&why.to_string());
        }
    }
    let client = client_id(raw);
    let another = client.as_ref().map(|client| format!("{client}x"));
    let is_ours = is_own_question(raw, another.as_deref()) || is_own_question(raw, None);
    assert!(!is_ours, "somebody else's sign-in is taken for a question of ours");
    if is_own_question(raw, client.as_deref()) {
        assert!(client.is_some(), "a question without an app client");
    }
    answered(raw);
}

fn hint(raw: &str, event: &ChangeEvent) {
    assert_sendable(event);
    let shown: Map<String, Value> = serde_json::from_str(raw).unwrap_or_default();
    let attributes = shown.get("request").and_then(|request| request.get("userAttributes"));
    for (name, digest) in &event.attributes {
        assert!(travels(name.as_str()), "{name} is the pool's own");
        let is_digest = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
        let digest = digest.as_str();
        assert!(digest.len() == 22 && digest.bytes().all(is_digest), "{name} has {digest}, no digest");
        assert!(attributes.is_none_or(|all| all.get(name.as_str()).is_some()), "{name} is not in the event");
    }
    assert!(event.group_name.is_none(), "no trigger is about a group");
    let is_federated =
        || raw.contains("identities") || raw.contains("\\u") || raw.contains("EXTERNAL_PROVIDER");
    assert!(event.username.is_none() || event.sub.is_none() || is_federated(), "the sub would do");
    // Names of attributes are the pool's, and may be anything.
    if !event.attributes.keys().any(|name| name.as_str().contains('@')) {
        assert!(!format!("{event:?}").contains('@'), "what is logged names somebody");
        let mut nameless = event.clone();
        nameless.username = None;
        assert!(!nameless.to_body().contains('@'), "the hint holds a value");
    }
}

/// What a trigger of the new pool says stands in the response, and the rest goes back as it came.
fn answered(raw: &str) {
    let response = json!({ "answerCorrect": true });
    let Some(answer) = with_response(raw, &response) else { return };
    let (before, after) = (crate::json::members(raw), crate::json::members(answer.get()));
    let (before, after) = (before.expect("it was read"), after.expect("it was written"));
    let kept: Vec<_> = before.iter().filter(|(name, _)| name != "response").collect();
    let (last, others) = after.split_last().expect("the response is there");
    assert_eq!(kept, others.iter().collect::<Vec<_>>(), "something else than the response changed");
    assert_eq!((last.0.as_str(), last.1), ("response", response.to_string().as_str()));
}
