//! What is known of each part, as AWS said it.

use std::fmt;

use twinpool_core::id::{AttributeName, PoolId};
use twinpool_core::port::PortError;

use crate::port::{FunctionArn, Json};
use crate::self_test::SelfTestFailure;

/// Why something was not seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Blind {
    /// Nobody named it; the option that would.
    Unnamed(&'static str),
    /// AWS did not tell.
    Failed(PortError),
}

impl From<PortError> for Blind {
    fn from(error: PortError) -> Self {
        Self::Failed(error)
    }
}

/// What was seen.
pub type Look<T> = Result<T, Blind>;

/// What should be there.
#[derive(Debug, Clone)]
pub struct Expected {
    /// The pool being left.
    pub old_pool: PoolId,
    /// The pool being moved to.
    pub new_pool: PoolId,
    /// The trigger function.
    pub capture: FunctionArn,
    /// The new pool's trigger function, where somebody named it.
    pub sign_in: Option<FunctionArn>,
    /// The queue of change events.
    pub queue_url: String,
    /// The table of links.
    pub table: String,
    /// The attribute of the new pool that proves whose user a user is.
    pub marker: AttributeName,
    /// Of this command.
    pub version: String,
}

/// One trail of CloudTrail.
#[derive(Debug, Clone)]
pub struct Trail {
    /// Its name.
    pub name: String,
    /// GetTrailStatus.
    pub status: Look<Json>,
    /// GetEventSelectors.
    pub selectors: Look<Json>,
}

/// The new pool's trigger function. No `Debug`: its configuration holds the secret of the digests.
pub struct SignIn {
    /// GetFunctionConfiguration.
    pub configuration: Look<Json>,
    /// Its policy; `None` where it has none.
    pub policy: Look<Option<Json>>,
    /// What became of the event about nobody; `None` where it was not sent.
    pub test: Option<Result<(), SelfTestFailure>>,
}

/// What the ways in need beside the sign-in function. No `Debug`: settings of clients may hold anything.
pub struct WaysIn {
    /// DescribeUserPoolClient of each app client of the new pool.
    pub clients: Look<Vec<Json>>,
    /// That of the client of the old pool by which passwords are checked; `HasSecret` stands for its secret.
    pub own_client: Look<Json>,
    /// Whether the rules let anybody in by a one-time code.
    pub has_codes: bool,
}

/// What AWS says of each part, unread. `Debug` shows nothing: configurations of functions hold the secret of the digests.
pub struct Facts {
    /// What should be there.
    pub expected: Expected,
    /// The secret of the digests in the environment of this command.
    pub own_key: Option<String>,
    /// `UserPool` of DescribeUserPool.
    pub old_pool: Look<Json>,
    /// `UserPool` of DescribeUserPool.
    pub new_pool: Look<Json>,
    /// GetFunctionConfiguration of capture.
    pub capture: Look<Json>,
    /// The policy of capture; `None` where it has none.
    pub policy: Look<Option<Json>>,
    /// The sign-in function, where somebody named it.
    pub sign_in: Option<SignIn>,
    /// Where people of the old pool are let in.
    pub ways: Option<WaysIn>,
    /// DescribeUserPoolClient of the client of the new pool by which passwords are checked there, where the sign-in function is told of
    /// one; `HasSecret` stands for its secret.
    pub new_client: Option<Look<Json>>,
    /// GetFunctionConfiguration of another function that the new pool names before tokens.
    pub new_slot: Option<Look<Json>>,
    /// GetFunctionConfiguration of the mirror.
    pub mirror: Look<Json>,
    /// GetFunctionConfiguration of the reader of the audit trail.
    pub audit_trail: Look<Json>,
    /// GetFunctionConfiguration of the sweep.
    pub sweep: Look<Json>,
    /// ListEventSourceMappings of the mirror.
    pub mappings: Look<Vec<Json>>,
    /// `Attributes` of GetQueueAttributes, of the queue of change events.
    pub queue: Look<Json>,
    /// How old the oldest change event is, in seconds, as CloudWatch has it; `None` where it has nothing.
    pub age: Look<Option<f64>>,
    /// `Attributes` of GetQueueAttributes, of the DLQ.
    pub dlq: Look<Json>,
    /// `KeyMetadata` of DescribeKey; `None` where the queue has no key of its own.
    pub key: Option<Look<Json>>,
    /// `Table` of DescribeTable.
    pub table: Look<Json>,
    /// Of which pools the table is; `None` before anything was mirrored.
    pub pools: Look<Option<(PoolId, PoolId)>>,
    /// DescribeRule.
    pub rule: Look<Json>,
    /// The trails that see this Region.
    pub trails: Look<Vec<Trail>>,
    /// So many seconds is this machine ahead of AWS.
    pub ahead: Look<i64>,
}

impl fmt::Debug for Facts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Facts").field("expected", &self.expected).finish_non_exhaustive()
    }
}

/// A variable of a function's environment; an empty one counts as none.
pub(super) fn variable<'a>(function: &'a Json, name: &str) -> Option<&'a str> {
    let variables = function.get("Environment")?.get("Variables")?;
    variables.get(name)?.as_str().filter(|value| !value.is_empty())
}

/// Whether the environment came: Lambda leaves it out where the caller may not decrypt it.
pub(super) fn shows_environment(function: &Json) -> bool {
    function.get("Environment").is_some_and(|environment| environment.get("Variables").is_some())
}

/// A text.
pub(super) fn text<'a>(json: &'a Json, name: &str) -> Option<&'a str> {
    json.get(name)?.as_str()
}

/// A number, which SQS writes as text.
pub(super) fn number(json: &Json, name: &str) -> u64 {
    let value = json.get(name);
    let as_text = || value?.as_str()?.parse().ok();
    value.and_then(serde_json::Value::as_u64).or_else(as_text).unwrap_or_default()
}
