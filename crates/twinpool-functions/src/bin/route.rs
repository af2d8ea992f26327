//! Lambda: which pool to sign in to.

use lambda_http::{Error, service_fn};
use twinpool_aws::settings::{Environment, RouteSettings};
use twinpool_functions::{init_logging, resolve, route};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    init_logging();
    let settings = match RouteSettings::read(&Environment) {
        Ok(settings) => settings,
        Err(problem) => {
            tracing::error!(reason = %problem, "the route cannot start: whoever asks gets an error, and goes by the answer of before");
            return Err(problem.into());
        }
    };
    let (router, told) = route::start(settings).await;
    let api = twinpool_api::route::router(router, told);
    lambda_http::run(service_fn(|request| resolve::answer(&api, request))).await
}
