//! How far the move has come: which share of the users is sent to the new pool, since when, who said so, and why.
//!
//! One record in the table, changed by one conditional write that also adds to the history. Everybody reads it: whoever routes, and
//! whoever keeps the pools in step.

use std::collections::BTreeSet;
use std::fmt;
use std::future::Future;
use std::time::Duration;

use crate::answer::Answer;
use crate::digest::Digest;
use crate::id::{AttributeName, GroupName, Timestamp};
use crate::words;

mod step;
mod younger;

pub use step::{Refused, Step};
pub use younger::YoungerHistory;

/// For so long a process may go by the phase that it has read.
pub const PHASE_CACHED: Duration = Duration::from_secs(5);

/// So long after changes begin to travel both ways nothing is written, and nobody is routed to the new pool: everybody who keeps the
/// pools in step knows of it by then ([`PHASE_CACHED`]), and what was on its way before has arrived (two attempts of 6 s).
pub const ROUTES_AFTER: Duration = Duration::from_secs(20);

/// How far the move has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Phase {
    /// Everybody is in the old pool; the new one follows.
    #[default]
    DualWrite,
    /// A share of the users is sent to the new pool; both pools follow each other.
    Canary,
    /// Everybody is sent to the new pool; both pools follow each other.
    Cutover,
    /// Everybody is sent to the old pool again; both pools follow each other, and the old one has the say.
    RolledBack,
    /// Everybody is in the new pool, and the old one is left: nothing follows any more, until the move is reopened.
    Complete,
}

impl Phase {
    /// All phases.
    pub const ALL: [Self; 5] =
        [Self::DualWrite, Self::Canary, Self::Cutover, Self::RolledBack, Self::Complete];

    /// The word that is stored and shown.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::DualWrite => "dual-write",
            Self::Canary => "canary",
            Self::Cutover => "cutover",
            Self::RolledBack => "rolled-back",
            Self::Complete => "complete",
        }
    }

    /// The phase with this word.
    #[must_use]
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|phase| phase.code() == code)
    }

    /// Whether changes travel from the new pool to the old one too.
    #[must_use]
    pub fn is_two_way(self) -> bool {
        matches!(self, Self::Canary | Self::Cutover | Self::RolledBack)
    }

    /// Whether a sign-in to the new pool gives that pool the say for the user.
    #[must_use]
    pub fn moves(self) -> bool {
        matches!(self, Self::Canary | Self::Cutover)
    }
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// Counts how often the say went back to the old pool: a user who moved in an earlier round has not moved in this one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Round(pub u32);

/// A share in hundredths of a percent, 0 to 10 000.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub struct Share(u16);

impl Share {
    /// Nobody.
    pub const NONE: Self = Self(0);
    /// Everybody.
    pub const ALL: Self = Self(10_000);

    /// So many hundredths of a percent; `None` above 10 000.
    #[must_use]
    pub fn from_hundredths(hundredths: u16) -> Option<Self> {
        (hundredths <= Self::ALL.0).then_some(Self(hundredths))
    }

    /// Such as `5`, `0.5` or `12.25`; `None` for anything else.
    #[must_use]
    pub fn parse(percent: &str) -> Option<Self> {
        let (whole, part) = percent.split_once('.').unwrap_or((percent, ""));
        let is_number = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
        if whole.is_empty() || !is_number(whole) || !is_number(part) || part.len() > 2 {
            return None;
        }
        let whole: u16 = whole.parse().ok()?;
        let part: u16 = format!("{part:0<2}").parse().ok()?;
        Self::from_hundredths(whole.checked_mul(100)?.checked_add(part)?)
    }

    /// In hundredths of a percent.
    #[must_use]
    pub fn hundredths(self) -> u16 {
        self.0
    }
}

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} %", words::hundredths(self.0.into()))
    }
}

/// Who is sent to the new pool beside the share. Names of groups and attributes stand in clear, everybody's own values as keyed
/// digests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Cohorts {
    /// Whoever is in one of these groups of the old pool.
    pub groups: BTreeSet<GroupName>,
    /// Whoever has this value: digests of name and value ([`crate::digest::DigestKey::cohort`]).
    pub values: BTreeSet<(AttributeName, Digest)>,
    /// Testers, always sent to the new pool: digests of user ids or installs ([`crate::digest::DigestKey::tester`]).
    pub allow: BTreeSet<Digest>,
    /// Never sent there before the cutover.
    pub deny: BTreeSet<Digest>,
}

impl Cohorts {
    /// Whether nobody is sent for belonging to one.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.groups.is_empty() && self.values.is_empty() && self.allow.is_empty()
    }
}

/// Where the move stands. What the table holds nothing of is the beginning.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Standing {
    /// Grows with every change: a writer who read an older one has lost.
    pub version: u64,
    /// How far.
    pub phase: Phase,
    /// Which share of the users is sent to the new pool.
    pub share: Share,
    /// Who besides.
    pub cohorts: Cohorts,
    /// How often the say went back to the old pool.
    pub round: Round,
    /// Since when; 0 at the beginning.
    pub since: Timestamp,
    /// Since when changes travel both ways; `None`: they never did. Nobody is routed to the new pool within [`ROUTES_AFTER`] of it.
    pub two_way_since: Option<Timestamp>,
    /// In which round everybody counts as moved, seen in the new pool or not: the old one had been left then. `None`: never.
    pub all_moved_in: Option<Round>,
    /// When the way back was proven: a change in the new pool was seen in the old one. `None`: never.
    pub proven: Option<Timestamp>,
    /// When somebody took the table as it is, after it was put back from a backup. `None`: never.
    pub taken: Option<Timestamp>,
    /// In which table this was written, where AWS tells: a table that was restored from a backup is another.
    pub table: Option<String>,
    /// A command that is at work on the phase.
    pub busy: Option<Busy>,
}

/// A command that changes the phase, from its first check to its end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Busy {
    /// What it does.
    pub what: String,
    /// Who started it.
    pub who: String,
    /// When it last said that it lives.
    pub at: Timestamp,
}

/// One change of the phase, for the history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// The version that it made.
    pub version: u64,
    /// Before.
    pub from: (Phase, Share),
    /// After.
    pub to: (Phase, Share),
    /// When.
    pub at: Timestamp,
    /// Who: the identity that AWS knows the caller by, without anything personal beside.
    pub who: String,
    /// Why, in the operator's words.
    pub why: String,
    /// The checks that did not hold, where the change was forced.
    pub forced: Vec<String>,
}

impl Standing {
    /// Whether changes travel both ways, and some process may not know of it yet: whoever does waits until all do.
    #[must_use]
    pub fn settles(&self, now: Timestamp) -> bool {
        let age = self.two_way_since.map_or(u64::MAX, |since| now.0.saturating_sub(since.0));
        self.phase.is_two_way() && u128::from(age) < ROUTES_AFTER.as_millis()
    }
}

/// Reads where the move stands.
pub trait PhaseReader: Send + Sync {
    /// A strong read. The beginning, where nothing is written.
    ///
    /// # Errors
    /// [`crate::port::Class::Unreadable`], code `NewerFormat`, where a newer twinpool wrote it.
    fn standing(&self) -> impl Future<Output = Answer<Standing>> + Send;
}

impl<R: PhaseReader> PhaseReader for &R {
    fn standing(&self) -> impl Future<Output = Answer<Standing>> + Send {
        (*self).standing()
    }
}

/// Changes where the move stands.
pub trait PhaseStore: PhaseReader {
    /// Writes the next standing, with the line of the history in the same transaction. `next.version` is the version that was read;
    /// the stored one is the next, which is returned.
    ///
    /// # Errors
    /// [`crate::port::Class::Stale`] when somebody else changed it since; [`YoungerHistory::refusal`] when the line is there already.
    fn change(&self, next: &Standing, line: &Change) -> impl Future<Output = Answer<u64>> + Send;

    /// Says that a command is at work, that it still lives, or that it is at its end; nothing else changes, and the version does.
    ///
    /// # Errors
    /// [`crate::port::Class::Stale`] when somebody else changed it since.
    fn claim(&self, read: &Standing, busy: Option<&Busy>) -> impl Future<Output = Answer<u64>> + Send;

    /// All changes, the oldest first.
    fn changes(&self) -> impl Future<Output = Answer<Vec<Change>>> + Send;

    /// Whether the history goes on where the phase ends. `None`: it does not.
    fn younger(&self) -> impl Future<Output = Answer<Option<YoungerHistory>>> + Send;
}
