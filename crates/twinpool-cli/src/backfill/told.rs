//! What a backfill says before it begins, and of what import jobs did.

use std::collections::BTreeMap;

use serde_json::json;
use twinpool_core::id::{JobId, RunId};
use twinpool_core::import_job::{JobState, Verdict};
use twinpool_engine::{CsvReport, JobReport, Settled};

use crate::carry::Also;
use crate::show::{field, prose, thousands};

/// Before anything is done. `role`: with import jobs.
pub(super) fn intent(size: u64, role: Option<&str>, list_tells_all: bool, percent: u8) -> String {
    let size = thousands(size);
    let quotas = format!(
        "At most {percent} % of each Cognito quota is used. `twinpool estimate` tells what that takes."
    );
    if role.is_some() {
        let factors = if list_tells_all {
            ""
        } else {
            "The old pool has second factors, passkeys or devices: those of imported users follow with their next event.\n"
        };
        return prose(&format!(
            "The old pool has about {size} users. Whoever is not in the new pool yet and fits into a file is made there \
             by an import job of Cognito: that makes nobody an active user and messages nobody. Calls count as active \
             whom they are about: who is in a group, and who does not fit and is made by a call.\n\
             {factors}An account runs one import job at a time, and a large one takes hours.\n\
             {quotas}\n"
        ));
    }
    let old = if list_tells_all {
        "Nobody becomes an active user of the old pool."
    } else {
        "The old pool has second factors, passkeys or devices, so each new user is read there too and counts as active."
    };
    prose(&format!(
        "The old pool has about {size} users. Whoever is not in the new pool yet is made there, \
         and counts as an active user of it this month; nobody is messaged. {old}\n\
         {quotas}\n"
    ))
}

/// When somebody does not want to wait any more.
pub(super) fn stopped(run: &RunId, job: Option<&JobId>) -> String {
    prose(&match job {
        Some(job) => format!(
            "The import job {job} goes on at AWS. The same command waits for it, and goes on with the run {run}.\n"
        ),
        None => {
            format!("The run {run} is stopped, and no import job runs. The same command goes on with it.\n")
        }
    })
}

/// What the jobs did.
pub(super) fn imported(report: &CsvReport, settled: &Settled) -> Also {
    let words = words(report, settled);
    let json = Some(("csv", of_programs(report, settled)));
    Also { words, json, is_warning: !settled.doubles.is_empty() }
}

fn all(report: &CsvReport) -> u64 {
    report.jobs.iter().map(|job| job.job.imported).sum()
}

/// How many rows made nobody, by why.
fn rejected(report: &CsvReport) -> BTreeMap<&'static str, u64> {
    let mut counts = BTreeMap::new();
    for rejection in report.jobs.iter().flat_map(|job| &job.rejections) {
        *counts.entry(Verdict::words(rejection.verdict)).or_default() += 1;
    }
    counts
}

/// How a job ended that did not get through.
fn ending(state: JobState) -> Option<&'static str> {
    match state {
        JobState::Succeeded => None,
        JobState::Stopped => Some("was stopped by somebody"),
        JobState::Expired => Some("was never started"),
        _ => Some("gave up before its end"),
    }
}

/// After a job that did not get through.
pub(super) const NOT_BY_CALLS: &str = "\
A job did not get through, so nobody was made by calls, which would make people active users. The same command tries
another job; without --via csv it makes whoever is left by calls.
";

fn trouble(job: &JobReport) -> impl Iterator<Item = String> {
    let id = &job.job.id;
    let ended = ending(job.job.state).map(|how| field("job", &format!("{id} {how}")));
    let unread = job.unread_log.as_ref().map(|error| {
        field(
            "log",
            &format!("of the job {id} cannot be read, so it is not known why rows were rejected: {error}"),
        )
    });
    ended.into_iter().chain(unread)
}

fn words(report: &CsvReport, settled: &Settled) -> String {
    let mut out = field("imported", &format!("{} by import jobs", thousands(all(report))));
    out += &field("paired", &thousands(settled.paired));
    let rest = [
        (report.known, "in step", "had a link before"),
        (report.left_out, "left out", "by the rules"),
        (settled.overtaken, "paired", "by the mirror meanwhile"),
        (settled.buried, "deleted", "from the old pool meanwhile"),
    ];
    for (number, name, what) in rest {
        if number > 0 {
            out += &field(name, &format!("{} {what}", thousands(number)));
        }
    }
    for (why, number) in &report.unfit {
        out += &field("by a call", &format!("{}: {why}", thousands(*number)));
    }
    for (why, number) in rejected(report) {
        out += &field("rejected", &format!("{}: {why}", thousands(number)));
    }
    out.extend(report.jobs.iter().flat_map(trouble));
    for double in &settled.doubles {
        out +=
            &field("double", &format!("{double} of the new pool: its owner has another counterpart by now"));
    }
    if !settled.doubles.is_empty() {
        out += "Doubles that nobody has used are disabled. Look at each, and delete whom nobody needs.\n";
    }
    if report.factors_follow && all(report) > 0 {
        out += "Second factors of imported users follow with their next event.\n";
    }
    out + "\n"
}

fn of_programs(report: &CsvReport, settled: &Settled) -> serde_json::Value {
    let jobs = report.jobs.iter().map(|one| {
        json!({
            "job": one.job.id.as_str(),
            "imported": one.job.imported,
            "skipped": one.job.skipped,
            "failed": one.job.failed,
            "is_whole": one.job.state == JobState::Succeeded,
            "log_is_read": one.unread_log.is_none(),
        })
    });
    let unfit: BTreeMap<_, _> = report.unfit.iter().map(|(why, number)| (why.to_string(), number)).collect();
    let refused: BTreeMap<_, _> =
        report.refused.iter().map(|(user, why)| (user.as_str(), why.words())).collect();
    json!({
        "jobs": jobs.collect::<Vec<_>>(),
        "imported": all(report),
        "paired": settled.paired,
        "overtaken": settled.overtaken,
        "deleted_meanwhile": settled.buried,
        "linked_before": report.known,
        "left_out": report.left_out,
        "by_call": unfit,
        "rejected": rejected(report),
        "rejected_users": refused,
        "doubles": settled.doubles.iter().map(|sub| sub.as_str()).collect::<Vec<_>>(),
        "second_factors_follow": report.factors_follow,
    })
}

#[cfg(test)]
mod tests;
