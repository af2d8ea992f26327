//! The bootstrap of the trigger function.

use std::io::Write as _;

use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
use serde_json::value::RawValue;
use twinpool_aws::settings::Environment;
use twinpool_capture::{Answer, start};
use twinpool_trigger::quiet_panics;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    quiet_panics();
    let capture = &start(&Environment).await;
    let answer = async |event: LambdaEvent<Box<RawValue>>| {
        let Answer { event, loss, chain, claim } = capture.answer(event).await;
        let lines = [
            loss.map(|line| line.to_string()),
            chain.map(|line| line.to_string()),
            claim.map(|line| line.to_string()),
        ];
        for line in lines.into_iter().flatten() {
            // A closed standard output is no reason to fail a sign-in.
            drop(writeln!(std::io::stdout().lock(), "{line}"));
        }
        event
    };
    Runtime::new(service_fn(answer)).run().await
}
