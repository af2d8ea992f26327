//! Whether capture would do for the pool: it may be called, and gives back what it is given.

use serde_json::{Value, json};
use twinpool_core::port::PortError;

use crate::permission;
use crate::port::{FunctionArn, Functions, Json, Permission};

/// Why capture must not stand in a pool's way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelfTestFailure {
    /// The policy has no such statement.
    #[error(
        "the policy of capture does not let the pool in: statement {0} is missing, or says something else"
    )]
    NotAllowed(String),
    /// The function failed.
    #[error("capture failed ({0}): look at its log; no pool must call it like this")]
    Failed(String),
    /// It gave back something else.
    #[error("capture did not give the event back as it came: is {0} twinpool's capture?")]
    Changed(FunctionArn),
    /// It could not be asked.
    #[error("capture could not be asked: {0}")]
    Port(#[from] PortError),
}

/// An event about nobody: capture sends nothing for it. Where capture calls a former function before each token, the event has
/// the source of a slot that is never capture's, so that the former function is not called for a test.
#[must_use]
pub fn event(pool: &str, region: &str, calls_before_tokens: bool) -> Json {
    let source = if calls_before_tokens { "PreSignUp_SelfTest" } else { "TokenGeneration_ClientCredentials" };
    let event = json!({
        "version": "3", "triggerSource": source, "region": region, "userPoolId": pool, "userName": "twinpool-self-test",
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "twinpool-self-test"},
        "request": {"scopes": ["twinpool/self-test"]}, "response": {"claimsAndScopeOverrideDetails": null},
    });
    event.as_object().cloned().unwrap_or_default()
}

/// Asks the function: its policy, and an answer.
///
/// # Errors
/// What is wrong with it.
pub async fn self_test<F: Functions>(
    functions: &F,
    capture: &FunctionArn,
    permission: &Permission,
    event: &Json,
) -> Result<(), SelfTestFailure> {
    let policy = functions.policy(capture).await?;
    if !permission::holds(policy.as_ref(), permission) {
        return Err(SelfTestFailure::NotAllowed(permission.statement_id.clone()));
    }
    let sent = Value::Object(event.clone());
    let answer = functions.invoke(capture, sent.to_string().as_bytes()).await?;
    if let Some(error) = answer.error {
        return Err(SelfTestFailure::Failed(error));
    }
    let came = serde_json::from_slice::<Value>(&answer.payload).ok();
    if came == Some(sent) { Ok(()) } else { Err(SelfTestFailure::Changed(capture.clone())) }
}
