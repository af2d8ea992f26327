//! What became of an import.

use std::collections::BTreeMap;

use twinpool_core::id::OldSub;
use twinpool_core::import_job::{JobState, Verdict};

use super::{JobReport, Unfit};

/// What became of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct CsvReport {
    /// The jobs, in order.
    pub jobs: Vec<JobReport>,
    /// Users who were put into a file.
    pub sent: u64,
    /// Users who have a link, and are not the job's business.
    pub known: u64,
    /// Users whom the rules leave out.
    pub left_out: u64,
    /// Users whose rows made nobody, as far as the logs show, and why: they are tried by a call.
    pub refused: BTreeMap<OldSub, Verdict>,
    /// Users who are made by a call, by reason.
    pub unfit: BTreeMap<Unfit, u64>,
    /// Lists of the old pool do not tell second factors, and it has them: those of imported users follow with their next
    /// event.
    pub factors_follow: bool,
}

impl CsvReport {
    /// Whether all jobs that were begun here got through. What became of one that was waited for does not matter: whom it did
    /// not make was put into a file again.
    #[must_use]
    pub fn is_whole(&self) -> bool {
        let mut own = self.jobs.iter().filter(|job| job.rows.is_some());
        own.all(|job| job.job.state == JobState::Succeeded)
    }
}
