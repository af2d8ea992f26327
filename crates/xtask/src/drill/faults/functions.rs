//! The deployed functions, led through the proxy.

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use crate::local::{MAPPINGS, Stack};

const FUNCTIONS: &str = "2015-03-31/functions";

/// Where a function finds AWS.
const ENDPOINT: &str = "AWS_ENDPOINT_URL";

/// So many batches at once. The local AWS takes one of a FIFO queue at a time from each event source, where AWS takes as many as
/// `MirrorMaximumConcurrency` says: so the mirror gets as many event sources.
const MIRRORS: usize = 4;

/// What is faster than in production, so that the drill ends.
#[derive(Debug, Clone, Copy)]
pub(super) struct Pace {
    /// After so many seconds a batch comes back whose mirror died.
    visibility: u32,
    /// The mirror's own time, which is shorter.
    timeout: u32,
}

impl Pace {
    pub(super) fn of(visibility: u32) -> Self {
        Self { visibility, timeout: (visibility - visibility / 6).min(30) }
    }
}

/// From now on the functions reach their AWS at this endpoint, and take all of Cognito's quotas.
pub(super) fn lead_through(stack: &Stack, proxy: &str, pace: Pace) -> Result<()> {
    let aws = stack.aws();
    let listed = aws.look(&format!("{FUNCTIONS}/"), "lambda")?;
    let mut led = 0;
    for function in listed["Functions"].as_array().into_iter().flatten() {
        let mut variables = function["Environment"]["Variables"].clone();
        if variables[ENDPOINT] != stack.addresses.endpoint.as_str() {
            continue;
        }
        variables[ENDPOINT] = proxy.into();
        let mut change = json!({});
        if variables["TWINPOOL_QUOTA_PERCENT"].is_string() {
            variables["TWINPOOL_QUOTA_PERCENT"] = "100".into();
            variables["TWINPOOL_MAX_CONCURRENCY"] = MIRRORS.to_string().into();
            change["Timeout"] = pace.timeout.into();
        }
        change["Environment"] = json!({ "Variables": variables });
        let name = function["FunctionName"].as_str().context("a function has a name")?;
        aws.change(&format!("{FUNCTIONS}/{name}/configuration"), "lambda", &change)?;
        led += 1;
    }
    ensure!(led > 3, "only {led} functions were found to be led through the proxy");
    more_mirrors(stack)?;
    let attributes = json!({ "VisibilityTimeout": pace.visibility.to_string() });
    let queue = json!({ "QueueUrl": stack.addresses.queue_url, "Attributes": attributes });
    aws.sqs("SetQueueAttributes", &queue).map(drop)
}

fn more_mirrors(stack: &Stack) -> Result<()> {
    let (name, one) = stack.mirror_event_source()?;
    let mut more = json!({ "FunctionName": name });
    for same in ["EventSourceArn", "BatchSize", "FunctionResponseTypes"] {
        more[same] = one[same].clone();
    }
    (1..MIRRORS).try_for_each(|_| stack.aws().post(MAPPINGS, "lambda", &more).map(drop))
}
