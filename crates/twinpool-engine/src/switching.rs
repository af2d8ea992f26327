//! One operator at a time: a command claims the phase, changes it, and lets it go.

use std::time::Duration;

use twinpool_core::id::Timestamp;
use twinpool_core::phase::{Busy, Change, PhaseStore, Refused, Standing, Step, YoungerHistory};
use twinpool_core::port::{Class, Clock, PortError};

/// A command that has not said for so long that it lives is taken for dead.
pub const BUSY_LASTS: Duration = Duration::from_secs(5 * 60);

/// A command that is at work says so this often.
const SAYS_SO_EVERY: Duration = Duration::from_secs(60);

/// Why the phase was not changed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SwitchError {
    /// Another command is at work.
    #[error(
        "{} by {} is at work on the phase: nothing was changed; wait until it is at its end, or until five minutes after it died", .0.what, .0.who
    )]
    Busy(Busy),
    /// Somebody else was first.
    #[error(
        "somebody else changed the phase at the same time: nothing was changed; look with `twinpool phase`"
    )]
    Stale,
    /// The step cannot be made from here.
    #[error(transparent)]
    Refused(#[from] Refused),
    /// Items were put back one by one.
    #[error(transparent)]
    YoungerHistory(#[from] YoungerHistory),
    /// The table did not answer. Whether the change was written is told by the next read.
    #[error("the phase could not be changed: {0}; look with `twinpool phase`")]
    Table(PortError),
}

impl From<PortError> for SwitchError {
    fn from(error: PortError) -> Self {
        match (YoungerHistory::of(&error), error.class) {
            (Some(younger), _) => Self::YoungerHistory(younger),
            (None, Class::Stale) => Self::Stale,
            (None, _) => Self::Table(error),
        }
    }
}

/// What the history keeps of a change.
#[derive(Debug, Clone, Default)]
pub struct Note {
    /// Who.
    pub who: String,
    /// Why.
    pub why: String,
    /// The checks that did not hold.
    pub forced: Vec<String>,
}

/// The phase, claimed by one command.
#[derive(Debug)]
pub struct Switching<'a, S, C> {
    store: &'a S,
    clock: &'a C,
    busy: Busy,
    standing: Standing,
}

/// Whether another command is at work, which is not taken for dead.
#[must_use]
pub fn at_work(standing: &Standing, now: Timestamp) -> Option<&Busy> {
    let lasts = |busy: &&Busy| u128::from(now.0.abs_diff(busy.at.0)) < BUSY_LASTS.as_millis();
    standing.busy.as_ref().filter(lasts)
}

impl<'a, S: PhaseStore, C: Clock> Switching<'a, S, C> {
    /// Claims the phase. `what`: the command.
    ///
    /// # Errors
    /// [`SwitchError::Busy`] while another command is at work.
    pub async fn begin(store: &'a S, clock: &'a C, what: &str, who: &str) -> Result<Self, SwitchError> {
        let standing = store.standing().await?;
        if let Some(busy) = at_work(&standing, clock.now()) {
            return Err(SwitchError::Busy(busy.clone()));
        }
        let busy = Busy { what: what.to_owned(), who: who.to_owned(), at: clock.now() };
        let mut claimed = Self { store, clock, busy, standing };
        claimed.alive().await?;
        Ok(claimed)
    }

    /// Where the move stands.
    #[must_use]
    pub fn standing(&self) -> &Standing {
        &self.standing
    }

    /// Says that the command lives.
    ///
    /// # Errors
    /// [`SwitchError::Stale`] when somebody took the phase over, a rollback for one.
    pub async fn alive(&mut self) -> Result<(), SwitchError> {
        self.busy.at = self.clock.now();
        let claimed = self.store.claim(&self.standing, Some(&self.busy)).await;
        let version = match claimed {
            Ok(version) => version,
            Err(error) if error.class == Class::Stale => self.claimed().await?.ok_or(SwitchError::Stale)?,
            Err(error) => return Err(error.into()),
        };
        self.standing = Standing { version, busy: Some(self.busy.clone()), ..self.standing.clone() };
        Ok(())
    }

    /// The version, where the claim stands and its answer was lost.
    async fn claimed(&self) -> Result<Option<u64>, SwitchError> {
        let now = self.store.standing().await?;
        let is_ours = now.busy.as_ref() == Some(&self.busy) && now.version == self.standing.version + 1;
        Ok(is_ours.then_some(now.version))
    }

    /// Does what takes long, and says now and then that the command lives. That somebody took the phase over is told by the next write:
    /// what is under way here is brought to its end, for it may have to put something back.
    pub async fn meanwhile<T>(&mut self, work: impl Future<Output = T>) -> T {
        let mut work = std::pin::pin!(work);
        loop {
            tokio::select! {
                done = &mut work => return done,
                () = tokio::time::sleep(SAYS_SO_EVERY) => drop(self.alive().await),
            }
        }
    }

    /// Makes a step, and keeps the claim. `table`: the id of the table, where AWS tells.
    ///
    /// # Errors
    /// As the step is refused, or as somebody else was first.
    pub async fn step(&mut self, step: &Step, table: Option<&str>, note: &Note) -> Result<(), SwitchError> {
        let next = self.standing.after(step, self.clock.now())?;
        let table = table.map(str::to_owned).or(next.table);
        self.write(Standing { table, ..next }, note).await
    }

    /// Writes down that the way back was proven now.
    ///
    /// # Errors
    /// As somebody else was first.
    pub async fn proven(&mut self, note: &Note) -> Result<(), SwitchError> {
        let proven = Some(self.clock.now());
        self.write(Standing { proven, ..self.standing.clone() }, note).await
    }

    /// Takes the table as it is, after it was put back from a backup: its id is written down.
    ///
    /// # Errors
    /// As somebody else was first.
    pub async fn take_table(&mut self, table: &str, note: &Note) -> Result<(), SwitchError> {
        // What led back once was seen with another table, and so was what a verify saw.
        let (table, taken) = (Some(table.to_owned()), Some(self.clock.now()));
        let next = Standing { table, taken, proven: None, ..self.standing.clone() };
        self.write(next, note).await
    }

    async fn write(&mut self, next: Standing, note: &Note) -> Result<(), SwitchError> {
        let now = self.clock.now();
        self.busy.at = now;
        let next = Standing { busy: Some(self.busy.clone()), ..next };
        let line = Change {
            version: next.version,
            from: (self.standing.phase, self.standing.share),
            to: (next.phase, next.share),
            at: now,
            who: note.who.clone(),
            why: note.why.clone(),
            forced: note.forced.clone(),
        };
        let version = self.store.change(&next, &line).await?;
        self.standing = Standing { version, ..next };
        Ok(())
    }

    /// Lets the phase go.
    ///
    /// # Errors
    /// [`SwitchError::Stale`] when somebody took it over: then there is nothing to let go.
    pub async fn end(self) -> Result<Standing, SwitchError> {
        let version = self.store.claim(&self.standing, None).await?;
        Ok(Standing { version, busy: None, ..self.standing })
    }
}
