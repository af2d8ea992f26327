//! Pools of which only the settings matter, and Lambda's functions beside them: what setting up reaches.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::{Map, Value, json};
use twinpool_setup::port::PoolSettings as _;
use twinpool_testkit::{FunctionsHandle, MemoryFunctions, MemorySettings, Process, SettingsHandle};

use super::cognito::directory::now;
use super::refusal::{Refusal, only, text};

mod lambda;

pub(super) use lambda::PATH;

/// Operations on settings.
pub(super) const OPERATIONS: [&str; 4] =
    ["DescribeUserPool", "UpdateUserPool", "GetUserPoolMfaConfig", "SetUserPoolMfaConfig"];

/// The strict stand-ins behind the wire.
#[derive(Debug, Default)]
pub(super) struct Account {
    pools: BTreeMap<String, SettingsHandle>,
    functions: Option<FunctionsHandle>,
}

impl Account {
    pub(super) fn of(pools: &[&Arc<MemorySettings>], functions: &Arc<MemoryFunctions>) -> Self {
        let process = Arc::new(Process::healthy());
        let handles = pools.iter().map(|pool| pool.handle(&process));
        Self {
            pools: handles.map(|handle| (handle.id().to_string(), handle)).collect(),
            functions: Some(functions.handle(&process)),
        }
    }

    /// Whether a call is about the settings of a pool that is here.
    pub(super) fn has(&self, operation: &str, body: &Value) -> bool {
        let id = body["UserPoolId"].as_str().unwrap_or_default();
        OPERATIONS.contains(&operation) && self.pools.contains_key(id)
    }

    pub(super) fn answer(&self, operation: &str, body: &Value) -> Result<Value, Refusal> {
        let missing = || Refusal::new("ResourceNotFoundException", "no such user pool");
        let pool = self.pools.get(text(body, "UserPoolId")?).ok_or_else(missing)?;
        let sent = || -> Map<String, Value> { body.as_object().cloned().unwrap_or_default() };
        match operation {
            "DescribeUserPool" => {
                only(body, &["UserPoolId"])?;
                Ok(json!({ "UserPool": now(pool.describe())? }))
            }
            "GetUserPoolMfaConfig" => {
                only(body, &["UserPoolId"])?;
                Ok(Value::Object(now(pool.mfa())?))
            }
            "UpdateUserPool" => now(pool.update(&sent())).map(|()| json!({})).map_err(Refusal::from),
            "SetUserPoolMfaConfig" => {
                let mut set = sent();
                set.remove("UserPoolId");
                now(pool.set_mfa(&set))?;
                Ok(Value::Object(set))
            }
            _ => Err(Refusal::unknown(operation)),
        }
    }
}
