//! Lambda: the password bridge.

use lambda_http::{Error, service_fn};
use twinpool_aws::settings::{BridgeSettings, Environment, RulesFile};
use twinpool_functions::wiring::SystemClock;
use twinpool_functions::{bridge, init_logging, resolve, rules};
use twinpool_rules::Rules;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    init_logging();
    let (bridge, back, rules) = match start().await {
        Ok(started) => started,
        Err(problem) => {
            tracing::error!(reason = %problem, "the password bridge cannot start: whoever asks gets an error");
            return Err(problem);
        }
    };
    let way = bridge::way(rules);
    let api = twinpool_api::bridge::router_both_ways(bridge, back, way, SystemClock, bridge::WITHIN);
    lambda_http::run(service_fn(|request| resolve::answer(&api, request))).await
}

async fn start() -> Result<(bridge::OnAws, Option<bridge::BackOnAws>, Rules), Error> {
    let settings = BridgeSettings::read(&Environment)?;
    let rules = rules::read(RulesFile::find(&Environment).as_ref())?;
    let (bridge, back) = bridge::start(settings).await?;
    Ok((bridge, back, rules))
}
