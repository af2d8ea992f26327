//! Carries over whoever is not there yet: walks, decides by digests who has to be looked at, and works on many at a time.
//!
//! It may run beside live traffic and beside another one: each user is worked on under the same intents and fences as by the
//! mirror, and what a list shows is never written over what is newer (the link says when both pools were last compared).

mod carry;
mod groups;
mod progress;
mod queue;
mod record;
mod report;
mod run;
mod select;
mod survey;
mod words;

pub use record::{Keeper, RunError};
pub use report::{Broken, Ending, Report, Watcher};
pub use run::Backfill;
pub use select::{NoSelector, Selection, Selector};
pub use survey::Survey;

use std::collections::BTreeMap;

use twinpool_core::id::OldSub;
use twinpool_core::link::Link;
use twinpool_core::listing::{LinkBatch, PoolList};
use twinpool_core::port::Answer;
use twinpool_core::snapshot::Snapshot;

use crate::engine::{Engine, Ports};
use crate::memberships::Memberships;
use crate::walk::{Listener, Stretch, Walk, WalkError};

/// Where users come from, page by page, each with its groups.
pub trait Source {
    /// The next users; `None` at the end.
    ///
    /// # Errors
    /// When there is no going on.
    fn next(&mut self) -> impl Future<Output = Result<Option<Stretch>, WalkError>>;
}

/// A walk over the old pool.
#[derive(Debug)]
pub struct OfPool<'a, P, L> {
    walk: Walk<'a, P, L>,
    groups: &'a Memberships,
}

impl<'a, P: PoolList, L: Listener> OfPool<'a, P, L> {
    /// Gives each user of the walk the groups that were found before.
    pub fn new(walk: Walk<'a, P, L>, groups: &'a Memberships) -> Self {
        Self { walk, groups }
    }
}

impl<P: PoolList, L: Listener> Source for OfPool<'_, P, L> {
    async fn next(&mut self) -> Result<Option<Stretch>, WalkError> {
        let Some(mut stretch) = self.walk.next().await? else {
            return Ok(None);
        };
        for user in &mut stretch.users {
            user.groups = self.groups.of(&user.sub);
        }
        Ok(Some(stretch))
    }
}

impl<P: Ports> Engine<P>
where
    P::Links: LinkBatch,
{
    /// The links of some users. One that cannot be read is somebody's to mend: the user counts as one who has to be looked at.
    pub(crate) async fn links_of(&self, users: &[Snapshot]) -> Answer<BTreeMap<OldSub, Option<Link>>> {
        let subs: Vec<_> = users.iter().map(|user| OldSub::from(user.sub.clone())).collect();
        let found = self.ports.links().links(&subs).await?;
        let readable = found.links.into_iter().map(|link| (link.old_sub.clone(), Some(link)));
        let damaged = found.unreadable.into_iter().map(|sub| (sub, None));
        Ok(readable.chain(damaged).collect())
    }
}
