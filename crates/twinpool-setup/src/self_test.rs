//! Whether a function of ours would do for the pool: it may be called, and gives back what it is given.

use serde_json::{Value, json};
use twinpool_core::port::PortError;

use crate::chain::Chained;
use crate::guest::Guest;
use crate::permission;
use crate::port::{FunctionArn, Functions, Json, Permission};
use crate::triggers::Slot;

/// Why a function must not stand in a pool's way.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SelfTestFailure {
    /// The policy has no such statement.
    #[error(
        "the policy of {guest} does not let the pool in: statement {statement} is missing, or says something else"
    )]
    NotAllowed {
        /// Which of ours.
        guest: Guest,
        /// The name of the statement.
        statement: String,
    },
    /// The function failed.
    #[error("{guest} failed ({error}): look at its log; no pool must call it like this")]
    Failed {
        /// Which of ours.
        guest: Guest,
        /// In Lambda's words.
        error: String,
    },
    /// It gave back something else.
    #[error("{guest} did not give the event back as it came: is {function} twinpool's?")]
    Changed {
        /// Which of ours.
        guest: Guest,
        /// The function.
        function: FunctionArn,
    },
    /// It could not be asked.
    #[error("the function could not be asked: {0}")]
    Port(#[from] PortError),
}

/// An event about nobody: capture sends nothing for it, and the sign-in function adds nothing. Where the function calls a former function before each token, the event has
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

/// The event for this pool, for a function that calls these first.
#[must_use]
pub fn event_for(permission: &Permission, chained: &Chained) -> Json {
    let arn = &permission.source_arn;
    let pool = arn.rsplit('/').next().unwrap_or_default();
    let region = arn.split(':').nth(3).unwrap_or_default();
    event(pool, region, chained.contains_key(&Slot::PreTokenGeneration))
}

/// Asks the function: its policy, and an answer.
///
/// # Errors
/// What is wrong with it.
pub async fn self_test<F: Functions>(
    functions: &F,
    guest: Guest,
    function: &FunctionArn,
    permission: &Permission,
    event: &Json,
) -> Result<(), SelfTestFailure> {
    let policy = functions.policy(function).await?;
    if !permission::holds(policy.as_ref(), permission) {
        let statement = permission.statement_id.clone();
        return Err(SelfTestFailure::NotAllowed { guest, statement });
    }
    let sent = Value::Object(event.clone());
    let answer = functions.invoke(function, sent.to_string().as_bytes()).await?;
    if let Some(error) = answer.error {
        return Err(SelfTestFailure::Failed { guest, error });
    }
    let came = serde_json::from_slice::<Value>(&answer.payload).ok();
    if came == Some(sent) {
        Ok(())
    } else {
        Err(SelfTestFailure::Changed { guest, function: function.clone() })
    }
}
