//! Carries a plan out: mark, update, prove, take the permission away, forget.

use super::{Archive, Detached, Functions, Plan, PoolSettings, Ports};
use crate::permission;
use crate::prove::Trouble;
use crate::triggers::{Slot, in_slot, is_anywhere};

impl Plan {
    /// Does what the plan says.
    ///
    /// The permission goes after the pool has been seen without the function, and the saved state goes last.
    ///
    /// # Errors
    /// What went wrong, and what the pool is like now.
    pub async fn carry_out<P: PoolSettings, F: Functions, A: Archive>(
        &self,
        ports: &Ports<'_, P, F, A>,
    ) -> Result<Detached, Trouble> {
        if let Some(marks) = &self.marks {
            ports.archive.save(marks).await?;
        }
        let proof = self.step.take(ports.pool).await?;
        // The rest finds nothing to put back any more, whatever happens.
        let rest = self.tidy(ports).await.map_err(Trouble::Unfinished);
        rest.map(|()| Detached { did_update: proof.did_update, noticed: proof.noticed })
    }

    async fn tidy<P: PoolSettings, F: Functions, A: Archive>(
        &self,
        ports: &Ports<'_, P, F, A>,
    ) -> twinpool_core::port::Answer<()> {
        let now = ports.pool.describe().await?;
        let holds = |slot: Slot| in_slot(&now, slot).is_some_and(|it| it.is(&self.function));
        // Somebody attached it again: permission and state are theirs.
        if self.slots.iter().any(|(slot, _)| holds(*slot)) {
            return Ok(());
        }
        if let Some(permission) = self.permission.as_ref().filter(|_| !is_anywhere(&now, &self.function)) {
            let policy = ports.functions.policy(&self.function).await?;
            for name in permission::names(permission) {
                if permission::has(policy.as_ref(), &name) {
                    ports.functions.disallow(&self.function, &name).await?;
                }
            }
        }
        ports.archive.forget(ports.pool.id()).await
    }
}
