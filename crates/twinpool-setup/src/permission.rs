//! Whether a pool may invoke a function: the statements in the function's policy (F§2).

use serde_json::Value;

use crate::port::{Json, Permission};

const SERVICE: &str = "cognito-idp.amazonaws.com";
const SOURCE_ARN: &str = "AWS:SourceArn";
const SOURCE_ACCOUNT: &str = "AWS:SourceAccount";
/// Those of a condition that name a pool.
const OPERATORS: [&str; 4] = ["ArnLike", "ArnEquals", "StringEquals", "StringLike"];

/// The statement that lets this pool call a function of ours.
///
/// `None` where the description has no ARN with an account in it.
#[must_use]
pub fn permission(description: &Json) -> Option<Permission> {
    of_pool(description.get("Arn")?.as_str()?)
}

/// The same, of the pool with this ARN.
pub(crate) fn of_pool(arn: &str) -> Option<Permission> {
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

/// Whether a policy lets in this pool of this account, and names both: a proof, so patterns do not count.
#[must_use]
pub fn holds(policy: Option<&Json>, permission: &Permission) -> bool {
    let names = |value: Option<&Value>, text: &str| listed(value).any(|named| named == text);
    let asks = |it: &Value, key: &str, text: &str| asked(it, key).any(|(_, named)| names(Some(named), text));
    statements(policy, "Allow").any(|it| {
        names(it.get("Principal").and_then(|principal| principal.get("Service")), SERVICE)
            && names(it.get("Action"), "lambda:InvokeFunction")
            && asks(it, SOURCE_ARN, &permission.source_arn)
            && asks(it, SOURCE_ACCOUNT, &permission.source_account)
            && fits(it, permission)
    })
}

/// Whether a policy has a statement of this name, whatever it allows.
#[must_use]
pub fn has(policy: Option<&Json>, name: &str) -> bool {
    all(policy).any(|it| it.get("Sid").is_some_and(|sid| sid == name))
}

/// Whether a policy lets this pool in, by whichever statement: patterns count, and so do statements for everybody.
#[must_use]
pub fn allows(policy: Option<&Json>, permission: &Permission) -> bool {
    statements(policy, "Allow").any(|it| fits(it, permission))
}

/// Whether a policy forbids this pool to call, whatever else it allows.
pub(crate) fn denies(policy: Option<&Json>, permission: &Permission) -> bool {
    statements(policy, "Deny").any(|it| fits(it, permission))
}

/// Whether Cognito might call for this pool, as far as the policy can say no: patterns, and conditions that are not known here, count
/// as yes.
#[must_use]
pub fn may_let_in(policy: Option<&Json>, permission: &Permission) -> bool {
    let is_another = |name: &&str| *name != permission.source_arn && !name.contains(['*', '?']);
    let names_others = |named: &[&str]| !named.is_empty() && named.iter().all(is_another);
    statements(policy, "Allow").any(|it| !names_others(&sources(it)))
}

/// Whether Cognito might call for other pools too: a statement does not name this one alone.
pub(crate) fn may_let_in_others(policy: Option<&Json>, permission: &Permission) -> bool {
    statements(policy, "Allow").any(|it| sources(it) != [permission.source_arn.as_str()])
}

/// Whether a policy says anything of Cognito's calls.
pub(crate) fn knows_cognito(policy: Option<&Json>) -> bool {
    all(policy).any(is_for_cognito)
}

/// Whether a statement for Cognito is for this pool.
fn fits(statement: &Value, permission: &Permission) -> bool {
    lets_through(statement, SOURCE_ARN, &permission.source_arn)
        && lets_through(statement, SOURCE_ACCOUNT, &permission.source_account)
}

fn is_for_cognito(statement: &Value) -> bool {
    let principal = statement.get("Principal");
    let of = |kind: &str| principal.and_then(|it| it.get(kind));
    let everybody = listed(principal).chain(listed(of("AWS"))).any(|it| it == "*");
    // Through a URL comes who signs as an account, and no service.
    let by_url =
        statement.get("Condition").is_some_and(|it| it.to_string().contains("lambda:InvokedViaFunctionUrl"));
    let calls = listed(statement.get("Action"))
        .any(|action| is_like(&action.to_ascii_lowercase(), "lambda:invokefunction"));
    calls && !by_url && (everybody || listed(of("Service")).any(|it| it == SERVICE))
}

/// The pools that a statement names, by operators that are known here.
fn sources(statement: &Value) -> Vec<&str> {
    let known = asked(statement, SOURCE_ARN).filter(|(operator, _)| OPERATORS.contains(operator));
    known.flat_map(|(_, named)| listed(Some(named))).collect()
}

/// Whether every condition on a key lets this text through.
fn lets_through(statement: &Value, key: &str, text: &str) -> bool {
    asked(statement, key).all(|(operator, patterns)| {
        let is_negated = operator.to_ascii_lowercase().contains("not");
        listed(Some(patterns)).any(|pattern| is_like(pattern, text)) != is_negated
    })
}

/// What is asked of a key, by operator. Keys are written in any case.
fn asked<'a>(statement: &'a Value, key: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
    let operators = statement.get("Condition").and_then(Value::as_object).into_iter().flatten();
    operators.flat_map(move |(operator, keys)| {
        let keys = keys.as_object().into_iter().flatten();
        let same = keys.filter(move |(name, _)| name.eq_ignore_ascii_case(key));
        same.map(move |(_, value)| (operator.as_str(), value))
    })
}

/// `*` stands for anything.
fn is_like(pattern: &str, value: &str) -> bool {
    let mut pieces = pattern.split('*');
    let Some(mut rest) = pieces.next().and_then(|first| value.strip_prefix(first)) else { return false };
    let pieces: Vec<_> = pieces.collect();
    let Some((last, between)) = pieces.split_last() else { return rest.is_empty() };
    for piece in between {
        let Some((_, after)) = rest.split_once(piece) else { return false };
        rest = after;
    }
    rest.ends_with(last)
}

/// One text or a list of them.
fn listed(value: Option<&Value>) -> impl Iterator<Item = &str> {
    let many = value.and_then(Value::as_array).into_iter().flatten();
    value.into_iter().chain(many).filter_map(Value::as_str)
}

/// Those of this effect about Cognito's calls.
fn statements<'a>(policy: Option<&'a Json>, effect: &'a str) -> impl Iterator<Item = &'a Value> {
    all(policy).filter(move |it| it.get("Effect").is_some_and(|its| its == effect) && is_for_cognito(it))
}

fn all(policy: Option<&Json>) -> impl Iterator<Item = &Value> {
    let all = policy.and_then(|policy| policy.get("Statement"));
    all.and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default().iter()
}
