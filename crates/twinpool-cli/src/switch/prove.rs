//! Proves the way back: a change in the new pool is seen in the old one.

use std::time::{Duration, Instant};

use twinpool_aws::client::Config;
use twinpool_aws::dynamodb::Links;
use twinpool_aws::sqs::Queue;
use twinpool_core::id::{AttributeName, NewSub, OldSub, Sub, Timestamp};
use twinpool_core::link::Link;
use twinpool_core::phase::ROUTES_AFTER;
use twinpool_core::port::{Answer, LinkReader, PoolReader, PoolWriter, PortError, by_sub};
use twinpool_core::value::{Attributes, Value};

use crate::doctor::Parts;
use crate::operator::Operator;
use crate::random::random;
use crate::resolve::find;
use crate::signal;

/// Between two looks.
pub(super) const PAUSE: Duration = Duration::from_secs(1);
/// So often the mirror is asked again: it may have gone by the phase before.
const ASKED_EVERY: u32 = 10;

/// A test user who is in both pools.
#[derive(Debug)]
pub(super) struct Pair {
    link: Link,
    new_sub: NewSub,
}

impl Pair {
    /// Or why there is none.
    pub(super) async fn find(links: &impl LinkReader, user: &Sub) -> Answer<Result<Self, String>> {
        let Some(link) = find(links, user).await? else {
            return Ok(Err(format!(
                "the way back is not proven: {user} has no link; take a test user who is in both pools\n"
            )));
        };
        let new_sub = link.linked().map(|linked| linked.new_sub.clone());
        Ok(match new_sub {
            Some(new_sub) => Ok(Self { link, new_sub }),
            None => Err(format!(
                "the way back is not proven: {user} is not in both pools; take another test user\n"
            )),
        })
    }

    pub(super) fn old_sub(&self) -> &OldSub {
        &self.link.old_sub
    }

    pub(super) fn link(&self) -> &Link {
        &self.link
    }
}

/// Whoever is asked to look at the test user.
pub(super) trait Asks {
    /// Asks.
    async fn ask(&self) -> anyhow::Result<()>;
}

/// The mirror, through its queue.
pub(super) struct Mirror<'a> {
    operator: Operator,
    link: &'a Link,
}

impl<'a> Mirror<'a> {
    pub(super) fn of(links: &Links, config: &Config, parts: &Parts, link: &'a Link) -> Self {
        let [pool, _] = parts.pools.ids();
        let queue = Queue::connect_without_key(config, parts.queue_url.clone());
        Self { operator: Operator { links: links.clone(), queue, pool: pool.clone(), wait: None }, link }
    }
}

impl Asks for Mirror<'_> {
    async fn ask(&self) -> anyhow::Result<()> {
        self.operator.send(self.link, "Switch").await
    }
}

/// Waits until every process knows that changes travel both ways.
pub(super) async fn until_everybody_knows(since: Option<Timestamp>, now: Timestamp) {
    let age = Duration::from_millis(since.map_or(u64::MAX, |since| now.0.saturating_sub(since.0)));
    tokio::time::sleep(ROUTES_AFTER.saturating_sub(age)).await;
}

/// Both pools, and what is changed.
pub(super) struct Prover<O, N> {
    pub(super) old: O,
    pub(super) new: N,
    pub(super) attribute: AttributeName,
    pub(super) wait: Duration,
    pub(super) pause: Duration,
}

impl<O: PoolReader, N: PoolWriter> Prover<O, N> {
    /// How long it took until the change was seen; or in a clause why it was not. The value that was there is put back, also where
    /// somebody wants it to end.
    pub(super) async fn prove(
        &self,
        pair: &Pair,
        mirror: &impl Asks,
    ) -> anyhow::Result<Result<Duration, String>> {
        let attribute = &self.attribute;
        let before = value(&self.new, &pair.new_sub, attribute).await?;
        if value(&self.old, pair.old_sub(), attribute).await? != before {
            return Ok(Err(format!(
                "{attribute} of the test user is not the same in both pools: bring the user into step first (twinpool sync), or name \
                 an attribute that the rules carry as it is (--canary-attribute)"
            )));
        }
        let mut stop = signal::once();
        let start = Instant::now();
        self.write(&pair.new_sub, Some(&fresh()?)).await?;
        let seen = tokio::select! {
            seen = self.seen(pair, mirror, |now| now != &before) => Some(seen),
            () = &mut stop => None,
        };
        let took = start.elapsed();
        // Whatever came of it, the test user gets back what was there.
        self.write(&pair.new_sub, before.as_ref()).await?;
        let stopped = || format!("stopped; {attribute} of the test user was put back in the new pool");
        let Some(seen) = seen else { return Ok(Err(stopped())) };
        let back = tokio::select! {
            back = self.seen(pair, mirror, |now| now == &before) => back?,
            () = stop => return Ok(Err(stopped())),
        };
        Ok(match (seen?, back) {
            (true, true) => Ok(took),
            (true, false) => Err(format!(
                "{attribute} was seen in the old pool and, put back in the new one, not again within {} s",
                self.wait.as_secs()
            )),
            (false, _) => Err(format!(
                "{attribute} was changed in the new pool and not seen in the old one within {} s: twinpool explain {} and the \
                 mirror's log say why",
                self.wait.as_secs(),
                pair.old_sub()
            )),
        })
    }

    async fn write(&self, sub: &NewSub, value: Option<&Value>) -> Answer<()> {
        match value {
            Some(value) => {
                let attributes: Attributes = [(self.attribute.clone(), value.clone())].into();
                self.new.set_attributes(sub, &attributes).await
            }
            None => self.new.delete_attributes(sub, &[self.attribute.clone()].into()).await,
        }
    }

    /// Asks the mirror, and looks into the old pool until it is so, or for long enough.
    async fn seen(
        &self,
        pair: &Pair,
        mirror: &impl Asks,
        is_so: impl Fn(&Option<Value>) -> bool,
    ) -> anyhow::Result<bool> {
        let start = Instant::now();
        for look in 0_u32.. {
            if look % ASKED_EVERY == 0 {
                mirror.ask().await?;
            }
            if is_so(&value(&self.old, pair.old_sub(), &self.attribute).await?) {
                return Ok(true);
            }
            if start.elapsed() >= self.wait {
                break;
            }
            tokio::time::sleep(self.pause).await;
        }
        Ok(false)
    }
}

async fn value(
    pool: &impl PoolReader,
    sub: &impl twinpool_core::id::UserSub,
    name: &AttributeName,
) -> Answer<Option<Value>> {
    let gone =
        || PortError::new(twinpool_core::port::Class::NotFound, "AdminGetUser", "UserNotFoundException");
    let user = pool.user(&by_sub(sub)).await?.ok_or_else(gone)?;
    Ok(user.attributes.get(name).cloned())
}

/// A value that nobody has.
fn fresh() -> anyhow::Result<Value> {
    let text: String = random::<4>()?.iter().map(|byte| format!("{byte:02x}")).collect();
    Ok(Value::new(format!("twinpool-{text}")))
}

#[cfg(test)]
mod tests;
