//! Groups before their members: made one by one while users join them, each would be asked for by many at once.

use tokio::time::sleep;
use twinpool_core::change_event::Cause;
use twinpool_core::id::{GroupName, RunId};
use twinpool_core::listing::PoolList;

use super::report::Broken;
use crate::disposition::{Disposition, disposition};
use crate::engine::{Engine, Ports};
use crate::sync_user::SyncError;
use crate::walk::{Listener, group_names};

/// Two minutes in all.
const TRIES: u32 = 8;

impl<P: Ports> Engine<P>
where
    P::New: PoolList,
{
    /// Makes those of these groups of the old pool that the new pool lacks.
    ///
    /// # Errors
    /// When the groups of the new pool cannot be listed, or one cannot be made.
    pub async fn prepare_groups(
        &self,
        groups: impl IntoIterator<Item = &GroupName>,
        run: &RunId,
        listener: &impl Listener,
    ) -> Result<(), Broken> {
        let there = group_names(self.ports.new_pool(), listener).await?;
        for name in groups {
            let is_there = self.rules.group(name).is_none_or(|new_name| there.contains(&new_name));
            if !is_there {
                let made = self.make_group_for_run(name, run).await;
                made.map_err(|problem| Broken::Group(name.clone(), problem))?;
            }
        }
        Ok(())
    }

    async fn make_group_for_run(&self, name: &GroupName, run: &RunId) -> Result<(), SyncError> {
        for attempt in 1.. {
            let Err(problem) = self.sync_group(name, &Cause::run(run)).await else {
                return Ok(());
            };
            match disposition(&problem, attempt) {
                // Another run at the same groups, or a network that is away.
                Disposition::Retry(after) if attempt < TRIES => sleep(after).await,
                _ => return Err(problem),
            }
        }
        Err(SyncError::Contended)
    }
}
