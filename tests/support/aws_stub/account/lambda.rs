//! Lambda's REST API: five operations on functions, by ARN or by name.

use serde_json::{Value, json};
use twinpool_setup::port::{FunctionArn, Functions as _, Permission};
use twinpool_testkit::FunctionsHandle;

use super::super::cognito::directory::now;
use super::super::faults::Faults;
use super::super::meter::Meter;
use super::super::refusal::{Refusal, text};
use super::Account;
use crate::http::{Reply, Request};

/// What the paths of Lambda's operations on functions begin with.
pub(in super::super) const PATH: &str = "/2015-03-31/functions/";

/// What stands before the name of a function of the account.
const OWN: &str = "arn:aws:lambda:eu-west-1:123456789012:function:";

/// An error of a function, in the words of Lambda.
const FAILED: (&str, &str) = ("x-amz-function-error", "Unhandled");

struct Call<'a> {
    operation: &'static str,
    function: FunctionArn,
    /// The last part of the path.
    rest: String,
    body: &'a [u8],
}

/// A status, one more header, a body.
type Answer = (u16, Option<(&'static str, &'static str)>, Vec<u8>);

impl Account {
    /// Answers one request.
    pub(in super::super) fn lambda(&self, request: &Request, meter: &Meter, faults: &Faults) -> Reply {
        let call = Call::read(request);
        let operation = call.as_ref().map_or("Unknown", |call| call.operation);
        meter.note(operation);
        let fault = faults.next(operation).map(|code| Refusal::new(code, "a fault that was asked for"));
        let answer = match fault {
            Some(refusal) => Err(refusal),
            None => call.and_then(|call| self.run(&call)),
        };
        if faults.takes_lost_answer(operation) {
            return Reply::Close;
        }
        let (status, more, body) = answer.unwrap_or_else(|refusal| refused(&refusal));
        let mut headers = vec![("content-type", "application/json".to_owned())];
        headers.extend(more.map(|(name, value)| (name, value.to_owned())));
        Reply::Send { status, headers, body }
    }

    fn run(&self, call: &Call<'_>) -> Result<Answer, Refusal> {
        let functions = self.functions.as_ref().ok_or_else(missing)?;
        let function = &call.function;
        match call.operation {
            "GetFunctionConfiguration" => {
                let found = now(functions.configuration(function))?.ok_or_else(missing)?;
                Ok((200, None, Value::Object(found).to_string().into_bytes()))
            }
            "GetPolicy" => {
                let found = now(functions.policy(function))?.ok_or_else(missing)?;
                let policy = Value::Object(found).to_string();
                Ok((200, None, json!({ "Policy": policy, "RevisionId": "1" }).to_string().into_bytes()))
            }
            "AddPermission" => add(functions, call),
            "RemovePermission" => {
                if !has(functions, function, &call.rest)? {
                    return Err(missing());
                }
                now(functions.disallow(function, &call.rest))?;
                Ok((204, None, Vec::new()))
            }
            _ => {
                let invoked = now(functions.invoke(function, call.body))?;
                Ok((200, invoked.error.map(|_| FAILED), invoked.payload))
            }
        }
    }
}

fn add(functions: &FunctionsHandle, call: &Call<'_>) -> Result<Answer, Refusal> {
    let invalid = || Refusal::new("InvalidRequestContentException", "the body");
    let body: Value = serde_json::from_slice(call.body).map_err(|_| invalid())?;
    let is_cognito =
        body["Principal"] == "cognito-idp.amazonaws.com" && body["Action"] == "lambda:InvokeFunction";
    if !is_cognito {
        return Err(invalid());
    }
    let permission = Permission {
        statement_id: text(&body, "StatementId")?.to_owned(),
        source_arn: text(&body, "SourceArn")?.to_owned(),
        source_account: text(&body, "SourceAccount")?.to_owned(),
    };
    if has(functions, &call.function, &permission.statement_id)? {
        return Err(Refusal::new("ResourceConflictException", "the statement id provided already exists"));
    }
    now(functions.allow(&call.function, &permission))?;
    Ok((201, None, b"{}".to_vec()))
}

fn has(functions: &FunctionsHandle, function: &FunctionArn, statement: &str) -> Result<bool, Refusal> {
    let policy = now(functions.policy(function))?.map(Value::Object).unwrap_or_default();
    let mut statements = policy["Statement"].as_array().into_iter().flatten();
    Ok(statements.any(|it| it["Sid"] == statement))
}

fn missing() -> Refusal {
    Refusal::new("ResourceNotFoundException", "the resource you requested does not exist")
}

fn refused(refusal: &Refusal) -> Answer {
    let status = match refusal.code() {
        "ResourceNotFoundException" => 404,
        "ResourceConflictException" => 409,
        "TooManyRequestsException" => 429,
        "AccessDeniedException" => 403,
        _ => refusal.status(),
    };
    (status, None, refusal.body())
}

impl<'a> Call<'a> {
    fn read(request: &'a Request) -> Result<Self, Refusal> {
        let unknown = || Refusal::unknown("this path of Lambda");
        let path = request.path.strip_prefix(PATH).ok_or_else(unknown)?;
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let (name, rest) = path.split_once('/').ok_or_else(unknown)?;
        let (kind, last) = rest.split_once('/').unwrap_or((rest, ""));
        let operation = match (request.method.as_str(), kind, last.is_empty()) {
            ("GET", "configuration", true) => "GetFunctionConfiguration",
            ("GET", "policy", true) => "GetPolicy",
            ("POST", "policy", true) => "AddPermission",
            ("DELETE", "policy", false) => "RemovePermission",
            ("POST", "invocations", true) => "Invoke",
            _ => return Err(unknown()),
        };
        let alias = query.strip_prefix("Qualifier=").map(|alias| format!(":{}", plain(alias)));
        let named = plain(name);
        let arn = if named.starts_with("arn:") { named } else { format!("{OWN}{named}") };
        let arn = arn + &alias.unwrap_or_default();
        let function = FunctionArn::parse(&arn)
            .map_err(|_| Refusal::new("InvalidParameterValueException", "the name"))?;
        Ok(Self { operation, function, rest: plain(last), body: &request.body })
    }
}

/// A part of a path without its escapes.
fn plain(text: &str) -> String {
    let mut parts = text.split('%');
    let first = parts.next().unwrap_or_default().to_owned();
    parts.fold(first, |text, part| {
        let byte = part.get(..2).and_then(|digits| u8::from_str_radix(digits, 16).ok());
        let rest = part.get(2..).unwrap_or_default();
        text + &byte.map(char::from).map(String::from).unwrap_or_default() + rest
    })
}
