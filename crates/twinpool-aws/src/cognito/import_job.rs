//! Import jobs of a pool, their files, and their logs (F§7).

use aws_config::SdkConfig;
use aws_sdk_cognitoidentityprovider::types::UserImportJobType;
use serde_json::json;
use twinpool_core::id::{AttributeName, JobId};
use twinpool_core::import_job::{ImportJobs, Job, JobState, NewJob, Rejection, Verdict};
use twinpool_core::port::{Answer, Class, PortError};
use twinpool_core::value::Value;

use super::{CognitoPool, or_none};
use crate::code::port_error;
use crate::raw::RawClient;

/// The address is signed with it: without, nothing is taken.
const ENCRYPTED: (&str, &str) = ("x-amz-server-side-encryption", "aws:kms");

const PAGE: i32 = 60;

/// FilterLogEvents gives at most this many events a page.
const EVENTS: usize = 10_000;

/// More pages than the largest file has lines.
const MOST_PAGES: usize = 2_000;

/// The import jobs of a pool.
#[derive(Debug)]
pub struct CognitoImportJobs {
    pool: CognitoPool,
    role: String,
    raw: RawClient,
}

impl CognitoImportJobs {
    /// Those of this pool. `role`: the ARN of the role with which Cognito writes the jobs' logs.
    ///
    /// # Errors
    /// [`Class::Rejected`] when `config` has no Region.
    pub fn of(pool: CognitoPool, config: &SdkConfig, role: String) -> Answer<Self> {
        Ok(Self { pool, role, raw: RawClient::connect(config, "logs", "logs")? })
    }

    /// Jobs write into one group per pool, named after both its id and its name.
    async fn log_group(&self) -> Answer<String> {
        const OPERATION: &str = "DescribeUserPool";
        let call = self.pool.client.describe_user_pool().user_pool_id(self.pool.id());
        let answer = call.send().await.map_err(|error| port_error(OPERATION, &error))?;
        let name = answer.user_pool.and_then(|pool| pool.name);
        let name = name.ok_or_else(|| PortError::new(Class::Unreadable, OPERATION, "NoUserPool"))?;
        Ok(format!("/aws/cognito/userpools/{}/{name}", self.pool.id()))
    }
}

fn decode(operation: &'static str, job: Option<&UserImportJobType>) -> Answer<Job> {
    let unreadable = || PortError::new(Class::Unreadable, operation, "NoImportJob");
    let job = job.ok_or_else(unreadable)?;
    Ok(Job {
        id: JobId::parse(job.job_id().unwrap_or_default()).map_err(|_| unreadable())?,
        name: job.job_name().unwrap_or_default().to_owned(),
        state: JobState::parse(job.status().map_or("", |status| status.as_str())),
        imported: job.imported_users().unsigned_abs(),
        skipped: job.skipped_users().unsigned_abs(),
        failed: job.failed_users().unsigned_abs(),
        message: job.completion_message().map(str::to_owned),
    })
}

/// `[FAILED] Line Number 5956 - The user ...`
fn rejection(line: &str) -> Option<Rejection> {
    let (verdict, rest) = line.trim().strip_prefix('[')?.split_once("] Line Number ")?;
    let (number, sentence) = rest.split_once('-')?;
    let is_skipped = match verdict {
        "SKIPPED" => true,
        "FAILED" => false,
        _ => return None,
    };
    Some(Rejection { line: number.trim().parse().ok()?, verdict: Verdict::of(is_skipped, sentence) })
}

impl ImportJobs for CognitoImportJobs {
    async fn csv_header(&self) -> Answer<Vec<AttributeName>> {
        const OPERATION: &str = "GetCSVHeader";
        let call = self.pool.client.get_csv_header().user_pool_id(self.pool.id());
        let answer = call.send().await.map_err(|error| port_error(OPERATION, &error))?;
        let unreadable = || PortError::new(Class::Unreadable, OPERATION, "BadColumn");
        let names = answer.csv_header.unwrap_or_default();
        names.into_iter().map(|name| AttributeName::parse(name).map_err(|_| unreadable())).collect()
    }

    async fn create_job(&self, name: &str) -> Answer<NewJob> {
        const OPERATION: &str = "CreateUserImportJob";
        let call = self.pool.client.create_user_import_job().user_pool_id(self.pool.id()).job_name(name);
        let answer = call.cloud_watch_logs_role_arn(&self.role).send().await;
        let answer = answer.map_err(|error| port_error(OPERATION, &error))?;
        let job = decode(OPERATION, answer.user_import_job())?;
        let upload_to = answer.user_import_job().and_then(|job| job.pre_signed_url());
        let upload_to =
            upload_to.ok_or_else(|| PortError::new(Class::Unreadable, OPERATION, "NoPreSignedUrl"))?;
        Ok(NewJob { id: job.id, upload_to: Value::new(upload_to) })
    }

    async fn upload(&self, upload_to: &Value, file: Vec<u8>) -> Answer<()> {
        self.raw.put(upload_to.reveal(), &[ENCRYPTED], file).await
    }

    async fn start_job(&self, id: &JobId) -> Answer<()> {
        let call = self.pool.client.start_user_import_job().user_pool_id(self.pool.id()).job_id(id.as_str());
        call.send().await.map(drop).map_err(|error| port_error("StartUserImportJob", &error))
    }

    async fn job(&self, id: &JobId) -> Answer<Option<Job>> {
        const OPERATION: &str = "DescribeUserImportJob";
        let call =
            self.pool.client.describe_user_import_job().user_pool_id(self.pool.id()).job_id(id.as_str());
        let answer = call.send().await.map_err(|error| port_error(OPERATION, &error));
        let Some(answer) = or_none(answer, "ResourceNotFoundException")? else {
            return Ok(None);
        };
        decode(OPERATION, answer.user_import_job()).map(Some)
    }

    async fn jobs(&self) -> Answer<Vec<Job>> {
        const OPERATION: &str = "ListUserImportJobs";
        let call = self.pool.client.list_user_import_jobs().user_pool_id(self.pool.id()).max_results(PAGE);
        let answer = call.send().await.map_err(|error| port_error(OPERATION, &error))?;
        answer.user_import_jobs().iter().map(|job| decode(OPERATION, Some(job))).collect()
    }

    async fn stop_job(&self, id: &JobId) -> Answer<()> {
        let call = self.pool.client.stop_user_import_job().user_pool_id(self.pool.id()).job_id(id.as_str());
        call.send().await.map(drop).map_err(|error| port_error("StopUserImportJob", &error))
    }

    async fn rejections(&self, job: &Job) -> Answer<Vec<Rejection>> {
        let mut body = json!({
            "logGroupName": self.log_group().await?,
            "logStreamNames": [format!("{}/{}", job.id, job.name)],
            "filterPattern": "?FAILED ?SKIPPED",
            "limit": EVENTS,
        });
        let mut all = Vec::new();
        for _ in 0..MOST_PAGES {
            let answer = self.raw.call("Logs_20140328.FilterLogEvents", &body).await;
            // Not written yet, or by nobody.
            let Some(page) = or_none(answer, "ResourceNotFoundException")? else {
                break;
            };
            let events = page["events"].as_array().map(Vec::as_slice).unwrap_or_default();
            all.extend(events.iter().filter_map(|event| rejection(event["message"].as_str()?)));
            if !page["nextToken"].is_string() {
                break;
            }
            body["nextToken"] = page["nextToken"].clone();
        }
        Ok(all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_of_the_log_tells_a_row_and_why() {
        let read = |line| rejection(line).map(|one| (one.line, one.verdict));
        assert_eq!(
            read("[SKIPPED] Line Number 5956 - The user already exists."),
            Some((5956, Verdict::Exists))
        );
        let unverified = "[FAILED] Line Number 2 - The User Record does not set any of the auto verified attributes to true.";
        assert_eq!(read(unverified), Some((2, Verdict::NotVerified)));
        assert_eq!(
            read("[FAILED] Line Number 3 - An internal error occurred.\n"),
            Some((3, Verdict::Failed))
        );
        for line in
            ["[SUCCEEDED] Line Number 4 - The import succeeded.", "[FAILED] Line Number x - y", "FAILED", ""]
        {
            assert_eq!(read(line), None, "{line}");
        }
    }
}
