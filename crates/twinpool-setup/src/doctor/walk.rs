//! One hint, sent through capture for a test user, and followed to the new pool.

use serde_json::{Value, json};
use twinpool_core::id::PoolId;
use twinpool_core::port::PortError;
use twinpool_core::snapshot::Snapshot;

use super::step::{Part, Step, way_to_see};
use crate::port::Invoked;

/// What capture is given: a trigger event as Cognito's, for this user, with no more than the ids.
///
/// No trigger of Cognito's has this source: capture calls no former function for it, and the mirror takes the hint as an
/// operator's, so that it reads both pools and answers on the link even when nothing has changed.
#[must_use]
pub fn trigger_event(pool: &PoolId, region: &str, user: &Snapshot) -> Value {
    // Of a federated profile capture takes the username, which alone finds it (F§4): the status tells.
    let attributes = json!({ "sub": user.sub.as_str(), "cognito:user_status": user.status.code() });
    json!({
        "version": "1",
        "triggerSource": "Operator_Doctor",
        "region": region,
        "userPoolId": pool.as_str(),
        "userName": user.username.as_str(),
        "callerContext": { "awsSdkVersion": "twinpool-doctor", "clientId": "twinpool-doctor" },
        "request": { "userAttributes": attributes },
        "response": {},
    })
}

/// What became of the hint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Arrival {
    /// The mirror answered on the link, in these words.
    Answered(String),
    /// The mirror answered that something stands in the way.
    Conflict(String),
    /// Nothing came of capture's hint, and the mirror answered one that was put into the queue directly.
    LostByCapture,
    /// Neither was answered. What the mirror noted of the user last, where it did.
    Silence(Option<String>),
    /// The table or the queue could not be used.
    Failed(PortError),
}

/// The test user in both pools.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Comparison {
    /// As the rules want it.
    Same {
        /// What is held back, with its reason.
        held_back: Vec<String>,
    },
    /// These do not say the same: names, no values.
    Differs(Vec<String>),
    /// There is nobody in the new pool.
    Missing,
    /// A pool could not be read.
    Failed(PortError),
}

/// How far the hint was followed.
#[derive(Debug)]
pub struct Walked {
    /// What was sent.
    pub sent: Value,
    /// What capture gave back.
    pub invoked: Result<Invoked, PortError>,
    /// Then.
    pub arrival: Option<Arrival>,
    /// At last.
    pub comparison: Option<Comparison>,
}

/// The steps of the walk, to the first that is broken.
#[must_use]
pub fn walked(walked: &Walked) -> Vec<Step> {
    let hint = hint(&walked.sent, &walked.invoked);
    let steps =
        [Some(hint), walked.arrival.as_ref().map(arrival), walked.comparison.as_ref().map(comparison)];
    steps.into_iter().flatten().collect()
}

fn hint(sent: &Value, invoked: &Result<Invoked, PortError>) -> Step {
    let part = Part::Hint;
    match invoked {
        Err(error) => Step::unseen(part, format!("capture could not be called: {error}"), way_to_see(error)),
        Ok(Invoked { error: Some(kind), .. }) => Step::broken(
            part,
            format!("capture failed ({}): where it is in a slot, every sign-in does", sound(kind)),
            "detach it (twinpool detach), then look at its log: /twinpool/<stack>/capture",
        ),
        Ok(Invoked { payload, .. }) => match serde_json::from_slice::<Value>(payload) {
            Ok(answer) if answer == *sent => Step::fine(part, "capture gave the event back as it came"),
            _ => Step::broken(
                part,
                "capture did not give the event back as it came: another function is under its name",
                "deploy the stack: twinpool deploy",
            ),
        },
    }
}

/// Lambda's own words only.
fn sound(kind: &str) -> &str {
    if kind.chars().all(|c| c.is_ascii_alphanumeric()) { kind } else { "unknown" }
}

fn arrival(arrival: &Arrival) -> Step {
    let part = Part::Arrival;
    match arrival {
        Arrival::Answered(did) => {
            Step::fine(part, format!("through the queue to the mirror, which says: {did}"))
        }
        Arrival::Conflict(why) => Step::broken(
            part,
            format!("the mirror cannot carry this user over: {why}"),
            "twinpool explain <user> tells all of it; or take another test user",
        ),
        Arrival::LostByCapture => Step::broken(
            part,
            "the hint did not get from capture into the queue; one that was put there directly was answered",
            "look at capture's log (/twinpool/<stack>/capture), its role, its queue and the key",
        ),
        Arrival::Silence(Some(noted)) => Step::broken(
            part,
            format!("the mirror has not answered in time, and noted of this user: {noted}"),
            "do what the note says; the hint stays in the queue",
        ),
        Arrival::Silence(None) => Step::broken(
            part,
            "the mirror has not answered in time, neither capture's hint nor one that was put into the queue directly",
            "look at the mapping above, and at the mirror's log: /twinpool/<stack>/mirror",
        ),
        Arrival::Failed(error) => {
            Step::unseen(part, format!("the hint could not be followed: {error}"), way_to_see(error))
        }
    }
}

fn comparison(comparison: &Comparison) -> Step {
    let part = Part::User;
    match comparison {
        Comparison::Same { held_back } if held_back.is_empty() => {
            Step::fine(part, "the new pool has this user as the rules want it")
        }
        Comparison::Same { held_back } => {
            Step::fine(part, format!("the new pool has this user; held back: {}", held_back.join(", ")))
        }
        Comparison::Differs(names) => Step::broken(
            part,
            format!("both pools do not say the same of this user: {}", names.join(", ")),
            "twinpool explain <user> shows both sides",
        ),
        Comparison::Missing => Step::broken(
            part,
            "the user is not in the new pool, though the mirror has answered",
            "twinpool explain <user> tells why",
        ),
        Comparison::Failed(error) => {
            Step::unseen(part, format!("the user could not be read: {error}"), way_to_see(error))
        }
    }
}
