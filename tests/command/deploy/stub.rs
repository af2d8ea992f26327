//! CloudFormation, S3, STS, Cognito and the table, as a deployment sees them.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;
use std::sync::{Arc, Mutex};

use serde_json::json;
use twinpool_tests::http::{Reply, Request, Server};

/// What they answer.
#[derive(Clone)]
pub(super) struct Aws {
    /// Of the stack, until something is carried out; none: there is no stack.
    pub(super) status: Option<&'static str>,
    /// After the change set was carried out.
    pub(super) then: &'static str,
    /// The change set's one change: resource, action, replacement.
    pub(super) change: (&'static str, &'static str, &'static str),
    /// The old pool may not be looked at.
    pub(super) is_pool_closed: bool,
    /// What DescribeUserPool says of the new pool; nothing: it may not be looked at.
    pub(super) new_pool: Option<&'static str>,
    pub(super) has_bucket: bool,
    /// Where the move stands, with the way back on; none: nobody was sent anywhere, and it is off.
    pub(super) phase: Option<&'static str>,
}

/// A function of another stack, which calls the sign-in function of this one.
pub(super) const NEWEST: &str = "arn:aws:lambda:eu-west-1:123456789012:function:twinpool-newest";
const SIGN_IN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:twinpool-SignIn-1";

impl Aws {
    pub(super) fn standing() -> Self {
        Self {
            status: Some("CREATE_COMPLETE"),
            then: "UPDATE_COMPLETE",
            change: ("Mirror", "Modify", "False"),
            is_pool_closed: false,
            new_pool: Some(r#"{"UserPool":{"Id":"eu-west-1_New"}}"#),
            has_bucket: true,
            phase: None,
        }
    }
}

#[derive(Default)]
pub(super) struct Seen {
    pub(super) actions: Vec<String>,
    pub(super) proposal: BTreeMap<String, String>,
    /// How often somebody has looked since.
    pub(super) looks: usize,
}

impl Seen {
    pub(super) fn has(&self, action: &str) -> bool {
        self.actions.iter().any(|seen| seen == action)
    }
}

/// The exit code, all that was said, and what was asked of AWS.
pub(super) fn twinpool(aws: &Aws, words: &[&str]) -> (i32, String, Seen) {
    let seen: Arc<Mutex<Seen>> = Arc::default();
    let (state, aws) = (Arc::clone(&seen), aws.clone());
    let server = Server::start(move |request| aws.answer(&mut state.lock().unwrap(), &request));
    // Below the checkout, where the command finds it.
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("deploy-stub");
    fs::create_dir_all(&folder).unwrap();
    let mut command = super::super::twinpool();
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

/// The item of where the move stands.
fn standing(phase: &str) -> serde_json::Value {
    let (number, none) = (|number: u64| json!({ "N": number.to_string() }), json!({ "L": [] }));
    json!({
        "pk": { "S": "PHASE" }, "format": number(1), "version": number(2), "changes": number(1),
        "phase": { "S": phase }, "share": number(500), "groups": none, "values": none, "allow": none, "deny": none,
        "round": number(1), "since": number(1), "two_way_since": number(1),
    })
}

impl Aws {
    fn answer(&self, seen: &mut Seen, request: &Request) -> Reply {
        if let Some(target) = request.header("x-amz-target") {
            if target.ends_with(".GetItem") {
                return said(200, json!({ "Item": self.phase.map(standing) }).to_string());
            }
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
        let reverse_sync = if self.phase.is_some() { "on" } else { "off" };
        let parameters = [
            ("OldPoolId", "eu-west-1_Old"),
            ("NewPoolId", "eu-west-1_New"),
            ("DigestKey", "****"),
            ("ReverseSync", reverse_sync),
        ];
        let parameters: String = parameters.map(parameter).concat();
        xml(
            "DescribeStacks",
            &format!(
                "<Stacks><member><StackName>twinpool</StackName><StackId>arn:stack</StackId>\
                 <CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>{status}</StackStatus>\
                 <Parameters>{parameters}</Parameters><Outputs><member><OutputKey>TableName</OutputKey>\
                 <OutputValue>links-1</OutputValue></member></Outputs></member></Stacks>"
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
