//! Whether both pools agree: a plan that is made and not carried out, for everybody.
//!
//! Lists do the most of it, sixty users a call and nobody made an active user (F§0.4). The new pool is walked first and kept
//! as prints; then the old one passes by. Only who does not match, and whose link does not tell why, is read in both pools,
//! and read again before it is called a difference. Reads only, by type.

use std::io;
use std::time::Duration;

use twinpool_core::arrival::ArrivalStore;
use twinpool_core::born::BornStore;
use twinpool_core::id::{NewSub, OldSub};
use twinpool_core::listing::{LinkBatch, PoolList};
use twinpool_core::phase::PhaseReader;
use twinpool_core::port::{Clock, LinkReader, PortError};

use crate::engine::{Engine, Ports};
use crate::known::Known;
use crate::walk::{Listener, WalkError};

mod again;
mod finding;
mod gather;
mod judge;
mod key;
mod look;
mod pass;
mod prints;
mod repair;
mod row;
mod sample;
mod sets;
mod sight;
mod table;

pub use finding::{Finding, What, Why};
pub use row::{Marked, Row, Summary, Verdict};
pub use sample::Sample;

use again::Run;
use key::Key;
use prints::Prints;
use table::Table;

/// Compares both pools. Has nothing that could write.
#[derive(Debug)]
pub struct Verifier<'a, O, N, L, C> {
    old: &'a O,
    new: &'a N,
    links: &'a L,
    clock: &'a C,
    known: Known<'a>,
}

/// How to look.
#[derive(Debug, Clone)]
pub struct Looking {
    /// Reads every user in both pools, for what lists do not tell: second factors, passkeys, devices. Makes everybody an active
    /// user of both pools this month (F§0.4).
    pub thorough: bool,
    /// How long to wait before a difference is looked at again.
    pub pause: Duration,
    /// How often a user who goes on changing is looked at, at least 2: the first look settles most, the second says that a difference
    /// stays.
    pub rounds: u32,
    /// How many users may be read; of others the lists alone speak. Does not count where everybody is to be read.
    pub most_looks: Option<usize>,
    /// What another run found by reading: these users are not read again.
    pub earlier: Vec<Row>,
}

impl Default for Looking {
    fn default() -> Self {
        Self {
            thorough: false,
            pause: Duration::from_secs(30),
            rounds: 3,
            most_looks: None,
            earlier: Vec::new(),
        }
    }
}

/// Where a run is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Walks over the table.
    Links,
    /// Lists the members of the old pool's groups.
    OldGroups,
    /// Lists the members of the new pool's groups.
    NewGroups,
    /// Walks over the new pool.
    New,
    /// Walks over the old pool.
    Old,
    /// Reads those who do not match; which round it is, from 1.
    Look(u32),
}

/// Who hears of what is found.
pub trait Observer: Listener {
    /// So much of a step is done: links, memberships or users.
    fn step(&self, step: Step, done: u64);

    /// A user is done. Each comes once.
    ///
    /// # Errors
    /// When the row cannot be kept: the run ends.
    fn row(&self, row: &Row) -> io::Result<()>;
}

/// Why a run ended early. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum VerifyError {
    /// The table could not be walked.
    #[error("cannot list the links")]
    Links(#[source] WalkError),
    /// The old pool could not be walked.
    #[error("cannot list the old pool")]
    Old(#[source] WalkError),
    /// The new pool could not be walked.
    #[error("cannot list the new pool")]
    New(#[source] WalkError),
    /// Links could not be read.
    #[error("cannot read the links of listed users")]
    Batch(#[source] PortError),
    /// A user could not be read.
    #[error("cannot read user {0}")]
    User(String, #[source] PortError),
    /// A row could not be kept.
    #[error("cannot write down what was found")]
    Rows(#[from] io::Error),
}

impl<P: Ports> Engine<P>
where
    P::Old: PoolList,
    P::New: PoolList,
    P::Links: LinkBatch,
{
    /// What compares the pools of this engine.
    pub fn verifier(&self) -> Verifier<'_, P::Old, P::New, P::Links, P::Clock> {
        Verifier {
            old: self.ports.old(),
            new: self.ports.new_pool(),
            links: self.ports.links(),
            clock: self.ports.clock(),
            known: self.known(),
        }
    }
}

impl<O, N, L, C> Verifier<'_, O, N, L, C>
where
    O: PoolList,
    N: PoolList,
    L: LinkReader + LinkBatch + BornStore + ArrivalStore + PhaseReader,
    C: Clock,
{
    /// Compares both pools whole.
    ///
    /// # Errors
    /// When a call fails for good, or a row cannot be kept.
    pub async fn verify(&self, looking: &Looking, observer: &impl Observer) -> Result<Summary, VerifyError> {
        let begun = self.clock.now();
        let mut summary = Summary::default();
        let mut table = self.gather(observer, &mut summary).await?;
        let candidates = self.pass(&mut table, looking.thorough, observer, &mut summary).await?;
        let run = Run { looking, begun, observer };
        self.look_at_all(&mut table, candidates, &run, &mut summary).await?;
        Ok(summary)
    }

    /// Reads these users of the old pool and their counterparts.
    ///
    /// # Errors
    /// When a call fails for good, or a row cannot be kept.
    pub async fn verify_these(
        &self,
        subs: &[OldSub],
        looking: &Looking,
        observer: &impl Observer,
    ) -> Result<Summary, VerifyError> {
        let begun = self.clock.now();
        let mut summary = Summary::default();
        let mut table = Table::new(Prints::new(self.known.marker.clone(), false), 0);
        let candidate = |sub: &OldSub| Candidate {
            old: table.subs.key(sub.as_str()),
            new: Key::NOBODY,
            verdict: Verdict::Differs,
            why: Why::Differs,
        };
        let candidates = subs.iter().map(candidate).collect();
        self.look_at_all(&mut table, candidates, &Run { looking, begun, observer }, &mut summary).await?;
        Ok(summary)
    }
}

/// A user who is to be read in both pools.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    old: Key,
    new: Key,
    /// What the lists say.
    verdict: Verdict,
    why: Why,
}

/// Says a row.
fn tell(row: &Row, observer: &impl Observer, summary: &mut Summary) -> Result<(), VerifyError> {
    summary.add(row);
    Ok(observer.row(row)?)
}

fn old_sub(text: &str) -> Option<OldSub> {
    OldSub::parse(text).ok()
}

fn new_sub(text: &str) -> Option<NewSub> {
    NewSub::parse(text).ok()
}
