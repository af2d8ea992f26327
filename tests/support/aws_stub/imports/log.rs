//! FilterLogEvents on the logs of import jobs: a group for each pool, a stream for each job that was started, an event for
//! each row (guide: "Viewing the user pool import results in the CloudWatch console").

use std::collections::BTreeMap;

use serde_json::{Value, json};
use twinpool_core::import_job::{ImportJobs as _, Job, JobState, Verdict};

use super::{Pool, State};
use crate::aws_stub::cognito::POOL_NAME;
use crate::aws_stub::cognito::directory::now;
use crate::aws_stub::refusal::{Refusal, only, text};

/// When everything was logged, in milliseconds: no test looks.
const AT: u64 = 1_700_000_000_123;

pub(super) fn answer(state: &State, body: &Value) -> Result<Value, Refusal> {
    only(body, &["logGroupName", "logStreamNames", "filterPattern", "limit", "nextToken"])?;
    let missing = |what| move || Refusal::new("ResourceNotFoundException", what);
    let group = text(body, "logGroupName")?;
    let of = |id: &str| format!("/aws/cognito/userpools/{id}/{POOL_NAME}") == group;
    let pool = state.pools.iter().find(|(id, _)| of(id)).map(|(_, pool)| pool);
    let pool = pool.ok_or_else(missing("The specified log group does not exist."))?;
    let streams = body["logStreamNames"].as_array().map(Vec::as_slice).unwrap_or_default();
    let [Value::String(stream)] = streams else {
        return Err(Refusal::new("InvalidParameterException", "this server reads one stream at a time"));
    };
    let jobs = pool.all().into_iter().filter(|job| job.state != JobState::Created);
    let job = jobs.into_iter().find(|job| format!("{}/{}", job.id, job.name) == *stream);
    let job = job.ok_or_else(missing("The specified log stream does not exist."))?;
    let most = match &body["limit"] {
        Value::Null => 10_000,
        limit => limit
            .as_u64()
            .filter(|limit| (1..=10_000).contains(limit))
            .ok_or_else(|| Refusal::new("InvalidParameterException", "limit is a number from 1 to 10000"))?,
    };
    let from = match body["nextToken"].as_str() {
        // A page may be empty and have a next one (API: FilterLogEvents).
        None => return Ok(json!({ "events": [], "searchedLogStreams": [], "nextToken": "0" })),
        Some(token) => token.parse().map_err(|_| Refusal::new("InvalidParameterException", "nextToken"))?,
    };
    let matches = pattern(body["filterPattern"].as_str().unwrap_or_default())?;
    let mut events = lines(pool, &job)?.into_iter().enumerate().filter(|(_, line)| matches(line)).skip(from);
    let most = usize::try_from(most).unwrap_or(usize::MAX);
    let page: Vec<_> =
        events.by_ref().take(most).map(|(number, line)| event(stream, number, &line)).collect();
    let mut told = json!({ "searchedLogStreams": [] });
    if events.next().is_some() {
        told["nextToken"] = json!((from + page.len()).to_string());
    }
    told["events"] = Value::Array(page);
    Ok(told)
}

fn event(stream: &str, number: usize, line: &str) -> Value {
    json!({ "eventId": number.to_string(), "logStreamName": stream, "timestamp": AT, "ingestionTime": AT, "message": line })
}

/// `?FAILED ?SKIPPED`: one of these words. Nothing: everything.
fn pattern(text: &str) -> Result<impl Fn(&str) -> bool, Refusal> {
    let words = text.split_whitespace().map(|word| word.strip_prefix('?').map(str::to_owned));
    let words: Option<Vec<_>> = words.collect();
    let unknown = || Refusal::new("InvalidParameterException", "this server does not know the pattern");
    let words = words.ok_or_else(unknown)?;
    Ok(move |line: &str| words.is_empty() || words.iter().any(|word| line.contains(word.as_str())))
}

/// What Cognito writes: a line for each row. The header is the first line of the file.
fn lines(pool: &Pool, job: &Job) -> Result<Vec<String>, Refusal> {
    let rejections = now(pool.jobs.rejections(job))?;
    let rejected: BTreeMap<_, _> = rejections.iter().map(|one| (one.line, one.verdict)).collect();
    let rows = job.imported + job.skipped + job.failed;
    let line = |number: u64| match rejected.get(&number) {
        None => format!("[SUCCEEDED] Line Number {number} - The import succeeded."),
        Some(Verdict::Exists) => format!("[SKIPPED] Line Number {number} - The user already exists."),
        Some(verdict) => format!("[FAILED] Line Number {number} - {}", why(*verdict)),
    };
    Ok((2..rows + 2).map(line).collect())
}

fn why(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::NotVerified => {
            "The User Record does not set any of the auto verified attributes to true. (Example: email_verified to true)."
        }
        Verdict::Unfitting => "The user data doesn't match the schema.",
        Verdict::Exists | Verdict::Failed => "The user couldn't be imported due to an internal error.",
    }
}
