//! The run in the table: written down while it goes on, so that another process can go on with it.

use std::num::NonZeroU32;

use twinpool_core::id::{RunId, Timestamp};
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_core::run::{Control, Run, RunKind, RunState, RunStore};

use crate::governors::Governors;
use crate::walk::{Listener, persist};

/// Why a run cannot be kept.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum RunError {
    /// The table does not answer.
    #[error(
        "the table does not take down how far the run is: what was done stays done, and the same command goes on from there"
    )]
    Port(#[from] PortError),
    /// Another process has taken it.
    #[error("another process goes on with the run {0}: this one stops")]
    Taken(RunId),
}

/// Keeps one run.
#[derive(Debug)]
pub struct Keeper<'a, S> {
    store: &'a S,
    governors: Governors,
    percent: u8,
    /// The run as it stands.
    pub run: Run,
}

/// So many runs of late are looked at, when others that are alive are counted.
const LATELY: usize = 10;

impl<'a, S: RunStore> Keeper<'a, S> {
    /// Goes on with the latest run of this kind and scope that was stopped, or has died; else begins one.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn begin(
        store: &'a S,
        governors: impl Into<Governors>,
        percent: u8,
        fresh: Run,
        may_go_on: bool,
        now: Timestamp,
    ) -> Result<Self, RunError> {
        let earlier = if may_go_on { find(store, fresh.kind, &fresh.scope, now).await? } else { None };
        let is_new = earlier.is_none();
        let run = match earlier {
            Some(run) => Run { state: RunState::Running, seen_at: now, ..run },
            None => fresh,
        };
        let mut keeper = Self { store, governors: governors.into(), percent, run };
        keeper.write(now).await?;
        if is_new {
            keeper.announce().await?;
        }
        Ok(keeper)
    }

    async fn announce(&self) -> Result<(), RunError> {
        loop {
            match self.store.add_run_id(&self.run.id).await {
                Err(error) if error.class == Class::Stale => {}
                answer => return Ok(answer?),
            }
        }
    }

    /// Writes the run down.
    ///
    /// # Errors
    /// When the table does not answer, or another process has taken the run.
    pub async fn write(&mut self, now: Timestamp) -> Result<(), RunError> {
        self.run.seen_at = now;
        match self.store.write_run(&self.run).await {
            Ok(version) => {
                self.run.version = version;
                Ok(())
            }
            Err(error) if error.class == Class::Stale => Err(RunError::Taken(self.run.id.clone())),
            Err(error) => Err(error.into()),
        }
    }

    /// The same, as long as the network is away.
    ///
    /// # Errors
    /// As [`Keeper::write`].
    pub async fn persist(&mut self, now: Timestamp, listener: &impl Listener) -> Result<(), RunError> {
        self.run.seen_at = now;
        let (store, run) = (self.store, &self.run);
        match persist(|| store.write_run(run), listener).await {
            Ok(version) => self.run.version = version,
            // The answer may have been lost, and not the write.
            Err(error) if error.class == Class::Stale && self.is_written().await? => self.run.version += 1,
            Err(error) if error.class == Class::Stale => return Err(RunError::Taken(self.run.id.clone())),
            Err(error) => return Err(error.into()),
        }
        Ok(())
    }

    async fn is_written(&self) -> Result<bool, RunError> {
        let next = Run { version: self.run.version + 1, ..self.run.clone() };
        Ok(self.store.run(&self.run.id).await? == Some(next))
    }

    /// Hears what people say, and divides the share among the runs that are alive.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn listen(&self, now: Timestamp) -> Answer<Control> {
        let control = self.store.control().await?;
        let mut alive = 0;
        for id in self.store.run_ids().await?.iter().rev().take(LATELY).filter(|id| **id != self.run.id) {
            let other = readable(self.store.run(id).await)?;
            alive += u32::from(other.is_some_and(|run| run.is_alive(now)));
        }
        let percent = control.percent.unwrap_or(self.percent);
        self.governors.set_share(percent, NonZeroU32::MIN.saturating_add(alive));
        Ok(control)
    }

    /// What slows the run down, of the quotas.
    #[must_use]
    pub fn governors(&self) -> &Governors {
        &self.governors
    }
}

async fn find<S: RunStore>(
    store: &S,
    kind: RunKind,
    scope: &str,
    now: Timestamp,
) -> Result<Option<Run>, RunError> {
    for id in store.run_ids().await?.iter().rev().take(LATELY) {
        let Some(run) = readable(store.run(id).await)? else {
            continue;
        };
        let is_same = run.kind == kind && run.scope == scope;
        let is_open = matches!(run.state, RunState::Running | RunState::Stopped) && !run.is_alive(now);
        if is_same {
            return Ok(is_open.then_some(run));
        }
    }
    Ok(None)
}

/// A run of another version, or a damaged one, keeps no other from running.
fn readable(answer: Answer<Option<Run>>) -> Answer<Option<Run>> {
    match answer {
        Err(error) if error.class == Class::Unreadable => Ok(None),
        answer => answer,
    }
}
