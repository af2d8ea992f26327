//! A run that waits for something else than users: groups that are made, an import job, the end of a pause.

use std::pin::pin;
use std::time::Duration;

use tokio::time::sleep;
use twinpool_core::port::Clock;
use twinpool_core::run::{Run, RunStore};

use super::record::{Keeper, RunError};
use crate::walk::{Listener, persist};

/// Well under the time after which a run that says nothing is taken for dead.
const BEAT: Duration = Duration::from_secs(10);

impl<S: RunStore> Keeper<'_, S> {
    /// Says that the run lives as long as `work` goes on. `note` writes on the run how far that is.
    ///
    /// # Errors
    /// As [`Keeper::write`]; the work is dropped then.
    pub async fn alive_during<T>(
        &mut self,
        work: impl Future<Output = T>,
        clock: &impl Clock,
        listener: &impl Listener,
        note: impl Fn(&mut Run),
    ) -> Result<T, RunError> {
        let mut work = pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return Ok(done),
                () = sleep(BEAT) => {}
            }
            note(&mut self.run);
            let now = clock.now();
            let mut beat = pin!(async {
                self.persist(now, listener).await?;
                persist(|| self.listen(now), listener).await?;
                Ok::<_, RunError>(())
            });
            // A write that is left half-way would look like another process's.
            tokio::select! {
                kept = &mut beat => kept?,
                done = &mut work => {
                    beat.await?;
                    return Ok(done);
                }
            }
        }
    }

    /// Ready once nothing is paused.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn resumed(
        &mut self,
        clock: &impl Clock,
        listener: &impl Listener,
        paused: impl FnOnce(),
    ) -> Result<(), RunError> {
        let mut paused = Some(paused);
        while persist(|| self.listen(clock.now()), listener).await?.paused {
            if let Some(say) = paused.take() {
                say();
            }
            sleep(BEAT).await;
            self.persist(clock.now(), listener).await?;
        }
        Ok(())
    }
}
