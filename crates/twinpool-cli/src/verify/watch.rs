//! Hears of a run: shows how far it is, keeps rows, remembers who differs.

use std::io;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use anyhow::Context as _;
use twinpool_core::id::OldSub;
use twinpool_core::port::PortError;
use twinpool_engine::{Listener, Observer, Row, Step, Verdict};

use super::file::Rows;
use crate::progress::Progress;

/// So many differences are shown; the rest is in the rows.
const SHOWN: usize = 20;

/// Whoever differs.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// The first of them.
    pub(super) shown: Vec<Row>,
    /// All of the old pool.
    pub(super) differing: Vec<OldSub>,
    /// How many are in the new pool only and were never in the old one, as far as is known.
    pub(super) strangers: u64,
}

/// Watches a run.
#[derive(Debug)]
pub(super) struct Watch {
    progress: Progress,
    is_told: bool,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    rows: Option<Rows>,
    found: Found,
    step: Option<Step>,
}

impl Watch {
    pub(super) fn new(rows: Option<Rows>, is_told: bool) -> Self {
        let state = Mutex::new(State { rows, ..State::default() });
        Self { progress: Progress::new(None), is_told, state }
    }

    /// The changing line goes.
    pub(super) fn end(&self) {
        self.progress.end();
    }

    /// The run has ended well.
    pub(super) fn close(self) -> anyhow::Result<Found> {
        let state = self.state.into_inner().unwrap_or_else(PoisonError::into_inner);
        if let Some(rows) = state.rows {
            rows.finish().context("cannot finish the rows")?;
        }
        Ok(state.found)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Listener for Watch {
    fn waits(&self, error: &PortError, after: Duration) {
        self.progress.waits(error, after);
    }

    fn begins_anew(&self) {
        self.progress.begins_anew();
    }
}

impl Observer for Watch {
    fn step(&self, step: Step, done: u64) {
        if !self.is_told {
            return;
        }
        let is_new = self.state().step.replace(step) != Some(step);
        if is_new {
            self.progress.say(&in_words(step));
        }
        self.progress.show(done, "");
    }

    fn row(&self, row: &Row) -> io::Result<()> {
        let mut state = self.state();
        if let Some(rows) = &mut state.rows {
            rows.keep(row)?;
        }
        if row.verdict.is_difference() {
            match &row.old_sub {
                Some(sub) => state.found.differing.push(sub.clone()),
                None => state.found.strangers += 1,
            }
        }
        let is_shown = !matches!(row.verdict, Verdict::Equal | Verdict::HeldBack);
        if is_shown && state.found.shown.len() < SHOWN {
            state.found.shown.push(row.clone());
        }
        Ok(())
    }
}

fn in_words(step: Step) -> String {
    match step {
        Step::Links => "reading who belongs to whom".to_owned(),
        Step::OldGroups => "reading who is in which group of the old pool".to_owned(),
        Step::NewGroups => "reading who is in which group of the new pool".to_owned(),
        Step::New => "reading the new pool".to_owned(),
        Step::Old => "comparing the old pool".to_owned(),
        Step::Look(1) => {
            "reading those who do not match; who differs still is read again after a pause (--pause)"
                .to_owned()
        }
        Step::Look(round) => format!("reading those who differ still, look {round}"),
    }
}
