//! CloudFormation's DescribeStacks: a form goes in, XML comes out.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use crate::http::{Reply, Request};

const XMLNS: &str = "http://cloudformation.amazonaws.com/doc/2010-05-15/";

/// The one stack, which is called `twinpool`. Not there until it has outputs.
#[derive(Debug, Default)]
pub struct Stack(Mutex<BTreeMap<String, String>>);

impl Stack {
    /// From now on it has these outputs.
    pub fn tell(&self, outputs: &[(&str, &str)]) {
        let outputs = outputs.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = outputs.collect();
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
        let outputs = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let (status, body) = match (Self::operation(request).as_str(), fault) {
            (_, Some(code)) => refusal(code, "a fault that was asked for"),
            ("DescribeStacks", None) if name == "twinpool" && !outputs.is_empty() => {
                (200, described(&outputs))
            }
            ("DescribeStacks", None) => {
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

fn described(outputs: &BTreeMap<String, String>) -> String {
    let output = |(name, value): (&String, &String)| {
        format!("<member><OutputKey>{name}</OutputKey><OutputValue>{value}</OutputValue></member>")
    };
    let outputs: String = outputs.iter().map(output).collect();
    format!(
        "<DescribeStacksResponse xmlns=\"{XMLNS}\"><DescribeStacksResult><Stacks><member>\
         <StackName>twinpool</StackName><CreationTime>2026-01-01T00:00:00Z</CreationTime>\
         <StackStatus>UPDATE_COMPLETE</StackStatus><Outputs>{outputs}</Outputs>\
         </member></Stacks></DescribeStacksResult></DescribeStacksResponse>"
    )
}

fn refusal(code: &str, message: &str) -> (u16, String) {
    let error = format!("<Error><Type>Sender</Type><Code>{code}</Code><Message>{message}</Message></Error>");
    (400, format!("<ErrorResponse xmlns=\"{XMLNS}\">{error}</ErrorResponse>"))
}
