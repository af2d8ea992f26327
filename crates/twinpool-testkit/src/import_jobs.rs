//! The import jobs of a pool in memory, as strict as AWS is documented to be (F§7).

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use twinpool_core::id::{AttributeName, JobId};
use twinpool_core::import_job::{
    ImportJobs, Job, JobState, MFA_ENABLED, MOST_BYTES, MOST_ROWS, NewJob, Rejection, USERNAME, Verdict,
};
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_core::value::Value;

use crate::pool::MemoryPool;
use crate::process::Process;

mod row;

/// The columns of every pool, in the order of the guide's example.
const STANDARD: [&str; 19] = [
    "name",
    "given_name",
    "family_name",
    "middle_name",
    "nickname",
    "preferred_username",
    "profile",
    "picture",
    "website",
    "email",
    "email_verified",
    "gender",
    "birthdate",
    "zoneinfo",
    "locale",
    "phone_number",
    "phone_number_verified",
    "address",
    "updated_at",
];

/// How many rows a job imports between two looks at it.
const AT_ONCE: usize = 2;

/// A pool has so many jobs at most.
const MOST_JOBS: usize = 1_000;

#[derive(Debug)]
struct Kept {
    job: Job,
    file: Option<Vec<u8>>,
    rows: Vec<String>,
    next: usize,
    columns: Vec<String>,
    rejections: Vec<Rejection>,
}

#[derive(Debug, Default)]
struct State {
    jobs: BTreeMap<String, Kept>,
    active_elsewhere: bool,
    gives_up_after: Option<usize>,
    passwordless: bool,
    log_is_closed: bool,
    failing: BTreeSet<String>,
}

/// The import jobs of one pool, and what else of the account they depend on.
#[derive(Debug, Clone)]
pub struct MemoryImportJobs {
    pool: Arc<MemoryPool>,
    process: Arc<Process>,
    state: Arc<Mutex<State>>,
}

fn refused(operation: &'static str, code: &str) -> PortError {
    PortError::new(Class::Rejected, operation, code)
}

impl MemoryImportJobs {
    /// No job yet.
    #[must_use]
    pub fn of(pool: &Arc<MemoryPool>, process: &Arc<Process>) -> Self {
        Self { pool: Arc::clone(pool), process: Arc::clone(process), state: Arc::default() }
    }

    /// The same jobs, as another process calls them.
    #[must_use]
    pub fn called_by(&self, process: &Arc<Process>) -> Self {
        Self { process: Arc::clone(process), ..self.clone() }
    }

    /// Whether another pool of the account has a job that runs: an account has one at a time.
    pub fn run_elsewhere(&self, is_running: bool) {
        self.state().active_elsewhere = is_running;
    }

    /// Makes jobs end when so many rows made nobody ("Too many users have failed or been skipped"; the number is not
    /// documented).
    pub fn give_up_after(&self, rejections: usize) {
        self.state().gives_up_after = Some(rejections);
    }

    /// Rows in which this text stands fail with an internal error.
    pub fn fail_rows_with(&self, text: &str) {
        self.state().failing.insert(text.to_owned());
    }

    /// Lets the pool sign people in with codes: who is imported is CONFIRMED then.
    pub fn make_passwordless(&self) {
        self.state().passwordless = true;
    }

    /// Lets nobody read the logs.
    pub fn close_log(&self) {
        self.state().log_is_closed = true;
    }

    /// The files that were handed over, in order of the jobs.
    #[must_use]
    pub fn files(&self) -> Vec<String> {
        let state = self.state();
        let files = state.jobs.values().filter_map(|kept| kept.file.clone());
        files.map(|bytes| String::from_utf8(bytes).expect("UTF-8")).collect()
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    async fn call<T: Send>(
        &self,
        operation: &'static str,
        work: impl FnOnce(&mut State) -> Answer<T> + Send,
    ) -> Answer<T> {
        self.process.enter(operation).await?;
        let answer = work(&mut self.state())?;
        self.process.leave(operation).await?;
        Ok(answer)
    }

    fn columns(&self) -> Vec<AttributeName> {
        let custom = self.pool.shape().attributes.keys().filter(|name| name.as_str().starts_with("custom:"));
        let names = STANDARD.into_iter().chain([MFA_ENABLED, USERNAME]);
        let known = names.map(|name| AttributeName::parse(name).expect("a name"));
        known.chain(custom.cloned()).collect()
    }

    /// The next rows of a job that runs.
    fn advance(&self, state: &mut State, id: &str) {
        let (passwordless, gives_up_after) = (state.passwordless, state.gives_up_after);
        let State { jobs, failing, .. } = state;
        let Some(kept) = jobs.get_mut(id) else {
            return;
        };
        match kept.job.state {
            JobState::Pending => kept.begin(self.columns()),
            JobState::Stopping => kept.job.state = JobState::Stopped,
            JobState::InProgress => {
                for _ in 0..AT_ONCE {
                    kept.import_next(&self.pool, passwordless, failing);
                    if gives_up_after.is_some_and(|most| kept.rejections.len() >= most) {
                        let message = "Too many users have failed or been skipped during the import.";
                        kept.fail(message);
                        return;
                    }
                }
            }
            _ => {}
        }
    }
}

impl Kept {
    fn fail(&mut self, message: &str) {
        self.job.state = JobState::Failed;
        self.job.message = Some(message.to_owned());
    }

    /// Looks at the file as a whole.
    fn begin(&mut self, columns: Vec<AttributeName>) {
        self.job.state = JobState::InProgress;
        let bytes = self.file.clone().unwrap_or_default();
        if bytes.len() > MOST_BYTES || bytes.starts_with(b"\xef\xbb\xbf") {
            return self.fail("The file cannot be read.");
        }
        let Ok(text) = String::from_utf8(bytes) else {
            return self.fail("The file cannot be read.");
        };
        let mut lines = text.lines().map(str::to_owned);
        self.columns = lines.next().unwrap_or_default().split(',').map(str::to_owned).collect();
        let names: BTreeSet<_> = self.columns.iter().map(String::as_str).collect();
        let wanted: BTreeSet<_> = columns.iter().map(AttributeName::as_str).collect();
        self.rows = lines.collect();
        if names != wanted || self.columns.len() != wanted.len() {
            self.fail("The header in the CSV file does not match the expected headers");
        } else if self.rows.len() > MOST_ROWS {
            self.fail("The file has too many rows.");
        }
    }

    fn import_next(&mut self, pool: &MemoryPool, passwordless: bool, failing: &BTreeSet<String>) {
        let Some(row) = self.rows.get(self.next) else {
            if self.job.state == JobState::InProgress {
                self.job.state = JobState::Succeeded;
                self.job.message = Some("Import Job Completed Successfully.".to_owned());
            }
            return;
        };
        self.next += 1;
        // The header is the first line.
        let line = self.next as u64 + 1;
        let fails = failing.iter().any(|text| row.contains(text));
        let made =
            if fails { Err(Verdict::Failed) } else { row::import(pool, &self.columns, row, passwordless) };
        match made {
            Ok(()) => self.job.imported += 1,
            Err(verdict) => {
                if verdict == Verdict::Exists {
                    self.job.skipped += 1;
                } else {
                    self.job.failed += 1;
                }
                self.rejections.push(Rejection { line, verdict });
            }
        }
    }
}

impl ImportJobs for MemoryImportJobs {
    async fn csv_header(&self) -> Answer<Vec<AttributeName>> {
        let columns = self.columns();
        self.call("GetCSVHeader", |_| Ok(columns)).await
    }

    async fn create_job(&self, name: &str) -> Answer<NewJob> {
        const OPERATION: &str = "CreateUserImportJob";
        self.call(OPERATION, |state| {
            if state.jobs.len() >= MOST_JOBS {
                return Err(refused(OPERATION, "LimitExceededException"));
            }
            let text = format!("import-{:04}", state.jobs.len() + 1);
            let id = JobId::parse(text.as_str()).expect("an id");
            let job = Job {
                id: id.clone(),
                name: name.to_owned(),
                state: JobState::Created,
                imported: 0,
                skipped: 0,
                failed: 0,
                message: None,
            };
            let kept = Kept {
                job,
                file: None,
                rows: Vec::new(),
                next: 0,
                columns: Vec::new(),
                rejections: Vec::new(),
            };
            state.jobs.insert(text.clone(), kept);
            Ok(NewJob { id, upload_to: Value::new(text) })
        })
        .await
    }

    async fn upload(&self, upload_to: &Value, file: Vec<u8>) -> Answer<()> {
        const OPERATION: &str = "PutFile";
        self.call(OPERATION, |state| {
            let kept = state.jobs.get_mut(upload_to.reveal());
            let kept = kept.ok_or_else(|| PortError::new(Class::Denied, OPERATION, "AccessDenied"))?;
            kept.file = Some(file);
            Ok(())
        })
        .await
    }

    async fn start_job(&self, id: &JobId) -> Answer<()> {
        const OPERATION: &str = "StartUserImportJob";
        let verifies = !self.pool.shape_now().verifies.is_empty();
        self.call(OPERATION, |state| {
            let is_busy =
                state.active_elsewhere || state.jobs.values().any(|kept| kept.job.state.is_active());
            let kept = state.jobs.get_mut(id.as_str());
            let kept =
                kept.ok_or_else(|| PortError::new(Class::NotFound, OPERATION, "ResourceNotFoundException"))?;
            let can_start =
                kept.job.state == JobState::Created && kept.file.is_some() && verifies && !is_busy;
            if !can_start {
                return Err(refused(OPERATION, "PreconditionNotMetException"));
            }
            kept.job.state = JobState::Pending;
            Ok(())
        })
        .await
    }

    async fn job(&self, id: &JobId) -> Answer<Option<Job>> {
        self.call("DescribeUserImportJob", |state| {
            self.advance(state, id.as_str());
            Ok(state.jobs.get(id.as_str()).map(|kept| kept.job.clone()))
        })
        .await
    }

    async fn jobs(&self) -> Answer<Vec<Job>> {
        self.call("ListUserImportJobs", |state| {
            Ok(state.jobs.values().rev().map(|kept| kept.job.clone()).collect())
        })
        .await
    }

    async fn stop_job(&self, id: &JobId) -> Answer<()> {
        const OPERATION: &str = "StopUserImportJob";
        self.call(OPERATION, |state| {
            let kept = state.jobs.get_mut(id.as_str()).filter(|kept| kept.job.state.is_active());
            let kept = kept.ok_or_else(|| refused(OPERATION, "PreconditionNotMetException"))?;
            kept.job.state = JobState::Stopping;
            Ok(())
        })
        .await
    }

    async fn rejections(&self, job: &Job) -> Answer<Vec<Rejection>> {
        const OPERATION: &str = "FilterLogEvents";
        self.call(OPERATION, |state| {
            if state.log_is_closed {
                return Err(PortError::new(Class::Denied, OPERATION, "AccessDeniedException"));
            }
            Ok(state.jobs.get(job.id.as_str()).map(|kept| kept.rejections.clone()).unwrap_or_default())
        })
        .await
    }
}
