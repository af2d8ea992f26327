//! `twinpool rehearse`: really writes some users into a scratch pool made like the new one, verifies them, and removes it.

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use twinpool_aws::client::{Config, Patience};
use twinpool_aws::cognito::CognitoPool;
use twinpool_aws::quotas;
use twinpool_aws::scratch::ScratchPools;
use twinpool_core::digest::DigestKey;
use twinpool_core::id::{AttributeName, PoolId};
use twinpool_core::port::Class;
use twinpool_core::snapshot::Snapshot;
use twinpool_engine::{Budget, Engine, Governor, Governors, Selection, Selector, Terms, Wired};
use twinpool_setup::port::{Json, PoolSettings as _};
use twinpool_setup::rehearse::{Scratch, scratch};

use crate::ask::{self, Answer};
use crate::clock::SystemClock;
use crate::options::{self, Consent, Pools, RulesFile};
use crate::random::random;
use crate::signal;
use crate::{Exit, Outcome};

mod crowd;
mod ids;
mod links;
mod told;
mod work;

use links::Links;
use work::Result as Done;

/// Whom to rehearse with.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Arguments {
    /// Rehearses with this many users of the old pool, as different from each other as can be.
    #[arg(long, value_name = "USERS", default_value_t = 50, value_parser = clap::value_parser!(u16).range(1..=1000))]
    users: u16,
    /// Chooses out of this many users of the old pool's list.
    #[arg(long, value_name = "USERS", default_value_t = 3_000)]
    out_of: usize,
    /// Only these: a sub, @file with a sub on each line, group=<name>, status=<STATUS> or disabled. May be repeated.
    #[arg(long, value_name = "WHO", value_parser = options::a_selector)]
    only: Vec<Selector>,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    /// The attribute of the new pool that twinpool writes.
    #[arg(long, env = "TWINPOOL_MARKER_ATTRIBUTE", hide_env_values = true, value_name = "NAME", default_value = "custom:twinpool",
          value_parser = |text: &str| AttributeName::parse(text))]
    marker: AttributeName,
    #[command(flatten)]
    consent: Consent,
    #[command(flatten)]
    pools: Pools,
    #[command(flatten)]
    rules: RulesFile,
}

type Rehearsal = Engine<Wired<CognitoPool, CognitoPool, Links, SystemClock>>;

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let (rules, rules_are) = arguments.rules.read()?;
    let config = options::aws_with(Patience::MIRROR).await?;
    let new_config = arguments.pools.new_config(&config, Patience::MIRROR).await?;
    let [old_id, new_id] = arguments.pools.ids();
    let [_, settings] = arguments.pools.settings(&config, &new_config);
    let new_pool = settings?.describe().await.map_err(|error| arguments.pools.new_problem(error))?;
    let pools = ScratchPools::connect(&new_config)?;
    let left = pools.left_over(new_id).await.context("cannot look for scratch pools that were left over")?;
    let new_governor = governor(&new_config).await;
    let governors = match arguments.pools.place.has_own_quotas(&config, &new_config).await {
        true => Governors::of_each(governor(&config).await, new_governor),
        false => new_governor.into(),
    };
    let old = arguments.pools.old(&config);
    let selection = Selection { only: arguments.only.clone(), exclude: Vec::new() };
    let chosen = crowd::choose(&old, &selection, usize::from(arguments.users), arguments.out_of).await;
    let chosen = chosen.map_err(|error| arguments.pools.old_problem(error))?;
    if chosen.is_empty() {
        let text = if arguments.json { "null\n" } else { "nobody of the old pool is to be rehearsed with\n" };
        return Ok((text.to_owned(), Exit::NotFound));
    }
    let scratch = scratch(&new_pool);
    let what = told::intent(chosen.len(), old_id, new_id, &scratch, &rules_are, &left);
    match ask::before(&arguments.consent, &what)? {
        Answer::Go => {}
        Answer::Shown => return Ok((ask::shown(what, arguments.json), Exit::Done)),
        Answer::Declined => return Ok(("nothing was done\n".to_owned(), Exit::Failed)),
    }
    for pool in &left {
        remove(&pools, pool).await?;
    }
    let (pool, note) = make(&pools, &scratch).await?;
    let terms = Terms { key: random_key()?, marker: arguments.marker.clone(), rules };
    let work = Box::pin(rehearse(&new_config, &governors, old, &pool, terms, &chosen));
    // Whatever becomes of it, the pool goes.
    let done = tokio::select! {
        done = work => Some(done),
        () = signal::once() => None,
    };
    let removed = remove(&pools, &pool).await;
    let Some(done) = done else {
        removed?;
        return Ok(("stopped; the scratch pool is removed\n".to_owned(), Exit::Failed));
    };
    let done = match (done, removed) {
        (Ok(done), Ok(())) => done,
        // Both are to be known.
        (Err(problem), Err(left)) => return Err(problem.context(format!("{left:#}"))),
        (Err(problem), Ok(())) | (Ok(_), Err(problem)) => return Err(problem),
    };
    let text = if arguments.json { told::json(&done, &pool, note) } else { told::words(&done, note) };
    Ok((text, exit(&done)))
}

fn exit(done: &Done) -> Exit {
    match (
        done.summary.is_equal() && done.failed.is_empty(),
        done.summary.is_explained() && done.failed.is_empty(),
    ) {
        (true, _) => Exit::Done,
        (false, true) => Exit::Warned,
        (false, false) => Exit::Failed,
    }
}

async fn governor(config: &Config) -> Arc<Governor> {
    let budget = Budget { percent: 20, processes: NonZeroU32::MIN };
    Arc::new(Governor::with_quotas(budget, quotas::read(config).await.quotas))
}

/// Makes the pool. Where Cognito wants a role for text messages before it verifies numbers, they are not verified there.
async fn make(pools: &ScratchPools, scratch: &Scratch) -> anyhow::Result<(PoolId, Option<&'static str>)> {
    let refused = match pools.create(&scratch.body).await {
        Ok(pool) => return Ok((pool, None)),
        Err(refused) => refused,
    };
    let without = without_numbers(&scratch.body).filter(|_| refused.error.class == Class::Rejected);
    let said = refused.message.clone().unwrap_or_default();
    let Some(without) = without else {
        return Err(
            anyhow::Error::new(refused.error).context(format!("cannot make the scratch pool. {said}"))
        );
    };
    match pools.create(&without).await {
        Ok(pool) => Ok((
            pool,
            Some(
                "the scratch pool does not verify phone numbers: Cognito wants a role for text messages first",
            ),
        )),
        Err(refused) => {
            let said = refused.message.unwrap_or_default();
            Err(anyhow::Error::new(refused.error).context(format!("cannot make the scratch pool. {said}")))
        }
    }
}

/// The same without verification of phone numbers; `None` where there is none.
fn without_numbers(body: &Json) -> Option<Json> {
    let mut body = body.clone();
    let is_number = |value: &serde_json::Value| value == "phone_number";
    let verified = body.get_mut("AutoVerifiedAttributes")?.as_array_mut()?;
    let before = verified.len();
    verified.retain(|value| !is_number(value));
    let changed = verified.len() < before;
    let waits = body.get_mut("UserAttributeUpdateSettings");
    if let Some(waits) = waits
        .and_then(|settings| settings.get_mut("AttributesRequireVerificationBeforeUpdate")?.as_array_mut())
    {
        waits.retain(|value| !is_number(value));
    }
    changed.then_some(body)
}

async fn remove(pools: &ScratchPools, pool: &PoolId) -> anyhow::Result<()> {
    for _ in 0..2 {
        if pools.delete(pool).await.is_ok() {
            return Ok(());
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
    let left = format!(
        "the scratch pool {pool} is still there, with copies of users: remove it with\n  aws cognito-idp delete-user-pool --user-pool-id {pool}"
    );
    pools.delete(pool).await.map_err(|error| anyhow::Error::new(error).context(left))
}

/// Links of a rehearsal live no longer than it.
fn random_key() -> anyhow::Result<DigestKey> {
    Ok(DigestKey::new(&random::<32>()?)?)
}

async fn rehearse(
    config: &Config,
    governors: &Governors,
    old: CognitoPool,
    pool: &PoolId,
    terms: Terms,
    chosen: &[Snapshot],
) -> anyhow::Result<Done> {
    let new = CognitoPool::connect(config, None, pool.clone());
    let ports = Wired::new(old, new, Links::default(), SystemClock, governors);
    let engine: Rehearsal = Engine::start(ports, terms).await?;
    work::work(&engine, chosen).await
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn without_verified_numbers_the_rest_stays_and_where_there_are_none_nothing_is_tried_again() {
        let object = |value: serde_json::Value| value.as_object().unwrap().clone();
        let body = object(json!({
            "AutoVerifiedAttributes": ["email", "phone_number"], "Schema": [],
            "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": ["phone_number"] },
        }));
        let expected = object(json!({
            "AutoVerifiedAttributes": ["email"], "Schema": [],
            "UserAttributeUpdateSettings": { "AttributesRequireVerificationBeforeUpdate": [] },
        }));
        assert_eq!(without_numbers(&body), Some(expected.clone()));
        assert_eq!(without_numbers(&expected), None);
    }
}
