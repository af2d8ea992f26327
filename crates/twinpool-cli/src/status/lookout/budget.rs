//! How much of Cognito's quotas is used, by all programs of the account.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use twinpool_aws::client::Config;
use twinpool_aws::quotas;
use twinpool_aws::usage::{Load, Usage};
use twinpool_core::check::Look;
use twinpool_core::id::Pool;
use twinpool_core::overview::Used;
use twinpool_core::quota::{Category, Quota, Quotas};

use super::reach::{Aws, New};
use super::read::told;
use crate::clock;
use crate::status::kept::Kept;

/// What each category was used for in the newest minute that CloudWatch knows; a category that is not there was not called.
pub(super) async fn read(
    aws: &Aws,
    new: Option<&New>,
    quotas: &mut Kept<Quotas>,
) -> Look<BTreeMap<Category, Used>> {
    let apart = new.filter(|new| new.own_quotas).map(|new| &new.config);
    let quotas = quotas.or(async { Ok(allowed(&aws.config, apart).await) }).await?;
    let mut loads = of(&aws.config).await?;
    if let Some(apart) = apart {
        let mut all = of(apart).await?;
        loads.retain(|category, _| category.spent_on() == Pool::Old);
        all.retain(|category, _| category.spent_on() == Pool::New);
        loads.extend(all);
    }
    Ok(loads.into_iter().map(|(category, load)| (category, used(category, load, &quotas))).collect())
}

fn used(category: Category, load: Load, quotas: &Quotas) -> Used {
    Used { calls: load.calls, throttled: load.throttled, quota: f64::from(quotas.of(category)) }
}

async fn of(config: &Config) -> Look<BTreeMap<Category, Load>> {
    let usage = Usage::connect(config).map_err(|error| error.to_string())?;
    told(usage.at(clock::now())).await
}

/// What AWS gives every account, where the account's own quotas may not be asked for.
async fn allowed(config: &Config, apart: Option<&Config>) -> Quotas {
    let own = quotas::read(config).await.quotas;
    let Some(apart) = apart else {
        return own;
    };
    let new = quotas::read(apart).await.quotas;
    let whose = |category: Category| match category.spent_on() {
        Pool::Old => own.of(category),
        Pool::New => new.of(category),
    };
    let quota = |category| Some(Quota { category, rps: NonZeroU32::new(whose(category))? });
    Category::ALL.into_iter().filter_map(quota).collect()
}
