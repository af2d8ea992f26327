//! App clients, and one that twinpool has for itself: it checks passwords, and no application signs in with it.

use serde_json::Value;

use super::step::{Part, Step};
use crate::port::Json;

/// The client of one pool by which passwords are checked.
pub(super) struct OwnClient {
    pub(super) part: Part,
    /// `old` or `new`.
    pub(super) pool: &'static str,
    /// What it means if an application signs in with it.
    pub(super) otherwise: &'static str,
    /// How another one takes its place, to be ended with what it is like.
    pub(super) mend: &'static str,
}

impl OwnClient {
    /// What is wrong with it.
    pub(super) fn faults(&self, client: &Json) -> Vec<Step> {
        let Self { part, pool, otherwise, mend } = self;
        let mut faults = Vec::new();
        let mut fault = |why: String, remedy: String| faults.push(Step::broken(*part, why, remedy));
        let checks = format!("the app client of the {pool} pool that checks passwords");
        if client.get("HasSecret") == Some(&Value::Bool(true)) {
            fault(
                format!("{checks} has a secret, which nobody tells the function"),
                format!("{mend} has none"),
            );
        }
        if !allows(client, "ADMIN_USER_PASSWORD_AUTH") {
            fault(
                format!("{checks} does not allow ALLOW_ADMIN_USER_PASSWORD_AUTH: every password is refused"),
                format!("allow it in the console of the {pool} pool, or {mend} allows it"),
            );
        }
        let others = ways_of_an_application(client);
        if !others.is_empty() {
            fault(
                format!(
                    "{checks} also allows {}: if an application signs in with it, {otherwise}",
                    others.join(", ")
                ),
                format!(
                    "{mend} allows ALLOW_ADMIN_USER_PASSWORD_AUTH and ALLOW_REFRESH_TOKEN_AUTH alone, and nothing by OAuth"
                ),
            );
        }
        faults
    }
}

/// By what an application signs people in with a client, and twinpool does not.
fn ways_of_an_application(client: &Json) -> Vec<String> {
    let flows = ["USER_SRP_AUTH", "USER_PASSWORD_AUTH", "CUSTOM_AUTH", "USER_AUTH"];
    let flows = flows.into_iter().filter(|flow| allows(client, flow)).map(|flow| format!("ALLOW_{flow}"));
    let has_oauth = client.get("AllowedOAuthFlowsUserPoolClient") == Some(&Value::Bool(true));
    flows.chain(has_oauth.then(|| "OAuth".to_owned())).collect()
}

/// Whether an app client allows a flow, in whatever spelling. Who lists none allows SRP, custom challenges and refreshing.
pub(super) fn allows(client: &Json, flow: &str) -> bool {
    let listed = client.get("ExplicitAuthFlows").and_then(Value::as_array).filter(|all| !all.is_empty());
    let Some(listed) = listed else {
        return ["CUSTOM_AUTH", "USER_SRP_AUTH"].contains(&flow);
    };
    listed.iter().filter_map(Value::as_str).any(|one| match one {
        "ADMIN_NO_SRP_AUTH" => flow == "ADMIN_USER_PASSWORD_AUTH",
        "CUSTOM_AUTH_FLOW_ONLY" => flow == "CUSTOM_AUTH",
        one => one.strip_prefix("ALLOW_").unwrap_or(one) == flow,
    })
}
