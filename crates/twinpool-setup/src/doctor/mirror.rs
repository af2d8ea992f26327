//! The mirror, and what brings it change events.

use super::capture::{kind, no_environment, state};
use super::facts::{Facts, shows_environment, text, variable};
use super::step::{DEPLOY, Part, Step, faults_or};
use crate::port::Json;

/// The event source mapping between queue and mirror.
pub(super) fn mapping(facts: &Facts) -> Vec<Step> {
    let part = Part::Mapping;
    let mappings = match &facts.mappings {
        Ok(mappings) => mappings,
        Err(blind) => return vec![Step::blind(part, "the mirror", blind, DEPLOY)],
    };
    let queue = facts.queue.as_ref().ok().and_then(|queue| text(queue, "QueueArn"));
    let of_queue = |one: &&Json| queue.is_none_or(|queue| text(one, "EventSourceArn") == Some(queue));
    let Some(mapping) = mappings.iter().find(of_queue) else {
        let why = "no event source mapping brings change events from the queue to the mirror";
        return vec![Step::broken(part, why, DEPLOY)];
    };
    let mut faults = Vec::new();
    let uuid = text(mapping, "UUID").unwrap_or("<UUID>");
    match text(mapping, "State") {
        Some("Enabled") => {}
        Some("Disabled" | "Disabling") => faults.push(Step::broken(
            part,
            "the event source mapping is disabled: change events wait in the queue",
            format!("aws lambda update-event-source-mapping --uuid {uuid} --enabled"),
        )),
        state => faults.push(Step::broken(
            part,
            format!("the event source mapping is {}", state.unwrap_or("in no known state")),
            "wait a minute and look again",
        )),
    }
    if let Some(problem) = text(mapping, "LastProcessingResult").filter(|last| last.starts_with("PROBLEM")) {
        faults.push(Step::broken(
            part,
            format!("Lambda says of the event source mapping: {problem}"),
            "give the mirror's role what it lacks: twinpool deploy puts it back",
        ));
    }
    let reports = mapping.get("FunctionResponseTypes").and_then(|types| types.as_array());
    if !reports.is_some_and(|types| types.iter().any(|one| one == "ReportBatchItemFailures")) {
        faults.push(Step::broken(part, "the event source mapping takes a batch as done whatever the mirror says (ReportBatchItemFailures is missing)", DEPLOY));
    }
    faults_or(part, faults, "enabled: change events go from the queue to the mirror")
}

/// The mirror itself.
pub(super) fn mirror(facts: &Facts) -> Vec<Step> {
    let part = Part::Mirror;
    let function = match &facts.mirror {
        Ok(function) => function,
        Err(blind) => return vec![Step::blind(part, "the mirror", blind, DEPLOY)],
    };
    let mut faults = state(part, "the mirror", function);
    if !shows_environment(function) {
        faults.push(no_environment(part, "the mirror"));
        return faults;
    }
    let expected = &facts.expected;
    let wanted = [
        ("TWINPOOL_OLD_POOL_ID", expected.old_pool.as_str(), "reads another old pool"),
        ("TWINPOOL_NEW_POOL_ID", expected.new_pool.as_str(), "writes to another new pool"),
        ("TWINPOOL_LINKS_TABLE", expected.table.as_str(), "has another table of links"),
        ("TWINPOOL_QUEUE_URL", expected.queue_url.as_str(), "has another queue"),
        ("TWINPOOL_MARKER_ATTRIBUTE", expected.marker.as_str(), "writes another marker"),
    ];
    for (name, value, otherwise) in wanted {
        if variable(function, name).is_some_and(|there| there != value) {
            let why = format!("the mirror {otherwise} than this command ({name})");
            faults.push(Step::broken(part, why, format!("correct the option or {name} here, or {DEPLOY}")));
        }
    }
    faults.extend(own_writes(part, function, facts));
    faults_or(part, faults, format!("runs ({}) with this stack's pools, table and queue", kind(function)))
}

/// The reader of the audit trail passes over what the mirror itself wrote, which it knows by the role.
fn own_writes(part: Part, mirror: &Json, facts: &Facts) -> Option<Step> {
    let told = variable(facts.audit_trail.as_ref().ok()?, "TWINPOOL_MIRROR_ROLE_ARN")?;
    let why = "the reader of the audit trail takes another role than the mirror's for the mirror's own: it sends the mirror after its own writes";
    (text(mirror, "Role")? != told).then(|| Step::broken(part, why, DEPLOY))
}
