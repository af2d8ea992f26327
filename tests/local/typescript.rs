//! The TypeScript client at the new pool of a stack.

use serde_json::json;
use twinpool_tests::application::Application;
use xtask::local::Stack;

/// With this `continuity`, and SRP unless the pool is one of cognito-local.
pub(crate) fn application(stack: &Stack, continuity: &str) -> Application {
    let pool = &stack.addresses.new_pool;
    let flow = if pool.endpoint == stack.addresses.endpoint { "USER_SRP_AUTH" } else { "USER_PASSWORD_AUTH" };
    Application::new(json!({
        "userPoolId": pool.id, "clientId": pool.client_id, "endpoint": format!("{}/", pool.endpoint),
        "continuity": continuity, "plainFlow": flow,
    }))
}
