//! What no trigger tells: CloudTrail, and the rule that hands its records on.

use serde_json::Value;

use super::facts::{Blind, Facts, Look, Trail, text};
use super::step::{DEPLOY, Part, Step};
use crate::port::Json;

/// The rule of EventBridge.
pub(super) fn rule(facts: &Facts) -> Vec<Step> {
    let part = Part::AuditTrail;
    let rule = match &facts.rule {
        Ok(rule) => rule,
        Err(blind) => return vec![Step::blind(part, "the rule of the audit trail", blind, DEPLOY)],
    };
    let pool = facts.expected.old_pool.as_str();
    let is_of_pool = text(rule, "EventPattern").is_none_or(|pattern| pattern.contains(pool));
    let state = text(rule, "State");
    vec![match (state, is_of_pool) {
        // `ENABLED_WITH_ALL_CLOUDTRAIL_MANAGEMENT_EVENTS` is one, too.
        (Some(state), true) if state.starts_with("ENABLED") => {
            Step::fine(part, "the rule is enabled: groups, disablings and deletions are told")
        }
        (_, false) => Step::broken(part, "the rule of the audit trail is of another pool", DEPLOY),
        _ => Step::broken(
            part,
            "the rule of the audit trail is disabled: groups, disablings and deletions arrive with the next sweep only",
            format!("aws events enable-rule --name {}", text(rule, "Name").unwrap_or("<rule>")),
        ),
    }]
}

/// A trail that logs writes: without one EventBridge hears nothing (F§3).
pub(super) fn trail(facts: &Facts) -> Vec<Step> {
    let part = Part::Trail;
    let trails = match &facts.trails {
        Ok(trails) => trails,
        Err(blind) => return vec![Step::blind(part, "CloudTrail", blind, "deploy with CreateTrail=true")],
    };
    let heard: Vec<_> = trails.iter().map(|trail| (trail, logs_writes(trail))).collect();
    if let Some((trail, _)) = heard.iter().find(|(_, logs)| *logs == Ok(true)) {
        return vec![Step::fine(part, format!("the trail {} logs management events", trail.name))];
    }
    if let Some(blind) = heard.iter().find_map(|(_, logs)| logs.as_ref().err()) {
        return vec![Step::blind(part, "what the trails log", blind, "deploy with CreateTrail=true")];
    }
    vec![Step::broken(
        part,
        "no trail logs the writes of this Region: EventBridge hears nothing of groups, disablings and deletions",
        "start a trail that logs management events, or deploy with CreateTrail=true",
    )]
}

fn logs_writes(trail: &Trail) -> Look<bool> {
    let status = trail.status.as_ref().map_err(Blind::clone)?;
    if status.get("IsLogging") != Some(&Value::Bool(true)) {
        return Ok(false);
    }
    let selectors = trail.selectors.as_ref().map_err(Blind::clone)?;
    Ok(basic(selectors) || advanced(selectors))
}

fn basic(selectors: &Json) -> bool {
    let list = selectors.get("EventSelectors").and_then(Value::as_array).into_iter().flatten();
    list.into_iter().any(|one| {
        let writes = one.get("ReadWriteType").is_none_or(|kind| kind != "ReadOnly");
        writes && one.get("IncludeManagementEvents").is_none_or(|includes| *includes == Value::Bool(true))
    })
}

/// `eventCategory` equals `Management`, and nothing asks for reads only.
fn advanced(selectors: &Json) -> bool {
    let list = selectors.get("AdvancedEventSelectors").and_then(Value::as_array).into_iter().flatten();
    let fields =
        |one: &Value| one.get("FieldSelectors").and_then(Value::as_array).cloned().unwrap_or_default();
    let holds = |field: &Value, value: &str| {
        let equals = field.get("Equals").and_then(Value::as_array);
        equals.is_some_and(|all| all.iter().any(|one| one == value))
    };
    list.into_iter().any(|one| {
        let fields = fields(one);
        let named = |name: &'static str| {
            fields.iter().filter(move |field| field.get("Field").is_some_and(|it| it == name))
        };
        let is_management = named("eventCategory").any(|field| holds(field, "Management"));
        is_management && !named("readOnly").any(|field| holds(field, "true"))
    })
}
