//! What the templates keep is encrypted, what they open is signed or said to be open, and what they log has an end.

use crate::alarms::of_type;
use crate::permissions::resource;

#[test]
fn every_queue_is_encrypted_by_sqs_or_with_the_key_of_the_owner() {
    for name in of_type("AWS::SQS::Queue") {
        let text = resource(&name);
        for line in [
            "SqsManagedSseEnabled: !If [HasKmsKey, !Ref AWS::NoValue, true]",
            "KmsMasterKeyId: !If [HasKmsKey, !Ref KmsKeyArn, !Ref AWS::NoValue]",
        ] {
            assert!(text.contains(line), "{name}: {line}");
        }
    }
}

#[test]
fn the_table_is_encrypted_can_be_restored_and_is_not_deleted_with_the_stack() {
    for name in of_type("AWS::DynamoDB::Table") {
        let text = resource(&name);
        for line in [
            "SSESpecification:\n        SSEEnabled: true",
            "PointInTimeRecoveryEnabled: true",
            "DeletionPolicy: Retain",
            "UpdateReplacePolicy: Retain",
            "DeletionProtectionEnabled: !Ref TableDeletionProtection",
        ] {
            assert!(text.contains(line), "{name}: {line}");
        }
    }
    assert!(resource("TableDeletionProtection").contains("Default: \"true\""));
}

#[test]
fn every_bucket_is_encrypted_closed_and_asked_over_tls_only() {
    for name in of_type("AWS::S3::Bucket") {
        let text = resource(&name);
        let closed = ["BlockPublicAcls", "BlockPublicPolicy", "IgnorePublicAcls", "RestrictPublicBuckets"];
        assert!(closed.iter().all(|it| text.contains(&format!("{it}: true"))), "{name}");
        assert!(text.contains("ServerSideEncryptionByDefault:"), "{name}");
        let policy = resource(&format!("{name}Policy"));
        let (_, denial) = policy.split_once("- Effect: Deny").unwrap();
        for line in ["Principal: \"*\"", "Action: \"s3:*\"", "Bool: { \"aws:SecureTransport\": \"false\" }"] {
            assert!(denial.contains(line), "{name}: {line}");
        }
    }
}

#[test]
fn every_url_of_a_function_is_signed_but_the_route_s() {
    for name in of_type("AWS::Lambda::Url") {
        let wanted = if name == "RouteFunctionUrl" { "AuthType: NONE" } else { "AuthType: AWS_IAM" };
        assert!(resource(&name).contains(wanted), "{name}");
    }
}

#[test]
fn whoever_a_function_lets_in_is_one_service_on_behalf_of_one_thing() {
    for name in of_type("AWS::Lambda::Permission") {
        let text = resource(&name);
        let of_the_route = ["RouteUrlAskedByAnybody", "RouteInvokedThroughUrl"].contains(&name.as_str());
        let narrow = text.contains(".amazonaws.com\n") && text.contains("SourceArn: ");
        assert!(narrow || of_the_route, "{name}: {text}");
    }
}

#[test]
fn every_log_ends_and_every_function_writes_to_one_that_does() {
    for name in of_type("AWS::Logs::LogGroup") {
        assert!(resource(&name).contains("RetentionInDays: !Ref LogRetentionDays"), "{name}");
    }
    for name in of_type("AWS::Serverless::Function") {
        assert!(resource(&name).contains(&format!("LogGroup: !Ref {name}Logs")), "{name}");
    }
}

#[test]
fn the_secret_is_not_shown_and_nothing_is_asked_without_tls_unless_somebody_says_so() {
    let key = resource("DigestKey");
    assert!(
        key.contains("NoEcho: true") && key.contains("MinLength: 32") && !key.contains("Default:"),
        "{key}"
    );
    // The SDK asks AWS over HTTPS; another address is for local servers.
    for name in ["LocalEndpointUrl", "OldPoolEndpointUrl", "NewPoolEndpointUrl"] {
        assert!(resource(name).contains("Default: \"\""), "{name}");
    }
}
