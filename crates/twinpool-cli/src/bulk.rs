//! What commands share that work on whole pools: they run the engine themselves, with the mirror's key.

use std::num::NonZeroU32;
use std::sync::Arc;

use clap::Args;
use twinpool_aws::client::{Config, Patience};
use twinpool_aws::cognito::CognitoPool;
use twinpool_aws::dynamodb::Links;
use twinpool_aws::quotas;
use twinpool_aws::usage::Usage;
use twinpool_core::id::AttributeName;
use twinpool_core::quota::{Quota, Quotas};
use twinpool_engine::{Budget, Engine, Governor, Governors, Terms, Wired};

use crate::clock::SystemClock;
use crate::digest_key;
use crate::neighbours;
use crate::options::{self, Pools, RulesFile, Table};
use crate::reverse_sync::Back;

/// The engine on AWS.
pub(crate) type Bound = Engine<Wired<CognitoPool, CognitoPool, Links, SystemClock>>;

/// On what a command works, and how much of the quotas it may take.
#[derive(Debug, Args)]
pub(crate) struct Bulk {
    #[command(flatten)]
    pub(crate) table: Table,
    #[command(flatten)]
    pub(crate) pools: Pools,
    #[command(flatten)]
    pub(crate) rules: RulesFile,
    /// The attribute of the new pool that twinpool writes.
    #[arg(long, env = "TWINPOOL_MARKER_ATTRIBUTE", hide_env_values = true, value_name = "NAME", default_value = "custom:twinpool",
          value_parser = |text: &str| AttributeName::parse(text))]
    marker: AttributeName,
    /// The share of each quota of Cognito that this command may take, in percent.
    #[arg(long, value_name = "PERCENT", default_value_t = 50, value_parser = clap::value_parser!(u8).range(1..=100))]
    pub(crate) percent: u8,
    /// A quota that is not what Service Quotas says, such as UserCreation=200. May be repeated.
    #[arg(long, value_name = "NAME=CALLS", value_parser = |text: &str| text.parse::<Quota>())]
    quota: Vec<Quota>,
    #[command(flatten)]
    back: Back,
}

/// All that a command works with.
pub(crate) struct Connected {
    pub(crate) engine: Bound,
    pub(crate) governors: Governors,
    /// For what the engine does not call of the new pool.
    pub(crate) new_config: Config,
}

impl Bulk {
    /// The quotas of the new pool's account, which are both pools' unless each has its own: what the owner says, else what
    /// Service Quotas says, else AWS's defaults.
    async fn quotas(&self, config: &Config) -> Quotas {
        let mut quotas = quotas::read(config).await.quotas;
        for quota in &self.quota {
            quotas.set(*quota);
        }
        quotas
    }

    /// Those of the old pool's account, where it is another. What the owner says is about the new pool's; here it counts where
    /// it is less, for that is safe.
    async fn old_quotas(&self, config: &Config) -> Quotas {
        let mut quotas = quotas::read(config).await.quotas;
        for quota in &self.quota {
            if quota.rps.get() < quotas.of(quota.category) {
                quotas.set(*quota);
            }
        }
        quotas
    }

    /// Connects, and refuses pools, rules and keys that are not those of the table.
    pub(crate) async fn connect(&self) -> anyhow::Result<Connected> {
        let key = digest_key::find()?;
        let (rules, _) = self.rules.read()?;
        let config = options::aws_with(Patience::BULK).await?;
        let new_config = self.pools.new_config(&config, Patience::BULK).await?;
        let links = Links::connect(&config, self.table.table.clone(), Some(&key));
        self.pools.check(&links, &self.table).await?;
        let governors = self.govern(&config, &new_config).await;
        let (old, new) = (self.pools.old(&config), self.pools.new_pool(&new_config));
        let ports = Wired::new(old, new, links, SystemClock, &governors).both_ways(self.back.is_on());
        let terms = Terms { key, marker: self.marker.clone(), rules };
        let engine = Engine::start(ports, terms).await.map_err(|error| self.pools.start_problem(error))?;
        Ok(Connected { engine, governors, new_config })
    }

    /// A governor for each account and Region, which makes room for whoever else calls there.
    async fn govern(&self, config: &Config, new_config: &Config) -> Governors {
        let new = self.governor(new_config, self.quotas(new_config).await);
        if !self.pools.place.has_own_quotas(config, new_config).await {
            return new.into();
        }
        Governors::of_each(self.governor(config, self.old_quotas(config).await), new)
    }

    /// The governor of the new pool's account, for what calls that pool alone.
    pub(crate) async fn governor_of_new(&self, new_config: &Config) -> Arc<Governor> {
        self.governor(new_config, self.quotas(new_config).await)
    }

    fn governor(&self, config: &Config, quotas: Quotas) -> Arc<Governor> {
        let budget = Budget { percent: self.percent, processes: NonZeroU32::MIN };
        let governor = Arc::new(Governor::with_quotas(budget, quotas));
        if let Ok(usage) = Usage::connect(config) {
            tokio::spawn(Box::pin(neighbours::watch(usage, Arc::clone(&governor))));
        }
        governor
    }
}
