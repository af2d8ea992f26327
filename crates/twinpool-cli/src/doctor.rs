//! `twinpool doctor`: which part of the chain from a trigger to the new pool is broken, and why.

use std::time::Duration;

use anyhow::Context as _;
use clap::Args;
use twinpool_aws::chain::Chain;
use twinpool_aws::client::Patience;
use twinpool_aws::setup::LambdaFunctions;
use twinpool_core::arrival::Way;
use twinpool_core::id::AttributeName;
use twinpool_setup::doctor::{Expected, Step, steps, walked};
use twinpool_setup::port::FunctionArn;

use crate::digest_key;
use crate::options::{self, Pools, RulesFile, Table};
use crate::{Exit, Outcome};

mod follow;
mod look;
mod told;

use follow::Follow;
pub(crate) use look::look;

/// What to look at.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Arguments {
    /// Also sends a hint for this test user through capture, and follows it to the new pool. A sub or a username of the old
    /// pool, which is only read.
    #[arg(long, value_name = "SUB OR USERNAME")]
    user: Option<String>,
    /// Waits this many seconds at most for the mirror's answer to the hint.
    #[arg(long, value_name = "SECONDS", default_value_t = 60)]
    wait: u64,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    parts: Parts,
    #[command(flatten)]
    rules: RulesFile,
}

/// Where the parts of the chain are.
#[derive(Debug, Args)]
pub(crate) struct Parts {
    /// The attribute of the new pool that twinpool writes.
    #[arg(long, env = "TWINPOOL_MARKER_ATTRIBUTE", hide_env_values = true, value_name = "NAME", default_value = "custom:twinpool",
          value_parser = |text: &str| AttributeName::parse(text))]
    pub(crate) marker: AttributeName,
    /// The queue of change events: the stack's output `QueueUrl`.
    #[arg(long, env = "TWINPOOL_QUEUE_URL", hide_env_values = true, value_name = "URL")]
    pub(crate) queue_url: String,
    #[command(flatten)]
    pub(crate) stack: Stack,
    #[command(flatten)]
    pub(crate) table: Table,
    #[command(flatten)]
    pub(crate) pools: Pools,
}

/// Parts of the stack. What is not named is not looked at.
#[derive(Debug, Args)]
pub(crate) struct Stack {
    /// The trigger function: the stack's output `CaptureArn`.
    #[arg(long = "capture-arn", env = "TWINPOOL_CAPTURE_ARN", hide_env_values = true, value_name = "ARN", value_parser = FunctionArn::parse)]
    pub(crate) capture: FunctionArn,
    /// The new pool's trigger function: the stack's output `SignInArn`.
    #[arg(long = "sign-in-arn", env = "TWINPOOL_SIGN_IN_ARN", hide_env_values = true, value_name = "ARN", value_parser = FunctionArn::parse)]
    pub(crate) sign_in: Option<FunctionArn>,
    /// The stack's output `MirrorArn`.
    #[arg(long = "mirror-arn", env = "TWINPOOL_MIRROR_ARN", hide_env_values = true, value_name = "ARN", value_parser = FunctionArn::parse)]
    pub(crate) mirror: Option<FunctionArn>,
    /// The stack's output `AuditTrailArn`.
    #[arg(long = "audit-trail-arn", env = "TWINPOOL_AUDIT_TRAIL_ARN", hide_env_values = true, value_name = "ARN", value_parser = FunctionArn::parse)]
    pub(crate) audit_trail: Option<FunctionArn>,
    /// The stack's output `SweepArn`.
    #[arg(long = "sweep-arn", env = "TWINPOOL_SWEEP_ARN", hide_env_values = true, value_name = "ARN", value_parser = FunctionArn::parse)]
    pub(crate) sweep: Option<FunctionArn>,
    /// The rule of the audit trail: the stack's output `AuditTrailRuleName`.
    #[arg(long, env = "TWINPOOL_AUDIT_TRAIL_RULE", hide_env_values = true, value_name = "NAME")]
    pub(crate) rule: Option<String>,
    /// The DLQ: the stack's output `DlqUrl`.
    #[arg(long, env = "TWINPOOL_DLQ_URL", hide_env_values = true, value_name = "URL")]
    pub(crate) dlq_url: Option<String>,
}

impl Parts {
    fn expected(&self) -> Expected {
        let [old_pool, new_pool] = self.pools.ids().map(Clone::clone);
        Expected {
            old_pool,
            new_pool,
            capture: self.stack.capture.clone(),
            sign_in: self.stack.sign_in.clone(),
            queue_url: self.queue_url.clone(),
            table: self.table.table.clone(),
            marker: self.marker.clone(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        }
    }
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let (rules, _) = arguments.rules.read()?;
    let config = options::aws().await?;
    let new_config = arguments.parts.pools.new_config(&config, Patience::MIRROR).await?;
    let chain = Chain::connect(&config)?;
    let functions = LambdaFunctions::connect(&config)?;
    let follow = match &arguments.user {
        Some(who) => {
            let wait = Duration::from_secs(arguments.wait);
            let region = config.region().map(ToString::to_string).unwrap_or_default();
            Some(Follow::begin(arguments, [&config, &new_config], who, region, wait).await?)
        }
        None => None,
    };
    if let Some(None) = &follow {
        return Ok(told::nobody(arguments.json));
    }
    let has_codes = rules.sign_in().has(Way::Code);
    let configs = [&config, &new_config];
    let parts = &arguments.parts;
    let facts = look(parts, configs, &chain, &functions, digest_key::text()?, has_codes).await;
    let mut all: Vec<Step> = steps(&facts);
    if let Some(Some(follow)) = follow {
        let walk = follow.walk(&functions, rules).await.context("cannot follow the hint")?;
        all.extend(walked(&walk));
    }
    let text = if arguments.json { told::json(&all) } else { told::words(&all, arguments.user.is_some()) };
    Ok((text, exit(&all)))
}

fn exit(steps: &[Step]) -> Exit {
    use twinpool_setup::doctor::Verdict;
    let any = |verdict| steps.iter().any(|step| step.verdict == verdict);
    match (any(Verdict::Broken), any(Verdict::Unseen)) {
        (true, _) => Exit::Failed,
        (false, true) => Exit::Warned,
        (false, false) => Exit::Done,
    }
}
