//! Whether a pool may invoke a function: the statement in the function's policy (F§2).

use serde_json::Value;

use crate::port::{Json, Permission};

/// Those of a condition that name a pool.
const OPERATORS: [&str; 4] = ["ArnLike", "ArnEquals", "StringEquals", "StringLike"];

/// The statement that lets this pool call a function of ours.
///
/// `None` where the description has no ARN with an account in it.
#[must_use]
pub fn permission(description: &Json) -> Option<Permission> {
    let arn = description.get("Arn")?.as_str()?;
    let account = arn.split(':').nth(4).filter(|account| !account.is_empty())?;
    let pool = arn.rsplit('/').next()?;
    Some(Permission {
        statement_id: format!("twinpool-{pool}"),
        source_arn: arn.to_owned(),
        source_account: account.to_owned(),
    })
}

/// The names that the statement may have. The second one is for a function whose first one says something else: that is never
/// taken away while a pool may be calling.
#[must_use]
pub fn names(permission: &Permission) -> [String; 2] {
    [permission.statement_id.clone(), format!("{}-2", permission.statement_id)]
}

/// Whether a policy lets in this pool of this account, and names both.
#[must_use]
pub fn holds(policy: Option<&Json>, permission: &Permission) -> bool {
    statements(policy).any(|it| lets_in(it, permission, true))
}

/// Whether a policy has a statement of this name, whatever it allows.
#[must_use]
pub fn has(policy: Option<&Json>, name: &str) -> bool {
    statements(policy).any(|it| it.get("Sid").is_some_and(|sid| sid == name))
}

/// Whether a policy lets this pool in, by whichever statement.
#[must_use]
pub fn allows(policy: Option<&Json>, permission: &Permission) -> bool {
    statements(policy).any(|it| lets_in(it, permission, false))
}

/// Whether Cognito might call for this pool, as far as the policy can say no: patterns, and conditions that are not known here, count
/// as yes.
#[must_use]
pub fn may_let_in(policy: Option<&Json>, permission: &Permission) -> bool {
    statements(policy).any(|it| is_for_cognito(it) && !names_another(it, permission))
}

fn is_for_cognito(statement: &Value) -> bool {
    let principal = statement.get("Principal");
    let of = |kind: &str| principal.and_then(|it| it.get(kind));
    let everybody = listed(principal).chain(listed(of("AWS"))).any(|it| it == "*");
    // Through a URL comes who signs as an account, and no service.
    let by_url =
        statement.get("Condition").is_some_and(|it| it.to_string().contains("lambda:InvokedViaFunctionUrl"));
    let calls = listed(statement.get("Action"))
        .any(|action| action.eq_ignore_ascii_case("lambda:InvokeFunction") || action.contains('*'));
    statement.get("Effect").is_some_and(|effect| effect == "Allow")
        && calls
        && !by_url
        && (everybody || listed(of("Service")).any(|it| it == "cognito-idp.amazonaws.com"))
}

/// Whether the statement is for other pools only: it names some, in full, and not this one.
fn names_another(statement: &Value, permission: &Permission) -> bool {
    let asked =
        OPERATORS.iter().filter_map(|operator| statement.get("Condition")?.get(*operator)?.as_object());
    let sources = asked.flatten().filter(|(name, _)| name.eq_ignore_ascii_case("AWS:SourceArn"));
    let mut named = sources.flat_map(|(_, value)| listed(Some(value))).peekable();
    let is_another = |name: &str| name != permission.source_arn && !name.contains(['*', '?']);
    named.peek().is_some() && named.all(is_another)
}

/// One text or a list of them.
fn listed(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let many = value.and_then(Value::as_array).into_iter().flatten();
    value.into_iter().chain(many).filter_map(Value::as_str)
}

fn statements(policy: Option<&Json>) -> impl Iterator<Item = &Value> {
    let all = policy.and_then(|policy| policy.get("Statement"));
    all.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default().iter()
}

/// `only`: the statement must name the pool and the account. Without a condition it lets in everybody's.
fn lets_in(statement: &Value, permission: &Permission, only: bool) -> bool {
    let is = |value: Option<&Value>, text: &str| match value {
        Some(Value::Array(values)) => values.iter().any(|it| it == text),
        Some(value) => value == text,
        None => false,
    };
    let principal = statement.get("Principal");
    let condition = |operators: &[&str], key: &str, text: &str| {
        let values =
            operators.iter().filter_map(|operator| statement.get("Condition")?.get(*operator)?.as_object());
        let mut named = values.flatten().filter(|(name, _)| name.eq_ignore_ascii_case(key)).peekable();
        (!only && named.peek().is_none()) || named.any(|(_, value)| is(Some(value), text))
    };
    statement.get("Effect").is_some_and(|effect| effect == "Allow")
        && is(principal.and_then(|it| it.get("Service")), "cognito-idp.amazonaws.com")
        && is(statement.get("Action"), "lambda:InvokeFunction")
        && condition(&OPERATORS, "AWS:SourceArn", &permission.source_arn)
        && condition(&["StringEquals", "StringLike"], "AWS:SourceAccount", &permission.source_account)
}
