//! Whether the policy of a function lets a pool call it.

use serde_json::Value;

use super::facts::{Facts, Look};
use super::step::{DEPLOY, Part, Step};
use crate::permission::{allows, denies, knows_cognito, may_let_in_others, of_pool};
use crate::port::Json;

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
            Err(blind) => return Step::blind(part, function, blind, DEPLOY),
        };
        let Some(this) = of_pool(arn) else {
            let why = format!("{pool} is described without an ARN, so who may call {function} says nothing");
            return Step::unseen(part, why, "check the names of the pools and the stack");
        };
        let policy = policy.as_ref();
        if denies(policy, &this) {
            let why = format!(
                "a statement of the policy of {function} denies {pool} to call it: every sign-in fails"
            );
            return Step::broken(part, why, "take that statement away with aws lambda remove-permission");
        }
        if allows(policy, &this) {
            let why = if may_let_in_others(policy, &this) {
                format!(
                    "{pool} may call {function}, and so may others: SourceArn does not name this pool alone"
                )
            } else {
                format!("{pool}, and no other, may call {function}")
            };
            return Step::fine(part, why);
        }
        let without = if knows_cognito(policy) {
            format!("the permission of {function} is for another pool or account (SourceArn, SourceAccount)")
        } else {
            format!("{function} has no permission for Cognito to call it")
        };
        Step::broken(part, format!("{without}: where it is in a slot, every sign-in fails"), *remedy)
    }
}

/// In the account and Region of capture, which triggers need.
fn guessed_arn(facts: &Facts) -> String {
    let parts: Vec<_> = facts.expected.capture.as_str().split(':').collect();
    let part = |index: usize| parts.get(index).copied().unwrap_or_default();
    format!("arn:{}:cognito-idp:{}:{}:userpool/{}", part(1), part(3), part(4), facts.expected.old_pool)
}
