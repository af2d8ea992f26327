//! The import job of a pool: users from a CSV file, for whom nobody pays and no quota of calls is used (F§7).

use std::future::Future;

use crate::answer::Answer;
use crate::id::{AttributeName, JobId};
use crate::value::Value;

/// No file has more rows, the header not counted (F§7).
pub const MOST_ROWS: usize = 500_000;

/// No file has more bytes (F§7).
pub const MOST_BYTES: usize = 100_000_000;

/// No row has more characters (F§7).
pub const LONGEST_ROW: usize = 16_000;

/// The column of the sign-in name.
pub const USERNAME: &str = "cognito:username";

/// The column that says whether codes by text message are asked for.
pub const MFA_ENABLED: &str = "cognito:mfa_enabled";

/// How far a job has come, in Cognito's words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobState {
    /// `Created`: not started. It goes by itself after a day or two.
    Created,
    /// `Pending`: started, and nobody imported yet.
    Pending,
    /// `InProgress`.
    InProgress,
    /// `Stopping`.
    Stopping,
    /// `Expired`: was never started.
    Expired,
    /// `Stopped` by somebody.
    Stopped,
    /// `Failed`: some users may have been imported before.
    Failed,
    /// `Succeeded`: each row was imported, skipped, or failed by itself.
    Succeeded,
    /// Anything else that Cognito will say.
    Other,
}

impl JobState {
    /// Reads Cognito's word.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "Created" => Self::Created,
            "Pending" => Self::Pending,
            "InProgress" => Self::InProgress,
            "Stopping" => Self::Stopping,
            "Expired" => Self::Expired,
            "Stopped" => Self::Stopped,
            "Failed" => Self::Failed,
            "Succeeded" => Self::Succeeded,
            _ => Self::Other,
        }
    }

    /// Whether it runs: an account has one such job at a time (F§7).
    #[must_use]
    pub fn is_active(self) -> bool {
        matches!(self, Self::Pending | Self::InProgress | Self::Stopping)
    }

    /// Whether nothing more will come of it.
    #[must_use]
    pub fn is_over(self) -> bool {
        matches!(self, Self::Expired | Self::Stopped | Self::Failed | Self::Succeeded)
    }
}

/// A job.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// Which.
    pub id: JobId,
    /// What its maker called it.
    pub name: String,
    /// How far it is.
    pub state: JobState,
    /// Users whom it made.
    pub imported: u64,
    /// Users who were there.
    pub skipped: u64,
    /// Users whom it could not make.
    pub failed: u64,
    /// What Cognito says at the end.
    pub message: Option<String>,
}

/// A job that waits for its file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewJob {
    /// Which.
    pub id: JobId,
    /// Where the file goes: signed, and good for fifteen minutes.
    pub upload_to: Value,
}

/// Why a row made nobody. Cognito's sentences are not kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Verdict {
    /// The user was there.
    Exists,
    /// No contact that the pool verifies is verified.
    NotVerified,
    /// The values do not fit the schema.
    Unfitting,
    /// Anything else.
    Failed,
}

impl Verdict {
    /// From a line of a job's log.
    #[must_use]
    pub fn of(is_skipped: bool, sentence: &str) -> Self {
        let sentence = sentence.to_ascii_lowercase();
        if is_skipped || sentence.contains("already exists") {
            Self::Exists
        } else if sentence.contains("auto verified") {
            Self::NotVerified
        } else if ["schema", "attribute", "parse", "format"].iter().any(|word| sentence.contains(word)) {
            Self::Unfitting
        } else {
            Self::Failed
        }
    }

    /// What it means, for people.
    #[must_use]
    pub fn words(self) -> &'static str {
        match self {
            Self::Exists => "the new pool had the user already",
            Self::NotVerified => "no address or number that the new pool verifies is verified",
            Self::Unfitting => "the values do not fit the new pool's schema",
            Self::Failed => "Cognito could not import the user",
        }
    }
}

/// A row that made nobody.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rejection {
    /// The number that Cognito gives the line. Whether the header counts is not documented.
    pub line: u64,
    /// Why.
    pub verdict: Verdict,
}

/// The import jobs of one pool.
pub trait ImportJobs: Send + Sync {
    /// The columns that a file has to have.
    fn csv_header(&self) -> impl Future<Output = Answer<Vec<AttributeName>>> + Send;

    /// Makes a job, which does nothing before it is started.
    ///
    /// # Errors
    /// [`Class::Rejected`](crate::port::Class::Rejected) when there are too many.
    fn create_job(&self, name: &str) -> impl Future<Output = Answer<NewJob>> + Send;

    /// Hands the file over.
    fn upload(&self, upload_to: &Value, file: Vec<u8>) -> impl Future<Output = Answer<()>> + Send;

    /// Starts it.
    ///
    /// # Errors
    /// [`Class::Rejected`](crate::port::Class::Rejected) when there is no file, it was started before, the pool verifies no
    /// contact, or another job of the account runs.
    fn start_job(&self, id: &JobId) -> impl Future<Output = Answer<()>> + Send;

    /// A job. `None` if there is no such job.
    fn job(&self, id: &JobId) -> impl Future<Output = Answer<Option<Job>>> + Send;

    /// The latest jobs of the pool, sixty at most.
    fn jobs(&self) -> impl Future<Output = Answer<Vec<Job>>> + Send;

    /// Ends a job that runs; who was imported stays.
    fn stop_job(&self, id: &JobId) -> impl Future<Output = Answer<()>> + Send;

    /// The rows that made nobody, as far as the job's log shows them yet.
    fn rejections(&self, job: &Job) -> impl Future<Output = Answer<Vec<Rejection>>> + Send;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_sentences_of_the_log_are_understood_and_not_kept() {
        let failed = |sentence| Verdict::of(false, sentence);
        assert_eq!(Verdict::of(true, "The user already exists."), Verdict::Exists);
        let unverified = "The User Record does not set any of the auto verified attributes to true. (Example: email_verified to true).";
        assert_eq!(failed(unverified), Verdict::NotVerified);
        assert_eq!(failed("The user data doesn't match the schema."), Verdict::Unfitting);
        assert_eq!(failed("Something of tomorrow about jane@example.com"), Verdict::Failed);
    }
}
