//! Lambda: makes change events of the records that CloudTrail keeps of the old pool, and of the new one where both are followed.

use lambda_runtime::{Error, service_fn};
use twinpool_aws::client::{self, Patience};
use twinpool_aws::settings::{AuditTrailSettings, Environment, SettingsError};
use twinpool_aws::sqs::Queue;
use twinpool_functions::audit_trail::AuditTrail;
use twinpool_functions::init_logging;
use twinpool_functions::wiring::SystemClock;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    init_logging();
    let function = match start().await {
        Ok(function) => function,
        Err(problem) => {
            tracing::error!(
                reason = %problem,
                "the reader of the audit trail cannot start: records wait for some hours, and are then in its DLQ"
            );
            return Err(problem.into());
        }
    };
    lambda_runtime::run(service_fn(|event| function.handle(event))).await
}

async fn start() -> Result<AuditTrail<Queue, SystemClock>, SettingsError> {
    let AuditTrailSettings { queue_url, key, followed } = AuditTrailSettings::read(&Environment)?;
    let config = client::load(Patience::MIRROR).await;
    let queue = Queue::connect(&config, queue_url, key);
    Ok(AuditTrail::new(queue, SystemClock, followed))
}
