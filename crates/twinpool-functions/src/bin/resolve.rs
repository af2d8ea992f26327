//! Lambda: the HTTP API of user ids.

use lambda_http::{Error, service_fn};
use twinpool_aws::client;
use twinpool_aws::dynamodb::UserIds;
use twinpool_aws::settings::{Environment, ResolveSettings};
use twinpool_functions::{init_logging, resolve};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    init_logging();
    let settings = match ResolveSettings::read(&Environment) {
        Ok(settings) => settings,
        Err(problem) => {
            tracing::error!(reason = %problem, "the API of user ids cannot start: whoever asks gets an error");
            return Err(problem.into());
        }
    };
    let config = client::load(resolve::PATIENCE).await;
    let api = twinpool_api::router(UserIds::connect(&config, settings.links_table));
    lambda_http::run(service_fn(|request| resolve::answer(&api, request))).await
}
