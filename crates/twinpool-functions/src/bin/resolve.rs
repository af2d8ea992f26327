//! Lambda: the HTTP API of user ids.

use lambda_http::{Error, Request, RequestExt as _, service_fn};
use twinpool_aws::client;
use twinpool_aws::dynamodb::UserIds;
use twinpool_aws::settings::{Environment, ResolveSettings};
use twinpool_core::port::Clock as _;
use twinpool_functions::resolve::{Asked, Counted};
use twinpool_functions::wiring::SystemClock;
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
    let asked = Asked::default();
    let api = twinpool_api::router(Counted::new(UserIds::connect(&config, settings.links_table), &asked));
    let answer = async |request: Request| {
        let function = request.lambda_context_ref().map(|context| context.env_config.function_name.clone());
        let answer = resolve::answer(&api, request).await;
        if let Some(line) = asked.line(&function.unwrap_or_default(), SystemClock.now()) {
            line.print();
        }
        answer
    };
    lambda_http::run(service_fn(answer)).await
}
