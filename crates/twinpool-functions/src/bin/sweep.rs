//! Lambda: finds what no event told, and compares a few users of both pools.

use lambda_runtime::{Error, service_fn};
use twinpool_aws::settings::{Environment, RulesFile, SweepSettings};
use twinpool_aws::sqs::Queue;
use twinpool_functions::sweep::Sweeper;
use twinpool_functions::{init_logging, rules, wiring};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    init_logging();
    let sweeper = match start().await {
        Ok(sweeper) => sweeper,
        Err(problem) => {
            tracing::error!(
                reason = format!("{problem:#}"),
                "the sweep cannot start: what no event told is not found"
            );
            return Err(problem.into());
        }
    };
    lambda_runtime::run(service_fn(|event| sweeper.handle(event))).await
}

async fn start() -> anyhow::Result<Sweeper<wiring::Aws, Queue>> {
    let SweepSettings { mirror, most_hints } = SweepSettings::read(&Environment)?;
    let rules = rules::read(RulesFile::find(&Environment).as_ref())?;
    let (engine, queue) = wiring::engine(mirror, rules, "sweep").await?;
    Ok(Sweeper::new(engine, queue, most_hints))
}
