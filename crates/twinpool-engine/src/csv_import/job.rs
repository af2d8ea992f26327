//! One job, from its file to its end.

use std::time::Duration;

use tokio::time::sleep;
use twinpool_core::id::JobId;
use twinpool_core::import_job::{ImportJobs, Job, JobState, Rejection};
use twinpool_core::port::{Answer, Class, PortError};

use super::{CsvImportError, JobEvent, JobListener};
use crate::walk::persist;

/// How often a job is looked at. A job of 500,000 rows takes hours.
const PAUSE: Duration = Duration::from_secs(10);

/// How often its log is looked at, which may come late.
const LOOKS: u32 = 6;

/// By this a job of ours is known again, by whoever goes on.
pub(super) const OURS: &str = "twinpool-";

/// What became of a job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobReport {
    /// The job at its end.
    pub job: Job,
    /// How many rows its file had; `None` of a job that somebody else had begun.
    pub rows: Option<usize>,
    /// The rows that made nobody, as far as the log shows.
    pub rejections: Vec<Rejection>,
    /// Why the log could not be read.
    pub unread_log: Option<PortError>,
}

/// Runs a job for this file to its end.
pub(super) async fn run<J: ImportJobs>(
    jobs: &J,
    name: &str,
    (file, rows): (Vec<u8>, usize),
    listener: &impl JobListener,
) -> Result<JobReport, CsvImportError> {
    let new = persist(|| jobs.create_job(name), listener).await.map_err(CsvImportError::Refused)?;
    listener.job(JobEvent::Created { id: &new.id, rows });
    persist(|| jobs.upload(&new.upload_to, file.clone()), listener)
        .await
        .map_err(|error| CsvImportError::Upload(new.id.clone(), error))?;
    // The job has it now.
    drop(file);
    if let Err(error) = persist(|| jobs.start_job(&new.id), listener).await {
        // Perhaps the answer of an earlier try was lost.
        let is_started = persist(|| jobs.job(&new.id), listener).await?;
        if is_started.is_none_or(|job| job.state == JobState::Created) {
            return Err(CsvImportError::Refused(error));
        }
    }
    Ok(JobReport { rows: Some(rows), ..watch(jobs, &new.id, listener).await? })
}

/// Watches a job to its end.
pub(super) async fn watch<J: ImportJobs>(
    jobs: &J,
    id: &JobId,
    listener: &impl JobListener,
) -> Result<JobReport, CsvImportError> {
    let gone = || PortError::new(Class::NotFound, "DescribeUserImportJob", "ResourceNotFoundException");
    loop {
        let job = persist(|| jobs.job(id), listener).await?.ok_or_else(gone)?;
        listener.job(JobEvent::Goes(&job));
        if job.state.is_over() {
            return Ok(report(jobs, job, listener).await);
        }
        sleep(PAUSE).await;
    }
}

/// The log tells who was not imported, and why. Who it is shows anyway: whoever has no pair is made by a call.
async fn report<J: ImportJobs>(jobs: &J, job: Job, listener: &impl JobListener) -> JobReport {
    let mut rejections = Ok(Vec::new());
    let expected = job.skipped + job.failed;
    for look in 0..LOOKS {
        let is_whole = matches!(&rejections, Ok(all) if all.len() as u64 >= expected);
        if is_whole {
            break;
        }
        if look > 0 {
            sleep(PAUSE).await;
        }
        rejections = persist(|| jobs.rejections(&job), listener).await;
        if rejections.is_err() {
            break;
        }
    }
    let (rejections, unread_log) = split(rejections);
    JobReport { job, rows: None, rejections, unread_log }
}

fn split(answer: Answer<Vec<Rejection>>) -> (Vec<Rejection>, Option<PortError>) {
    match answer {
        Ok(rejections) => (rejections, None),
        Err(error) => (Vec::new(), Some(error)),
    }
}
