//! Both pools, as AWS describes them.

use twinpool_aws::client::{self, Config, Patience};
use twinpool_aws::cognito::CognitoPool;
use twinpool_aws::settings::NewPlace;
use twinpool_aws::{new_pool, region};
use twinpool_core::id::PoolId;
use twinpool_core::pool::PoolShape;
use twinpool_core::port::{Answer, PoolReader as _};
use twinpool_rules::Site;
use twinpool_setup::propose::Providers;

use super::Arguments;
use crate::options;

/// What was read.
pub(super) struct Found {
    pub(super) old: PoolShape,
    pub(super) new: PoolShape,
    pub(super) providers: Option<Providers>,
    /// What a person should know.
    pub(super) note: Option<String>,
}

pub(super) async fn read(given: &Arguments, site: &Site) -> anyhow::Result<Found> {
    let (Some(old_id), Some(new_id)) = (&site.old_pool.id, &site.new_pool.id) else {
        anyhow::bail!("a pool is missing: say --old-pool and --new-pool");
    };
    let config = config(site).await?;
    let old = CognitoPool::connect(&config, given.old_pool_endpoint.clone(), old_id.clone());
    let new = CognitoPool::connect(&new_config(site, &config, new_id).await?, None, new_id.clone());
    let old_shape = old.shape().await.map_err(|error| options::old_pool_problem(old_id, error))?;
    let new_shape = new.shape().await.map_err(|error| options::new_pool_problem(new_id, error))?;
    let (providers, note) = match providers(&old, &new).await {
        Ok(providers) => (Some(providers), None),
        Err(error) => {
            let note = format!(
                "The identity providers could not be listed ({error}): look at the end of the file, if there are any."
            );
            (None, Some(note))
        }
    };
    Ok(Found { old: old_shape, new: new_shape, providers, note })
}

async fn providers(old: &CognitoPool, new: &CognitoPool) -> Answer<Providers> {
    Ok(Providers { old: old.providers().await?, new: new.providers().await? })
}

/// For the old pool. A file that is to be written over says nothing here.
async fn config(site: &Site) -> anyhow::Result<Config> {
    let config = match &site.old_pool.profile {
        Some(profile) => client::load_profile(Patience::MIRROR, profile).await,
        None => client::load(Patience::MIRROR).await,
    };
    let config = match site.old_pool.region() {
        Some(name) => region::within(&config, name),
        None => config,
    };
    anyhow::ensure!(config.region().is_some(), "the Region of the old pool is not known: say --old-region");
    Ok(config)
}

async fn new_config(site: &Site, old: &Config, id: &PoolId) -> anyhow::Result<Config> {
    let role = site.role_arn.as_deref().map(str::parse).transpose()?;
    let place = NewPlace {
        region: site.new_pool.region().map(str::to_owned),
        role,
        external_id: site.external_id.clone(),
        profile: site.new_pool.profile.clone(),
    };
    Ok(new_pool::config(old, &place, id, "command", Patience::MIRROR).await?)
}
