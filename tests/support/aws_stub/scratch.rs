//! Making, listing and removing whole pools. A pool that is made is one that stood ready: its shape is the test's business.

use std::sync::{Mutex, MutexGuard};

use serde_json::{Value, json};

use super::State;
use super::refusal::{Refusal, text};

pub(super) const OPERATIONS: [&str; 3] = ["CreateUserPool", "DeleteUserPool", "ListUserPools"];

/// A pool of which only name and tags matter.
#[derive(Debug, Clone)]
struct Left {
    id: String,
    name: String,
    tags: Value,
}

#[derive(Debug, Default)]
struct Pools {
    ready: Option<String>,
    asked: Vec<Value>,
    left: Vec<Left>,
    deleted: Vec<String>,
}

/// What becomes of scratch pools.
#[derive(Debug, Default)]
pub struct Scratch(Mutex<Pools>);

impl Scratch {
    /// The next pool that is made is this one.
    pub fn give(&self, id: &str) {
        self.pools().ready = Some(id.to_owned());
    }

    /// Beside the others there is this pool.
    pub fn leave(&self, id: &str, name: &str, tags: &Value) {
        self.pools().left.push(Left { id: id.to_owned(), name: name.to_owned(), tags: tags.clone() });
    }

    /// The bodies of CreateUserPool so far.
    #[must_use]
    pub fn asked(&self) -> Vec<Value> {
        self.pools().asked.clone()
    }

    /// What was deleted, in order.
    #[must_use]
    pub fn deleted(&self) -> Vec<String> {
        self.pools().deleted.clone()
    }

    fn pools(&self) -> MutexGuard<'_, Pools> {
        self.0.lock().expect("no holder panics")
    }

    /// DescribeUserPool of a pool of which only name and tags matter.
    pub(super) fn described(&self, operation: &str, body: &Value) -> Option<Value> {
        let pools = self.pools();
        let found = pools.left.iter().find(|left| body["UserPoolId"] == left.id.as_str())?;
        let told = json!({ "Id": found.id, "Name": found.name, "UserPoolTags": found.tags });
        (operation == "DescribeUserPool").then(|| json!({ "UserPool": told }))
    }
}

/// Answers one of [`OPERATIONS`].
pub(super) fn answer(state: &State, operation: &str, body: &Value) -> Result<Value, Refusal> {
    let mut pools = state.scratch.pools();
    match operation {
        "CreateUserPool" => {
            text(body, "PoolName")?;
            pools.asked.push(body.clone());
            let id = pools
                .ready
                .take()
                .ok_or_else(|| Refusal::new("LimitExceededException", "no pool stands ready"))?;
            Ok(json!({ "UserPool": { "Id": id, "Name": body["PoolName"] } }))
        }
        "DeleteUserPool" => {
            let id = text(body, "UserPoolId")?;
            let missing = || Refusal::new("ResourceNotFoundException", "no such user pool");
            if let Some(at) = pools.left.iter().position(|left| left.id == id) {
                pools.left.remove(at);
            } else {
                state.pools.get(id).filter(|pool| !pool.is_deleted()).ok_or_else(missing)?.memory()?.delete();
            }
            pools.deleted.push(id.to_owned());
            Ok(json!({}))
        }
        _ => {
            let told = |left: &Left| json!({ "Id": left.id, "Name": left.name });
            Ok(json!({ "UserPools": pools.left.iter().map(told).collect::<Vec<_>>() }))
        }
    }
}
