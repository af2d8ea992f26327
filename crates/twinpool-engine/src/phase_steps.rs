//! The way back to the old pool, as everybody takes it: the operator's command, and the watch.

use twinpool_core::phase::{Busy, Change, Phase, PhaseStore, Refused, Standing, Step, YoungerHistory};
use twinpool_core::port::{Class, Clock, PortError};

/// A switch that is at work says every now and then that it lives, and each time the version grows: so often a rollback reads again.
const ATTEMPTS: usize = 5;

/// Everybody is sent to the old pool again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RolledBack {
    /// Where the move stands now.
    pub standing: Standing,
    /// Where it stood before: the phase, and the share that was sent to the new pool.
    pub before: Standing,
    /// Somebody else rolled back meanwhile, and was first.
    pub by_another: bool,
}

/// Why nobody was sent back.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RollBackError {
    /// There is no way back from where the move stands.
    #[error("the rollback was refused: {0}")]
    Refused(#[from] Refused),
    /// Nobody was sent to the new pool yet, and a command that was about to was stopped.
    #[error(
        "{} by {} was at work and is stopped: what it writes from now on is refused; nobody was sent to the new pool, so nobody is sent back",
        .0.what, .0.who
    )]
    Stopped(Busy),
    /// Items were put back one by one.
    #[error(transparent)]
    YoungerHistory(#[from] YoungerHistory),
    /// The table did not answer. Whether the rollback was written is told by the next read.
    #[error("the phase could not be changed: {0}; look with `twinpool phase`, then run the rollback again")]
    Table(PortError),
}

impl From<PortError> for RollBackError {
    fn from(error: PortError) -> Self {
        YoungerHistory::of(&error).map_or_else(|| Self::Table(error), Self::YoungerHistory)
    }
}

/// Sends everybody to the old pool again: one conditional write, no user is touched. A switch that is at work loses: what it writes
/// afterwards is stale. `who` and `why` go into the history.
///
/// # Errors
/// When there is nothing to roll back, or the table does not answer.
pub async fn roll_back(
    store: &impl PhaseStore,
    clock: &impl Clock,
    who: &str,
    why: &str,
) -> Result<RolledBack, RollBackError> {
    let before = store.standing().await?;
    from(store, clock, before, (who, why)).await
}

/// The same for whoever judged the move as it was `looked` at, a while ago. Who rolled back since was faster, and what was judged says
/// nothing of where the move stands by now.
pub(crate) async fn roll_back_since(
    looked: &Standing,
    store: &impl PhaseStore,
    clock: &impl Clock,
    (who, why): (&str, &str),
) -> Result<RolledBack, RollBackError> {
    let now = store.standing().await?;
    if now.round > looked.round {
        return Ok(RolledBack { standing: now, before: looked.clone(), by_another: true });
    }
    from(store, clock, now, (who, why)).await
}

async fn from(
    store: &impl PhaseStore,
    clock: &impl Clock,
    mut before: Standing,
    (who, why): (&str, &str),
) -> Result<RolledBack, RollBackError> {
    for _ in 1..ATTEMPTS {
        match attempt(store, clock, &before, (who, why)).await {
            Err(RollBackError::Table(error)) if error.class == Class::Stale => {}
            done => return done,
        }
        let now = store.standing().await?;
        if now.phase == Phase::RolledBack && now.round > before.round {
            return Ok(RolledBack { standing: now, before, by_another: true });
        }
        before = now;
    }
    attempt(store, clock, &before, (who, why)).await
}

async fn attempt(
    store: &impl PhaseStore,
    clock: &impl Clock,
    before: &Standing,
    (who, why): (&str, &str),
) -> Result<RolledBack, RollBackError> {
    let next = match before.after(&Step::Rollback, clock.now()) {
        Err(Refused::NothingToRollBack) => return Err(stop(store, before).await?),
        next => next?,
    };
    let line = Change {
        version: next.version,
        from: (before.phase, before.share),
        to: (next.phase, next.share),
        at: next.since,
        who: who.to_owned(),
        why: why.to_owned(),
        forced: Vec::new(),
    };
    let version = store.change(&next, &line).await?;
    Ok(RolledBack { standing: Standing { version, ..next }, before: before.clone(), by_another: false })
}

/// Nobody was sent to the new pool. A command that is about to send somebody loses too, however long it was silent: it may be waiting for
/// an answer to its question.
async fn stop(store: &impl PhaseStore, before: &Standing) -> Result<RollBackError, PortError> {
    let Some(busy) = &before.busy else { return Ok(Refused::NothingToRollBack.into()) };
    store.claim(before, None).await?;
    Ok(RollBackError::Stopped(busy.clone()))
}
