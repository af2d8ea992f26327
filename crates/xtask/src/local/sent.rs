//! What people were sent.

use anyhow::{Context as _, Result};
use serde_json::json;

use super::deploy;
use crate::wire::{Aws, tags};

/// Who sends one-time codes.
pub const SENDER: &str = "codes@twinpool.example.com";

/// One e-mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mail {
    /// The subject.
    pub subject: String,
    /// The text.
    pub text: String,
}

impl Mail {
    /// The first run of eight digits.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.text.split(|letter: char| !letter.is_ascii_digit()).find(|digits| digits.len() == 8)
    }
}

/// SES sends for verified identities only, and so does the local one.
pub(super) fn verify_sender(aws: &Aws) -> Result<()> {
    aws.post("v2/email/identities", "ses", &json!({ "EmailIdentity": SENDER })).map(drop)
}

/// The local IAM looks for SendEmail on `*` and knows no `ses:FromAddress`, so that the template's statement, which names identity
/// and sender, allows nothing there: here it is allowed.
pub(super) fn allow(aws: &Aws, name: &str) -> Result<()> {
    let stack = deploy::stack_name(name);
    let asked = [("StackName", stack.as_str()), ("LogicalResourceId", "SignInRole")];
    let answer = aws.cloudformation("DescribeStackResource", &asked.map(owned))?;
    let role = tags(&answer, "PhysicalResourceId");
    let role = role.first().context("the stack has no SignInRole")?;
    let template = json!({ "Resources": { "MaySend": { "Type": "AWS::IAM::Policy", "Properties": {
        "PolicyName": "send-mail",
        "Roles": [role],
        "PolicyDocument": { "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": "ses:SendEmail", "Resource": "*" },
        ] },
    } } } });
    let (allowed, template) = (format!("{stack}-mail"), template.to_string());
    let parameters = [
        ("StackName", allowed.as_str()),
        ("TemplateBody", template.as_str()),
        ("Capabilities.member.1", "CAPABILITY_IAM"),
    ];
    aws.cloudformation("CreateStack", &parameters.map(owned))?;
    deploy::wait(aws, &allowed).map(drop)
}

fn owned((name, value): (&str, &str)) -> (String, String) {
    (name.to_owned(), value.to_owned())
}

pub(super) fn mail(aws: &Aws, to: &str) -> Result<Vec<Mail>> {
    let answer = aws.get("_ministack/ses/messages")?;
    let accounts = answer["messages"].as_object().context("the local SES lists no messages")?;
    let all = accounts.values().filter_map(|messages| messages.as_array()).flatten();
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let to_them =
        all.filter(|message| message["To"].as_array().is_some_and(|people| people.contains(&json!(to))));
    Ok(to_them
        .map(|message| Mail { subject: text(&message["Subject"]), text: text(&message["BodyText"]) })
        .collect())
}
