//! The stack.

use std::collections::BTreeMap;

use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::error::SdkError;
use aws_sdk_cloudformation::types::{Stack, StackStatus};
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use twinpool_core::port::Answer;

use crate::code::port_error;

/// What the stack says of itself, by name; `None` when there is no such stack, or nothing was ever made in it.
///
/// # Errors
/// Those of CloudFormation, by their code.
pub async fn outputs(config: &SdkConfig, stack: &str) -> Answer<Option<BTreeMap<String, String>>> {
    let found = describe(&Client::new(config), stack).await?;
    Ok(found.filter(|stack| stack.stack_status() != Some(&StackStatus::ReviewInProgress)).map(outputs_of))
}

fn outputs_of(stack: Stack) -> BTreeMap<String, String> {
    let all = stack.outputs.unwrap_or_default().into_iter();
    all.filter_map(|output| output.output_key.zip(output.output_value)).collect()
}

async fn describe(client: &Client, stack: &str) -> Answer<Option<Stack>> {
    match client.describe_stacks().stack_name(stack).send().await {
        Ok(answer) => Ok(answer.stacks.unwrap_or_default().into_iter().next()),
        Err(error) if is_missing(&error) => Ok(None),
        Err(error) => Err(port_error("DescribeStacks", &error)),
    }
}

/// CloudFormation has no code of its own for a stack that is not there.
fn is_missing<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    error.as_service_error().is_some_and(|error| {
        error.code() == Some("ValidationError")
            && error.message().is_some_and(|message| message.ends_with("does not exist"))
    })
}

#[cfg(all(test, feature = "raw"))]
mod tests;
