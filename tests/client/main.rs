//! The TypeScript client against Cognito's documented answers, without any pool: what it asks, in which order, what the person is told,
//! and where it is sent.
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

mod order;
mod pool;
mod route;
mod told;

use pool::Says;
use serde_json::json;

const PASSWORD: &str = "Ada-knows-this-1";
const NEW_PASSWORD: &str = "Ada-chose-this-2";

/// What Cognito says of a wrong password, and of nobody where PreventUserExistenceErrors is on.
const WRONG: Says = Says::Refuses("NotAuthorizedException", "Incorrect username or password.");

/// What the bridge asks for: docs/sign-in.md, "The flow".
fn asks(kind: &str) -> Says {
    Says::Challenge(json!({ "type": kind }))
}

fn asks_for_a_code() -> Says {
    Says::Challenge(json!({ "type": "CODE", "medium": "EMAIL", "destination": "a***@e***.com" }))
}
