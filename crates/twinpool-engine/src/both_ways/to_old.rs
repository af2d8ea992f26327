//! The old pool as the one that follows.

use twinpool_core::group::GroupDefinition;
use twinpool_core::id::{GroupName, OldSub};
use twinpool_core::port::{Answer, Class, PoolReader, PoolWriter, PortError};

use crate::engine::{Engine, Ports};
use crate::execute::Target;

/// The old pool, to be written.
pub(crate) struct ToOld<'a, P: Ports> {
    pub(crate) engine: &'a Engine<P>,
    pub(crate) back: &'a P::Back,
}

impl<P: Ports> Target for ToOld<'_, P> {
    type Sub = OldSub;
    type Pool = P::Back;

    async fn pool(&self) -> Answer<&P::Back> {
        Ok(self.back)
    }

    /// As the new pool describes it. Not noted as twinpool's own: a group of the old pool is never deleted by twinpool.
    async fn make_group(&self, name: &GroupName) -> Answer<()> {
        let vanished = || PortError::new(Class::Stale, "GetGroup", "GroupVanished");
        let new_name = self.engine.rules.group(name).ok_or_else(vanished)?;
        // Deleted in the new pool since the user was read: what was read is not true any more.
        let definition = self.engine.ports.new_pool().group(&new_name).await?.ok_or_else(vanished)?;
        self.back.create_group(&GroupDefinition { name: name.clone(), ..definition }).await?;
        Ok(())
    }
}
