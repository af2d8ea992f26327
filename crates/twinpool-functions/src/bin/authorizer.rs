//! Lambda: tells API Gateway whom a request's token names.

use std::io::Write as _;

use lambda_runtime::{Error, LambdaEvent, service_fn};
use serde_json::value::RawValue;
use twinpool_aws::settings::{BackendSettings, Environment};
use twinpool_functions::authorizer::{self, Authorizer, Told};
use twinpool_functions::init_logging;
use twinpool_resolver::SystemClock;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    init_logging();
    let authorizer = match start().await {
        Ok(authorizer) => authorizer,
        Err(problem) => {
            tracing::error!(
                reason = format!("{problem:#}"),
                "the authorizer cannot start: API Gateway answers every request with 500"
            );
            return Err(problem.into());
        }
    };
    let answer = async |event: LambdaEvent<Box<RawValue>>| {
        let Told { answer, line } = authorizer.handle(event).await;
        if let Some(line) = line {
            // A closed standard output is no reason to refuse anybody.
            drop(writeln!(std::io::stdout().lock(), "{line}"));
        }
        answer
    };
    lambda_runtime::run(service_fn(answer)).await
}

async fn start() -> anyhow::Result<Authorizer<authorizer::Aws, SystemClock>> {
    Box::pin(authorizer::start(BackendSettings::read(&Environment)?)).await
}
