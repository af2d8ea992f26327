//! One stack of CloudFormation, described and deleted: a form goes in, XML comes out.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use crate::http::{Reply, Request};

const XMLNS: &str = "http://cloudformation.amazonaws.com/doc/2010-05-15/";
/// Its ARN, and as a form has it.
const ID: &str = "arn:aws:cloudformation:eu-west-1:123456789012:stack/twinpool/1";
const ID_IN_A_FORM: &str = "arn%3Aaws%3Acloudformation%3Aeu-west-1%3A123456789012%3Astack%2Ftwinpool%2F1";

/// The one stack, which is called `twinpool`. Not there until it has outputs.
#[derive(Debug, Default)]
pub struct Stack(Mutex<Kept>);

#[derive(Debug, Default)]
struct Kept {
    outputs: BTreeMap<String, String>,
    parameters: BTreeMap<String, String>,
    functions: BTreeMap<String, String>,
}

fn owned(pairs: &[(&str, &str)]) -> BTreeMap<String, String> {
    pairs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
}

impl Stack {
    /// From now on it has these outputs.
    pub fn tell(&self, outputs: &[(&str, &str)]) {
        self.kept().outputs = owned(outputs);
    }

    /// It was made with these parameters, and has these functions: as the template and as Lambda call them.
    pub fn is_made(&self, parameters: &[(&str, &str)], functions: &[(&str, &str)]) {
        let mut kept = self.kept();
        (kept.parameters, kept.functions) = (owned(parameters), owned(functions));
    }

    /// Whether it is there: it was told of, and nobody has deleted it.
    #[must_use]
    pub fn is_there(&self) -> bool {
        !self.kept().outputs.is_empty()
    }

    fn kept(&self) -> MutexGuard<'_, Kept> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Whether a request is for CloudFormation, which alone takes forms here.
    pub(super) fn is_asked(request: &Request) -> bool {
        let is_form = request
            .header("content-type")
            .is_some_and(|kind| kind.starts_with("application/x-www-form-urlencoded"));
        // Everything else in that form is STS's.
        is_form && Self::operation(request).contains("Stack")
    }

    /// The name of the operation.
    pub(super) fn operation(request: &Request) -> String {
        field(request, "Action").unwrap_or_default()
    }

    /// `fault`: the code of an error that was asked for.
    pub(super) fn answer(&self, request: &Request, fault: Option<&str>) -> Reply {
        let name = field(request, "StackName").unwrap_or_default();
        let mut kept = self.kept();
        let is_it = (name == "twinpool" || name == ID_IN_A_FORM) && !kept.outputs.is_empty();
        let (status, body) = match (Self::operation(request).as_str(), fault) {
            (_, Some(code)) => refusal(code, "a fault that was asked for"),
            ("DescribeStacks", None) if is_it => (200, described(&kept)),
            ("ListStackResources", None) if is_it => (200, listed(&kept.functions)),
            ("DescribeStackEvents", None) if is_it => (200, answered("DescribeStackEvents", "")),
            ("DeleteStack", None) if is_it => {
                *kept = Kept::default();
                (200, answered("DeleteStack", ""))
            }
            ("DescribeStacks" | "DescribeStackEvents", None) => {
                refusal("ValidationError", &format!("Stack with id {name} does not exist"))
            }
            (other, None) => refusal("InvalidAction", &format!("{other} is not known here")),
        };
        let headers = vec![("content-type", "text/xml".to_owned())];
        Reply::Send { status, headers, body: body.into_bytes() }
    }
}

/// Values here need no unescaping.
fn field(request: &Request, name: &str) -> Option<String> {
    let body = String::from_utf8_lossy(&request.body).into_owned();
    body.split('&').find_map(|pair| pair.strip_prefix(&format!("{name}=")).map(str::to_owned))
}

fn described(kept: &Kept) -> String {
    let pairs = |kind: &str, pairs: &BTreeMap<String, String>| -> String {
        let pair = |(name, value): (&String, &String)| {
            format!("<member><{kind}Key>{name}</{kind}Key><{kind}Value>{value}</{kind}Value></member>")
        };
        pairs.iter().map(pair).collect()
    };
    let (outputs, parameters) = (pairs("Output", &kept.outputs), pairs("Parameter", &kept.parameters));
    answered(
        "DescribeStacks",
        &format!(
            "<Stacks><member><StackName>twinpool</StackName><StackId>{ID}</StackId>\
             <CreationTime>2026-01-01T00:00:00Z</CreationTime><StackStatus>UPDATE_COMPLETE</StackStatus>\
             <Parameters>{parameters}</Parameters><Outputs>{outputs}</Outputs></member></Stacks>"
        ),
    )
}

fn listed(functions: &BTreeMap<String, String>) -> String {
    let function = |(name, physical): (&String, &String)| {
        format!(
            "<member><LogicalResourceId>{name}</LogicalResourceId><PhysicalResourceId>{physical}</PhysicalResourceId>\
             <ResourceType>AWS::Lambda::Function</ResourceType><ResourceStatus>CREATE_COMPLETE</ResourceStatus></member>"
        )
    };
    let all: String = functions.iter().map(function).collect();
    answered("ListStackResources", &format!("<StackResourceSummaries>{all}</StackResourceSummaries>"))
}

fn answered(operation: &str, inside: &str) -> String {
    format!(
        "<{operation}Response xmlns=\"{XMLNS}\"><{operation}Result>{inside}</{operation}Result></{operation}Response>"
    )
}

fn refusal(code: &str, message: &str) -> (u16, String) {
    let error = format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>");
    (400, format!("<ErrorResponse xmlns=\"{XMLNS}\">{error}</ErrorResponse>"))
}
