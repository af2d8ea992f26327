//! Traces are off unless somebody wants them, and then nobody but those who trace may tell X-Ray.

use std::fs;

use twinpool_tests::bootstrap::workspace;

use super::permissions::{allowed_in, resource};

const TRACED: [&str; 3] = ["Capture", "SignIn", "Mirror"];

#[test]
fn traces_are_off_by_default_and_on_for_the_way_of_a_change() {
    assert!(resource("Traces").contains("Default: \"off\""));
    let template = fs::read_to_string(workspace().join("infra/template.yaml")).unwrap();
    assert_eq!(template.matches("Tracing: ").count(), TRACED.len());
    for function in TRACED {
        assert!(resource(function).contains("Tracing: !If [Traced, Active, PassThrough]"), "{function}");
    }
    assert!(resource("Mirror").contains("TWINPOOL_TRACES: !If [Traced, \"on\", !Ref AWS::NoValue]"));
}

#[test]
fn who_traces_may_send_segments_and_nothing_else() {
    let policy = resource("TracePolicy");
    assert!(policy.contains("Condition: Traced"));
    let allowed: Vec<_> = allowed_in(&policy).into_iter().collect();
    assert_eq!(allowed, ["xray:PutTelemetryRecords", "xray:PutTraceSegments"]);
    for role in TRACED.map(|function| format!("{function}Role")) {
        assert!(policy.contains(&role), "{role}");
    }
}
