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
use twinpool_setup::permission::may_let_in;
use twinpool_setup::port::{FunctionArn, Functions as _, Permission};

use crate::options;
use crate::stack::{Named, behind, ours};

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
    /// Whether another stack's function stands before one of them.
    pub(super) is_behind: bool,
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
            let direct = ours(&triggers, self.resources).into_iter();
            let mut slots: BTreeMap<_, _> =
                direct.map(|(slot, function)| (slot.to_owned(), function.to_owned())).collect();
            let behind = self.behind(&triggers).await?;
            let is_behind = !behind.is_empty();
            slots.extend(behind);
            if !slots.is_empty() {
                all.push(Attached { side, pool, slots, is_behind });
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

    /// The slots whose function is another stack's and calls one of this stack's.
    async fn behind(&self, triggers: &BTreeMap<String, String>) -> anyhow::Result<BTreeMap<String, String>> {
        let behind = behind(&LambdaFunctions::connect(self.config)?, triggers, self.resources).await;
        behind.context("cannot tell whether its triggers call this stack: nothing was deleted")
    }
}

/// As AWS answers about a pool that these credentials have not.
fn is_of_another_account(error: &PortError) -> bool {
    matches!(error.class, Class::NotFound | Class::Denied)
}
