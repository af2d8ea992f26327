//! A rollback is never refused, and its line says what was not as it should be.

use twinpool_core::check::{Check, Facts, Verdict, What};
use twinpool_core::phase::{Busy, Change, PhaseReader, PhaseStore, Standing, YoungerHistory};
use twinpool_core::port::Answer;

/// Writes down with each change in which table it was made, and what did not hold.
pub(super) struct Noted<'a, S> {
    store: &'a S,
    table: Option<String>,
    forced: Vec<String>,
}

impl<'a, S> Noted<'a, S> {
    /// A table that was put back from a backup is taken as it is: whoever sends everybody back has no time to look.
    pub(super) fn over(store: &'a S, checks: &[Check], facts: &Facts) -> Self {
        let is_restored =
            |check: &&Check| check.what == What::Table && matches!(check.verdict, Verdict::Fails { .. });
        let forced = checks.iter().filter(is_restored).map(|check| check.what.code().to_owned()).collect();
        Self { store, table: facts.table.clone().ok().flatten(), forced }
    }
}

impl<S: PhaseReader> PhaseReader for Noted<'_, S> {
    async fn standing(&self) -> Answer<Standing> {
        self.store.standing().await
    }
}

impl<S: PhaseStore> PhaseStore for Noted<'_, S> {
    async fn change(&self, next: &Standing, line: &Change) -> Answer<u64> {
        let table = self.table.clone().or_else(|| next.table.clone());
        let line = Change { forced: self.forced.clone(), ..line.clone() };
        self.store.change(&Standing { table, ..next.clone() }, &line).await
    }

    async fn claim(&self, read: &Standing, busy: Option<&Busy>) -> Answer<u64> {
        self.store.claim(read, busy).await
    }

    async fn changes(&self) -> Answer<Vec<Change>> {
        self.store.changes().await
    }

    async fn younger(&self) -> Answer<Option<YoungerHistory>> {
        self.store.younger().await
    }
}
