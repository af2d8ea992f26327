//! Where the engine meets AWS.

use std::sync::Arc;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use twinpool_aws::client::{self, Patience};
use twinpool_aws::cognito::CognitoPool;
use twinpool_aws::dynamodb::Links;
use twinpool_aws::settings::MirrorSettings;
use twinpool_aws::sqs::Queue;
use twinpool_core::id::Timestamp;
use twinpool_core::port::Clock;
use twinpool_engine::{Budget, Engine, Governor, StartError, Terms, Wired};
use twinpool_rules::Rules;

use crate::mirror::Visibility;

/// The ports on AWS.
pub type Aws = Wired<CognitoPool, CognitoPool, Links, SystemClock>;

/// The clock of the machine.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}

impl Visibility for Queue {
    async fn retry_after(&self, receipt: &str, after: Duration) {
        if let Err(problem) = Queue::retry_after(self, receipt, after).await {
            tracing::warn!(reason = %problem, "the message comes back when its visibility timeout is over");
        }
    }
}

/// The engine and the queue, as the settings say.
///
/// # Errors
/// When a pool cannot be described, or the new pool lacks the marker attribute.
pub async fn engine(settings: MirrorSettings, rules: Rules) -> Result<(Engine<Aws>, Queue), StartError> {
    let config = client::load(Patience::MIRROR).await;
    let old = CognitoPool::connect(&config, settings.old_pool_endpoint, settings.old_pool);
    let new = CognitoPool::connect(&config, None, settings.new_pool);
    let budget = Budget { percent: settings.quota_percent, processes: settings.max_concurrency };
    let governor = Arc::new(Governor::new(budget));
    let links = Links::connect(&config, settings.links_table, Some(&settings.key));
    let ports = Wired::new(old, new, links, SystemClock, &governor);
    let queue = Queue::connect(&config, settings.queue_url, settings.key.clone());
    let terms = Terms { key: settings.key, marker: settings.marker, rules };
    let engine = Engine::start(ports, terms).await?;
    Ok((engine, queue))
}
