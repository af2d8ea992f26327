//! Import jobs: Cognito's operations, the signed address at S3 that takes the file, and the log in CloudWatch Logs (F§7).

use std::collections::BTreeMap;
use std::hash::{DefaultHasher, Hash as _, Hasher as _};
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard};

use serde_json::{Value, json};
use twinpool_core::id::JobId;
use twinpool_core::import_job::{ImportJobs as _, Job, JobState};
use twinpool_core::value::Value as Secret;
use twinpool_testkit::{MemoryImportJobs, MemoryPool, Process};

use super::cognito::directory::now;
use super::faults::Faults;
use super::meter::Meter;
use super::refusal::{Refusal, only, text};
use crate::http::{Reply, Request};

mod log;
mod upload;

/// When every job was made: no test looks. With a fraction, as Cognito writes dates.
const AT: f64 = 1_700_000_000.123;

/// What CloudWatch Logs is called in a target.
pub(super) const LOGS: &str = "Logs_20140328";

/// Those of Cognito.
pub(super) const OPERATIONS: [&str; 5] = [
    "GetCSVHeader",
    "CreateUserImportJob",
    "StartUserImportJob",
    "DescribeUserImportJob",
    "ListUserImportJobs",
];

#[derive(Debug)]
struct Made {
    role: String,
    path: String,
}

#[derive(Debug)]
struct Pool {
    jobs: MemoryImportJobs,
    made: BTreeMap<JobId, Made>,
}

#[derive(Debug, Default)]
struct State {
    pools: BTreeMap<String, Pool>,
    is_held: bool,
    address: Option<SocketAddr>,
}

/// The import jobs of the account.
#[derive(Debug, Default)]
pub struct Imports(Mutex<State>);

impl Imports {
    pub(super) fn before(pools: &[&Arc<MemoryPool>]) -> Self {
        let process = Arc::new(Process::healthy());
        let jobs = |pool: &Arc<MemoryPool>| MemoryImportJobs::of(pool, &process);
        let pool = |pool: &&Arc<MemoryPool>| {
            (pool.shape().id.to_string(), Pool { jobs: jobs(pool), made: BTreeMap::new() })
        };
        Self(Mutex::new(State { pools: pools.iter().map(pool).collect(), ..State::default() }))
    }

    /// Jobs stop half way from now on, after their first rows. Unless held, one is over when it is looked at first.
    pub fn hold(&self) {
        self.state().is_held = true;
    }

    /// Jobs go on to their end.
    pub fn release(&self) {
        self.state().is_held = false;
    }

    /// Those of one pool.
    ///
    /// # Panics
    /// When there is no such pool.
    #[must_use]
    pub fn of_pool(&self, id: &str) -> MemoryImportJobs {
        self.state().pools[id].jobs.clone()
    }

    pub(super) fn take_files_at(&self, address: SocketAddr) {
        self.state().address = Some(address);
    }

    pub(super) fn answer(&self, operation: &str, body: &Value) -> Result<Value, Refusal> {
        let mut state = self.state();
        let id = text(body, "UserPoolId")?.to_owned();
        let is_busy_elsewhere = state.is_busy_beside(&id);
        let (is_held, address) = (state.is_held, state.address);
        let missing = || Refusal::new("ResourceNotFoundException", "no such user pool");
        let pool = state.pools.get_mut(&id).ok_or_else(missing)?;
        match operation {
            "GetCSVHeader" => {
                only(body, &["UserPoolId"])?;
                let names = now(pool.jobs.csv_header())?;
                let names: Vec<_> = names.iter().map(|name| name.as_str()).collect();
                Ok(json!({ "UserPoolId": id, "CSVHeader": names }))
            }
            "CreateUserImportJob" => pool.create(&id, address, body),
            "ListUserImportJobs" => {
                only(body, &["UserPoolId", "MaxResults"])?;
                let most = body["MaxResults"].as_u64().filter(|most| (1..=60).contains(most));
                let most = most.ok_or_else(|| Refusal::parameter("MaxResults is a number from 1 to 60"))?;
                let jobs = now(pool.jobs.jobs())?;
                let told: Vec<_> = jobs.iter().map(|job| pool.told(&id, job)).collect();
                // With more, there would be a PaginationToken, which nothing here knows.
                if told.len() as u64 > most {
                    return Err(Refusal::parameter("this server has no more pages of jobs"));
                }
                Ok(json!({ "UserImportJobs": told }))
            }
            "StartUserImportJob" => {
                // An account has one active job (F§7).
                pool.jobs.run_elsewhere(is_busy_elsewhere);
                let job = job_of(body)?;
                now(pool.jobs.start_job(&job))?;
                pool.one(&id, &job)
            }
            "DescribeUserImportJob" => {
                let job = job_of(body)?;
                pool.advance(&job, is_held)?;
                pool.one(&id, &job)
            }
            _ => Err(Refusal::unknown(operation)),
        }
    }

    /// CloudWatch Logs.
    pub(super) fn log(&self, operation: &str, body: &Value) -> Result<Value, Refusal> {
        if operation != "FilterLogEvents" {
            return Err(Refusal::unknown(operation));
        }
        log::answer(&self.state(), body)
    }

    /// What S3 says to a file, which it calls PutObject.
    pub(super) fn put(&self, request: &Request, meter: &Meter, faults: &Faults) -> Reply {
        meter.note(upload::OPERATION);
        match faults.next(upload::OPERATION) {
            Some(code) => upload::refused(403, &code),
            None => upload::answer(&self.state(), request),
        }
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().expect("no holder panics")
    }
}

impl State {
    fn is_busy_beside(&self, id: &str) -> bool {
        let others = self.pools.iter().filter(|(other, _)| *other != id);
        let is_busy = |pool: &Pool| pool.all().iter().any(|job| job.state.is_active());
        others.into_iter().any(|(_, pool)| is_busy(pool))
    }
}

impl Pool {
    fn all(&self) -> Vec<Job> {
        now(self.jobs.jobs()).unwrap_or_default()
    }

    fn job(&self, id: &JobId) -> Result<Job, Refusal> {
        let found = self.all().into_iter().find(|job| job.id == *id);
        found.ok_or_else(|| Refusal::new("ResourceNotFoundException", "no such import job"))
    }

    fn create(&mut self, pool: &str, address: Option<SocketAddr>, body: &Value) -> Result<Value, Refusal> {
        only(body, &["UserPoolId", "JobName", "CloudWatchLogsRoleArn"])?;
        let (name, role) = (text(body, "JobName")?, text(body, "CloudWatchLogsRoleArn")?);
        let is_name = |c: char| c.is_alphanumeric() || c.is_whitespace() || "_+=,.@-".contains(c);
        if !(1..=128).contains(&name.len()) || !name.chars().all(is_name) {
            return Err(Refusal::parameter("JobName"));
        }
        let new = now(self.jobs.create_job(name))?;
        let mut signature = DefaultHasher::new();
        (pool, new.id.as_str()).hash(&mut signature);
        let path = format!(
            "/import/{pool}/{}?X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=900\
             &X-Amz-SignedHeaders=host%3Bx-amz-server-side-encryption&X-Amz-Signature={:016x}",
            new.id,
            signature.finish()
        );
        self.made.insert(new.id.clone(), Made { role: role.to_owned(), path: path.clone() });
        let mut told = self.one(pool, &new.id)?;
        told["UserImportJob"]["PreSignedUrl"] =
            json!(address.map(|address| format!("http://{address}{path}")));
        Ok(told)
    }

    fn advance(&self, id: &JobId, is_held: bool) -> Result<(), Refusal> {
        loop {
            let job = self.job(id)?;
            let is_begun = job.imported + job.skipped + job.failed > 0;
            if !job.state.is_active() || is_held && is_begun {
                return Ok(());
            }
            now(self.jobs.job(id))?;
        }
    }

    fn take(&self, id: &JobId, file: Vec<u8>) -> Result<(), Refusal> {
        Ok(now(self.jobs.upload(&Secret::new(id.as_str()), file))?)
    }

    fn one(&self, pool: &str, id: &JobId) -> Result<Value, Refusal> {
        Ok(json!({ "UserImportJob": self.told(pool, &self.job(id)?) }))
    }

    /// Without fields that have no value yet (API: UserImportJobType).
    fn told(&self, pool: &str, job: &Job) -> Value {
        let mut told = json!({
            "JobId": job.id.as_str(),
            "JobName": job.name,
            "UserPoolId": pool,
            "Status": status(job.state),
            "CreationDate": AT,
            "CloudWatchLogsRoleArn": self.made.get(&job.id).map(|made| made.role.as_str()),
            "ImportedUsers": job.imported,
            "SkippedUsers": job.skipped,
            "FailedUsers": job.failed,
        });
        if job.state != JobState::Created {
            told["StartDate"] = json!(AT);
        }
        if job.state.is_over() {
            told["CompletionDate"] = json!(AT);
        }
        if let Some(message) = &job.message {
            told["CompletionMessage"] = json!(message);
        }
        told
    }
}

fn job_of(body: &Value) -> Result<JobId, Refusal> {
    only(body, &["UserPoolId", "JobId"])?;
    JobId::parse(text(body, "JobId")?).map_err(|_| Refusal::parameter("JobId"))
}

fn status(state: JobState) -> &'static str {
    match state {
        JobState::Created => "Created",
        JobState::Pending => "Pending",
        JobState::InProgress => "InProgress",
        JobState::Stopping => "Stopping",
        JobState::Expired => "Expired",
        JobState::Stopped => "Stopped",
        JobState::Failed => "Failed",
        JobState::Succeeded | JobState::Other => "Succeeded",
    }
}
