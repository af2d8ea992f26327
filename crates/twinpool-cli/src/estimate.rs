//! `twinpool estimate`: what carrying everybody over will take, for each way of doing it.

use std::collections::BTreeSet;
use std::num::NonZeroU32;
use std::sync::Arc;

use clap::Args;
use twinpool_aws::client::{Config, Patience};
use twinpool_aws::quotas::AccountQuotas;
use twinpool_core::forecast::{Way, forecast};
use twinpool_core::port::PoolReader as _;
use twinpool_core::quota::{Category, Quota};
use twinpool_engine::{Budget, Governed, Governor, WalkError};

use crate::options::{self, Pools, Table};
use crate::{Exit, Outcome};

mod accounts;
mod look;
mod notice;
mod sheet;

use accounts::Accounts;
use sheet::{Sheet, Source};

/// What to count, and with what to reckon.
#[derive(Debug, Args)]
#[command(after_help = options::WHERE)]
pub(crate) struct Arguments {
    /// The share of each Cognito quota that the work may take, in percent; the rest is your product's.
    #[arg(long, value_name = "PERCENT", default_value_t = 50, value_parser = clap::value_parser!(u8).range(1..=100))]
    percent: u8,
    /// A quota that is not what Service Quotas says, such as UserCreation=200. Can be given several times.
    #[arg(long, value_name = "NAME=RPS")]
    quota: Vec<Quota>,
    /// Counts all users and memberships, a call for sixty of each, instead of judging by the first pages.
    #[arg(long)]
    exact: bool,
    /// Leave out whom this table of links has already: the stack's output `TableName`.
    #[arg(long, env = "TWINPOOL_LINKS_TABLE", hide_env_values = true, value_name = "NAME")]
    table: Option<String>,
    /// For programs: one JSON object.
    #[arg(long)]
    json: bool,
    #[command(flatten)]
    pools: Pools,
}

pub(crate) async fn run(arguments: &Arguments) -> Outcome {
    let config = options::aws_with(Patience::BULK).await?;
    let of_new = arguments.pools.new_config(&config, Patience::BULK).await?;
    let is_apart = arguments.pools.place.has_own_quotas(&config, &of_new).await;
    let accounts = Accounts::read(&config, is_apart.then_some(&of_new)).await;
    let sheet = sheet(arguments, (&config, &of_new), accounts).await?;
    Ok((if arguments.json { sheet.to_json() } else { sheet.to_text() }, Exit::Done))
}

async fn sheet(
    arguments: &Arguments,
    (config, of_new): (&Config, &Config),
    accounts: Accounts,
) -> anyhow::Result<Sheet> {
    let Accounts { quotas: AccountQuotas { mut quotas, read, problem }, in_use, are_two } = accounts;
    arguments.quota.iter().for_each(|quota| quotas.set(*quota));
    let budget = Budget { percent: arguments.percent, processes: NonZeroU32::MIN };
    let governor = Arc::new(Governor::with_quotas(budget, quotas.clone()));
    let old = Governed::new(arguments.pools.old(config), governor);
    let table = arguments.table.clone().map(|table| Table { table });
    let table = table.map(|table| (table.connect(config), table));
    if let Some((links, table)) = &table {
        arguments.pools.check(links, table).await?;
    }
    let shape = old.shape().await.map_err(|error| arguments.pools.old_problem(error))?;
    let new = arguments.pools.new_pool(of_new);
    let new_shape = new.shape().await.map_err(|error| arguments.pools.new_problem(error))?;
    // Boxed: its future is large.
    let found = Box::pin(look::look(&old, &shape, arguments.exact)).await;
    let mut found = found.map_err(|error| match error {
        WalkError::Port(error) => arguments.pools.old_problem(error),
        forgets @ WalkError::Forgets(_) => forgets.into(),
    })?;
    if let Some((links, table)) = &table {
        found.crowd.known = look::known(links).await.map_err(|error| table.problem(error))?;
    }
    let given: BTreeSet<_> = arguments.quota.iter().map(|quota| quota.category).collect();
    let source = |category: Category| match (given.contains(&category), read.contains(&category)) {
        (true, _) => Source::Given,
        (false, true) => Source::Account,
        (false, false) => Source::Default,
    };
    let ways = Way::ALL.map(|way| forecast(way, &found.crowd, &quotas, arguments.percent));
    Ok(Sheet {
        pools: (shape.id, new_shape.id),
        found,
        percent: arguments.percent,
        sources: Category::ALL.map(|category| (category, source(category))).into(),
        quotas,
        problem,
        in_use,
        are_two,
        ways: ways.into(),
    })
}
