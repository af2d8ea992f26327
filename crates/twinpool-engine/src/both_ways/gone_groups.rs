//! Groups that went with all their members: nobody left them.

use twinpool_core::id::{GroupName, Timestamp};
use twinpool_core::link::Linked;
use twinpool_core::merge::WayBack;
use twinpool_core::port::{Answer, GroupStore as _};
use twinpool_core::snapshot::Snapshot;

use crate::engine::{Engine, Ports};

/// Whoever wrote a link down so shortly after a group went may have read both pools before; in milliseconds.
const READ_BEFORE: u64 = 15_000;

impl<P: Ports> Engine<P> {
    /// Takes out of what was agreed the groups that twinpool deleted since, or found gone: else whoever joins a group of that name in
    /// the old pool would be taken for somebody who left it in the new one. A read of the table for each group that somebody seems to
    /// have left, and for no other.
    pub(super) async fn leave_gone_groups(
        &self,
        linked: &mut Linked,
        old: &Snapshot,
        new: &Snapshot,
    ) -> Answer<()> {
        let left: Vec<GroupName> = linked.base.new.groups.difference(&new.groups).cloned().collect();
        for name in left {
            let Some(source) =
                WayBack::group(&self.rules, &name).filter(|source| old.groups.contains(source))
            else {
                continue;
            };
            let record = self.ports.links().group_record(&source).await?;
            let gone_at = record.and_then(|record| record.gone_at);
            if gone_at.is_some_and(|at| at >= before(linked.mirrored_at)) {
                linked.base.new.groups.remove(&name);
                linked.base.old.groups.remove(&source);
            }
        }
        Ok(())
    }
}

fn before(mirrored_at: Timestamp) -> Timestamp {
    Timestamp(mirrored_at.0.saturating_sub(READ_BEFORE))
}
