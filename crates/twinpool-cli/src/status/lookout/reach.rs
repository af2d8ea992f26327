//! The services that are asked, and the place of the new pool.

use twinpool_aws::chain::Chain;
use twinpool_aws::client::{Config, Patience};
use twinpool_aws::worker::Workers;
use twinpool_core::check::Look;
use twinpool_core::id::PoolId;

use crate::place::Place;

/// What is asked in the account and Region of the stack.
pub(super) struct Aws {
    pub(super) config: Config,
    pub(super) chain: Chain,
    pub(super) workers: Workers,
}

impl Aws {
    pub(super) fn connect(config: Config) -> anyhow::Result<Self> {
        Ok(Self { chain: Chain::connect(&config)?, workers: Workers::connect(&config)?, config })
    }
}

/// The place of the new pool.
#[derive(Debug)]
pub(super) struct New {
    pub(super) config: Config,
    /// Whether it has quotas of its own.
    pub(super) own_quotas: bool,
}

impl New {
    pub(super) async fn reach(
        place: &Place,
        stack: &Config,
        pool: &PoolId,
        patience: Patience,
    ) -> Look<Self> {
        let config = place.config(stack, pool, patience).await.map_err(|error| format!("{error:#}"))?;
        let own_quotas = place.has_own_quotas(stack, &config).await;
        Ok(Self { config, own_quotas })
    }
}
