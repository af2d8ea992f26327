//! Cognito's user pools API.

use serde_json::{Value, json};

use super::refusal::{Outcome, Refusal, text};
use super::{State, imports};

pub(super) mod directory;
mod groups;
mod list;
mod passwords;
mod pool;
mod users;

pub(super) use pool::NAME as POOL_NAME;

pub(super) const SERVICE: &str = "AWSCognitoIdentityProviderService";

const OPERATIONS: [&str; 26] = [
    "DescribeUserPool",
    "ListUsers",
    "ListGroups",
    "ListUsersInGroup",
    "GetGroup",
    "CreateGroup",
    "UpdateGroup",
    "DeleteGroup",
    "AdminGetUser",
    "AdminListGroupsForUser",
    "AdminGetUserAuthFactors",
    "AdminListDevices",
    "AdminCreateUser",
    "AdminInitiateAuth",
    "AdminSetUserPassword",
    "AdminResetUserPassword",
    "AdminUpdateUserAttributes",
    "AdminDeleteUserAttributes",
    "AdminAddUserToGroup",
    "AdminRemoveUserFromGroup",
    "AdminEnableUser",
    "AdminDisableUser",
    "AdminDeleteUser",
    "AdminLinkProviderForUser",
    "AdminDisableProviderForUser",
    "AdminSetUserMFAPreference",
];

/// Counts the call, unless it is about an import job, finds the pool, and answers.
pub(super) fn answer(state: &State, operation: &str, body: &Value) -> Outcome {
    if imports::OPERATIONS.contains(&operation) {
        let answer = state.imports.answer(operation, body);
        state.faults.done(operation);
        return answer.map(|answer| bytes(&answer));
    }
    if operation == "ListIdentityProviders" {
        return Ok(bytes(&providers(state, text(body, "UserPoolId")?)));
    }
    let known = OPERATIONS.into_iter().find(|known| *known == operation);
    let operation = known.ok_or_else(|| Refusal::unknown(operation))?;
    state.meter.count(operation, body["Username"].as_str())?;
    let missing = || Refusal::new("ResourceNotFoundException", "no such user pool");
    let pool = state.pools.get(text(body, "UserPoolId")?).ok_or_else(missing)?;
    let pool = pool.as_ref();
    if pool.is_deleted() {
        return Err(missing());
    }
    match operation {
        "DescribeUserPool" => Ok(bytes(&pool::describe(pool))),
        "ListUsers" | "ListUsersInGroup" | "ListGroups" | "AdminListGroupsForUser" => {
            list::answer(pool, &state.faults, operation, body)
        }
        "GetGroup" | "CreateGroup" | "UpdateGroup" | "DeleteGroup" => {
            groups::answer(pool, operation, body).map(|answer| bytes(&answer))
        }
        "AdminInitiateAuth" => passwords::sign_in(pool, body).map(|answer| bytes(&answer)),
        _ => users::answer(pool, operation, body).map(|answer| bytes(&answer)),
    }
}

fn providers(state: &State, pool: &str) -> Value {
    let all = state.providers.lock().expect("no holder panics");
    let names = all.get(pool).map(Vec::as_slice).unwrap_or_default();
    let one = |name: &String| json!({ "ProviderName": name, "ProviderType": "OIDC" });
    json!({ "Providers": names.iter().map(one).collect::<Vec<_>>() })
}

fn bytes(value: &Value) -> Vec<u8> {
    value.to_string().into_bytes()
}
