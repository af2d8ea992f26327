//! Whether the old pool calls capture.

use serde_json::Value;

use super::facts::Facts;
use super::step::{Part, Step, faults_or};
use crate::port::FunctionArn;

/// A slot, the parameter with which a former function is called first, and what is missing without it.
const SLOTS: [(&str, &str, &str); 3] = [
    ("PostConfirmation", "ChainPostConfirmation", "people who sign up arrive with their first sign-in only"),
    ("PreTokenGeneration", "ChainPreTokenGeneration", "what changes at a sign-in does not arrive"),
    ("CustomMessage", "ChainCustomMessage", "changes of addresses do not arrive"),
];

/// Capture in the slots of the old pool.
pub(super) fn slots(facts: &Facts) -> Vec<Step> {
    let part = Part::Trigger;
    let pool = match &facts.old_pool {
        Ok(pool) => pool,
        Err(blind) => {
            return vec![Step::blind(
                part,
                "the old pool",
                blind,
                "correct --old-pool / TWINPOOL_OLD_POOL_ID, or AWS_REGION",
            )];
        }
    };
    let capture = facts.expected.capture.unqualified();
    let slots = pool.get("LambdaConfig");
    let mut faults = Vec::new();
    for (slot, parameter, without) in SLOTS {
        let fault = match in_slot(slots, slot) {
            None => {
                Step::broken(part, format!("nothing is in the slot {slot}: {without}"), "run twinpool attach")
            }
            Some(there) if is(there, &capture) => continue,
            Some(_) => Step::broken(
                part,
                format!("another function is in the slot {slot}: {without}"),
                format!(
                    "have capture call that one first: deploy with {parameter}=<its ARN>, then run twinpool attach"
                ),
            ),
        };
        faults.push(fault);
    }
    faults_or(part, faults, "capture is in the slots PostConfirmation, PreTokenGeneration and CustomMessage")
}

/// Which function is in a slot. The tokens' slot has two names (F§6).
fn in_slot<'a>(slots: Option<&'a Value>, slot: &str) -> Option<&'a str> {
    let slots = slots?;
    let versioned = || slots.get(format!("{slot}Config"))?.get("LambdaArn")?.as_str();
    versioned().or_else(|| slots.get(slot)?.as_str()).filter(|arn| !arn.is_empty())
}

fn is(there: &str, capture: &FunctionArn) -> bool {
    FunctionArn::parse(there).is_ok_and(|there| there.unqualified() == *capture)
}
