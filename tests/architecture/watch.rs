//! The watch in the template: off by default, with a role of its own, and told what it counts by.

use std::fs;

use twinpool_tests::bootstrap::workspace;

use crate::permissions::{allowed, resource, set};

#[test]
fn the_watch_reads_metrics_and_depths_and_of_the_table_the_phase_alone() {
    let expected = [
        "cloudwatch:GetMetricData",
        "sqs:GetQueueAttributes",
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "sns:Publish",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "sts:AssumeRole",
    ];
    assert_eq!(allowed("WatchRole"), set(&expected));
    let role = resource("WatchRole");
    let keys = r#""ForAllValues:StringLike": { "dynamodb:LeadingKeys": [PHASE, "PHASE#*", WATCH] }"#;
    assert_eq!((role.matches(keys).count(), role.matches("dynamodb:GetItem").count()), (1, 1), "{role}");
    assert!(role.contains("Resource: !Ref WatchTopicArn"), "{role}");
    for name in ["Watch", "WatchRole", "WatchLogs", "WatchRule", "WatchInvokedByRule", "WatchFails"] {
        assert!(resource(name).contains("    Condition: Watches"), "{name}");
    }
}

#[test]
fn the_watch_counts_conflicts_by_the_line_that_the_mirror_writes() {
    let line = "\"conflict: not mirrored\"";
    let mirror = fs::read_to_string(workspace().join("crates/twinpool-engine/src/batch/report.rs")).unwrap();
    assert!(mirror.contains(line));
    let filter = resource("MirrorConflicts");
    assert!(filter.contains(line) && filter.contains("DefaultValue: 0"), "{filter}");
    let metrics = fs::read_to_string(workspace().join("crates/twinpool-aws/src/metrics/ask.rs")).unwrap();
    for name in ["MirrorConflicts", "ResolveFailed"] {
        assert!(resource(name).contains(&format!("MetricName: !Sub ${{AWS::StackName}}-{name}")), "{name}");
        assert!(metrics.contains(&format!("of_stack(\"{name}\")")), "{name}");
    }
}

#[test]
fn the_watch_counts_who_was_let_in_by_the_lines_that_the_functions_write() {
    let read = |path: &str| fs::read_to_string(workspace().join(path)).unwrap();
    let metrics = read("crates/twinpool-aws/src/metrics/ask.rs");
    let filter = resource("BridgedOverHttp");
    assert!(filter.contains("LogGroupName: !Ref BridgeLogs"), "{filter}");
    assert!(filter.contains("FilterPattern: '{ $.bridged = * }'"), "{filter}");
    assert!(read("crates/twinpool-functions/src/bridge/count.rs").contains("bridged = 1"));
    assert!(filter.contains("MetricName: !Sub ${AWS::StackName}-BridgedOverHttp"), "{filter}");
    assert!(metrics.contains("of_stack(\"BridgedOverHttp\")"));
    assert!(read("crates/twinpool-functions/src/sign_in/line.rs").contains("Self::by_reason(\"Bridged\""));
    assert!(metrics.contains("\"Bridged\""));
}

#[test]
fn one_look_that_fails_rings_however_seldom_somebody_looks() {
    let alarm = resource("WatchFails");
    for line in ["EvaluationPeriods: 1", "Threshold: 0", "ComparisonOperator: GreaterThanThreshold"] {
        assert!(alarm.contains(line), "{line}: {alarm}");
    }
    assert!(!alarm.contains("DatapointsToAlarm"), "{alarm}");
}

#[test]
fn nobody_watches_and_nothing_rolls_back_unless_somebody_says_so() {
    let template = fs::read_to_string(workspace().join("infra/template.yaml")).unwrap();
    for (parameter, default) in
        [("WatchSchedule", "\"\""), ("WatchAutoRollback", "\"false\""), ("WatchTopicArn", "\"\"")]
    {
        let lines = format!("  {parameter}:\n    Type: String\n    Default: {default}\n");
        assert!(template.contains(&lines), "{parameter}");
    }
}
