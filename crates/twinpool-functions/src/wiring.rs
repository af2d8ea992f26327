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
use twinpool_engine::{Budget, Engine, Governed, Governor, Ports, StartError, Terms};
use twinpool_rules::Rules;

use crate::mirror::Visibility;

/// The ports on AWS.
#[derive(Debug)]
pub struct Aws {
    old: Governed<CognitoPool>,
    new: Governed<CognitoPool>,
    links: Links,
}

/// The clock of the machine.
#[derive(Debug, Clone, Copy)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Timestamp(u64::try_from(since.as_millis()).unwrap_or(u64::MAX))
    }
}

impl Ports for Aws {
    type Old = Governed<CognitoPool>;
    type New = Governed<CognitoPool>;
    type Links = Links;
    type Clock = SystemClock;

    fn old(&self) -> &Self::Old {
        &self.old
    }
    fn new_pool(&self) -> &Self::New {
        &self.new
    }
    fn links(&self) -> &Self::Links {
        &self.links
    }
    fn clock(&self) -> &SystemClock {
        &SystemClock
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
    let ports = Aws {
        old: Governed::new(old, Arc::clone(&governor)),
        new: Governed::new(new, governor),
        links: Links::connect(&config, settings.links_table, Some(&settings.key)),
    };
    let queue = Queue::connect(&config, settings.queue_url, settings.key.clone());
    let terms = Terms { key: settings.key, marker: settings.marker, rules };
    let engine = Engine::start(ports, terms).await?;
    Ok((engine, queue))
}
