//! Whether a pool may invoke a function: the statement in the function's policy (F§2).

use serde_json::Value;

use crate::port::{Json, Permission};

/// The statement that lets this pool call capture.
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
        && condition(
            &["ArnLike", "ArnEquals", "StringEquals", "StringLike"],
            "AWS:SourceArn",
            &permission.source_arn,
        )
        && condition(&["StringEquals", "StringLike"], "AWS:SourceAccount", &permission.source_account)
}
