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
    #[error(
        "{guest} did not answer an event about nobody as it must: is {function} twinpool's, and of this version?"
    )]
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

/// An event about nobody, and what is expected of it.
#[derive(Debug, Clone, PartialEq)]
pub struct Probe {
    /// What the function gets.
    pub event: Json,
    answer: Expected,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    /// The event as it came.
    Same,
    /// A challenge for somebody whom the pool does not know, and no tokens.
    Challenge,
}

/// A former function is not called for a test: where ours calls one before each token, the event has the source of a slot that
/// ours is never in.
#[must_use]
pub fn source(guest: Guest, chained: &Chained) -> &'static str {
    match guest {
        _ if !chained.contains_key(&Slot::PreTokenGeneration) => "TokenGeneration_ClientCredentials",
        Guest::Capture => "PreSignUp_SelfTest",
        Guest::SignIn => "PostAuthentication_SelfTest",
    }
}

/// An event about nobody: capture sends nothing for it, and the sign-in function adds nothing.
#[must_use]
pub fn event(pool: &str, region: &str, source: &str) -> Json {
    let event = json!({
        "version": "3", "triggerSource": source, "region": region, "userPoolId": pool, "userName": "twinpool-self-test",
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "twinpool-self-test"},
        "request": {"scopes": ["twinpool/self-test"]}, "response": {"claimsAndScopeOverrideDetails": null},
    });
    event.as_object().cloned().unwrap_or_default()
}

/// The first step of a sign-in by challenges, of somebody who does not exist (F§1.3). The other slots of the sign-in function have
/// no event that asks nobody and writes nothing.
fn first_challenge(pool: &str, region: &str) -> Json {
    let event = json!({
        "version": "1", "triggerSource": "DefineAuthChallenge_Authentication", "region": region, "userPoolId": pool,
        "userName": "twinpool-self-test",
        "callerContext": {"awsSdkVersion": "aws-sdk-unknown-unknown", "clientId": "twinpool-self-test"},
        "request": {"userAttributes": {}, "session": [], "userNotFound": true},
        "response": {"challengeName": null, "issueTokens": null, "failAuthentication": null},
    });
    event.as_object().cloned().unwrap_or_default()
}

/// What the function is tested with, for this pool, in these slots, where it calls these functions first.
#[must_use]
pub fn probes(guest: Guest, permission: &Permission, slots: &[Slot], chained: &Chained) -> Vec<Probe> {
    let arn = &permission.source_arn;
    let pool = arn.rsplit('/').next().unwrap_or_default();
    let region = arn.split(':').nth(3).unwrap_or_default();
    let mut probes =
        vec![Probe { event: event(pool, region, source(guest, chained)), answer: Expected::Same }];
    if slots.contains(&Slot::DefineAuthChallenge) {
        probes.push(Probe { event: first_challenge(pool, region), answer: Expected::Challenge });
    }
    probes
}

impl Probe {
    fn is_answered_by(&self, payload: &[u8]) -> bool {
        let Ok(answer) = serde_json::from_slice::<Value>(payload) else { return false };
        let sent = Value::Object(self.event.clone());
        match self.answer {
            Expected::Same => answer == sent,
            Expected::Challenge => {
                let response = answer.get("response");
                let says = |field: &str| response.and_then(|it| it.get(field));
                let is_on = |field| says(field) == Some(&Value::Bool(true));
                let asks = says("challengeName").is_some_and(|it| it == "CUSTOM_CHALLENGE");
                let is_whole = self
                    .event
                    .iter()
                    .all(|(field, value)| field == "response" || answer.get(field) == Some(value));
                asks && is_whole && !is_on("issueTokens") && !is_on("failAuthentication")
            }
        }
    }
}

/// Asks the function: its policy, and answers.
///
/// # Errors
/// What is wrong with it.
pub async fn self_test<F: Functions>(
    functions: &F,
    guest: Guest,
    function: &FunctionArn,
    permission: &Permission,
    probes: &[Probe],
) -> Result<(), SelfTestFailure> {
    let policy = functions.policy(function).await?;
    if !permission::holds(policy.as_ref(), permission) {
        let statement = permission.statement_id.clone();
        return Err(SelfTestFailure::NotAllowed { guest, statement });
    }
    for probe in probes {
        let sent = Value::Object(probe.event.clone());
        let answer = functions.invoke(function, sent.to_string().as_bytes()).await?;
        if let Some(error) = answer.error {
            return Err(SelfTestFailure::Failed { guest, error });
        }
        if !probe.is_answered_by(&answer.payload) {
            return Err(SelfTestFailure::Changed { guest, function: function.clone() });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_function_that_knows_no_challenges_or_lets_everybody_in_fails() {
        let probe = Probe { event: first_challenge("p", "r"), answer: Expected::Challenge };
        let answered = |response: Value| {
            let mut event = Value::Object(probe.event.clone());
            event["response"] = response;
            probe.is_answered_by(event.to_string().as_bytes())
        };
        let asks =
            json!({"challengeName": "CUSTOM_CHALLENGE", "issueTokens": false, "failAuthentication": false});
        assert!(answered(asks.clone()));
        assert!(!answered(probe.event["response"].clone()), "a function of before gives it back as it came");
        for field in ["issueTokens", "failAuthentication"] {
            let mut response = asks.clone();
            response[field] = json!(true);
            assert!(!answered(response), "{field}");
        }
        assert!(!probe.is_answered_by(json!({"response": asks}).to_string().as_bytes()), "the rest is lost");
        assert!(!probe.is_answered_by(b"TRY_LATER"));
    }

    #[test]
    fn no_test_calls_a_former_function() {
        let arn = FunctionArn::parse("arn:aws:lambda:eu-west-1:111122223333:function:claims").unwrap();
        for slot in [Slot::PreTokenGeneration, Slot::PreSignUp, Slot::PostConfirmation] {
            let source = source(Guest::SignIn, &[(slot, arn.clone())].into());
            let trigger = source.split('_').next().unwrap();
            assert!(!slot.name().ends_with(trigger), "{slot}: {source}");
        }
    }
}
