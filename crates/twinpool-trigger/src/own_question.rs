//! Triggers that twinpool itself causes: it asks a pool whether a password is right, by an app client that nobody else uses.

use twinpool_core::change_event::{client_id, trigger_source};

/// The triggers of a sign-in with a password, and of the second factor that it is asked for.
const QUESTIONS: [&str; 3] = [
    "TokenGeneration_Authentication",
    "TokenGeneration_NewPasswordChallenge",
    "CustomMessage_Authentication",
];

/// Whether an event is of a question that twinpool asked by its own app client, and so nobody's sign-in and nobody's change (F§1.2).
/// Whatever else comes by that client is somebody's.
#[must_use]
pub fn is_own_question(raw: &str, own_client: Option<&str>) -> bool {
    let is_ours = || own_client.is_some_and(|own| client_id(raw).as_deref() == Some(own));
    let is_question = || trigger_source(raw).is_some_and(|source| QUESTIONS.contains(&source.as_str()));
    is_ours() && is_question()
}
