//! Change sets: what would be done is shown before it is.

use aws_sdk_cloudformation::types::{
    Capability, ChangeAction, ChangeSetStatus, ChangeSetType, Parameter, Replacement as Replaced,
    ResourceChange,
};
use twinpool_core::port::{Class, PortError};

use super::{Stack, StackError, stack_error};

/// A change set of one stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ChangeSet {
    id: String,
}

/// What is asked for.
#[derive(Debug)]
pub struct Proposal<'a> {
    /// A new name.
    pub name: &'a str,
    /// Whether the stack is made by it.
    pub is_new: bool,
    /// The template.
    pub template: Template<'a>,
    /// The parameters; those that are left out have the template's defaults.
    pub parameters: &'a [(String, Given)],
}

/// Where a template is.
#[derive(Debug, Clone, Copy)]
pub enum Template<'a> {
    /// Here. CloudFormation takes [`LONGEST_BODY`] bytes.
    Body(&'a str),
    /// In S3.
    Url(&'a str),
}

/// The longest template that a call may hold, in bytes.
pub const LONGEST_BODY: usize = 51_200;

/// The value of a parameter.
#[derive(Clone, PartialEq, Eq)]
pub enum Given {
    /// This.
    Value(String),
    /// What the stack has.
    Previous,
}

impl std::fmt::Debug for Given {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(match self {
            // One of them is a secret.
            Self::Value(_) => "Value",
            Self::Previous => "Previous",
        })
    }
}

/// How far a change set is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// CloudFormation still thinks.
    Pending,
    /// There is nothing to change.
    Empty,
    /// This would be done.
    Ready(Vec<Change>),
    /// It cannot be done, and why.
    Failed(String),
}

/// What would become of one resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Added, changed, taken away.
    pub action: Action,
    /// Its name in the template.
    pub resource: String,
    /// `AWS::SQS::Queue`.
    pub kind: String,
    /// Whether another one takes its place.
    pub replacement: Replacement,
    /// What of it changes: `Code`.
    pub properties: Vec<String>,
}

/// What is done with a resource.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    /// Made.
    Add,
    /// Changed, or replaced.
    Modify,
    /// Taken from the stack, and deleted unless its policy keeps it.
    Remove,
    /// Something else, in CloudFormation's words.
    Other(String),
}

/// Whether another resource takes its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replacement {
    /// It stays.
    No,
    /// CloudFormation knows when it does it.
    Perhaps,
    /// Another one comes.
    Yes,
}

impl Stack {
    /// Asks what would be done.
    ///
    /// # Errors
    /// Those of CloudFormation.
    pub async fn propose(&self, proposal: &Proposal<'_>) -> Result<ChangeSet, StackError> {
        const OPERATION: &str = "CreateChangeSet";
        let parameter = |(name, given): &(String, Given)| {
            let parameter = Parameter::builder().parameter_key(name);
            match given {
                Given::Value(value) => parameter.parameter_value(value).build(),
                Given::Previous => parameter.use_previous_value(true).build(),
            }
        };
        let kind = if proposal.is_new { ChangeSetType::Create } else { ChangeSetType::Update };
        let call = self.client.create_change_set().stack_name(&self.name).change_set_name(proposal.name);
        let call = match proposal.template {
            Template::Body(text) => call.change_set_type(kind).template_body(text),
            Template::Url(url) => call.change_set_type(kind).template_url(url),
        };
        let call = call.set_parameters(Some(proposal.parameters.iter().map(parameter).collect()));
        let call = call.capabilities(Capability::CapabilityIam);
        let call = call.capabilities(Capability::CapabilityAutoExpand);
        let answer = call.send().await.map_err(|error| stack_error(OPERATION, &error))?;
        let no_id = || StackError {
            port: PortError::new(Class::Unreadable, OPERATION, "NoChangeSetId"),
            message: None,
        };
        Ok(ChangeSet { id: answer.id.ok_or_else(no_id)? })
    }

    /// What would be done, as far as CloudFormation knows it.
    ///
    /// # Errors
    /// Those of CloudFormation.
    pub async fn proposed(&self, set: &ChangeSet) -> Result<State, StackError> {
        let mut changes = Vec::new();
        let mut token = None;
        loop {
            let call = self.client.describe_change_set().stack_name(&self.name).change_set_name(&set.id);
            let answer = call.set_next_token(token).send().await;
            let page = answer.map_err(|error| stack_error("DescribeChangeSet", &error))?;
            match page.status {
                Some(ChangeSetStatus::CreateComplete) => {}
                Some(ChangeSetStatus::CreatePending | ChangeSetStatus::CreateInProgress) => {
                    return Ok(State::Pending);
                }
                _ => return Ok(failed(page.status_reason.unwrap_or_default())),
            }
            let found = page.changes.unwrap_or_default();
            changes.extend(found.into_iter().filter_map(|change| change.resource_change).map(read));
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(State::Ready(changes));
            }
        }
    }

    /// Does what was proposed.
    ///
    /// # Errors
    /// Those of CloudFormation.
    pub async fn execute(&self, set: &ChangeSet) -> Result<(), StackError> {
        let call = self.client.execute_change_set().stack_name(&self.name).change_set_name(&set.id);
        call.send().await.map(drop).map_err(|error| stack_error("ExecuteChangeSet", &error))
    }

    /// Takes the proposal back.
    ///
    /// # Errors
    /// Those of CloudFormation.
    pub async fn forget(&self, set: &ChangeSet) -> Result<(), StackError> {
        let call = self.client.delete_change_set().stack_name(&self.name).change_set_name(&set.id);
        call.send().await.map(drop).map_err(|error| stack_error("DeleteChangeSet", &error))
    }
}

/// CloudFormation has no state of its own for nothing to do, and says it in two ways: with and without a transform.
fn failed(reason: String) -> State {
    let is_empty =
        reason.contains("didn't contain changes") || reason.contains("No updates are to be performed");
    if is_empty { State::Empty } else { State::Failed(reason) }
}

fn read(change: ResourceChange) -> Change {
    let action = match change.action {
        Some(ChangeAction::Add) => Action::Add,
        Some(ChangeAction::Modify) => Action::Modify,
        Some(ChangeAction::Remove) => Action::Remove,
        other => Action::Other(other.map_or_else(String::new, |other| other.as_str().to_owned())),
    };
    let replacement = match change.replacement {
        Some(Replaced::True) => Replacement::Yes,
        Some(Replaced::False) | None => Replacement::No,
        Some(_) => Replacement::Perhaps,
    };
    let details = change.details.unwrap_or_default().into_iter();
    let name = |target: aws_sdk_cloudformation::types::ResourceTargetDefinition| {
        let whole = target.attribute.map(|attribute| attribute.as_str().to_owned());
        target.name.or(whole)
    };
    let mut properties: Vec<_> = details.filter_map(|detail| name(detail.target?)).collect();
    properties.sort();
    properties.dedup();
    Change {
        action,
        resource: change.logical_resource_id.unwrap_or_default(),
        kind: change.resource_type.unwrap_or_default(),
        replacement,
        properties,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_to_do_is_told_from_a_failure_however_it_is_said() {
        let empty = [
            "The submitted information didn't contain changes. Submit different information to create a change set.",
            "No updates are to be performed.",
        ];
        for reason in empty {
            assert_eq!(failed(reason.to_owned()), State::Empty, "{reason}");
        }
        let why =
            "Transform AWS::Serverless-2016-10-31 failed with: Invalid Serverless Application Specification";
        assert_eq!(failed(why.to_owned()), State::Failed(why.to_owned()));
    }
}
