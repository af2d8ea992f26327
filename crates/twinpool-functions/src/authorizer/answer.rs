//! What API Gateway is told of a request that may go on, or not.

use serde::Serialize;
use twinpool_resolver::Principal;

use super::event::Form;

/// The answer, in the form that the API wants.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Answer {
    /// REST and WebSocket APIs, and HTTP APIs with payload 1.0.
    Policy(Policy),
    /// HTTP APIs with payload 2.0.
    Simple(Simple),
}

/// An IAM policy that allows the whole stage.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Policy {
    principal_id: String,
    policy_document: Document,
    context: Context,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Document {
    version: &'static str,
    statement: [Statement; 1],
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "PascalCase")]
struct Statement {
    action: &'static str,
    effect: &'static str,
    resource: String,
}

/// Yes or no.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Simple {
    is_authorized: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    context: Option<Context>,
}

/// What the integration, and the access log, find of the user. Texts only: REST APIs take no lists, and a service should not have
/// to tell by which API it was called. Nothing personal: access logs may show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
struct Context {
    user_id: String,
    pool: &'static str,
    sub: String,
    /// Separated by a space, which no group name has.
    groups: String,
    client_id: String,
    token_use: &'static str,
}

impl Context {
    fn of(principal: &Principal) -> Self {
        let groups: Vec<_> = principal.groups.iter().map(|group| group.as_str()).collect();
        Self {
            user_id: principal.user_id.to_string(),
            pool: principal.pool.code(),
            sub: principal.sub.to_string(),
            groups: groups.join(" "),
            client_id: principal.client_id.as_str().to_owned(),
            token_use: principal.token_use.as_str(),
        }
    }
}

impl Answer {
    pub(super) fn allow(form: &Form, principal: &Principal) -> Self {
        let context = Context::of(principal);
        match form {
            Form::Simple => Self::Simple(Simple { is_authorized: true, context: Some(context) }),
            Form::Policy { resource } => {
                let (action, effect) = ("execute-api:Invoke", "Allow");
                let statement = [Statement { action, effect, resource: resource.clone() }];
                let policy_document = Document { version: "2012-10-17", statement };
                Self::Policy(Policy { principal_id: context.user_id.clone(), policy_document, context })
            }
        }
    }

    pub(super) fn not_authorized() -> Self {
        Self::Simple(Simple { is_authorized: false, context: None })
    }
}
