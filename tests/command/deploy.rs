//! `twinpool deploy` and `remove` before a CloudFormation that refuses, fails and is late as AWS does. Needs the zips of
//! `cargo xtask test`.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::json;
use twinpool_tests::http::{Reply, Request, Server};

/// What CloudFormation, S3, STS and Cognito answer.
#[derive(Clone)]
struct Aws {
    /// Of the stack, until something is carried out; none: there is no stack.
    status: Option<&'static str>,
    /// After the change set was carried out.
    then: &'static str,
    /// The change set's one change: resource, action, replacement.
    change: (&'static str, &'static str, &'static str),
    /// The old pool may not be looked at.
    is_pool_closed: bool,
    /// What DescribeUserPool says of the new pool; nothing: it may not be looked at.
    new_pool: Option<&'static str>,
    has_bucket: bool,
}

/// A function of another stack, which calls the sign-in function of this one.
const NEWEST: &str = "arn:aws:lambda:eu-west-1:123456789012:function:twinpool-newest";
const SIGN_IN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:twinpool-SignIn-1";

impl Aws {
    fn standing() -> Self {
        Self {
            status: Some("CREATE_COMPLETE"),
            then: "UPDATE_COMPLETE",
            change: ("Mirror", "Modify", "False"),
            is_pool_closed: false,
            new_pool: Some(r#"{"UserPool":{"Id":"eu-west-1_New"}}"#),
            has_bucket: true,
        }
    }
}

#[derive(Default)]
struct Seen {
    actions: Vec<String>,
    proposal: BTreeMap<String, String>,
    /// How often somebody has looked since.
    looks: usize,
}

impl Seen {
    fn has(&self, action: &str) -> bool {
        self.actions.iter().any(|seen| seen == action)
    }
}

/// The exit code, all that was said, and what was asked of AWS.
fn twinpool(aws: &Aws, words: &[&str]) -> (i32, String, Seen) {
    let seen: Arc<Mutex<Seen>> = Arc::default();
    let (state, aws) = (Arc::clone(&seen), aws.clone());
    let server = Server::start(move |request| aws.answer(&mut state.lock().unwrap(), &request));
    // Below the checkout, where the command finds it.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("deploy-stub");
    fs::create_dir_all(&folder).unwrap();
    let mut command = super::twinpool();
    command.current_dir(&folder).args(words).envs([
        ("AWS_ENDPOINT_URL", format!("http://{}", server.address()).as_str()),
        ("AWS_REGION", "eu-west-1"),
        ("AWS_ACCESS_KEY_ID", "test"),
        ("AWS_SECRET_ACCESS_KEY", "test"),
    ]);
    let output = command.output().unwrap();
    drop(server);
    let told = String::from_utf8([output.stdout, output.stderr].concat()).unwrap();
    let seen = std::mem::take(&mut *seen.lock().unwrap());
    (output.status.code().unwrap(), told, seen)
}

fn said(status: u16, body: String) -> Reply {
    let headers = vec![("content-type", "text/xml".to_owned())];
    Reply::Send { status, headers, body: body.into_bytes() }
}

fn xml(action: &str, inside: &str) -> Reply {
    said(200, format!("<{action}Response><{action}Result>{inside}</{action}Result></{action}Response>"))
}

fn form(body: &[u8]) -> BTreeMap<String, String> {
    let text = String::from_utf8(body.to_vec()).unwrap();
    let pairs = text.split('&').filter_map(|pair| pair.split_once('='));
    pairs.map(|(name, value)| (name.to_owned(), value.to_owned())).collect()
}

impl Aws {
    fn answer(&self, seen: &mut Seen, request: &Request) -> Reply {
        if request.header("x-amz-target").is_some() {
            let is_new = String::from_utf8_lossy(&request.body).contains("eu-west-1_New");
            let old = (!self.is_pool_closed).then_some(r#"{"UserPool":{"Id":"eu-west-1_Old"}}"#);
            return match if is_new { self.new_pool } else { old } {
                Some(pool) => said(200, pool.to_owned()),
                None => said(400, r#"{"__type":"AccessDeniedException"}"#.to_owned()),
            };
        }
        if request.path.starts_with("/2015-03-31/functions/") {
            let chain = json!({ "TWINPOOL_CHAIN_PRE_TOKEN_GENERATION": SIGN_IN });
            let variables = if request.path.contains("newest") { chain } else { json!({}) };
            return said(200, json!({ "Environment": { "Variables": variables } }).to_string());
        }
        if request.method != "POST" {
            // The bucket: where it is, everything is there already.
            return said(if self.has_bucket { 200 } else { 404 }, String::new());
        }
        let form = form(&request.body);
        let action = form["Action"].clone();
        seen.actions.push(action.clone());
        let has_begun = seen.has("ExecuteChangeSet") || seen.has("DeleteStack");
        seen.looks += usize::from(action == "DescribeStacks" && has_begun);
        match action.as_str() {
            "GetCallerIdentity" => xml(&action, "<Account>123456789012</Account>"),
            "DescribeStacks" => self.stack(has_begun && seen.looks > 1),
            "ListStackResources" => xml(
                &action,
                "<StackResourceSummaries><member><LogicalResourceId>Links</LogicalResourceId>\
                 <PhysicalResourceId>links-1</PhysicalResourceId><ResourceType>AWS::DynamoDB::Table</ResourceType>\
                 <ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>\
                 <member><LogicalResourceId>SignIn</LogicalResourceId>\
                 <PhysicalResourceId>twinpool-SignIn-1</PhysicalResourceId><ResourceType>AWS::Lambda::Function</ResourceType>\
                 <ResourceStatus>CREATE_COMPLETE</ResourceStatus></member></StackResourceSummaries>",
            ),
            "CreateChangeSet" => {
                seen.proposal = form;
                xml(&action, "<Id>arn:set</Id><StackId>arn:stack</StackId>")
            }
            "DescribeChangeSet" => self.change_set(&seen.actions),
            "DescribeStackEvents" => self.events(has_begun && seen.looks > 1),
            "ExecuteChangeSet" | "DeleteChangeSet" | "DeleteStack" => xml(&action, ""),
            _ => said(
                400,
                format!("<ErrorResponse><Error><Code>{action}IsUnknown</Code></Error></ErrorResponse>"),
            ),
        }
    }

    /// The status is late by one look, as AWS's may be.
    fn stack(&self, is_over: bool) -> Reply {
        let Some(status) = self.status else {
            let missing =
                "<Code>ValidationError</Code><Message>Stack with id twinpool does not exist</Message>";
            return said(400, format!("<ErrorResponse><Error>{missing}</Error></ErrorResponse>"));
        };
        let status = if is_over { self.then } else { status };
        let parameter = |(name, value): (&str, &str)| {
            format!(
                "<member><ParameterKey>{name}</ParameterKey><ParameterValue>{value}</ParameterValue></member>"
            )
        };
        let parameters =
            [("OldPoolId", "eu-west-1_Old"), ("NewPoolId", "eu-west-1_New"), ("DigestKey", "****")];
        let parameters: String = parameters.map(parameter).concat();
        xml(
            "DescribeStacks",
            &format!(
                "<Stacks><member><StackName>twinpool</StackName><StackId>arn:stack</StackId>\
                 <CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>{status}</StackStatus>\
                 <Parameters>{parameters}</Parameters></member></Stacks>"
            ),
        )
    }

    fn change_set(&self, actions: &[String]) -> Reply {
        // CloudFormation thinks for a while.
        let looks = actions.iter().filter(|action| *action == "DescribeChangeSet").count();
        if looks == 1 {
            return xml("DescribeChangeSet", "<Status>CREATE_IN_PROGRESS</Status>");
        }
        let (resource, action, replacement) = self.change;
        xml(
            "DescribeChangeSet",
            &format!(
                "<Status>CREATE_COMPLETE</Status><Changes><member><Type>Resource</Type><ResourceChange>\
                 <Action>{action}</Action><LogicalResourceId>{resource}</LogicalResourceId>\
                 <ResourceType>AWS::X::Y</ResourceType><Replacement>{replacement}</Replacement>\
                 </ResourceChange></member></Changes>"
            ),
        )
    }

    fn events(&self, is_over: bool) -> Reply {
        let event = |id: &str, resource: &str, status: &str, reason: &str| {
            format!(
                "<member><StackId>arn:stack</StackId><StackName>twinpool</StackName><EventId>{id}</EventId>\
                 <LogicalResourceId>{resource}</LogicalResourceId><ResourceType>AWS::X::Y</ResourceType>\
                 <Timestamp>2026-01-01T00:00:00Z</Timestamp><ResourceStatus>{status}</ResourceStatus>\
                 <ResourceStatusReason>{reason}</ResourceStatusReason></member>"
            )
        };
        // The last comes first.
        let mut all = String::new();
        if is_over {
            all += &event("4", "twinpool", self.then, "");
            all += &event("3", "Sweep", "UPDATE_FAILED", "Resource update cancelled");
            all += &event("2", "Mirror", "UPDATE_FAILED", "no such role");
        }
        // An earlier deployment failed for another reason.
        all += &event("1", "Capture", "UPDATE_FAILED", "long ago");
        xml("DescribeStackEvents", &format!("<StackEvents>{all}</StackEvents>"))
    }
}

#[test]
fn a_deployment_that_would_lose_the_links_is_refused_and_leaves_nothing_behind() {
    for change in
        [("Links", "Modify", "True"), ("Links", "Modify", "Conditional"), ("Links", "Remove", "False")]
    {
        let (code, told, seen) = twinpool(&Aws { change, ..Aws::standing() }, &["deploy", "--yes"]);
        assert_eq!(code, 10, "{told}");
        assert!(
            told.contains("Links") && told.contains("table of links would be replaced or lost"),
            "{told}"
        );
        assert!(seen.has("DeleteChangeSet") && !seen.has("ExecuteChangeSet"), "{:?}", seen.actions);
        assert!(!seen.has("DeleteStack"), "the stack was there before");
    }
}

/// As when the new pool's Region or role changes, so that the stack has no sign-in function any more.
#[test]
fn a_sign_in_function_that_the_new_pool_names_or_may_name_is_not_taken_away() {
    let named = r#"{"UserPool":{"Id":"eu-west-1_New","LambdaConfig":{"PreTokenGeneration":
        "arn:aws:lambda:eu-west-1:123456789012:function:twinpool-SignIn-1"}}}"#;
    for (new_pool, change, word) in [
        (Some(named), ("SignIn", "Remove", "False"), "`twinpool detach --pool new`"),
        (Some(named), ("SignIn", "Modify", "True"), "`twinpool detach --pool new`"),
        (None, ("SignIn", "Remove", "False"), "cannot be told"),
    ] {
        let aws = Aws { change, new_pool, ..Aws::standing() };
        let (code, told, seen) = twinpool(&aws, &["deploy", "--yes"]);
        assert_eq!((code, seen.has("ExecuteChangeSet")), (10, false), "{told}");
        assert!(told.contains(word) && seen.has("DeleteChangeSet"), "{told}");
    }
    // What does not touch it goes on.
    let (code, told, _) = twinpool(&Aws { new_pool: None, ..Aws::standing() }, &["deploy", "--yes"]);
    assert_eq!(code, 0, "{told}");
}

#[test]
fn other_ways_in_are_followed_by_the_triggers_and_that_is_said_attached_or_not() {
    let named = r#"{"UserPool":{"Id":"eu-west-1_New","LambdaConfig":{"PreTokenGeneration":
        "arn:aws:lambda:eu-west-1:123456789012:function:twinpool-SignIn-1"}}}"#;
    let attached = Aws { new_pool: Some(named), ..Aws::standing() };
    for aws in [&attached, &Aws::standing()] {
        let words = ["deploy", "--yes", "--parameter", "SignInContinuity=all"];
        let (code, told, seen) = twinpool(aws, &words);
        assert_eq!((code, told.contains("twinpool attach --pool new")), (0, true), "{told}");
        let number = seen.proposal.iter().find(|(_, value)| *value == "SignInContinuity").unwrap().0;
        let member = number.strip_suffix("ParameterKey").unwrap();
        assert_eq!(seen.proposal[&format!("{member}ParameterValue")], "all");
    }
    let (code, told, _) = twinpool(&attached, &["deploy", "--yes", "--parameter", "SignInContinuity=none"]);
    assert_eq!((code, told.contains("attach --pool new")), (0, false), "it is what it was: {told}");
}

#[test]
fn a_function_that_leads_back_to_the_stack_counts_as_the_stack_s_own() {
    let leads = r#"{"UserPool":{"Id":"eu-west-1_New","LambdaConfig":{"PreTokenGeneration":
        "arn:aws:lambda:eu-west-1:123456789012:function:twinpool-newest"}}}"#;
    let aws = Aws { new_pool: Some(leads), ..Aws::standing() };
    let (code, told, seen) = twinpool(&aws, &["deploy", "--yes"]);
    assert_eq!(code, 0, "{told}");
    let names = |(_, value): (&String, &String)| value.contains("newest");
    assert!(!told.contains("newest") && !seen.proposal.iter().any(names), "it would make a ring: {told}");
    let other = format!("NewPoolChainPreTokenGeneration={NEWEST}");
    for (change, words) in [
        (("SignIn", "Remove", "False"), vec!["deploy", "--yes"]),
        (("Mirror", "Modify", "False"), vec!["deploy", "--yes", "--parameter", &other]),
    ] {
        let (code, told, seen) = twinpool(&Aws { change, ..aws.clone() }, &words);
        assert_eq!((code, seen.has("ExecuteChangeSet")), (10, false), "{told}");
        assert!(told.contains("`twinpool detach --pool new`"), "{told}");
    }
}

#[test]
fn a_dry_run_without_a_bucket_says_what_to_do() {
    let aws = Aws { has_bucket: false, ..Aws::standing() };
    let (code, told, seen) = twinpool(&aws, &["deploy", "--dry-run"]);
    assert_eq!((code, seen.has("CreateChangeSet")), (2, false), "{told}");
    let make = "aws s3 mb s3://twinpool-123456789012-eu-west-1 --region eu-west-1";
    assert!(told.contains(make) && told.contains("deploy without --dry-run"), "{told}");
}

#[test]
fn an_update_keeps_the_key_and_waits_for_an_end_of_its_own() {
    let (code, told, seen) = twinpool(&Aws::standing(), &["deploy", "--yes"]);
    assert_eq!(code, 0, "{told}");
    assert!(seen.looks > 1, "the status of before is not taken for an end");
    let number = seen.proposal.iter().find(|(_, value)| *value == "DigestKey").unwrap().0;
    let member = number.strip_suffix("ParameterKey").unwrap();
    assert_eq!(seen.proposal[&format!("{member}UsePreviousValue")], "true");
    assert!(!seen.proposal.contains_key(&format!("{member}ParameterValue")));
    assert_eq!(seen.proposal["ChangeSetType"], "UPDATE");
}

#[test]
fn a_deployment_that_fails_names_what_failed_first_this_time() {
    let aws = Aws { then: "UPDATE_ROLLBACK_COMPLETE", ..Aws::standing() };
    let (code, told, _) = twinpool(&aws, &["deploy", "--yes"]);
    assert_eq!(code, 1, "{told}");
    assert!(
        told.contains("UPDATE_ROLLBACK_COMPLETE") && told.contains("Mirror (AWS::X::Y): no such role"),
        "{told}"
    );
    assert!(!told.contains("long ago") && !told.contains("cancelled"), "{told}");
}

#[test]
fn a_stack_that_was_never_made_takes_no_deployment() {
    let (code, told, seen) =
        twinpool(&Aws { status: Some("ROLLBACK_COMPLETE"), ..Aws::standing() }, &["deploy", "--yes"]);
    assert_eq!((code, seen.has("CreateChangeSet")), (10, false), "{told}");
    assert!(told.contains("ROLLBACK_COMPLETE") && told.contains("twinpool remove"), "{told}");
}

#[test]
fn nothing_is_deleted_while_nobody_can_tell_what_the_triggers_name() {
    let (code, told, seen) = twinpool(&Aws { is_pool_closed: true, ..Aws::standing() }, &["remove", "--yes"]);
    assert_eq!((code, seen.has("DeleteStack")), (1, false), "{told}");
    let (code, told, seen) = twinpool(&Aws { new_pool: None, ..Aws::standing() }, &["remove", "--yes"]);
    assert_eq!((code, seen.has("DeleteStack")), (1, false), "{told}");
    assert!(told.contains("nothing was deleted"), "{told}");
    let (code, told, seen) =
        twinpool(&Aws { then: "DELETE_COMPLETE", ..Aws::standing() }, &["remove", "--yes"]);
    assert_eq!((code, seen.has("DeleteStack")), (0, true), "{told}");
    assert!(told.contains("links-1"), "{told}");
}
