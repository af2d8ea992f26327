//! What runs were made of.

use std::fmt;

/// So often.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Counted {
    /// People changed something.
    pub(crate) changes: usize,
    /// Twinpool changed something.
    pub(crate) writes: usize,
    /// What people changed was written over by somebody who could not see it.
    pub(crate) raced: usize,
    /// What people changed lost against what others did in the other pool, and is listed.
    pub(crate) overruled: usize,
    /// A process died, or was ended.
    pub(crate) deaths: usize,
    /// An operator changed the phase.
    pub(crate) switches: usize,
    /// Somebody walked over the pools.
    pub(crate) walks: usize,
}

impl Counted {
    pub(crate) fn add(&mut self, other: Self) {
        self.changes += other.changes;
        self.writes += other.writes;
        self.raced += other.raced;
        self.overruled += other.overruled;
        self.deaths += other.deaths;
        self.switches += other.switches;
        self.walks += other.walks;
    }
}

impl fmt::Display for Counted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { changes, writes, raced, overruled, deaths, switches, walks } = self;
        write!(
            f,
            "{changes} changes of people, {writes} of twinpool, {raced} unseen, {overruled} overruled and listed, {deaths} processes that \
             died, {switches} switches, {walks} walks"
        )
    }
}
