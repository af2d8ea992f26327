//! Which triggers of either pool would call a function that is gone: sign-ins would fail (F§2). Whoever cannot tell refuses.

use std::collections::BTreeMap;

use anyhow::Context as _;
use twinpool_aws::client::Config;
use twinpool_aws::cloudformation::{Described, Resource};
use twinpool_aws::settings::RoleArn;
use twinpool_aws::setup::LambdaFunctions;
use twinpool_aws::triggers;
use twinpool_core::id::PoolId;
use twinpool_core::port::{Class, PortError};
use twinpool_setup::chain::called;
use twinpool_setup::permission::may_let_in;
use twinpool_setup::port::{FunctionArn, Functions, Json, Permission};

use crate::options;
use crate::stack::{Named, is_ours, ours};

/// So many functions of twinpool can stand in a line.
const LONGEST_LINE: usize = 4;

/// Which of both pools.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Side {
    Old,
    New,
}

/// A pool that calls the stack.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Attached {
    pub(super) side: Side,
    pub(super) pool: PoolId,
    /// The function of the stack, by the slot through which it is called.
    pub(super) slots: BTreeMap<String, String>,
}

/// A stack, and what leads to its pools.
pub(super) struct Look<'a> {
    pub(super) config: &'a Config,
    pub(super) named: &'a Named,
    pub(super) stack: &'a Described,
    pub(super) resources: &'a [Resource],
}

impl Look<'_> {
    /// The pools that call the stack.
    pub(super) async fn attached(&self) -> anyhow::Result<Vec<Attached>> {
        let mut all = Vec::new();
        for (side, parameter) in [(Side::Old, "OldPoolId"), (Side::New, "NewPoolId")] {
            let Some(pool) = self.parameter(parameter).and_then(|id| PoolId::parse(id).ok()) else {
                // Nothing was ever made in it.
                anyhow::ensure!(
                    self.resources.is_empty(),
                    "the stack {} is none of twinpool's: it has no {parameter}",
                    self.named.stack
                );
                continue;
            };
            let Some(triggers) = self.triggers(side, &pool).await? else { continue };
            let slots = self.ours_in(&triggers).await?;
            if !slots.is_empty() {
                all.push(Attached { side, pool, slots });
            }
        }
        Ok(all)
    }

    fn parameter(&self, name: &str) -> Option<&str> {
        self.stack.parameters.get(name).map(String::as_str).filter(|value| !value.is_empty())
    }

    /// Which functions a pool calls; `None` where it cannot call this stack.
    async fn triggers(&self, side: Side, pool: &PoolId) -> anyhow::Result<Option<BTreeMap<String, String>>> {
        let here = self.config.region().map(AsRef::as_ref);
        let there = pool.region().or_else(|| self.parameter("NewPoolRegion"));
        if side == Side::New && there.is_some() && there != here {
            // A pool calls functions of its own Region.
            return Ok(None);
        }
        let endpoint = self.named.old_pool_endpoint.as_deref().filter(|_| side == Side::Old);
        let role = self.parameter("NewPoolRoleArn").and_then(|role| role.parse::<RoleArn>().ok());
        match (triggers::read(self.config, endpoint, pool).await, role.filter(|_| side == Side::New)) {
            (Ok(slots), _) => Ok(Some(slots)),
            (Err(error), Some(role)) if is_of_another_account(&error) => {
                self.is_let_in_nowhere(pool, &role).await.map(|()| None)
            }
            // A pool that is gone calls nobody.
            (Err(error), None) if error.class == Class::NotFound => Ok(None),
            (Err(error), _) => Err(match side {
                Side::Old => options::old_pool_problem(pool, error),
                Side::New => options::new_pool_problem(pool, error),
            })
            .context("cannot tell whether its triggers call this stack: nothing was deleted"),
        }
    }

    /// A pool of another account, which may be out of reach: no function of the stack lets it in, so none is called by it.
    async fn is_let_in_nowhere(&self, pool: &PoolId, role: &RoleArn) -> anyhow::Result<()> {
        let stack: Vec<_> = self.stack.id.split(':').collect();
        let ["arn", partition, "cloudformation", region, account, ..] = stack.as_slice() else {
            anyhow::bail!("cannot tell the account of the stack {}: nothing was deleted", self.named.stack);
        };
        let permission = Permission {
            statement_id: String::new(),
            source_arn: format!("arn:{partition}:cognito-idp:{region}:{}:userpool/{pool}", role.account()),
            source_account: role.account().to_owned(),
        };
        let functions = LambdaFunctions::connect(self.config)?;
        for function in self.resources.iter().filter(|it| it.kind == "AWS::Lambda::Function") {
            let name = &function.physical;
            let arn =
                FunctionArn::parse(&format!("arn:{partition}:lambda:{region}:{account}:function:{name}"));
            let arn = arn.with_context(|| format!("cannot tell who may call {name}: nothing was deleted"))?;
            let policy = functions.policy(&arn).await;
            let policy =
                policy.with_context(|| format!("cannot tell who may call {arn}: nothing was deleted"))?;
            anyhow::ensure!(
                !may_let_in(policy.as_ref(), &permission),
                "refused: the policy of {arn} lets {pool} in, which is in another account and may call it: take it out of the \
                 pool's triggers, then its statement out of the policy (aws lambda remove-permission)"
            );
        }
        Ok(())
    }

    /// The slots through which the stack's functions are called, directly or by others.
    async fn ours_in(&self, triggers: &BTreeMap<String, String>) -> anyhow::Result<BTreeMap<String, String>> {
        let direct = ours(triggers, self.resources).into_iter();
        let mut slots: BTreeMap<_, _> =
            direct.map(|(slot, function)| (slot.to_owned(), function.to_owned())).collect();
        slots.extend(behind(&LambdaFunctions::connect(self.config)?, triggers, self.resources).await?);
        Ok(slots)
    }
}

/// As AWS answers about a pool that these credentials have not.
fn is_of_another_account(error: &PortError) -> bool {
    matches!(error.class, Class::NotFound | Class::Denied)
}

/// Functions of this stack that a function of another stack calls as its former ones.
async fn behind(
    functions: &impl Functions,
    slots: &BTreeMap<String, String>,
    resources: &[Resource],
) -> anyhow::Result<BTreeMap<String, String>> {
    let mut found = BTreeMap::new();
    for (slot, function) in slots {
        let mut next: Vec<_> = FunctionArn::parse(function).into_iter().collect();
        // A line is no longer than this: twinpool's functions refuse more.
        for _ in 0..LONGEST_LINE {
            let mut later = Vec::new();
            for function in next {
                // One that is gone calls nobody.
                let Some(configuration) = configuration_of(functions, &function).await? else { continue };
                later.extend(called(&configuration));
            }
            if let Some(ours) = later.iter().find(|function| is_ours(function.as_str(), resources)) {
                found.insert(slot.clone(), ours.to_string());
            }
            next = later;
        }
    }
    Ok(found)
}

async fn configuration_of(
    functions: &impl Functions,
    function: &FunctionArn,
) -> anyhow::Result<Option<Json>> {
    let answer = functions.configuration(function).await;
    answer.with_context(|| {
        format!("cannot tell whom {function} calls, which is in a trigger: nothing was deleted")
    })
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use twinpool_testkit::{Behaviour, MemoryFunctions, Process};

    use super::*;

    #[tokio::test]
    async fn a_function_that_another_one_calls_is_not_deleted_under_it() {
        let arn =
            |name: &str| FunctionArn::parse(&format!("arn:aws:lambda:eu-west-1:1:function:{name}")).unwrap();
        for (variable, slot) in [
            ("TWINPOOL_CHAIN_CUSTOM_MESSAGE", "CustomMessage"),
            ("TWINPOOL_CHAIN_PRE_TOKEN_GENERATION", "PreTokenGenerationConfig"),
        ] {
            let memory = MemoryFunctions::new();
            let calls = |former: &str| serde_json::json!({ variable: arn(former).as_str() });
            memory.put(&arn("newest"), calls("middle"), Behaviour::Echo);
            memory.put(&arn("middle"), calls("ours"), Behaviour::Echo);
            memory.put(&arn("ours"), calls("theirs"), Behaviour::Echo);
            let functions = memory.handle(&Arc::new(Process::healthy()));
            let ours = [crate::deploy::function("ours")];
            let behind = async |name: &str| {
                let slots = BTreeMap::from([(slot.to_owned(), arn(name).to_string())]);
                let found = behind(&functions, &slots, &ours).await.unwrap();
                found.into_values().collect::<Vec<_>>()
            };
            assert_eq!(behind("newest").await, [arn("ours").to_string()]);
            assert_eq!(behind("middle").await, [arn("ours").to_string()]);
            assert!(behind("theirs").await.is_empty(), "one that is gone calls nobody");
        }
    }
}
