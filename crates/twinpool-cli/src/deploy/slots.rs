//! Which functions both pools call while a stack is deployed.

use std::collections::{BTreeMap, BTreeSet};

use twinpool_aws::client::Config;
use twinpool_aws::cloudformation::Resource;
use twinpool_aws::setup::LambdaFunctions;
use twinpool_aws::triggers;
use twinpool_core::id::PoolId;
use twinpool_core::port::{Class, PortError};

use super::changes::{Attached, SIGN_IN};
use super::parameters::{NEW_POOL, OLD_POOL, Wanted};
use crate::options;
use crate::stack::{Named, behind, is_ours};

/// Functions, by the slot that names them.
type Held = BTreeMap<String, String>;

/// What the slots of both pools hold.
pub(super) struct Slots {
    old: Held,
    /// Or why nobody can tell.
    new: Result<Held, String>,
}

impl Slots {
    /// A slot that leads to one of the stack's own functions through another stack's counts as holding it: it is attached, and
    /// to chain the other one would make a ring.
    pub(super) async fn read(
        config: &Config,
        named: &Named,
        wanted: &Wanted,
        ours: &[Resource],
    ) -> anyhow::Result<Self> {
        let pool = PoolId::parse(wanted.get("OldPoolId").unwrap_or_default())?;
        let old = triggers::read(config, named.old_pool_endpoint.as_deref(), &pool).await;
        let old = old.map_err(|error| options::old_pool_problem(&pool, error))?;
        let pool = PoolId::parse(wanted.get("NewPoolId").unwrap_or_default())?;
        let new = match new(config, &pool).await {
            Ok(new) => Ok(followed(config, new, ours).await?),
            Err(why) => Err(why),
        };
        Ok(Self { old: followed(config, old, ours).await?, new })
    }

    /// Whoever is in a slot is called by our function.
    pub(super) fn chained(&self, wanted: Wanted, ours: &[Resource]) -> Wanted {
        let wanted = wanted.chained(OLD_POOL, &self.old, ours);
        match &self.new {
            Ok(new) => wanted.chained(NEW_POOL, new, ours),
            Err(_) => wanted,
        }
    }

    /// Why whom our functions call must not change now.
    pub(super) fn rechained(
        &self,
        wanted: &Wanted,
        ours: &[Resource],
        before: &BTreeMap<String, String>,
    ) -> Option<String> {
        if let Some(parameter) = wanted.rechained(OLD_POOL, &self.old, ours, before) {
            return Some(format!(
                "refused: {parameter} would change while the old pool's triggers name capture, and sign-ins would fail meanwhile: \
                 `twinpool detach`, deploy, `twinpool attach`\n"
            ));
        }
        match &self.new {
            Ok(new) => wanted.rechained(NEW_POOL, new, ours, before).map(|parameter| {
                format!(
                    "refused: {parameter} would change while the new pool's trigger names the sign-in function, and sign-ins would \
                     fail meanwhile: `twinpool detach --pool new`, deploy, `twinpool attach --pool new`\n"
                )
            }),
            Err(why) => {
                ours.iter().find(|resource| resource.name == SIGN_IN)?;
                let changed = NEW_POOL.iter().find(|(_, parameter)| wanted.changes(parameter, before));
                changed.map(|(_, parameter)| {
                    format!(
                        "refused: {parameter} would change, and whether the new pool's trigger names the sign-in function cannot be \
                         told: {why}\n"
                    )
                })
            }
        }
    }

    /// The stack's own functions in the slots.
    pub(super) fn attached(&self, resources: &[Resource]) -> Attached {
        let names = |held: &Held| -> BTreeSet<String> {
            let is_named =
                |resource: &&Resource| held.values().any(|arn| is_ours(arn, std::slice::from_ref(*resource)));
            resources.iter().filter(is_named).map(|resource| resource.name.clone()).collect()
        };
        Attached { old: names(&self.old), new: self.new.as_ref().map(names).map_err(Clone::clone) }
    }
}

/// The slots, with the stack's own function where another one stands before it.
async fn followed(config: &Config, mut held: Held, ours: &[Resource]) -> anyhow::Result<Held> {
    let functions = LambdaFunctions::connect(config)?;
    let others = held.clone().into_iter().filter(|(_, function)| !is_ours(function, ours));
    // A stack that is new has no function that anybody could call.
    for (slot, function) in others.filter(|_| !ours.is_empty()) {
        match behind(&functions, &[(slot, function)].into(), ours).await {
            Ok(found) => held.extend(found),
            // Another account's function may not be looked at.
            Err(error) if error.downcast_ref::<PortError>().is_some_and(|it| it.class == Class::Denied) => {}
            Err(error) => return Err(error),
        }
    }
    Ok(held)
}

/// A pool of another account or Region does not call this stack's sign-in function: that is asked of this account alone.
async fn new(config: &Config, pool: &PoolId) -> Result<Held, String> {
    let here = config.region().map(AsRef::as_ref);
    if pool.region().is_some_and(|there| Some(there) != here) {
        return Ok(Held::new());
    }
    match triggers::read(config, None, pool).await {
        Err(error) if error.class == Class::NotFound => Ok(Held::new()),
        answer => answer.map_err(|error| options::new_pool_problem(pool, error).to_string()),
    }
}
