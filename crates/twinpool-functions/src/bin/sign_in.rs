//! Lambda: all triggers of the new pool. Adds the user id to tokens, and lets people of the old pool in.

use std::io::Write as _;

use lambda_runtime::{Error, LambdaEvent, Runtime, service_fn};
use serde_json::value::RawValue;
use twinpool_aws::settings::Environment;
use twinpool_functions::sign_in::{Answer, start};
use twinpool_trigger::quiet_panics;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    quiet_panics();
    let function = &start(&Environment).await;
    let answer = async |event: LambdaEvent<Box<RawValue>>| {
        let Answer { event, lines, chain } = function.answer(event).await;
        let lines = lines.iter().map(ToString::to_string).chain(chain.map(|line| line.to_string()));
        for line in lines {
            // A closed standard output is no reason to fail a sign-in.
            drop(writeln!(std::io::stdout().lock(), "{line}"));
        }
        event
    };
    Runtime::new(service_fn(answer)).run().await
}
