//! Lambda: the password bridge.

use lambda_http::{Error, service_fn};
use twinpool_aws::settings::{BridgeSettings, Environment};
use twinpool_functions::wiring::SystemClock;
use twinpool_functions::{bridge, init_logging, resolve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    init_logging();
    let bridge = match start().await {
        Ok(bridge) => bridge,
        Err(problem) => {
            tracing::error!(reason = %problem, "the password bridge cannot start: whoever asks gets an error");
            return Err(problem);
        }
    };
    let api = twinpool_api::bridge::router(bridge, SystemClock, bridge::WITHIN);
    lambda_http::run(service_fn(|request| resolve::answer(&api, request))).await
}

async fn start() -> Result<bridge::OnAws, Error> {
    Ok(bridge::start(BridgeSettings::read(&Environment)?).await?)
}
