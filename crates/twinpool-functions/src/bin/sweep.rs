//! Lambda: finds what no event told, and compares a few users of both pools.

use lambda_runtime::{Error, service_fn};
use twinpool_aws::client::{self, Patience};
use twinpool_aws::dynamodb::Links;
use twinpool_aws::settings::{Environment, RulesFile, SweepSettings};
use twinpool_aws::sqs::Queue;
use twinpool_functions::sweep::{Sweeper, Sweeps};
use twinpool_functions::{init_logging, rules, wiring};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    init_logging();
    let sweeps = match table().await {
        Ok(table) => Sweeps::new(table),
        Err(problem) => return Err(cannot_start(problem).into()),
    };
    let start = async || Box::pin(start()).await.map_err(cannot_start);
    lambda_runtime::run(service_fn(|event| sweeps.handle(start, event))).await
}

fn cannot_start(problem: anyhow::Error) -> anyhow::Error {
    tracing::error!(
        reason = format!("{problem:#}"),
        "the sweep cannot start: what no event told is not found"
    );
    problem
}

/// Where the move stands.
async fn table() -> anyhow::Result<Links> {
    let settings = SweepSettings::read(&Environment)?;
    let config = client::load(Patience::MIRROR).await;
    Ok(Links::connect(&config, settings.mirror.links_table, None))
}

async fn start() -> anyhow::Result<Sweeper<wiring::Aws, Queue>> {
    let SweepSettings { mirror, most_hints } = SweepSettings::read(&Environment)?;
    let rules = rules::read(RulesFile::find(&Environment).as_ref())?;
    let (engine, queue) = wiring::engine(mirror, rules, "sweep").await?;
    Ok(Sweeper::new(engine, queue, most_hints))
}
