//! Where the engine meets AWS.

use std::sync::Arc;
use std::time::Duration;

use twinpool_aws::client::{self, Patience};
use twinpool_aws::cognito::CognitoPool;
use twinpool_aws::dynamodb::Links;
use twinpool_aws::new_pool;
use twinpool_aws::settings::{MirrorSettings, account_of_queue};
use twinpool_aws::sqs::Queue;
use twinpool_engine::{Budget, Engine, Governor, Governors, StartError, Terms, Wired};
pub use twinpool_resolver::SystemClock;
use twinpool_rules::Rules;

use crate::mirror::Visibility;

/// The ports on AWS.
pub type Aws = Wired<CognitoPool, CognitoPool, Links, SystemClock>;

impl Visibility for Queue {
    async fn retry_after(&self, receipt: &str, after: Duration) {
        if let Err(problem) = Queue::retry_after(self, receipt, after).await {
            tracing::warn!(reason = %problem, "the message comes back when its visibility timeout is over");
        }
    }
}

/// The engine and the queue, as the settings say. `who`: the function, in the name of its session in the new pool's account.
///
/// # Errors
/// When a pool cannot be described, or the new pool lacks the marker attribute, or is in another Region than it should be.
pub async fn engine(
    settings: MirrorSettings,
    rules: Rules,
    who: &str,
) -> anyhow::Result<(Engine<Aws>, Queue)> {
    let config = client::load(Patience::MIRROR).await;
    let place = &settings.new_place;
    let of_new = new_pool::config(&config, place, &settings.new_pool, who, Patience::MIRROR).await?;
    let governors = governors(&settings, new_pool::has_own_quotas(&config, &of_new, accounts(&settings)));
    let old = CognitoPool::connect(&config, settings.old_pool_endpoint, settings.old_pool);
    let new = CognitoPool::connect(&of_new, settings.new_pool_endpoint, settings.new_pool);
    let links = Links::connect(&config, settings.links_table, Some(&settings.key));
    let ports = Wired::new(old, new, links, SystemClock, &governors).both_ways(settings.reverse_sync);
    let queue = Queue::connect(&config, settings.queue_url, settings.key.clone());
    let terms = Terms { key: settings.key, marker: settings.marker, rules };
    let engine = Engine::start(ports, terms).await.map_err(with_remedy)?;
    Ok((engine, queue))
}

fn governors(settings: &MirrorSettings, has_own_quotas: bool) -> Governors {
    let budget = Budget { percent: settings.quota_percent, processes: settings.max_concurrency };
    let governor = || Arc::new(Governor::new(budget));
    if has_own_quotas { Governors::of_each(governor(), governor()) } else { governor().into() }
}

/// The accounts of the stack and of the new pool, where both are known.
fn accounts(settings: &MirrorSettings) -> Option<(&str, &str)> {
    let new = settings.new_place.role.as_ref()?.account();
    Some((account_of_queue(&settings.queue_url)?, new))
}

fn with_remedy(error: StartError) -> anyhow::Error {
    let is_role = matches!(&error, StartError::Shape(_, cause) if new_pool::is_role_refused(cause));
    let error = anyhow::Error::new(error);
    if is_role { error.context(new_pool::ROLE_REMEDY) } else { error }
}
