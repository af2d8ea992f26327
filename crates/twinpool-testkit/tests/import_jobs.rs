//! The import jobs in memory refuse what AWS refuses (F§7).
#![expect(clippy::unwrap_used, reason = "a test that cannot go on should stop")]

use std::sync::Arc;

use twinpool_core::attribute::Contact;
use twinpool_core::import_job::{ImportJobs as _, Job, JobState, Verdict};
use twinpool_core::pool::PoolShape;
use twinpool_core::port::Class;
use twinpool_core::snapshot::Status;
use twinpool_testkit::world::email_pool;
use twinpool_testkit::{MemoryImportJobs, MemoryPool, Process};

fn jobs() -> (Arc<MemoryPool>, MemoryImportJobs) {
    let shape = PoolShape { verifies: [Contact::Email].into(), ..email_pool("eu-west-1_New") };
    let pool = MemoryPool::new(shape);
    let jobs = MemoryImportJobs::of(&pool, &Arc::new(Process::healthy()));
    (pool, jobs)
}

/// A row with these values, all others empty.
fn row(header: &[String], values: &[(&str, &str)]) -> String {
    let known =
        [("cognito:mfa_enabled", "false"), ("phone_number_verified", "false"), ("email_verified", "true")];
    let value = |name: &String| {
        let said = values.iter().rev().find(|(key, _)| key == name);
        said.or_else(|| known.iter().find(|(key, _)| key == name)).map_or("", |(_, value)| value)
    };
    header.iter().map(value).collect::<Vec<_>>().join(",")
}

async fn header(jobs: &MemoryImportJobs) -> Vec<String> {
    jobs.csv_header().await.unwrap().iter().map(ToString::to_string).collect()
}

/// Runs a file to the end.
async fn ran(jobs: &MemoryImportJobs, file: String) -> Job {
    let new = jobs.create_job("test").await.unwrap();
    jobs.upload(&new.upload_to, file.into_bytes()).await.unwrap();
    jobs.start_job(&new.id).await.unwrap();
    loop {
        let job = jobs.job(&new.id).await.unwrap().unwrap();
        if job.state.is_over() {
            return job;
        }
    }
}

#[tokio::test]
async fn each_row_is_imported_skipped_or_failed_by_itself() {
    let (pool, jobs) = jobs();
    let header = header(&jobs).await;
    let of = |address: &'static str, more: &[(&'static str, &'static str)]| {
        row(&header, &[&[("cognito:username", address), ("email", address)], more].concat())
    };
    let rows = [
        of("one@example.com", &[("name", " Doe\\, Jane "), ("birthdate", "12/31/1990")]),
        of("ONE@example.com", &[]),
        of("two@example.com", &[("email_verified", "false")]),
        of("three@example.com", &[("name", "Doe, Jane")]),
        of("four@example.com", &[("name", "\"Jane\"")]),
        of("five@example.com", &[("birthdate", "1990-12-31")]),
        of("six@example.com", &[("email_verified", "")]),
    ];
    let job = ran(&jobs, [header.join(",")].into_iter().chain(rows).collect::<Vec<_>>().join("\n")).await;
    assert_eq!((job.state, job.imported, job.skipped, job.failed), (JobState::Succeeded, 1, 1, 5));
    let verdicts: Vec<_> =
        jobs.rejections(&job).await.unwrap().iter().map(|one| (one.line, one.verdict)).collect();
    let bad = Verdict::Unfitting;
    assert_eq!(
        verdicts,
        [(3, Verdict::Exists), (4, Verdict::NotVerified), (5, bad), (6, bad), (7, bad), (8, bad)]
    );
    let one = pool.person("one@example.com").unwrap();
    assert_eq!((one.status, one.value("name")), (Status::ResetRequired, Some("Doe, Jane")));
}

#[tokio::test]
async fn a_file_that_is_not_as_the_guide_says_is_refused_whole() {
    let (pool, jobs) = jobs();
    let header = header(&jobs).await;
    let one = row(&header, &[("cognito:username", "one@example.com"), ("email", "one@example.com")]);
    let fine = format!("{}\n{one}\n", header.join(","));
    let files = [format!("\u{feff}{fine}"), fine.replacen("nickname,", "", 1), one, String::new()];
    for file in files {
        assert_eq!(ran(&jobs, file).await.state, JobState::Failed);
    }
    assert!(pool.people().is_empty());
    assert_eq!(ran(&jobs, fine).await.imported, 1);
}

#[tokio::test]
async fn a_job_starts_once_with_a_file_and_alone() {
    let (_, jobs) = jobs();
    let [empty, first, second] = [
        jobs.create_job("a").await.unwrap(),
        jobs.create_job("b").await.unwrap(),
        jobs.create_job("c").await.unwrap(),
    ];
    for job in [&first, &second] {
        jobs.upload(&job.upload_to, header(&jobs).await.join(",").into_bytes()).await.unwrap();
    }
    let start = async |id| jobs.start_job(id).await.map_err(|error| error.class);
    assert_eq!(start(&empty.id).await, Err(Class::Rejected));
    assert_eq!(start(&first.id).await, Ok(()));
    assert_eq!(
        (start(&first.id).await, start(&second.id).await),
        (Err(Class::Rejected), Err(Class::Rejected))
    );
    jobs.stop_job(&first.id).await.unwrap();
    assert_eq!(jobs.job(&first.id).await.unwrap().unwrap().state, JobState::Stopped);
    jobs.run_elsewhere(true);
    assert_eq!(start(&second.id).await, Err(Class::Rejected));
    jobs.run_elsewhere(false);
    assert_eq!(start(&second.id).await, Ok(()));
}

#[tokio::test]
async fn a_pool_that_verifies_nothing_starts_no_job() {
    let pool = MemoryPool::new(email_pool("eu-west-1_New"));
    let jobs = MemoryImportJobs::of(&pool, &Arc::new(Process::healthy()));
    let new = jobs.create_job("a").await.unwrap();
    jobs.upload(&new.upload_to, b"name".to_vec()).await.unwrap();
    assert!(jobs.start_job(&new.id).await.is_err());
}
