//! Capture as Lambda has it.

use super::facts::{Facts, number, shows_environment, text, variable};
use super::step::{DEPLOY, Part, Step, faults_or};
use crate::chain::called;
use crate::port::Json;

/// Cognito gives up after five seconds (F§2).
const COGNITO_WAITS: u64 = 5;
/// Seconds that the template gives capture where it calls a former function: Lambda must not end it before Cognito gives up.
const CHAINED: u64 = 6;
const DEADLINES: std::ops::RangeInclusive<u64> = 1..=2_000;

/// Capture: whether it runs, and sends to the queue of this stack in time.
pub(super) fn capture(facts: &Facts) -> Vec<Step> {
    let part = Part::Capture;
    let function = match &facts.capture {
        Ok(function) => function,
        Err(blind) => return vec![Step::blind(part, "capture", blind, DEPLOY)],
    };
    let mut faults = state(part, "capture", function);
    if !shows_environment(function) {
        faults.push(no_environment(part, "capture"));
        return faults;
    }
    match variable(function, "TWINPOOL_QUEUE_URL") {
        Some(queue) if queue == facts.expected.queue_url => {}
        Some(_) => {
            faults.push(Step::broken(part, "capture sends to another queue than this stack's", DEPLOY));
        }
        None => faults.push(Step::broken(
            part,
            "capture is not told which queue to send to (TWINPOOL_QUEUE_URL)",
            DEPLOY,
        )),
    }
    if variable(function, "TWINPOOL_DIGEST_KEY").is_none() {
        faults.push(Step::broken(part, "capture has no digest key (TWINPOOL_DIGEST_KEY)", DEPLOY));
    }
    let deadline = variable(function, "TWINPOOL_DEADLINE_MS").map_or(Ok(1_000), str::parse::<u64>);
    let timeout = number(function, "Timeout");
    match deadline {
        Ok(deadline) if DEADLINES.contains(&deadline) => {
            if timeout > 0 && timeout * 1_000 <= deadline {
                let why = format!(
                    "Lambda ends capture after {timeout} s, before its deadline of {deadline} ms: sign-ins fail when the queue is slow"
                );
                faults.push(Step::broken(part, why, DEPLOY));
            }
        }
        _ => faults.push(Step::broken(
            part,
            "capture's deadline is no number of milliseconds from 1 to 2000",
            "deploy with CaptureDeadlineMs from 1 to 2000",
        )),
    }
    let most = if called(function).is_empty() { COGNITO_WAITS - 1 } else { CHAINED };
    if timeout > most {
        let why = format!(
            "Lambda lets capture run for {timeout} s, where {most} are enough: Cognito gives up after {COGNITO_WAITS}"
        );
        faults.push(Step::broken(part, why, DEPLOY));
    }
    let deadline = deadline.unwrap_or_default();
    faults_or(
        part,
        faults,
        format!("runs ({}), sends to this stack's queue within {deadline} ms", kind(function)),
    )
}

/// What Lambda says of a function's state.
pub(super) fn state(part: Part, name: &str, function: &Json) -> Vec<Step> {
    let mut faults = Vec::new();
    let reason = |key: &str| text(function, key).map(|reason| format!(": {reason}")).unwrap_or_default();
    if let Some(state) = text(function, "State").filter(|state| *state != "Active") {
        let why = format!("{name} is {state}{}", reason("StateReason"));
        faults.push(Step::broken(part, why, format!("wait a minute and look again; then {DEPLOY}")));
    }
    if let Some(update) = text(function, "LastUpdateStatus").filter(|update| *update != "Successful") {
        let why = format!("the last update of {name} is {update}{}", reason("LastUpdateStatusReason"));
        faults.push(Step::broken(part, why, format!("wait a minute and look again; then {DEPLOY}")));
    }
    if text(function, "Runtime").is_some_and(|runtime| !runtime.starts_with("provided.")) {
        let why = format!("{name} has a runtime that is not twinpool's: its code was replaced");
        faults.push(Step::broken(part, why, DEPLOY));
    }
    if text(function, "Role").is_some_and(str::is_empty) {
        faults.push(Step::broken(part, format!("{name} has no role"), DEPLOY));
    }
    faults
}

/// The environment is encrypted, or withheld.
pub(super) fn no_environment(part: Part, name: &str) -> Step {
    Step::unseen(
        part,
        format!("Lambda does not show the environment of {name}"),
        "give your role kms:Decrypt on the key of the function's environment",
    )
}

/// Runtime and architecture.
pub(super) fn kind(function: &Json) -> String {
    let architecture = function.get("Architectures").and_then(|all| all.get(0)?.as_str()).unwrap_or("x86_64");
    format!("{}, {architecture}", text(function, "Runtime").unwrap_or("unknown runtime"))
}
