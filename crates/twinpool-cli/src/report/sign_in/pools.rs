//! What the pools add to what the table says. The report stands without it.

use std::time::Duration;

use serde_json::Value;
use twinpool_aws::client::{Config, Patience};
use twinpool_aws::cognito::facts::{Facts, Json};
use twinpool_core::id::PoolId;
use twinpool_core::port::Answer;

use super::Arguments;
use crate::temporary;

/// What is known of the pools.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pools {
    /// About how many users the old pool has.
    pub(super) old_users: Option<u64>,
    /// How long the new pool takes a temporary password.
    pub(super) valid_for: Option<Duration>,
}

impl Pools {
    /// Asks both pools of the table, once each.
    pub(super) async fn ask(arguments: &Arguments, config: &Config, (old, new): (PoolId, PoolId)) -> Self {
        let old = async { describe(config, arguments.old_pool_endpoint.clone(), old).await.ok() };
        let new = async {
            let config = arguments.place.config(config, &new, Patience::MIRROR).await.ok()?;
            describe(&config, None, new.clone()).await.ok()
        };
        let (old, new) = futures_util::future::join(old, Box::pin(new)).await;
        Self::of(old, new)
    }

    /// From `UserPool` of DescribeUserPool.
    pub(super) fn of(old: Option<Json>, new: Option<Json>) -> Self {
        Self {
            old_users: old.and_then(|pool| pool.get("EstimatedNumberOfUsers")?.as_u64()),
            valid_for: new.map(|pool| temporary::valid_for(&Value::Object(pool))),
        }
    }
}

async fn describe(config: &Config, endpoint: Option<String>, pool: PoolId) -> Answer<Json> {
    Facts::connect(config, endpoint, pool)?.describe().await
}
