//! The new pool in another account: the roles of the stack lose what the role over there has, and may assume that role alone.

use std::collections::BTreeSet;

use crate::permissions::{actions, allowed_in, resource, resource_of, set};

const THERE: &str = "infra/new-pool-role.yaml";

/// What one of two roles of the stack may do with the new pool: across accounts, and as ever.
fn branches(role: &str) -> (String, String) {
    let text = resource(role);
    let (_, choice) = text.split_once("- HasNewPoolRole\n").unwrap();
    let (across, rest) = choice.split_once("Resource: !Ref NewPoolRoleArn\n").unwrap();
    let (here, _) = rest.split_once("userpool/${NewPoolId}").unwrap();
    (across.to_owned(), here.to_owned())
}

fn with_new_pool(role: &str) -> BTreeSet<String> {
    actions(&branches(role).1, "cognito-idp")
}

#[test]
fn across_accounts_the_functions_may_assume_that_role_and_no_longer_reach_a_pool_of_that_id_here() {
    for role in ["MirrorRole", "SweepRole"] {
        let (across, _) = branches(role);
        assert_eq!(allowed_in(&across), set(&["sts:AssumeRole"]), "{role}");
        let text = resource(role);
        // Once for Lambda, once for the new pool; and no other mention of the new pool than in the choice.
        assert_eq!(text.matches("sts:AssumeRole").count(), 2, "{role}");
        assert_eq!(text.matches("userpool/${NewPoolId}").count(), 1, "{role}");
        assert_eq!(text.matches("NewPoolRoleArn").count(), 1, "{role}");
    }
    for role in ["CaptureRole", "AuditTrailRole"] {
        assert!(!resource(role).contains("NewPool"), "{role}");
    }
}

#[test]
fn over_there_the_role_may_do_with_the_pool_what_the_functions_may_do_here_and_nothing_else() {
    let role = resource_of(THERE, "NewPoolRole");
    let expected: BTreeSet<_> =
        with_new_pool("MirrorRole").union(&with_new_pool("SweepRole")).cloned().collect();
    assert!(expected.len() > 20);
    assert_eq!(actions(&role, "cognito-idp"), expected);
    // Beside the trust, and the key of its condition.
    let others: Vec<_> =
        allowed_in(&role).into_iter().filter(|action| !action.starts_with("cognito-idp:")).collect();
    assert_eq!(others, ["aws:PrincipalArn:", "sts:AssumeRole"]);
    let resources: Vec<_> = role.lines().filter_map(|line| line.trim().strip_prefix("Resource: ")).collect();
    let pool =
        "!Sub arn:${AWS::Partition}:cognito-idp:${AWS::Region}:${AWS::AccountId}:userpool/${NewPoolId}";
    assert_eq!(resources, [pool]);
    assert!(!role.contains("ManagedPolicyArns"));
}

#[test]
fn over_there_only_the_two_roles_of_that_stack_are_trusted_and_only_with_the_external_id() {
    let role = resource_of(THERE, "NewPoolRole");
    let (trust, _) = role.split_once("Policies:").unwrap();
    assert_eq!(trust.matches("Effect: Allow").count(), 1);
    assert!(
        trust.contains(r#"Principal: { AWS: !Sub "arn:${AWS::Partition}:iam::${StackAccountId}:root" }"#)
    );
    assert!(trust.contains(r#"StringEquals: { "sts:ExternalId": !Ref ExternalId }"#));
    let (_, roles) = trust.split_once("aws:PrincipalArn:").unwrap();
    let roles: Vec<_> = roles.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let by_name = |role| {
        format!("- !Sub arn:${{AWS::Partition}}:iam::${{StackAccountId}}:role/${{StackName}}-{role}-*")
    };
    let expected = [
        "- !If",
        "- KnowsMirrorRole",
        "- !Ref MirrorRoleArn",
        &by_name("MirrorRole"),
        "- !If",
        "- KnowsSweepRole",
        "- !Ref SweepRoleArn",
        &by_name("SweepRole"),
    ];
    assert_eq!(roles, expected);
    let external_id = resource_of(THERE, "ExternalId");
    assert!(external_id.contains("MinLength: 2") && !external_id.contains("Default:"), "{external_id}");
}

#[test]
fn import_jobs_over_there_may_write_what_they_may_here() {
    assert!(resource("ImportRole").contains("Condition: NewPoolIsInThisAccount"));
    let (here, there) = (resource("ImportRole"), resource_of(THERE, "ImportRole"));
    assert_eq!(allowed_in(&there), allowed_in(&here));
    assert!(there.contains("Principal: { Service: cognito-idp.amazonaws.com }"));
    assert!(there.contains(":log-group:/aws/cognito/userpools/${NewPoolId}/*"));
}

#[test]
fn both_functions_are_told_where_the_new_pool_is() {
    let variables = [
        "TWINPOOL_NEW_POOL_REGION: !If [HasNewPoolRegion, !Ref NewPoolRegion, !Ref AWS::NoValue]",
        "TWINPOOL_NEW_POOL_ROLE_ARN: !If [HasNewPoolRole, !Ref NewPoolRoleArn, !Ref AWS::NoValue]",
        "TWINPOOL_NEW_POOL_EXTERNAL_ID: !If [HasNewPoolExternalId, !Ref NewPoolExternalId, !Ref AWS::NoValue]",
    ];
    for function in ["Mirror", "Sweep"] {
        let text = resource(function);
        assert!(variables.iter().all(|line| text.contains(line)), "{text}");
    }
}
