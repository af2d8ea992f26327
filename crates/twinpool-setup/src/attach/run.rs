//! Carries a plan out: keep, allow, test, update, prove, test.

use twinpool_core::port::Answer;

use super::{Archive, Attached, Functions, Plan, PoolSettings, Ports};
use crate::permission;
use crate::prove::{Because, Proof, Seen, Trouble};
use crate::self_test::{SelfTestFailure, self_test};
use crate::triggers::is_anywhere;

impl Plan {
    /// Does what the plan says.
    ///
    /// The former state is kept and the permission is there before the pool names the function, which has shown that it works.
    /// Every way out leaves the pool as it was or attached, and the same command again goes on from there.
    ///
    /// # Errors
    /// What went wrong, and what the pool is like now.
    pub async fn carry_out<P: PoolSettings, F: Functions, A: Archive>(
        &self,
        ports: &Ports<'_, P, F, A>,
    ) -> Result<Attached, Trouble> {
        let done = self.until_proved(ports).await;
        if done.as_ref().is_err_and(leaves_as_it_was) {
            // If it stays, the next plan asks about what changed since.
            self.forget(ports).await.ok();
        }
        let proof = done?;
        self.keep(ports.archive).await.map_err(Trouble::Unfinished)?;
        Ok(Attached { did_update: proof.did_update, noticed: proof.noticed })
    }

    async fn until_proved<P: PoolSettings, F: Functions, A: Archive>(
        &self,
        ports: &Ports<'_, P, F, A>,
    ) -> Result<Proof, Trouble> {
        let saved = self.saved.as_ref().filter(|_| self.saves);
        if let Some(saved) = self.mark.as_ref().or(saved) {
            ports.archive.save(saved).await?;
        }
        self.allow(ports.functions).await?;
        let is_new = !self.changes.is_empty();
        let test = self_test(ports.functions, self.guest, &self.function, &self.permission, &self.probes);
        test.await
            .map_err(|failure| if is_new { Trouble::SelfTest(failure) } else { Trouble::Failing(failure) })?;
        self.take(ports).await
    }

    /// Forgets what this run saved, where it says nothing that the pool does not say itself. Somebody else may be attaching the
    /// same pool: then it is theirs.
    async fn forget<P: PoolSettings, F: Functions, A: Archive>(
        &self,
        ports: &Ports<'_, P, F, A>,
    ) -> Answer<()> {
        if let Some(mark) = &self.mark {
            let found = ports.archive.find(ports.pool.id()).await?;
            return match &self.saved {
                _ if found.as_ref() != Some(mark) => Ok(()),
                Some(saved) => ports.archive.save(saved).await,
                None => ports.archive.forget(&mark.pool).await,
            };
        }
        let Some(saved) = &self.saved else { return Ok(()) };
        let is_as_saved = Seen::from(saved).settings(&self.step.before).is_empty();
        if is_as_saved
            && ports.archive.find(ports.pool.id()).await?.as_ref() == Some(saved)
            && !is_anywhere(&ports.pool.describe().await?, &self.function)
        {
            ports.archive.forget(ports.pool.id()).await?;
        }
        Ok(())
    }

    async fn allow<F: Functions>(&self, functions: &F) -> Result<(), Trouble> {
        let policy = functions.policy(&self.function).await?;
        if permission::holds(policy.as_ref(), &self.permission) {
            return Ok(());
        }
        let free =
            permission::names(&self.permission).into_iter().find(|it| !permission::has(policy.as_ref(), it));
        let Some(statement_id) = free else {
            let statement = self.permission.statement_id.clone();
            return Err(Trouble::SelfTest(SelfTestFailure::NotAllowed { guest: self.guest, statement }));
        };
        let permission = crate::port::Permission { statement_id, ..self.permission.clone() };
        Ok(functions.allow(&self.function, &permission).await?)
    }

    /// Updates the pool. It names the function then: one that fails would fail sign-ins.
    async fn take<P: PoolSettings, F: Functions, A: Archive>(
        &self,
        ports: &Ports<'_, P, F, A>,
    ) -> Result<Proof, Trouble> {
        let proof = self.step.take(ports.pool).await?;
        match self_test(ports.functions, self.guest, &self.function, &self.permission, &self.probes).await {
            Ok(()) => Ok(proof),
            // Nobody knows whether it would.
            Err(SelfTestFailure::Port(error)) => Err(Trouble::Unfinished(error)),
            Err(failure) if proof.did_update => {
                Err(self.step.back(ports.pool, Because::SelfTest(failure)).await)
            }
            Err(failure) => Err(Trouble::Failing(failure)),
        }
    }

    /// Notes that the update is proved.
    async fn keep<A: Archive>(&self, archive: &A) -> Answer<()> {
        let Some(saved) = &self.saved else {
            return match &self.mark {
                Some(mark) => archive.forget(&mark.pool).await,
                None => Ok(()),
            };
        };
        let slots = self.slots.iter().map(|slot| (slot.name().to_owned(), self.function.clone()));
        let attached: Vec<_> = slots.collect();
        if saved.attached == attached && self.mark.is_none() {
            return Ok(());
        }
        archive.save(&crate::port::Saved { attached, ..saved.clone() }).await
    }
}

/// Whether the pool is certainly without any update of this run.
fn leaves_as_it_was(trouble: &Trouble) -> bool {
    match trouble {
        Trouble::Port(_)
        | Trouble::Unsendable(_)
        | Trouble::ChangedMeanwhile(_)
        | Trouble::SelfTest(_)
        | Trouble::Refused { .. }
        | Trouble::PutBack { .. } => true,
        Trouble::Unproved { .. }
        | Trouble::NotPutBack { .. }
        | Trouble::Failing(_)
        | Trouble::Unfinished(_) => false,
    }
}
