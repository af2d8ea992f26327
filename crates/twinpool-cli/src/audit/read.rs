//! The settings of both pools. What the role may not read is told, and stands in nobody's way.

use std::time::Duration;

use tokio::time::sleep;
use twinpool_aws::client::Config;
use twinpool_aws::cognito::CognitoPool;
use twinpool_aws::cognito::facts::{Facts, Json, List};
use twinpool_core::id::PoolId;
use twinpool_core::listing::PoolList;
use twinpool_core::port::{Answer, Class, PoolReader as _, PortError};
use twinpool_setup::audit::{Described, PoolFacts};

use crate::options::Pools;

/// Attempts while Cognito says that there are too many calls: some of these may be made five times a second only (F§5).
const ATTEMPTS: u32 = 6;

/// The facts of the old pool and of the new one.
pub(super) async fn both(
    pools: &Pools,
    config: &Config,
    new_config: &Config,
) -> anyhow::Result<[PoolFacts; 2]> {
    let [old_id, new_id] = pools.ids();
    let [old, new] = pools.facts(config, new_config).map_err(|error| pools.old_problem(error))?;
    let old = facts(&old, &pools.old(config), old_id).await;
    let old = old.map_err(|error| pools.old_problem(error))?;
    let new = facts(&new, &pools.new_pool(new_config), new_id).await;
    Ok([old, new.map_err(|error| pools.new_problem(error))?])
}

/// About how many users there are, for the line of progress.
pub(super) async fn size(pool: &impl PoolList) -> Option<u64> {
    pool.size().await.ok()
}

/// An error where nobody answers, or where the pool is not there: then there is nothing to judge.
async fn facts(facts: &Facts, pool: &CognitoPool, id: &PoolId) -> Answer<PoolFacts> {
    let described = match described(facts, pool).await {
        Err(error) if !is_missing_permission(&error) => return Err(error),
        answer => answer,
    };
    Ok(PoolFacts {
        id: id.clone(),
        description: described,
        mfa: patient(|| facts.mfa()).await,
        providers: list(facts, List::Providers).await,
        clients: clients(facts).await,
        groups: list(facts, List::Groups).await,
        replicas: replicas(facts).await,
    })
}

async fn described(facts: &Facts, pool: &CognitoPool) -> Answer<Described> {
    Ok(Described { json: patient(|| facts.describe()).await?, shape: patient(|| pool.shape()).await? })
}

/// Each app client, described.
pub(crate) async fn clients(facts: &Facts) -> Answer<Vec<Json>> {
    let mut all = Vec::new();
    for listed in list(facts, List::Clients).await? {
        let Some(id) = listed.get("ClientId").and_then(serde_json::Value::as_str) else { continue };
        match patient(|| facts.client(id)).await {
            Ok(client) => all.push(client),
            // Deleted since the list was made.
            Err(error) if error.class == Class::NotFound => {}
            Err(error) => return Err(error),
        }
    }
    Ok(all)
}

/// Where the call is not known, there are none.
async fn replicas(facts: &Facts) -> Answer<Vec<Json>> {
    const NOT_THERE: [&str; 6] = [
        "UnknownOperationException",
        "InvalidAction",
        "UnsupportedOperationException",
        "OperationNotEnabledException",
        "FeatureUnavailableInTierException",
        "InvalidParameterException",
    ];
    match list(facts, List::Replicas).await {
        Err(error) if NOT_THERE.contains(&error.code.as_str()) => Ok(Vec::new()),
        answer => answer,
    }
}

async fn list(facts: &Facts, list: List) -> Answer<Vec<Json>> {
    let (mut all, mut place) = (Vec::new(), None);
    loop {
        let (items, next) = patient(|| facts.page(list, place.as_ref())).await?;
        all.extend(items);
        if next.is_none() || next == place {
            return Ok(all);
        }
        place = next;
    }
}

/// Waits where there are too many calls.
async fn patient<T, F: Future<Output = Answer<T>>>(call: impl Fn() -> F) -> Answer<T> {
    let mut pause = Duration::from_millis(500);
    for _ in 1..ATTEMPTS {
        match call().await {
            Err(error) if error.class == Class::Throttled => sleep(pause).await,
            answer => return answer,
        }
        pause *= 2;
    }
    call().await
}

fn is_missing_permission(error: &PortError) -> bool {
    ["AccessDeniedException", "AccessDenied", "NotAuthorizedException"].contains(&error.code.as_str())
}
