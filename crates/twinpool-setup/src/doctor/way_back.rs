//! What writing the old pool too needs; nothing where the stack does not do it.

use super::facts::{Facts, shows_environment, text, variable};
use super::marker::Marked;
use super::step::{Part, Step, faults_or};
use crate::port::Json;
use crate::triggers::{Slot, in_slot};

const NAME: &str = "TWINPOOL_REVERSE_SYNC";
const DEPLOY: &str = "deploy the stack: twinpool deploy --reverse-sync on";

/// Whether the old pool can prove who was made by twinpool.
pub(super) fn marker(facts: &Facts) -> Vec<Step> {
    let part = Part::OldMarker;
    // A pool that cannot be seen is told of already.
    let Some(pool) = facts.old_pool.as_ref().ok().filter(|_| writes_both(facts)) else { return Vec::new() };
    let id = &facts.expected.old_pool;
    let otherwise = "nobody who signs up in the new pool gets a user in the old one";
    let marked = Marked { part, which: "old", id, pool, otherwise };
    let faults = marked.faults(facts.expected.marker.as_str());
    faults_or(part, faults, "the old pool can prove who was made by twinpool")
}

/// Whether what happens in the new pool can reach the old one.
pub(super) fn way_back(facts: &Facts) -> Vec<Step> {
    let part = Part::WayBack;
    if !writes_both(facts) {
        return Vec::new();
    }
    let mut faults: Vec<_> = silent(facts).into_iter().collect();
    let sign_in = facts.sign_in.as_ref().map(|sign_in| &sign_in.configuration);
    let told =
        [("the reader of the audit trail", Some(&facts.audit_trail)), ("the sign-in function", sign_in)];
    for (who, look) in told {
        if let Some(Ok(function)) = look
            && shows_environment(function)
            && !is_on(function)
        {
            let why = format!(
                "the mirror writes the old pool too, and {who} is not told so ({NAME}): changes in the new pool wait for a sweep"
            );
            faults.push(Step::broken(part, why, DEPLOY));
        }
    }
    if sign_in.is_none() {
        let why = "no sign-in function is named: where the new pool is in another account or Region there is none, nobody's sign-in \
                   there is heard of, and the old pool keeps the say over everybody";
        faults.push(Step::unseen(
            part,
            why,
            "set --sign-in-arn / TWINPOOL_SIGN_IN_ARN, if the stack has one",
        ));
    }
    let new_pool = facts.expected.new_pool.as_str();
    let pattern = facts.rule.as_ref().ok().and_then(|rule| text(rule, "EventPattern"));
    if pattern.is_some_and(|pattern| !pattern.contains(new_pool)) {
        let why = "the rule of the audit trail hears nothing of the new pool: groups, disablings and deletions there wait for a sweep";
        faults.push(Step::broken(part, why, DEPLOY));
    }
    faults_or(part, faults, "the old pool may be written too, and what happens in the new one is told")
}

/// The new pool does not call the sign-in function: whoever comes there is not heard of, however well the mirror works.
fn silent(facts: &Facts) -> Option<Step> {
    let (pool, ours) = facts.new_pool.as_ref().ok().zip(facts.expected.sign_in.as_ref())?;
    let is_ours = |slot| in_slot(pool, slot).is_some_and(|held| held.is(ours));
    let slots = [Slot::PostConfirmation, Slot::PreTokenGeneration];
    let missing: Vec<_> = slots.into_iter().filter(|slot| !is_ours(*slot)).map(Slot::name).collect();
    if missing.is_empty() {
        return None;
    }
    let why = format!(
        "the mirror writes the old pool too, and these triggers of the new pool do not name the sign-in function: {}: nobody hears who \
         comes there or chooses a password, and the old pool keeps the say",
        missing.join(", ")
    );
    Some(Step::broken(Part::WayBack, why, "run twinpool attach --pool new"))
}

fn writes_both(facts: &Facts) -> bool {
    facts.mirror.as_ref().is_ok_and(is_on)
}

fn is_on(function: &Json) -> bool {
    variable(function, NAME) == Some("on")
}
