//! Whether the old pool calls capture.

use super::facts::Facts;
use super::step::{Part, Step, faults_or};
use crate::guest::Guest;
use crate::triggers::{Slot, in_slot};

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
    let mut faults = Vec::new();
    for slot in Guest::Capture.slots() {
        let without = without(*slot);
        let fault = match in_slot(pool, *slot) {
            None => {
                Step::broken(part, format!("nothing is in the slot {slot}: {without}"), "run twinpool attach")
            }
            Some(held) if held.is(&facts.expected.capture) => continue,
            Some(_) => Step::broken(
                part,
                format!("another function is in the slot {slot}: {without}"),
                format!(
                    "have capture call that one first: deploy with {}=<its ARN>, then run twinpool attach",
                    Guest::Capture.parameter(*slot)
                ),
            ),
        };
        faults.push(fault);
    }
    faults_or(part, faults, "capture is in the slots PostConfirmation, PreTokenGeneration and CustomMessage")
}

/// What is missing where capture is not in a slot.
fn without(slot: Slot) -> &'static str {
    match slot {
        Slot::PostConfirmation => "people who sign up arrive with their first sign-in only",
        Slot::CustomMessage => "changes of addresses do not arrive",
        _ => "what changes at a sign-in does not arrive",
    }
}
