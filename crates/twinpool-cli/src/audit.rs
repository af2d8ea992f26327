//! `twinpool audit`: the look before the first step. Reads only, and needs neither a stack nor a table.

use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::SystemTime;

use anyhow::Context as _;
use clap::Args;
use twinpool_aws::client::{Config, Patience};
use twinpool_aws::quotas;
use twinpool_core::id::AttributeName;
use twinpool_core::pool::PoolShape;
use twinpool_engine::{Budget, Governed, Governor, Walk, WalkError};
use twinpool_rules::Rules;
use twinpool_setup::audit::{Census, Input, KnownQuotas, PoolFacts, Report, Severity, audit};
use twinpool_setup::port::FunctionArn;

use crate::options::{self, Pools, RulesFile};
use crate::progress::Progress;
use crate::{Exit, Outcome};

mod html;
pub(crate) mod read;
mod told;

use told::Sheet;

/// What to look at, and in which form to tell it.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Arguments {
    /// Looks at the settings only: a few seconds, and no finding about users.
    #[arg(long)]
    skip_users: bool,
    /// Writes one page for a change board into this file too: printable, nothing from outside, values masked.
    #[arg(long, value_name = "FILE")]
    html: Option<PathBuf>,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    /// The attribute of the new pool that twinpool writes.
    #[arg(long, env = "TWINPOOL_MARKER_ATTRIBUTE", hide_env_values = true, value_name = "NAME", default_value = "custom:twinpool",
          value_parser = |text: &str| AttributeName::parse(text))]
    marker: AttributeName,
    /// Capture, if it is deployed: the stack's output `CaptureArn`. Slots that hold it are not taken.
    #[arg(long, env = "TWINPOOL_CAPTURE_ARN", hide_env_values = true, value_name = "ARN", value_parser = FunctionArn::parse)]
    capture: Option<FunctionArn>,
    /// The sign-in function, if it is deployed: the stack's output `SignInArn`. The new pool's slot that holds it is not taken.
    #[arg(long, env = "TWINPOOL_SIGN_IN_ARN", hide_env_values = true, value_name = "ARN", value_parser = FunctionArn::parse)]
    sign_in: Option<FunctionArn>,
    /// The share of the quota of lists that the walk over the users may take, in percent; the rest is your product's.
    #[arg(long, value_name = "PERCENT", default_value_t = 50, value_parser = clap::value_parser!(u8).range(1..=100))]
    percent: u8,
    #[command(flatten)]
    pools: Pools,
    #[command(flatten)]
    rules: RulesFile,
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let (rules, _) = arguments.rules.read()?;
    let config = options::aws_with(Patience::BULK).await?;
    let new_config = arguments.pools.new_config(&config, Patience::BULK).await?;
    let account = quotas::read(&config).await;
    let known = KnownQuotas { quotas: account.quotas, read: account.read, problem: account.problem };
    let [old, new] = read::both(&arguments.pools, &config, &new_config).await?;
    let census = match (shape(&old), shape(&new)) {
        (Some(here), Some(there)) if !arguments.skip_users => {
            Some(census(arguments, &config, &rules, [here, there], &known).await?)
        }
        _ => None,
    };
    let report = audit(&Input {
        old: &old,
        new: &new,
        rules: &rules,
        marker: &arguments.marker,
        capture: arguments.capture.as_ref(),
        sign_in: arguments.sign_in.as_ref(),
        quotas: &known,
        census: census.as_ref(),
    });
    let sheet = Sheet {
        pools: [old.id.as_str(), new.id.as_str()],
        users: census.as_ref().map(|census| census.users),
        at: humantime::format_rfc3339_seconds(SystemTime::now()).to_string(),
        report: &report,
    };
    if let Some(path) = &arguments.html {
        let name = path.display();
        std::fs::write(path, html::page(&sheet)).with_context(|| format!("cannot write {name}"))?;
    }
    let text = if arguments.json { sheet.json() } else { sheet.words() };
    Ok((text, exit(&report)))
}

fn exit(report: &Report) -> Exit {
    match report.verdict() {
        Some(Severity::Blocks) => Exit::Blocked,
        Some(Severity::Warns) => Exit::Warned,
        Some(Severity::Notes) | None => Exit::Done,
    }
}

fn shape(facts: &PoolFacts) -> Option<&PoolShape> {
    facts.description.as_ref().ok().map(|described| &described.shape)
}

/// All users of the old pool, page by page. A walk that breaks off leaves what was counted until then, and says so.
async fn census<'a>(
    arguments: &'a Arguments,
    config: &Config,
    rules: &'a Rules,
    shapes: [&'a PoolShape; 2],
    known: &KnownQuotas,
) -> anyhow::Result<Census<'a>> {
    let mut random = [0; 8];
    getrandom::fill(&mut random).map_err(|_| anyhow::anyhow!("the system gave no random number"))?;
    let seed = u64::from_le_bytes(random);
    let fresh = || Census::new(rules, shapes, &arguments.marker, seed);
    let budget = Budget { percent: arguments.percent, processes: NonZeroU32::MIN };
    let governor = Arc::new(Governor::with_quotas(budget, known.quotas.clone()));
    let pool = Governed::new(arguments.pools.old(config), governor);
    let progress = Progress::new(read::size(&pool).await);
    let (mut census, mut walk) = (fresh(), Walk::new(&pool, None, &progress));
    loop {
        match walk.next().await {
            Ok(Some(stretch)) => {
                if stretch.is_new_beginning {
                    census = fresh();
                }
                stretch.users.iter().for_each(|user| census.add(user));
                census.unreadable += u64::try_from(stretch.unreadable).unwrap_or(u64::MAX);
                progress.show(census.users, "users");
            }
            Ok(None) => break,
            Err(WalkError::Port(error) | WalkError::Forgets(error)) => {
                census.broken = Some(error);
                break;
            }
        }
    }
    progress.end();
    Ok(census)
}
