//! The audit trail in the template: the rule listens for what core reads, and everything may do its own work only.

use twinpool_core::change_event::{GROUP_OPERATIONS, USER_OPERATIONS};

use crate::permissions::{allowed, resource, set};

/// The pattern of the rule, without what happens to a match.
fn pattern() -> String {
    let rule = resource("AuditTrailRule");
    rule.split_once("EventPattern:").unwrap().1.split_once("Targets:").unwrap().0.to_owned()
}

#[test]
fn the_rule_listens_for_the_operations_that_core_reads() {
    let pattern = pattern();
    let names = pattern.split_once("eventName:").unwrap().1.lines();
    let names: Vec<_> = names.filter_map(|line| line.trim().strip_prefix("- ")).collect();
    let known: Vec<_> = USER_OPERATIONS.into_iter().chain(GROUP_OPERATIONS).collect();
    assert_eq!(names, known);
}

#[test]
fn the_rule_takes_only_what_aws_itself_says_of_the_old_pool_and_of_the_new_one_with_reverse_sync() {
    let pattern = pattern();
    let lines = [
        "source: [aws.cognito-idp]",
        "detail-type: [AWS API Call via CloudTrail, AWS Service Event via CloudTrail]",
        "eventSource: [cognito-idp.amazonaws.com]",
        "userPoolId: [!Ref OldPoolId, !If [SyncsBack, !Ref NewPoolId, !Ref AWS::NoValue], { exists: false }]",
    ];
    for line in lines {
        assert!(pattern.lines().any(|found| found.trim() == line), "{line}");
    }
    assert!(resource("AuditTrailRule").contains("State: ENABLED"));
    let function = resource("AuditTrail");
    for role in ["MirrorRole", "SignInRole", "BridgeRole"] {
        assert!(
            function.contains(&format!("!GetAtt {role}.Arn")),
            "its calls would be taken for a user's: {role}"
        );
    }
}

#[test]
fn the_reader_may_send_to_its_two_queues_and_write_its_log() {
    let expected = [
        "sqs:SendMessage",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        // With a key of the owner's.
        "kms:GenerateDataKey",
        "kms:Decrypt",
        "sts:AssumeRole",
    ];
    assert_eq!(allowed("AuditTrailRole"), set(&expected));
    let role = resource("AuditTrailRole");
    assert!(role.contains("Resource: [!GetAtt ChangeEvents.Arn, !GetAtt AuditTrailDeadLetters.Arn]"));
    assert!(!role.contains('*') && !role.contains("ManagedPolicyArns"), "{role}");
}

#[test]
fn only_the_rule_may_invoke_the_reader_and_fill_its_dlq() {
    let permission = resource("AuditTrailInvokedByRule");
    assert!(permission.contains("Principal: events.amazonaws.com"));
    assert!(permission.contains("SourceArn: !GetAtt AuditTrailRule.Arn"));
    let policy = resource("AuditTrailDeadLettersPolicy");
    assert!(policy.contains("Principal: { Service: events.amazonaws.com }"));
    assert!(policy.contains("Action: sqs:SendMessage"));
    assert!(policy.contains(r#"ArnEquals: { "aws:SourceArn": !GetAtt AuditTrailRule.Arn }"#));
}

#[test]
fn what_was_tried_in_vain_is_kept_and_told() {
    for keeper in ["AuditTrailRule", "AuditTrail"] {
        let text = resource(keeper);
        assert!(
            text.contains("MaximumRetryAttempts:") && text.contains("!GetAtt AuditTrailDeadLetters.Arn"),
            "{text}"
        );
    }
    assert!(resource("AuditTrailDeadLettersWait").contains("!GetAtt AuditTrailDeadLetters.QueueName"));
}

#[test]
fn a_trail_is_made_only_if_asked_for() {
    for part in ["Trail", "TrailBucket", "TrailBucketPolicy"] {
        assert!(resource(part).contains("Condition: CreatesTrail"), "{part}");
    }
    let parameter = resource("CreateTrail");
    assert!(parameter.contains(r#"Default: "false""#), "{parameter}");
}
