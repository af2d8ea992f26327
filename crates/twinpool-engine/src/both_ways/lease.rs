//! Who writes: announced on the link, for as long as any process goes on writing, and given up by whoever fails.

use twinpool_core::id::{GroupName, OldSub, Timestamp};
use twinpool_core::link::Link;
use twinpool_core::phase::Phase;
use twinpool_core::port::{Answer, Class, Clock, LinkReader, LinkStore, PortError};
use twinpool_core::reverse::{WRITES_FOR, Work, Written};
use twinpool_core::snapshot::Snapshot;

use super::Plans;
use crate::case::Case;
use crate::engine::{Engine, Ports};
use crate::execute::Target;

/// A pool that may be written for so long.
pub(super) struct Within<'a, T, C> {
    pub(super) target: T,
    pub(super) clock: &'a C,
    pub(super) until: Timestamp,
}

/// Until when whoever announced a work begins another call.
pub(super) fn until(work: Option<&Work>) -> Timestamp {
    let writes_for = u64::try_from(WRITES_FOR.as_millis()).unwrap_or(u64::MAX);
    Timestamp(work.map_or(0, |work| work.at.0.saturating_add(writes_for)))
}

impl<T: Target, C: Clock> Target for Within<'_, T, C> {
    type Sub = T::Sub;
    type Pool = T::Pool;

    async fn pool(&self) -> Answer<&T::Pool> {
        if self.clock.now() >= self.until {
            // Somebody else may soon take over.
            return Err(PortError::new(Class::Stale, "Write", "TooSlow"));
        }
        self.target.pool().await
    }

    async fn make_group(&self, name: &GroupName) -> Answer<()> {
        self.target.make_group(name).await
    }
}

impl<P: Ports> Engine<P> {
    /// Whether somebody announced a work, and may still be at it.
    pub(crate) fn is_at_work(&self, link: &Link) -> bool {
        link.reverse.work.as_ref().is_some_and(|work| work.is_open(self.ports.clock().now()))
    }

    /// Says what is about to be written, on the link: whoever was faster wins, and whoever comes later waits. Nothing where nothing is
    /// to be written.
    pub(super) async fn announce(
        &self,
        link: &mut Link,
        plans: &Plans,
        case: &Case,
        (new, former): (&Snapshot, Option<&Work>),
    ) -> Answer<Option<Work>> {
        let Plans { forward, backward, merged } = plans;
        if forward.is_empty() && backward.is_empty() {
            return Ok(None);
        }
        let mut names = forward.names();
        names.identities = forward.identities(&new.sub, &self.key);
        link.announced.extend(&names);
        let written = Written::of(backward, &case.old.sub, &self.key);
        let written = match former {
            Some(former) => written.over(&former.old),
            None => written,
        };
        let work = Work {
            at: self.ports.clock().now(),
            old: written,
            new: Written::of(forward, &new.sub, &self.key),
        };
        link.reverse.work = Some(Box::new(work.clone()));
        // Before it is written over: whoever takes the work over sees no trace of it any more.
        link.reverse.note_overruled(merged.lost_at(work.at));
        link.version = self.ports.links().write(link).await?;
        Ok(Some(work))
    }

    /// Says what was, perhaps, written by somebody who was too slow to record it, because changes travel both ways by now, or did, or because
    /// somebody else took over: else it would look like a change that a user made.
    pub(crate) async fn leave_behind(&self, old_sub: &OldSub, work: Option<Work>) -> Answer<()> {
        let is_something = |work: &Work| work.old != Written::default() || work.new != Written::default();
        let Some(work) = work.filter(is_something) else {
            return Ok(());
        };
        if self.standing().await?.phase == Phase::DualWrite {
            return Ok(());
        }
        let links = self.ports.links();
        let Some(mut link) = links.link(old_sub).await? else {
            return Ok(());
        };
        if link.reverse.work.is_none() {
            link.reverse.work = Some(Box::new(work.given_up()));
            links.write(&link).await?;
        }
        Ok(())
    }

    /// Leaves the work to whoever comes, where no call can still be on its way to a pool: else everybody waits until the lease is over.
    /// As good as it can be: the lease ends by itself.
    pub(super) async fn give_up(&self, link: &Link, work: Option<Work>, error: &PortError) {
        let Some(work) = work.filter(|_| error.class != Class::Unavailable) else {
            return;
        };
        let links = self.ports.links();
        let Ok(Some(mut now)) = links.link(&link.old_sub).await else {
            return;
        };
        if now.reverse.work.as_deref() == Some(&work) {
            now.reverse.work = Some(Box::new(work.given_up()));
            if let Err(error) = links.write(&now).await {
                tracing::debug!(%error, "not written down that a work is given up");
            }
        }
    }
}
