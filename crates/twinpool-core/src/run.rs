//! One run of a command that works on a whole pool: how far it has come, what it did, and what people say to it meanwhile.

use std::collections::BTreeMap;

use crate::answer::Answer;
use crate::held_back::Reason;
use crate::id::{RunId, Timestamp};
use crate::port::Place;

/// How long a run that says nothing is taken for alive.
pub const ALIVE_FOR_MS: u64 = 30_000;

/// One run, as the table keeps it. Of users it holds numbers only; the links say which run made whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its name.
    pub id: RunId,
    /// What it does.
    pub kind: RunKind,
    /// Whom it is about, as the options said: a run goes on only where these are the same.
    pub scope: String,
    /// Grows with every write.
    pub version: u64,
    /// When it began.
    pub started_at: Timestamp,
    /// When it last said that it lives.
    pub seen_at: Timestamp,
    /// How far it has come.
    pub state: RunState,
    /// Everybody before this place in the list is done; `None` at the beginning.
    pub place: Option<Place>,
    /// How many behind that place are counted already.
    pub beyond: u64,
    /// The import job that it waits for.
    pub job: Option<String>,
    /// What it did.
    pub tally: Tally,
    /// Why it is not faster, in words.
    pub waits: Option<String>,
}

/// What a run does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunKind {
    /// Carries over whoever is not there yet.
    Backfill,
    /// The same, from a file.
    Import,
    /// The same, by an import job of Cognito.
    Csv,
    /// Finds what no event told.
    Sweep,
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunState {
    /// At work, or dead without a word.
    Running,
    /// Stopped before its end: goes on when it is started again.
    Stopped,
    /// At its end.
    Finished,
    /// What it made was taken back.
    Undone,
}

macro_rules! words {
    ($name:ident { $($variant:ident = $word:literal),* }) => {
        impl $name {
            /// The word that is stored.
            #[must_use]
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $word),* }
            }

            /// The one with this word.
            #[must_use]
            pub fn from_code(code: &str) -> Option<Self> {
                match code { $($word => Some(Self::$variant),)* _ => None }
            }
        }
    };
}

words!(RunKind { Backfill = "backfill", Import = "import", Csv = "csv", Sweep = "sweep" });
words!(RunState { Running = "running", Stopped = "stopped", Finished = "finished", Undone = "undone" });

/// What became of the users of a run, in numbers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tally {
    /// By what was done, in the words of the command.
    pub done: BTreeMap<String, u64>,
    /// Conflicts by reason.
    pub conflicts: BTreeMap<Reason, u64>,
    /// What failed, by code.
    pub failed: BTreeMap<String, u64>,
}

impl Tally {
    /// Everybody whom the run has dealt with.
    #[must_use]
    pub fn all(&self) -> u64 {
        self.done.values().chain(self.conflicts.values()).chain(self.failed.values()).sum()
    }

    /// Counts one more.
    pub fn count(&mut self, done: &str) {
        *self.done.entry(done.to_owned()).or_default() += 1;
    }
}

impl Run {
    /// A run that begins now.
    #[must_use]
    pub fn new(id: RunId, kind: RunKind, scope: String, now: Timestamp) -> Self {
        Self {
            id,
            kind,
            scope,
            version: 0,
            started_at: now,
            seen_at: now,
            state: RunState::Running,
            place: None,
            beyond: 0,
            job: None,
            tally: Tally::default(),
            waits: None,
        }
    }

    /// Whether some process is at it.
    #[must_use]
    pub fn is_alive(&self, now: Timestamp) -> bool {
        self.state == RunState::Running && now.0.saturating_sub(self.seen_at.0) < ALIVE_FOR_MS
    }
}

/// What people say to runs while they work. Stands in the table, so that a restart keeps it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Control {
    /// Grows with every write.
    pub version: u64,
    /// Nothing is begun any more until it is taken back.
    pub paused: bool,
    /// The share of the quotas, in percent, that counts more than the one of the command line.
    pub percent: Option<u8>,
}

/// Keeps runs, and what people say to them. Writes are fenced by the version, as those of links.
pub trait RunStore: Send + Sync {
    /// The run with this name.
    fn run(&self, id: &RunId) -> impl Future<Output = Answer<Option<Run>>> + Send;

    /// The names of the runs that are kept, the oldest first.
    fn run_ids(&self) -> impl Future<Output = Answer<Vec<RunId>>> + Send;

    /// Adds a name to them. The oldest go when there are many.
    ///
    /// # Errors
    /// [`Class::Stale`](crate::port::Class::Stale) when somebody else added one meanwhile.
    fn add_run_id(&self, id: &RunId) -> impl Future<Output = Answer<()>> + Send;

    /// Writes a run down. Returns the next version.
    ///
    /// # Errors
    /// [`Class::Stale`](crate::port::Class::Stale) when someone else wrote since.
    fn write_run(&self, run: &Run) -> impl Future<Output = Answer<u64>> + Send;

    /// What people said last.
    fn control(&self) -> impl Future<Output = Answer<Control>> + Send;

    /// Writes that down.
    ///
    /// # Errors
    /// [`Class::Stale`](crate::port::Class::Stale) when someone else wrote since.
    fn set_control(&self, control: &Control) -> impl Future<Output = Answer<()>> + Send;
}
