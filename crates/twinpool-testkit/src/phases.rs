//! Where the move stands, in memory.

use twinpool_core::id::Timestamp;
use twinpool_core::phase::{Busy, Change, PhaseReader, PhaseStore, Standing, Step, YoungerHistory};
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_core::verified::{Verified, VerifiedStore};
use twinpool_core::watch::Memory;

use crate::links::MemoryLinks;

#[derive(Debug, Default)]
pub(crate) struct Phases {
    standing: Standing,
    /// How many lines the phase counts.
    counted: usize,
    changes: Vec<Change>,
    verified: Option<Verified>,
    pub(crate) watched: Memory,
}

impl Phases {
    fn younger(&self) -> Option<YoungerHistory> {
        let is_longer = self.changes.len() > self.counted;
        is_longer.then(|| YoungerHistory(self.counted as u64 + 1))
    }
}

fn stale(operation: &'static str) -> PortError {
    PortError::new(Class::Stale, operation, "ConditionalCheckFailedException")
}

impl MemoryLinks {
    /// An operator makes a step.
    ///
    /// # Panics
    /// When it cannot be made from where the move stands.
    pub async fn step(&self, step: &Step, at: Timestamp) {
        let read = self.standing().await.expect("the phase can be read");
        // Nobody completes a move that has just begun.
        let settled = read.two_way_since.map_or(0, |since| since.0 + 20_000);
        let at = if *step == Step::Complete { Timestamp(at.0.max(settled)) } else { at };
        let next = read.after(step, at).expect("the step can be made");
        let line = Change {
            version: next.version,
            from: (read.phase, read.share),
            to: (next.phase, next.share),
            at,
            who: "operator".to_owned(),
            why: "a test".to_owned(),
            forced: Vec::new(),
        };
        self.change(&next, &line).await.expect("the phase can be changed");
    }
}

impl MemoryLinks {
    /// Somebody puts the phase back by itself, as it was when it counted so many lines.
    pub fn put_phase_back(&self, standing: &Standing, counted: usize) {
        self.with_phases(|phases| (phases.standing, phases.counted) = (standing.clone(), counted));
    }
}

impl PhaseReader for MemoryLinks {
    async fn standing(&self) -> Answer<Standing> {
        self.process.glance("GetItem")?;
        Ok(self.with_phases(|phases| phases.standing.clone()))
    }
}

impl PhaseStore for MemoryLinks {
    async fn change(&self, next: &Standing, line: &Change) -> Answer<u64> {
        const OPERATION: &str = "TransactWriteItems";
        let change = |phases: &mut Phases| {
            if phases.standing.version != next.version {
                return Err(stale(OPERATION));
            }
            if let Some(younger) = phases.younger() {
                return Err(younger.refusal(OPERATION));
            }
            phases.standing = Standing { version: next.version + 1, ..next.clone() };
            phases.counted += 1;
            phases.changes.push(Change { version: next.version + 1, ..line.clone() });
            Ok(next.version + 1)
        };
        self.process.call(OPERATION, || self.with_phases(change)).await
    }

    async fn claim(&self, read: &Standing, busy: Option<&Busy>) -> Answer<u64> {
        const OPERATION: &str = "PutItem";
        let claim = |phases: &mut Phases| {
            if phases.standing.version != read.version {
                return Err(stale(OPERATION));
            }
            phases.standing = Standing { version: read.version + 1, busy: busy.cloned(), ..read.clone() };
            Ok(read.version + 1)
        };
        self.process.call(OPERATION, || self.with_phases(claim)).await
    }

    async fn changes(&self) -> Answer<Vec<Change>> {
        self.process.call("Query", || Ok(self.with_phases(|phases| phases.changes.clone()))).await
    }

    async fn younger(&self) -> Answer<Option<YoungerHistory>> {
        self.process.call("GetItem", || Ok(self.with_phases(|phases| phases.younger()))).await
    }
}

impl VerifiedStore for MemoryLinks {
    async fn verified(&self) -> Answer<Option<Verified>> {
        self.process.call("GetItem", || Ok(self.with_phases(|phases| phases.verified))).await
    }

    async fn note_verified(&self, verified: &Verified) -> Answer<()> {
        let note = |phases: &mut Phases| {
            phases.verified = Some(*verified);
            Ok(())
        };
        self.process.call("PutItem", || self.with_phases(note)).await
    }
}
