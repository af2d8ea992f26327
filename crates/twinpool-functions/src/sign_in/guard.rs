//! The trigger PreSignUp: nobody signs up at the new pool under the name of a user of the old one.

use serde_json::value::RawValue;
use tokio::time::{Instant, timeout_at};
use twinpool_engine::{Barred, Gate, GatePorts, SignUp};

use super::gate::{Event, Refusal, due};

/// The one source by which anybody can sign up. Administrators and identity providers answer for whom they make; the source of
/// a migration is not documented (F§8), and if it is this one, the marker is with it.
pub(super) const SIGN_UP: &str = "PreSignUp_SignUp";

/// Answers an event of the trigger PreSignUp: as it came, so that nobody is confirmed or verified by it. A former function's
/// answer to it goes back instead, if there is one: `said`.
///
/// # Errors
/// When a user of the old pool has the name, or it cannot be found out now.
pub async fn answer<P: GatePorts>(
    gate: &Gate<P>,
    raw: &str,
    said: Box<RawValue>,
    until: Instant,
) -> Result<Box<RawValue>, Refusal> {
    let event = Event::read(raw)?;
    if event.source != SIGN_UP {
        return Ok(said);
    }
    let sign_up = SignUp { username: event.username(), attributes: event.attributes() };
    match timeout_at(due(until), gate.sign_up(&sign_up)).await {
        Ok(Ok(())) => Ok(said),
        Ok(Err(Barred::Held)) => Err(Refusal::SignInInstead),
        Ok(Err(Barred::NotNow(why))) => Err(Refusal::NotNow(why)),
        Err(_) => Err(Refusal::TooSlow),
    }
}
