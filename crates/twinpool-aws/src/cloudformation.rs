//! The stack.

use std::collections::BTreeMap;
use std::fmt;

use aws_config::SdkConfig;
use aws_sdk_cloudformation::Client;
use aws_sdk_cloudformation::error::SdkError;
use aws_sdk_cloudformation::types::StackStatus;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use twinpool_core::port::{Answer, PortError};

use crate::code::port_error;

mod change_set;
mod life;
#[cfg(all(test, feature = "raw"))]
mod tests;

pub use change_set::{
    Action, Change, ChangeSet, Given, LONGEST_BODY, Proposal, Replacement, State, Template,
};
pub use life::{Event, Resource};

/// What the stack says of itself, by name; `None` when there is no such stack, or nothing was ever made in it.
///
/// # Errors
/// Those of CloudFormation, by their code.
pub async fn outputs(config: &SdkConfig, stack: &str) -> Answer<Option<BTreeMap<String, String>>> {
    let found = Stack::connect(config, stack).describe().await.map_err(|error| error.port)?;
    Ok(found
        .filter(|stack| stack.status != StackStatus::ReviewInProgress.as_str())
        .map(|stack| stack.outputs))
}

/// A call that failed. CloudFormation's messages name parameters and resources, and no user: they are kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StackError {
    /// Operation and code.
    pub port: PortError,
    /// What CloudFormation says.
    pub message: Option<String>,
}

impl fmt::Display for StackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.message {
            Some(message) => write!(f, "{}: {message}", self.port),
            None => self.port.fmt(f),
        }
    }
}

impl std::error::Error for StackError {}

/// One stack, by name or by ARN.
#[derive(Debug, Clone)]
pub struct Stack {
    client: Client,
    name: String,
}

/// How a stack stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Described {
    /// The ARN, by which a deleted stack is found too.
    pub id: String,
    /// In CloudFormation's words: `CREATE_COMPLETE`.
    pub status: String,
    /// Why, where CloudFormation says it.
    pub reason: Option<String>,
    /// What it was deployed with; of those that are secret, stars.
    pub parameters: BTreeMap<String, String>,
    /// What it says of itself.
    pub outputs: BTreeMap<String, String>,
    /// Whether it refuses to be deleted.
    pub is_protected: bool,
}

impl Stack {
    /// The stack of this name, or with this ARN.
    #[must_use]
    pub fn connect(config: &SdkConfig, name: &str) -> Self {
        Self { client: Client::new(config), name: name.to_owned() }
    }

    /// The same, under its ARN: a deleted stack has no name any more.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Self {
        Self { client: self.client.clone(), name: id.to_owned() }
    }

    /// How it stands; `None` when there is none.
    ///
    /// # Errors
    /// Those of CloudFormation.
    pub async fn describe(&self) -> Result<Option<Described>, StackError> {
        let answer = match self.client.describe_stacks().stack_name(&self.name).send().await {
            Err(error) if is_missing(&error) => return Ok(None),
            answer => answer.map_err(|error| stack_error("DescribeStacks", &error))?,
        };
        Ok(answer.stacks.unwrap_or_default().into_iter().next().map(|stack| {
            let parameters = stack.parameters.unwrap_or_default().into_iter();
            let outputs = stack.outputs.unwrap_or_default().into_iter();
            Described {
                id: stack.stack_id.unwrap_or_default(),
                status: stack.stack_status.as_ref().map_or_else(String::new, |it| it.as_str().to_owned()),
                reason: stack.stack_status_reason.filter(|reason| !reason.is_empty()),
                parameters: parameters.filter_map(|it| it.parameter_key.zip(it.parameter_value)).collect(),
                outputs: outputs.filter_map(|it| it.output_key.zip(it.output_value)).collect(),
                is_protected: stack.enable_termination_protection.unwrap_or_default(),
            }
        }))
    }
}

fn stack_error<E: ProvideErrorMetadata, R>(operation: &'static str, error: &SdkError<E, R>) -> StackError {
    let message = error.as_service_error().and_then(|error| error.message()).map(str::to_owned);
    StackError { port: port_error(operation, error), message }
}

/// CloudFormation has no code of its own for a stack that is not there.
fn is_missing<E: ProvideErrorMetadata, R>(error: &SdkError<E, R>) -> bool {
    error.as_service_error().is_some_and(|error| {
        error.code() == Some("ValidationError")
            && error.message().is_some_and(|message| message.ends_with("does not exist"))
    })
}
