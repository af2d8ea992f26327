//! The roles of the template allow what the adapters call, and nothing else. That it is enough, the end-to-end tests show:
//! their local AWS enforces the roles.

use std::collections::BTreeSet;
use std::fs;
use std::path::PathBuf;

use twinpool_engine::INTENT_LASTS;
use twinpool_tests::bootstrap::workspace;

/// The lines of one resource of the template.
pub(crate) fn resource(name: &str) -> String {
    resource_of("infra/template.yaml", name)
}

/// The lines of one resource of a template.
pub(crate) fn resource_of(template: &str, name: &str) -> String {
    let template = fs::read_to_string(workspace().join(template)).unwrap();
    let lines = template.lines().skip_while(|line| *line != format!("  {name}:")).skip(1);
    let lines: Vec<_> = lines.take_while(|line| line.is_empty() || line.starts_with("   ")).collect();
    assert!(!lines.is_empty(), "no resource {name}");
    lines.join("\n")
}

/// The actions of a service in a text.
pub(crate) fn actions(text: &str, service: &str) -> BTreeSet<String> {
    let prefix = format!("{service}:");
    let name =
        |rest: &str| rest.chars().take_while(|c| c.is_ascii_alphabetic() || *c == '*').collect::<String>();
    text.split(&prefix)
        .skip(1)
        .map(name)
        .filter(|action| action.starts_with(|c: char| c.is_ascii_uppercase() || c == '*'))
        .collect()
}

/// Everything that a role allows, as `service:Action`.
pub(crate) fn allowed(role: &str) -> BTreeSet<String> {
    allowed_in(&resource(role))
}

/// Everything that a text allows, as `service:Action`.
pub(crate) fn allowed_in(text: &str) -> BTreeSet<String> {
    let words = text.split([' ', ',', '[', ']', '\n']).filter(|word| !word.contains("arn:"));
    let pairs = words.filter_map(|word| word.split_once(':'));
    let actions = pairs.filter(|(service, action)| {
        service.starts_with(|c: char| c.is_ascii_lowercase())
            && action.starts_with(|c: char| c.is_ascii_alphabetic() || c == '*')
    });
    actions.map(|(service, action)| format!("{service}:{action}")).collect()
}

/// Files of adapters that the mirror does not use: operators and the sweep have roles of their own.
const FOR_OTHERS: [&str; 11] = [
    "reset.rs",
    "ask.rs",
    "archive.rs",
    "facts.rs",
    "sample.rs",
    "operator.rs",
    "list.rs",
    "batch.rs",
    "erase.rs",
    "import_job.rs",
    "providers.rs",
];

/// The source of an adapter: its file, and those in its folder.
fn source(module: &str) -> String {
    let here = workspace().join("crates/twinpool-aws/src").join(module);
    let mut paths = vec![here.with_extension("rs")];
    let mut text = String::new();
    while let Some(path) = paths.pop() {
        text += &fs::read_to_string(&path).unwrap();
        let inside =
            fs::read_dir(path.with_extension("")).into_iter().flatten().map(|entry| entry.unwrap().path());
        let for_functions = |path: &PathBuf| {
            let name = path.file_name().unwrap().to_string_lossy();
            name.ends_with(".rs") && name != "tests.rs" && !FOR_OTHERS.contains(&&*name)
        };
        paths.extend(inside.filter(for_functions));
    }
    text
}

/// The operations that an adapter names.
pub(crate) fn operations(module: &str) -> BTreeSet<String> {
    let text = source(module);
    let verbs = ["Admin", "Describe", "List", "Get", "Put", "Create", "Update", "Delete", "TransactWrite"];
    // A quotation mark in a remark would turn inside and outside round.
    let code = text
        .lines()
        .filter(|line| !line.trim_start().starts_with("//"))
        .flat_map(|line| line.split('"').skip(1).step_by(2));
    let named =
        code.filter(|text| text.chars().all(|c| c.is_ascii_alphanumeric()) && !text.ends_with("Exception"));
    named.filter(|text| verbs.iter().any(|verb| text.starts_with(verb))).map(str::to_owned).collect()
}

pub(crate) fn set(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

#[test]
fn the_mirror_may_call_in_dynamodb_what_it_calls() {
    // A transaction needs the permissions of its parts.
    let parts = [("Put", "PutItem"), ("Update", "UpdateItem"), ("Delete", "DeleteItem")];
    let text = source("dynamodb");
    let parts = parts.into_iter().filter(|(part, _)| text.contains(&format!("{part}::builder()")));
    let mut called = operations("dynamodb");
    called.remove("TransactWriteItems");
    called.extend(parts.map(|(_, operation)| operation.to_owned()));
    assert_eq!(actions(&resource("MirrorRole"), "dynamodb"), called);
}

#[test]
fn capture_may_send_to_the_one_queue_call_the_former_functions_and_write_its_log() {
    let expected = [
        "sqs:SendMessage",
        // Where a slot was taken.
        "lambda:InvokeFunction",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        // With a key of the owner's.
        "kms:GenerateDataKey",
        "kms:Decrypt",
        "sts:AssumeRole",
    ];
    assert_eq!(allowed("CaptureRole"), set(&expected));
}

#[test]
fn capture_may_call_the_functions_that_it_is_told_of_and_no_other() {
    let role = resource("CaptureRole");
    let (_, after) = role.split_once("Action: lambda:InvokeFunction\n").unwrap();
    let lines = after.lines().map(str::trim);
    let resources: Vec<_> = lines.skip(1).map_while(|line| line.strip_prefix("- !If [Chains")).collect();
    let slots = ["PostConfirmation", "PreTokenGeneration", "CustomMessage"];
    let expected = slots.map(|slot| format!("{slot}, !Ref Chain{slot}, !Ref AWS::NoValue]"));
    assert_eq!(resources, expected);
    let capture = resource("Capture");
    for slot in expected {
        assert!(capture.contains(&format!("!If [Chains{slot}")), "{slot} is not in capture's environment");
    }
}

#[test]
fn the_mirror_may_do_with_the_queue_what_lambda_does_for_it_and_no_more() {
    let allowed = allowed("MirrorRole");
    let pools_and_links = ["cognito-idp:", "dynamodb:"];
    let rest = allowed.iter().filter(|action| !pools_and_links.iter().any(|known| action.starts_with(known)));
    let expected = [
        "sqs:ReceiveMessage",
        "sqs:DeleteMessage",
        "sqs:GetQueueAttributes",
        "sqs:ChangeMessageVisibility",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "kms:Decrypt",
        "sts:AssumeRole",
    ];
    assert_eq!(rest.cloned().collect::<BTreeSet<_>>(), set(&expected));
}

#[test]
fn the_sweep_only_reads_both_pools() {
    let expected = [
        "cognito-idp:DescribeUserPool",
        "cognito-idp:ListUsers",
        "cognito-idp:ListGroups",
        "cognito-idp:ListUsersInGroup",
        // Who does not match is read.
        "cognito-idp:AdminGetUser",
        "cognito-idp:AdminListGroupsForUser",
        "cognito-idp:AdminGetUserAuthFactors",
        "cognito-idp:AdminListDevices",
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
        "dynamodb:Scan",
        // Where it was, and of which pools the table is.
        "dynamodb:PutItem",
        "sqs:SendMessage",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "kms:GenerateDataKey",
        "kms:Decrypt",
        "sts:AssumeRole",
    ];
    assert_eq!(allowed("SweepRole"), set(&expected));
}

#[test]
fn the_api_reads_links_by_key_and_nothing_else() {
    let expected = [
        "dynamodb:GetItem",
        "dynamodb:BatchGetItem",
        "logs:CreateLogStream",
        "logs:PutLogEvents",
        "sts:AssumeRole",
    ];
    assert_eq!(allowed("ResolveRole"), set(&expected));
    assert_eq!(resource("ResolveUrl").matches("AuthType: AWS_IAM").count(), 1, "nobody calls it unsigned");
}

#[test]
fn the_route_may_read_the_phase_and_nothing_else_of_the_table() {
    let expected = ["dynamodb:GetItem", "logs:CreateLogStream", "logs:PutLogEvents", "sts:AssumeRole"];
    assert_eq!(allowed("RouteRole"), set(&expected));
    let role = resource("RouteRole");
    let (_, after) = role.split_once("Action: dynamodb:GetItem\n").unwrap();
    let lines: Vec<_> = after.lines().map(str::trim).take(3).collect();
    let condition = "ForAllValues:StringEquals: { \"dynamodb:LeadingKeys\": [PHASE] }";
    assert_eq!(lines, ["Resource: !GetAtt Links.Arn", "Condition:", condition]);
}

#[test]
fn anybody_may_ask_the_route_where_it_was_made_public_and_nobody_calls_it_otherwise() {
    for name in ["RouteFunctionUrl", "RouteUrlAskedByAnybody", "RouteInvokedThroughUrl"] {
        assert!(resource(name).contains("    Condition: HasRouteUrl"), "{name}");
    }
    assert!(resource("RouteInvokedThroughUrl").contains("InvokedViaFunctionUrl: true"));
    assert!(resource("RouteUrlAskedByAnybody").contains("FunctionUrlAuthType: NONE"));
}

#[test]
fn the_ceiling_of_the_route_is_ten_requests_a_second_for_each_concurrency() {
    let template = fs::read_to_string(workspace().join("infra/template.yaml")).unwrap();
    let (_, parameter) = template.split_once("  RouteReservedConcurrency:\n").unwrap();
    let (parameter, _) = parameter.split_once("  OldClientIds:\n").unwrap();
    let default = parameter.lines().find_map(|line| line.trim().strip_prefix("Default: ")).unwrap();
    let default: u64 = default.parse().unwrap();
    assert!(default >= 100, "one machine in a loop is not to take the route from all");
    let text = parameter.split_whitespace().collect::<Vec<_>>().join(" ");
    let said = format!("ten requests a second for each: {default} are {} a second", 10 * default);
    assert!(text.contains(&said), "{said}: {text}");
}

#[test]
fn the_authorizer_may_read_one_item_at_a_time_and_write_its_log() {
    let expected = ["dynamodb:GetItem", "logs:CreateLogStream", "logs:PutLogEvents", "sts:AssumeRole"];
    assert_eq!(allowed("AuthorizerRole"), set(&expected));
}

#[test]
fn only_the_api_that_is_named_may_invoke_the_authorizer() {
    let permission = resource("AuthorizerInvokedByApi");
    assert!(permission.contains("Condition: HasAuthorizerApi"), "{permission}");
    assert!(permission.contains("Principal: apigateway.amazonaws.com"), "{permission}");
    // The ARN names the account, and no wildcard stands for an API.
    assert!(permission.contains("SourceArn: !Ref AuthorizerApiArn"), "{permission}");
}

#[test]
fn an_import_job_may_write_its_log_and_nothing_else() {
    let expected = [
        "logs:CreateLogGroup",
        "logs:CreateLogStream",
        "logs:DescribeLogStreams",
        "logs:PutLogEvents",
        "sts:AssumeRole",
    ];
    assert_eq!(allowed("ImportRole"), set(&expected));
    let role = resource("ImportRole");
    assert!(role.contains("Principal: { Service: cognito-idp.amazonaws.com }"), "{role}");
    let resources: Vec<_> = role.lines().filter(|line| line.contains("arn:")).collect();
    let [resource] = resources.as_slice() else {
        panic!("{resources:?}");
    };
    assert!(resource.ends_with(":log-group:/aws/cognito/userpools/${NewPoolId}/*"), "{resource}");
    assert_eq!(role.matches("Resource:").count(), 1);
}

#[test]
fn only_the_new_pool_of_this_account_may_invoke_sign_in_and_only_where_it_is_here() {
    let permission = resource("SignInInvokedByNewPool");
    assert!(permission.contains("Principal: cognito-idp.amazonaws.com"));
    assert!(permission.contains("SourceAccount: !Ref AWS::AccountId"));
    assert!(permission.contains("SourceArn: !Sub arn:${AWS::Partition}:cognito-idp:${AWS::Region}:${AWS::AccountId}:userpool/${NewPoolId}"));
    for name in ["SignIn", "SignInRole", "SignInLogs", "SignInInvokedByNewPool", "SignInClaimsMissing"] {
        assert!(resource(name).contains("    Condition: NewPoolIsHere"), "{name}");
    }
}

#[test]
fn no_role_has_a_wildcard_but_for_the_ways_of_a_code() {
    let roles = [
        "CaptureRole",
        "MirrorRole",
        "AuditTrailRole",
        "SweepRole",
        "SignInRole",
        "BridgeRole",
        "ResolveRole",
        "RouteRole",
        "AuthorizerRole",
        "WatchRole",
    ];
    // One narrows by the sender, and one says what is not meant: a telephone number has no name of its own. No more has a metric; and
    // the lines of the history begin all alike.
    let known = [
        (
            "SignInRole",
            "Resource: !Sub arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/*\n                  \
             Condition:\n                    StringEquals: { \"ses:FromAddress\": !Ref CodeEmailFrom }",
        ),
        ("SignInRole", "NotResource: !Sub arn:${AWS::Partition}:sns:*:*:*"),
        ("WatchRole", "Action: cloudwatch:GetMetricData\n                Resource: \"*\""),
        ("WatchRole", "\"PHASE#*\""),
    ];
    for role in roles {
        let mut text = resource(role);
        for (_, it) in known.into_iter().filter(|(whose, _)| *whose == role) {
            assert_eq!(text.matches(it).count(), 1, "{it}");
            text = text.replace(it, "");
        }
        assert!(!text.contains('*') && !text.contains("ManagedPolicyArns"), "{text}");
    }
}

#[test]
fn only_the_old_pool_of_this_account_may_invoke_capture() {
    let permission = resource("CaptureInvokedByOldPool");
    assert!(permission.contains("Principal: cognito-idp.amazonaws.com"));
    assert!(permission.contains("SourceAccount: !Ref AWS::AccountId"));
    assert!(permission.contains("SourceArn: !Sub arn:${AWS::Partition}:cognito-idp:${AWS::Region}:${AWS::AccountId}:userpool/${OldPoolId}"));
}

/// A number that a resource of the template sets.
fn setting(name: &str, key: &str) -> u64 {
    let text = resource(name);
    let line = text.lines().find_map(|line| line.trim().strip_prefix(&format!("{key}: "))).unwrap();
    line.parse().unwrap()
}

#[test]
fn a_mirror_is_over_before_another_takes_its_work() {
    let mirror = setting("Mirror", "Timeout");
    assert!(mirror < INTENT_LASTS.as_secs());
    assert!(mirror * 6 <= setting("ChangeEvents", "VisibilityTimeout"));
}
