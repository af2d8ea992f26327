//! Lambda: the password bridge.

use lambda_http::{Error, service_fn};
use twinpool_aws::settings::{BridgeSettings, Environment, RulesFile};
use twinpool_functions::wiring::SystemClock;
use twinpool_functions::{bridge, init_logging, resolve, rules};
use twinpool_rules::Rules;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    init_logging();
    let (bridge, rules) = match start().await {
        Ok(started) => started,
        Err(problem) => {
            tracing::error!(reason = %problem, "the password bridge cannot start: whoever asks gets an error");
            return Err(problem);
        }
    };
    let api = twinpool_api::bridge::router(bridge, bridge::way(rules), SystemClock, bridge::WITHIN);
    lambda_http::run(service_fn(|request| resolve::answer(&api, request))).await
}

async fn start() -> Result<(bridge::OnAws, Rules), Error> {
    let settings = BridgeSettings::read(&Environment)?;
    let rules = rules::read(RulesFile::find(&Environment).as_ref())?;
    Ok((bridge::start(settings).await?, rules))
}
