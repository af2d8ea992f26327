//! What CloudWatch is asked.

use serde_json::{Value, json};
use twinpool_core::id::{PoolId, Timestamp};

use crate::settings::WatchPlaces;

/// The id of a series in question and answer. CloudWatch wants a small letter first.
pub(super) type Wanted = &'static str;

pub(super) const SIGN_INS: Wanted = "sign_ins";
pub(super) const SIGN_INS_GOOD: Wanted = "sign_ins_good";
pub(super) const LET_IN: Wanted = "let_in";
pub(super) const LET_IN_OVER_HTTP: Wanted = "let_in_over_http";
pub(super) const AGE: Wanted = "age";
pub(super) const CONFLICTS: Wanted = "conflicts";
pub(super) const MIRROR_CALLS: Wanted = "mirror_calls";
pub(super) const RESOLVE_CALLS: Wanted = "resolve_calls";
pub(super) const RESOLVE_ERRORS: &[Wanted] = &["resolve_ended", "resolve_failed"];
pub(super) const AUTHORIZER_CALLS: Wanted = "authorizer_calls";
pub(super) const AUTHORIZER_ERRORS: &[Wanted] = &["authorizer_failed"];
pub(super) const SIGN_IN_CALLS: Wanted = "sign_in_calls";
pub(super) const SIGN_IN_ERRORS: &[Wanted] = &["claim_missing"];

const PERIOD: u64 = 60;

/// Whole minutes, as CloudWatch counts them: in seconds since 1970. The minute that runs would look like little.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Span {
    pub(super) start: u64,
    pub(super) end: u64,
}

/// The whole minutes between two times; `None` where there is none.
pub(super) fn span(from: Timestamp, now: Timestamp) -> Option<Span> {
    let end = now.0 / 1_000 / PERIOD * PERIOD;
    let start = from.0.div_ceil(PERIOD * 1_000) * PERIOD;
    (start < end).then_some(Span { start, end })
}

/// What Cognito counts of the new pool, over all app clients: each is a series of its own, and a search finds them all.
pub(super) fn of_new_pool(places: &WatchPlaces, span: Span) -> Value {
    let pool = &places.new_pool;
    question(span, vec![sign_ins(SIGN_INS, pool, "SampleCount"), sign_ins(SIGN_INS_GOOD, pool, "Sum")])
}

/// All sign-ins to a pool (`SampleCount`), or those that succeeded (`Sum`): a series for each app client.
pub(super) fn sign_ins(id: Wanted, pool: &PoolId, statistic: &str) -> Value {
    let wanted =
        format!(r#"{{AWS/Cognito,UserPool,UserPoolClient}} MetricName="SignInSuccesses" UserPool="{pool}""#);
    json!({ "Id": id, "Expression": format!("SEARCH('{wanted}', '{statistic}', {PERIOD})") })
}

/// What queue and functions of the stack do.
pub(super) fn of_stack(places: &WatchPlaces, span: Span) -> Value {
    let queue = queue_name(places);
    let of_stack = |name: &str| format!("{}-{name}", places.stack);
    let mut all = vec![
        metric(AGE, "AWS/SQS", "ApproximateAgeOfOldestMessage", Some(("QueueName", queue)), "Maximum"),
        metric(CONFLICTS, "twinpool", &of_stack("MirrorConflicts"), None, "Sum"),
        metric(LET_IN_OVER_HTTP, "twinpool", &of_stack("BridgedOverHttp"), None, "Sum"),
    ];
    let mut of_function = |function: &Option<String>, wanted: &[(Wanted, &str, &str)]| {
        let Some(function) = function else { return };
        for (id, namespace, name) in wanted {
            all.push(metric(id, namespace, name, Some(("FunctionName", function)), "Sum"));
        }
    };
    of_function(&places.mirror, &[(MIRROR_CALLS, "AWS/Lambda", "Invocations")]);
    of_function(
        &places.resolve,
        &[(RESOLVE_CALLS, "AWS/Lambda", "Invocations"), (RESOLVE_ERRORS[0], "AWS/Lambda", "Errors")],
    );
    // A refused token is an error of the function, in the way that API Gateway wants: its own count is asked for.
    of_function(
        &places.authorizer,
        &[
            (AUTHORIZER_CALLS, "AWS/Lambda", "Invocations"),
            (AUTHORIZER_ERRORS[0], "twinpool", "AuthorizerFailed"),
        ],
    );
    of_function(
        &places.sign_in,
        &[
            (SIGN_IN_CALLS, "AWS/Lambda", "Invocations"),
            (SIGN_IN_ERRORS[0], "twinpool", "ClaimMissing"),
            (LET_IN, "twinpool", "Bridged"),
        ],
    );
    if places.resolve.is_some() {
        // An answer of 503 is no error of the function: its log is counted.
        all.push(metric(RESOLVE_ERRORS[1], "twinpool", &of_stack("ResolveFailed"), None, "Sum"));
    }
    question(span, all)
}

/// As CloudWatch knows the queue of change events.
pub(super) fn queue_name(places: &WatchPlaces) -> &str {
    places.queue_url.rsplit('/').next().unwrap_or_default()
}

pub(super) fn question(span: Span, queries: Vec<Value>) -> Value {
    json!({
        "StartTime": span.start,
        "EndTime": span.end,
        "ScanBy": "TimestampDescending",
        "MetricDataQueries": queries,
    })
}

pub(super) fn metric(
    id: Wanted,
    namespace: &str,
    name: &str,
    dimension: Option<(&str, &str)>,
    statistic: &str,
) -> Value {
    let dimensions: Vec<_> =
        dimension.map(|(name, value)| json!({ "Name": name, "Value": value })).into_iter().collect();
    json!({
        "Id": id,
        "MetricStat": {
            "Metric": { "Namespace": namespace, "MetricName": name, "Dimensions": dimensions },
            "Period": PERIOD,
            "Stat": statistic,
        },
    })
}
