//! The rights of what lets people of the old pool into the new one: each is there only with the way that needs it.

use std::collections::BTreeSet;
use std::time::Duration;

use twinpool_functions::sign_in::{ANSWERED_BY, LET_IN_BY};

use crate::permissions::{actions, allowed, resource, set};

/// F§2.
const COGNITO_WAITS: Duration = Duration::from_secs(5);

/// What a role may do with this pool, wherever in the text, with the conditions that the parts stand under.
fn with_pool(role: &str, pool: &str) -> BTreeSet<String> {
    let text = resource(role);
    let statements = text.split("- Effect: Allow").skip(1);
    let about = statements.filter(|statement| statement.contains(&format!("userpool/${{{pool}}}")));
    about.flat_map(|statement| actions(statement, "cognito-idp")).collect()
}

/// The condition right before the statement that has this action.
fn condition_of(role: &str, action: &str) -> String {
    let text = resource(role);
    let (before, _) = text.split_once(action).unwrap();
    let lines: Vec<_> = before.lines().map(str::trim).filter(|line| !line.starts_with("Action")).collect();
    let at = lines.iter().rposition(|line| *line == "- Effect: Allow").unwrap();
    match lines.get(at.wrapping_sub(2)..at) {
        Some(["- !If", condition]) => condition.trim_start_matches("- ").to_owned(),
        _ => String::new(),
    }
}

#[test]
fn sign_in_writes_to_the_new_pool_nothing_but_a_password_and_to_the_old_one_nothing() {
    let reads = ["AdminGetUser", "ListUsers", "DescribeUserPool"];
    // To ask whether a password is right is no write.
    let of_old =
        ["AdminListGroupsForUser", "AdminGetUserAuthFactors", "AdminListDevices", "AdminInitiateAuth"];
    let old: Vec<_> = reads.into_iter().chain(of_old).collect();
    assert_eq!(with_pool("SignInRole", "OldPoolId"), set(&old));
    let new: Vec<_> = reads.into_iter().chain(["AdminSetUserPassword"]).collect();
    assert_eq!(with_pool("SignInRole", "NewPoolId"), set(&new));
    let others = [
        "dynamodb:GetItem",
        "dynamodb:PutItem",
        "dynamodb:UpdateItem",
        "sqs:SendMessage",
        // Where a slot was taken.
        "lambda:InvokeFunction",
        // One-time codes.
        "ses:SendEmail",
        "ses:FromAddress",
        "sns:Publish",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "kms:GenerateDataKey",
        "kms:Decrypt",
        "sts:AssumeRole",
    ];
    let allowed = allowed("SignInRole").into_iter().map(|it| it.trim_matches(['"', ':']).to_owned());
    let rest: BTreeSet<_> = allowed.filter(|action| !action.starts_with("cognito-idp:")).collect();
    let quoted = set(&["ses:FromAddress"]);
    assert_eq!(rest.union(&quoted).cloned().collect::<BTreeSet<_>>(), set(&others));
}

#[test]
fn sign_in_has_each_right_only_where_the_way_in_that_needs_it_is_on() {
    for (action, condition) in [
        ("cognito-idp:AdminInitiateAuth", "Continues"),
        ("cognito-idp:AdminListGroupsForUser", "Migrates"),
        ("cognito-idp:DescribeUserPool", "Continues"),
        ("cognito-idp:AdminSetUserPassword", "Challenges"),
        ("ses:SendEmail", "SendsEmail"),
        ("sns:Publish", "SendsSms"),
        ("lambda:InvokeFunction", "ChainsNewPool"),
        ("cognito-idp:AdminGetUser", ""),
    ] {
        assert_eq!(condition_of("SignInRole", action), condition, "{action}");
    }
}

#[test]
fn sign_in_may_call_the_functions_that_it_is_told_of_and_no_other() {
    let (role, function) = (resource("SignInRole"), resource("SignIn"));
    let (_, after) = role.split_once("Action: lambda:InvokeFunction\n").unwrap();
    let lines = after.lines().map(str::trim);
    let resources: Vec<_> =
        lines.skip(1).map_while(|line| line.strip_prefix("- !If [ChainsNewPool")).collect();
    let slots = ["PostConfirmation", "PreTokenGeneration", "PreSignUp"];
    let expected = slots.map(|slot| format!("{slot}, !Ref NewPoolChain{slot}, !Ref AWS::NoValue]"));
    assert_eq!(resources, expected);
    for slot in expected {
        assert!(function.contains(&format!("!If [ChainsNewPool{slot}")), "{slot} is not in its environment");
    }
}

#[test]
fn the_bridge_asks_the_old_pool_sets_a_password_in_the_new_one_and_counts_in_the_table() {
    let text = resource("BridgeRole");
    let (way_back, one_way): (Vec<_>, Vec<_>) =
        text.split("- Effect: Allow").partition(|statement| statement.contains("!Ref AWS::NoValue"));
    let with_pool = |statements: &[&str], pool: &str| {
        let about = statements.iter().filter(|it| it.contains(&format!("userpool/${{{pool}}}")));
        about.flat_map(|it| actions(it, "cognito-idp")).collect::<BTreeSet<_>>()
    };
    let old = set(&["AdminGetUser", "ListUsers", "DescribeUserPool", "AdminInitiateAuth"]);
    assert_eq!(with_pool(&one_way, "OldPoolId"), old);
    let new = set(&["AdminGetUser", "ListUsers", "DescribeUserPool", "AdminSetUserPassword"]);
    assert_eq!(with_pool(&one_way, "NewPoolId"), new);
    // The other way round only with the owner's leave, and a client to ask by.
    assert_eq!(with_pool(&way_back, "NewPoolId"), set(&["AdminInitiateAuth"]));
    assert_eq!(with_pool(&way_back, "OldPoolId"), set(&["AdminSetUserPassword"]));
    assert_eq!(text.matches("- BridgesBack\n").count(), 2);
    let function = resource("Bridge");
    assert!(
        function
            .contains("TWINPOOL_NEW_CLIENT_ID: !If [BridgesBack, !Ref NewPoolClientId, !Ref AWS::NoValue]")
    );
    let rest: BTreeSet<_> =
        allowed("BridgeRole").into_iter().filter(|action| !action.starts_with("cognito-idp:")).collect();
    let expected = [
        "dynamodb:GetItem",
        "dynamodb:UpdateItem",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "sts:AssumeRole",
    ];
    assert_eq!(rest, set(&expected));
    assert_eq!(
        resource("BridgeFunctionUrl").matches("AuthType: AWS_IAM").count(),
        1,
        "nobody calls it unsigned"
    );
    for name in ["Bridge", "BridgeRole", "BridgeLogs", "BridgeFails"] {
        assert!(resource(name).contains("    Condition: Bridges"), "{name}");
    }
}

#[test]
fn the_client_of_the_old_pool_checks_passwords_for_us_and_does_nothing_else() {
    let client = resource("OldPoolClient");
    for line in [
        "Condition: MakesOldPoolClient",
        "GenerateSecret: false",
        // AWS refuses a list of flows without the second one.
        "ExplicitAuthFlows: [ALLOW_ADMIN_USER_PASSWORD_AUTH, ALLOW_REFRESH_TOKEN_AUTH]",
        "AccessTokenValidity: 5",
        "IdTokenValidity: 5",
        "RefreshTokenValidity: 60",
        "TokenValidityUnits: { AccessToken: minutes, IdToken: minutes, RefreshToken: minutes }",
        "PreventUserExistenceErrors: ENABLED",
        "EnableTokenRevocation: true",
        "ReadAttributes: [email_verified]",
    ] {
        assert!(client.lines().any(|it| it.trim() == line), "{line}");
    }
    // No sign-in page of Cognito's takes it.
    assert!(!client.contains("AllowedOAuth") && !client.contains("SupportedIdentityProviders"));
    let own = "!If [MakesOldPoolClient, !Ref OldPoolClient,";
    for function in ["Capture", "SignIn", "Bridge"] {
        assert!(resource(function).contains(own), "{function} is not told of it");
    }
}

#[test]
fn letting_people_in_is_never_ended_in_the_middle_nor_after_cognito_has_given_up() {
    let text = resource("SignIn");
    let (_, timeouts) = text.split_once("Timeout: !If [ChainsNewPool, ").unwrap();
    let (timeouts, _) = timeouts.split_once(']').unwrap();
    let seconds = |text: &str| Duration::from_secs(text.trim().parse().unwrap());
    let (chained, alone) = timeouts.split_once(',').map(|(one, two)| (seconds(one), seconds(two))).unwrap();
    let latest = ANSWERED_BY.max(LET_IN_BY);
    assert!(latest < alone && alone <= COGNITO_WAITS, "{latest:?}, {alone:?}");
    assert!(COGNITO_WAITS < chained, "a former function may take as long as Cognito waits");
}
