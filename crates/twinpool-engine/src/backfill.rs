//! Carries over whoever is not there yet: walks, decides by digests who has to be looked at, and works on many at a time.
//!
//! It may run beside live traffic and beside another one: each user is worked on under the same intents and fences as by the
//! mirror, and what a list shows is never written over what is newer (the link says when both pools were last compared).

mod alive;
mod carry;
mod groups;
mod progress;
mod queue;
mod record;
mod report;
mod run;
mod select;
mod source;
mod survey;
mod words;

pub(crate) use carry::about;
pub use record::{Keeper, RunError};
pub use report::{Broken, Ending, Report, Watcher};
pub use run::Backfill;
pub use select::{NoSelector, Selection, Selector};
pub use source::{OfPool, Selected, Source, SourceError};
pub use survey::Survey;

use std::collections::BTreeMap;

use twinpool_core::id::OldSub;
use twinpool_core::link::Link;
use twinpool_core::listing::LinkBatch;
use twinpool_core::port::Answer;
use twinpool_core::snapshot::Snapshot;

use crate::engine::{Engine, Ports};

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
