//! Lambda: looks now and then how a move goes, and says go on, hold or roll back.

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::value::RawValue;
use twinpool_aws::client::{self, Patience};
use twinpool_aws::dynamodb::Links;
use twinpool_aws::metrics::Metrics;
use twinpool_aws::new_pool;
use twinpool_aws::notices::Notices;
use twinpool_aws::settings::{Environment, NewPlace, RulesFile, WatchSettings};
use twinpool_functions::watch::Watcher;
use twinpool_functions::wiring::SystemClock;
use twinpool_functions::{init_logging, rules};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    init_logging();
    let watcher = match start().await {
        Ok(watcher) => watcher,
        Err(problem) => {
            tracing::error!(
                reason = format!("{problem:#}"),
                "the watch cannot start: nobody looks how the move goes"
            );
            return Err(problem.into());
        }
    };
    lambda_runtime::run(service_fn(|_: LambdaEvent<Box<RawValue>>| watcher.handle())).await
}

async fn start() -> anyhow::Result<Watcher<Links, SystemClock, Metrics, Notices>> {
    let settings = WatchSettings::read(&Environment)?;
    let criteria = rules::read(RulesFile::find(&Environment).as_ref())?.criteria().clone();
    let config = client::load(Patience::MIRROR).await;
    let place = NewPlace { region: settings.new_pool_region, ..NewPlace::default() };
    let pool = &settings.places.new_pool;
    let of_new = new_pool::config(&config, &place, pool, "watch", Patience::MIRROR).await?;
    Ok(Watcher {
        stack: settings.places.stack.clone(),
        measurer: Metrics::connect(&config, &of_new, settings.places)?,
        announcer: Notices::connect(&config, settings.topic)?,
        table: Links::connect(&config, settings.links_table, None),
        clock: SystemClock,
        criteria,
        auto_rollback: settings.auto_rollback,
    })
}
