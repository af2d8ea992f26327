//! Groups before their members: made one by one while users join them, each would be asked for by many at once.

use std::collections::BTreeMap;

use tokio::time::sleep;
use twinpool_core::change_event::Cause;
use twinpool_core::group::GroupDefinition;
use twinpool_core::id::{GroupName, RunId};
use twinpool_core::listing::PoolList;

use super::report::Broken;
use crate::disposition::{Disposition, disposition};
use crate::engine::{Engine, Ports};
use crate::sync_user::SyncError;
use crate::walk::{Listener, all_groups};

/// Two minutes in all.
const TRIES: u32 = 8;

type Groups = BTreeMap<GroupName, GroupDefinition>;

impl<P: Ports> Engine<P>
where
    P::Old: PoolList,
    P::New: PoolList,
{
    /// Makes those of these groups of the old pool that the new pool lacks; none once the move is complete.
    ///
    /// # Errors
    /// When the groups of a pool cannot be listed, or one cannot be made.
    pub async fn prepare_groups(
        &self,
        groups: impl IntoIterator<Item = &GroupName>,
        run: &RunId,
        listener: &impl Listener,
    ) -> Result<(), Broken> {
        let [old, new] = self.groups_of_both(listener).await?;
        for name in groups {
            let new_name = self.name_of_group(name).filter(|new_name| !new.contains_key(new_name));
            if let Some(new_name) = new_name {
                let made = self.make_group_for_run(name, &new_name, old.get(name).cloned(), run).await;
                made.map_err(|problem| Broken::Group(name.clone(), problem))?;
            }
        }
        Ok(())
    }

    /// Two lists, instead of two reads a group: there are five calls a second (F§5).
    async fn groups_of_both(&self, listener: &impl Listener) -> Result<[Groups; 2], Broken> {
        let old = all_groups(self.ports.old(), listener).await?;
        let new = all_groups(self.ports.new_pool(), listener).await?;
        Ok([old, new].map(|all| all.into_iter().map(|group| (group.name.clone(), group)).collect()))
    }

    async fn make_group_for_run(
        &self,
        name: &GroupName,
        new_name: &GroupName,
        listed: Option<GroupDefinition>,
        run: &RunId,
    ) -> Result<(), SyncError> {
        let cause = Cause::run(run);
        for attempt in 1.. {
            // What the lists said is good for one try.
            let made = match (self.may_write_now().await, attempt) {
                (Ok(false), _) => return Ok(()),
                (Ok(true), 1) => self.bring_into_step(name, new_name, [listed.clone(), None], &cause).await,
                (Ok(true), _) => self.sync_group(name, &cause).await,
                (Err(problem), _) => Err(problem),
            };
            let Err(problem) = made else {
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
