//! Whether the policy of a function lets a pool call it.

use serde_json::Value;

use super::facts::{Facts, Look};
use super::step::{Part, Step};
use crate::port::Json;

const SERVICE: &str = "cognito-idp.amazonaws.com";

/// Who calls whom.
pub(super) struct Call<'a> {
    pub(super) part: Part,
    /// In words.
    pub(super) function: &'a str,
    pub(super) policy: &'a Look<Option<Json>>,
    /// In words.
    pub(super) pool: &'a str,
    pub(super) pool_arn: &'a str,
    pub(super) remedy: &'a str,
}

/// The permission of the old pool: a sign-in fails without it (F§2).
pub(super) fn permission(facts: &Facts) -> Vec<Step> {
    let pool = match &facts.old_pool {
        Ok(pool) => pool.get("Arn").and_then(Value::as_str),
        Err(_) => None,
    };
    let guessed = guessed_arn(facts);
    let call = Call {
        part: Part::Permission,
        function: "capture",
        policy: &facts.policy,
        pool: "the old pool",
        pool_arn: pool.unwrap_or(&guessed),
        remedy: "run twinpool attach, which gives the permission, or deploy the stack for this pool",
    };
    vec![call.judged()]
}

impl Call<'_> {
    /// Whether the policy lets the pool in.
    pub(super) fn judged(&self) -> Step {
        let Self { part, function, pool, pool_arn: arn, remedy, .. } = self;
        let part = *part;
        let policy = match self.policy {
            Ok(policy) => policy,
            Err(blind) => return Step::blind(part, function, blind, "deploy the stack: twinpool deploy"),
        };
        let account = arn.split(':').nth(4).unwrap_or_default();
        let statements = policy.as_ref().and_then(|policy| policy.get("Statement"));
        let statements: Vec<_> = listed(statements).filter_map(Value::as_object).collect();
        let cognito: Vec<_> = statements.into_iter().filter(|one| is_about_calls_of_cognito(one)).collect();
        let fits =
            |one: &&&Json| condition(one, "SourceArn", arn) && condition(one, "SourceAccount", account);
        let has = |effect: &'static str| {
            cognito
                .iter()
                .filter(fits)
                .find(move |one| one.get("Effect").and_then(Value::as_str) == Some(effect))
        };
        match (has("Deny"), has("Allow"), cognito.is_empty()) {
            (Some(_), _, _) => Step::broken(
                part,
                format!(
                    "a statement of the policy of {function} denies {pool} to call it: every sign-in fails"
                ),
                "take that statement away with aws lambda remove-permission",
            ),
            (None, Some(allows), _) if allows.get("Condition").is_none() => Step::fine(
                part,
                format!(
                    "{pool} may call {function}, and so may any pool of any account: SourceArn is missing"
                ),
            ),
            (None, Some(_), _) => Step::fine(part, format!("{pool}, and no other, may call {function}")),
            (None, None, true) => Step::broken(
                part,
                format!(
                    "{function} has no permission for Cognito to call it: where it is in a slot, every sign-in fails"
                ),
                *remedy,
            ),
            (None, None, false) => Step::broken(
                part,
                format!(
                    "the permission of {function} is for another pool or account (SourceArn, SourceAccount): where it is in a slot, \
                     every sign-in fails"
                ),
                *remedy,
            ),
        }
    }
}

/// In the account and Region of capture, which triggers need.
fn guessed_arn(facts: &Facts) -> String {
    let parts: Vec<_> = facts.expected.capture.as_str().split(':').collect();
    let part = |index: usize| parts.get(index).copied().unwrap_or_default();
    format!("arn:{}:cognito-idp:{}:{}:userpool/{}", part(1), part(3), part(4), facts.expected.old_pool)
}

/// One thing or a list of them.
fn listed(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    let many = value.and_then(Value::as_array).into_iter().flatten();
    let one = value.filter(|value| !value.is_array()).into_iter();
    many.chain(one)
}

fn is_about_calls_of_cognito(statement: &Json) -> bool {
    let principal = statement.get("Principal");
    let everybody = principal.and_then(Value::as_str) == Some("*");
    let named =
        || listed(principal.and_then(|principal| principal.get("Service"))).any(|service| service == SERVICE);
    let calls = |action: &Value| {
        let action = action.as_str().unwrap_or_default().to_ascii_lowercase();
        matches!(action.as_str(), "lambda:invokefunction" | "lambda:*" | "*")
    };
    (everybody || named()) && listed(statement.get("Action")).any(calls)
}

/// Whether every condition on this key lets the value through. Operators and keys are written in any case.
fn condition(statement: &Json, key: &str, value: &str) -> bool {
    let operators = statement.get("Condition").and_then(Value::as_object).into_iter().flatten();
    let asked = operators.flat_map(|(_, keys)| keys.as_object().into_iter().flatten());
    let key = format!("aws:{key}").to_ascii_lowercase();
    let mut asked = asked.filter(|(name, _)| name.to_ascii_lowercase() == key);
    asked.all(|(_, patterns)| {
        listed(Some(patterns)).filter_map(Value::as_str).any(|pattern| is_like(pattern, value))
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
