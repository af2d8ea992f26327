//! Lambda: mirrors what the queue says has changed.

use lambda_runtime::{Error, service_fn};
use twinpool_aws::settings::{Environment, MirrorSettings, RulesFile};
use twinpool_functions::traces::Traces;
use twinpool_functions::{init_logging_with, mirror, rules, wiring};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let traces = Traces::of(&Environment);
    init_logging_with(&traces);
    let (engine, queue) = match Box::pin(start()).await {
        Ok(started) => started,
        Err(problem) => {
            tracing::error!(
                reason = format!("{problem:#}"),
                "the mirror cannot start: events wait in the queue, and are in the DLQ after some hours"
            );
            return Err(problem.into());
        }
    };
    let governors = engine.ports().governors();
    lambda_runtime::run(service_fn(|event| mirror::handle(&engine, (governors, &traces), &queue, event)))
        .await
}

async fn start() -> anyhow::Result<(twinpool_engine::Engine<wiring::Aws>, twinpool_aws::sqs::Queue)> {
    let settings = MirrorSettings::read(&Environment)?;
    let rules = rules::read(RulesFile::find(&Environment).as_ref())?;
    // With it a log tells which rules were at work; it shows nothing of them.
    tracing::info!(rules = rules.fingerprint(), "the mirror starts");
    wiring::engine(settings, rules, "mirror").await
}
