//! Alarms that are on, with the first command of the runbook.

use super::{Finding, Severity};
use crate::overview::Overview;

const RUNBOOK: &str = "docs/runbook.md, \"Alarms, and the first command\"";

/// By the name in the template: how bad, and what first. Of an alarm that somebody else made the runbook tells.
const KNOWN: [(&str, Severity, &str); 35] = [
    ("MirrorStandsStill", Severity::Act, "twinpool doctor"),
    ("CaptureFails", Severity::Act, "twinpool detach"),
    ("ChainedCaptureFails", Severity::Act, "twinpool detach"),
    ("ChainFails", Severity::Act, "mend the former function: the log of capture names it"),
    ("CaptureThrottled", Severity::Act, "twinpool deploy --parameter CaptureReservedConcurrency=…"),
    ("SignInFails", Severity::Act, "twinpool rollback; then the log of sign-in"),
    ("ChainedSignInFails", Severity::Act, "twinpool rollback; then the log of sign-in"),
    ("SignInChainFails", Severity::Act, "twinpool rollback; then the log of sign-in"),
    ("SignInThrottled", Severity::Act, "twinpool deploy --parameter SignInReservedConcurrency=…"),
    ("PeopleAreLockedOut", Severity::Act, "the log of sign-in; twinpool rollback if it lasts"),
    ("MirrorNeedsHelp", Severity::Act, "the log of the mirror: its last lines of level ERROR"),
    ("AuthorizerFails", Severity::Act, "the log of the authorizer"),
    ("BridgeFails", Severity::Act, "the log of the bridge"),
    ("BridgeSaysLater", Severity::Act, "the log of the bridge"),
    ("RouteFails", Severity::Act, "the log of route"),
    ("RouteSaysLater", Severity::Act, "the log of route"),
    ("RouteThrottled", Severity::Act, "twinpool deploy --parameter RouteReservedConcurrency=…"),
    ("DeadLettersWait", Severity::Look, "twinpool dlq show"),
    ("ChangeEventsLate", Severity::Look, "twinpool doctor"),
    (
        "MirrorLate",
        Severity::Look,
        "twinpool deploy --parameter QuotaPercent=…, higher, if no run is at work",
    ),
    ("MirrorPutsOff", Severity::Look, "the log of the mirror: \"not now\", and why"),
    ("CaptureLoses", Severity::Look, "the log of capture; then twinpool sweep"),
    ("SignInLosesChanges", Severity::Look, "the log of sign-in; then twinpool sweep"),
    ("SignInArrivalsLost", Severity::Look, "the log of sign-in: lines with ArrivalLost"),
    ("ClaimsMissing", Severity::Look, "the log of capture"),
    ("SignInClaimsMissing", Severity::Look, "the log of sign-in"),
    ("UsersInConflict", Severity::Look, "twinpool conflicts list"),
    ("CognitoRefuses", Severity::Look, "twinpool deploy --parameter QuotaPercent=…, lower"),
    ("BudgetNearlyUsed", Severity::Look, "twinpool deploy --parameter QuotaPercent=…, higher"),
    ("ResolveFails", Severity::Look, "the log of resolve"),
    ("PoolsDiffer", Severity::Look, "twinpool verify"),
    ("SweepFails", Severity::Look, "the log of the sweep"),
    ("WatchFails", Severity::Look, "twinpool watch --once"),
    ("WatchThrottled", Severity::Look, "twinpool watch --every 1m"),
    ("AuditTrailDeadLettersWait", Severity::Look, "the log of the audit trail; then twinpool sweep"),
];

/// Those that are on.
pub(super) fn on(overview: &Overview) -> Vec<Finding> {
    let on = overview.alarms.as_deref().unwrap_or_default();
    let one = |alarm: &String| {
        let name = in_template(alarm, &overview.stack);
        let known = KNOWN.into_iter().find(|(known, ..)| *known == name);
        let (severity, remedy) = known.map_or((Severity::Look, RUNBOOK), |(_, how, remedy)| (how, remedy));
        Finding::new(severity, format!("the alarm {name} is on"), remedy)
    };
    on.iter().map(one).collect()
}

/// CloudFormation names an alarm `<stack>-<name in the template>-<letters>`.
fn in_template<'a>(alarm: &'a str, stack: &str) -> &'a str {
    let own = alarm.strip_prefix(stack).and_then(|rest| rest.strip_prefix('-'));
    own.and_then(|rest| rest.split('-').next()).filter(|name| !name.is_empty()).unwrap_or(alarm)
}
