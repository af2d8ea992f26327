//! Each thing that is asked of AWS.

use std::collections::BTreeMap;
use std::future::Future;
use std::time::Duration;

use twinpool_aws::cognito::CognitoPool;
use twinpool_aws::metrics::Metrics;
use twinpool_aws::settings::WatchPlaces;
use twinpool_core::check::Look;
use twinpool_core::criteria::Criteria;
use twinpool_core::id::{PoolId, Timestamp};
use twinpool_core::listing::PoolList as _;
use twinpool_core::overview::{Curves, Mirror, Queue};
use twinpool_core::phase::Standing;
use twinpool_core::port::Answer;
use twinpool_core::verdict::{Judgement, judge};
use twinpool_core::watch::Measurer as _;

use super::parts::Parts;
use super::reach::{Aws, New};
use super::since;
use crate::clock;
use crate::status::standstill::Standstill;
use crate::steps::{alarms_of_stack, soon};

/// Names the operation and the code, never the message.
pub(super) async fn told<T>(answer: impl Future<Output = Answer<T>>) -> Look<T> {
    answer.await.map_err(|error| error.to_string())
}

/// What one look knows of the stack.
pub(super) struct Cloud<'a> {
    pub(super) aws: &'a Aws,
    pub(super) parts: &'a Parts,
    pub(super) pools: Option<&'a (PoolId, PoolId)>,
    pub(super) new: Look<&'a New>,
    pub(super) at: Timestamp,
}

/// What SQS says of the queue of change events.
pub(super) struct Depth {
    waiting: u64,
    under_way: u64,
    oldest: Option<Duration>,
}

impl Depth {
    pub(super) fn queue(self, standstill: &mut Standstill) -> Queue {
        let Self { waiting, under_way, oldest } = self;
        Queue { waiting, under_way, oldest, stands_for: standstill.seen(waiting, under_way) }
    }
}

impl Cloud<'_> {
    /// About how many users the old pool has. `endpoint`: where it answers, if not where AWS has it.
    pub(super) async fn size(&self, endpoint: Option<&str>) -> Look<u64> {
        let (old, _) = self.pools.ok_or("no pools are known")?;
        let pool = CognitoPool::connect(&self.aws.config, endpoint.map(str::to_owned), old.clone());
        told(pool.size()).await
    }

    pub(super) async fn depth(&self) -> Look<Depth> {
        let url = self.parts.queue.as_ref().map_err(Clone::clone)?;
        let (waiting, under_way) = self.held(url).await?;
        // What was measured some minutes ago is not the age of a queue that is empty now.
        let oldest = if waiting + under_way == 0 {
            None
        } else {
            self.aws.chain.age(url, clock::now()).await.ok().flatten()
        };
        Ok(Depth { waiting, under_way, oldest: oldest.and_then(|s| Duration::try_from_secs_f64(s).ok()) })
    }

    /// Messages that wait, or are late by intention; and messages that somebody works on.
    async fn held(&self, url: &str) -> Look<(u64, u64)> {
        let queue = told(self.aws.chain.queue(url)).await?;
        let number = |name: &str| queue.get(name)?.as_str()?.parse::<u64>().ok();
        let waiting =
            number("ApproximateNumberOfMessages").ok_or("the queue does not tell how much it holds")?;
        let late = number("ApproximateNumberOfMessagesDelayed").unwrap_or_default();
        let under_way = number("ApproximateNumberOfMessagesNotVisible").unwrap_or_default();
        Ok((waiting.saturating_add(late), under_way))
    }

    pub(super) async fn dead_letters(&self) -> BTreeMap<&'static str, Look<u64>> {
        let (mirror, audit) =
            tokio::join!(soon(self.dead(&self.parts.dlq)), soon(self.dead(&self.parts.audit_trail_dlq)),);
        BTreeMap::from([("mirror", mirror), ("audit trail", audit)])
    }

    async fn dead(&self, url: &Look<String>) -> Look<u64> {
        let (waiting, under_way) = self.held(url.as_ref().map_err(Clone::clone)?).await?;
        Ok(waiting.saturating_add(under_way))
    }

    /// Why the mirror gets no events, if so.
    pub(super) async fn stopped(&self) -> Look<Option<String>> {
        let (mirror, queue) = (self.parts.named("Mirror")?, self.parts.queue.clone()?);
        told(self.aws.workers.stopped(&mirror, &queue)).await
    }

    pub(super) async fn alarms(&self, stack: &str) -> Look<Vec<String>> {
        let on = told(self.aws.chain.alarms_on(&format!("{stack}-"))).await?;
        alarms_of_stack(on, self.parts.alarms(), stack)
    }

    fn metrics(&self) -> Look<Metrics> {
        let (_, new_pool) = self.pools.ok_or("no pools are known")?;
        let places: WatchPlaces = self.parts.places(new_pool)?;
        let new = self.new.as_ref().map_err(Clone::clone)?;
        Metrics::connect(&self.aws.config, &new.config, places).map_err(|error| error.to_string())
    }

    pub(super) async fn mirrored(&self) -> Look<Mirror> {
        told(self.metrics()?.mirrored(self.at)).await
    }

    pub(super) async fn curves(&self) -> Look<Curves> {
        let (old_pool, _) = self.pools.ok_or("no pools are known")?;
        let capture = self.parts.named("Capture").ok();
        told(self.metrics()?.curves(old_pool, capture.as_deref(), self.at)).await
    }

    /// As the watch would say it. Nobody is told, and nothing is remembered.
    pub(super) async fn judgement(&self, standing: &Look<Standing>, criteria: &Criteria) -> Look<Judgement> {
        let standing = standing.as_ref().map_err(Clone::clone)?;
        let from = since(standing, criteria.window, self.at);
        let measures = self.metrics()?.measures(from, self.at).await;
        Ok(judge(criteria, &measures))
    }
}
