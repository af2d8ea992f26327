//! What a stack is made of, what happens to it, and its end.

use std::collections::HashSet;

use aws_sdk_cloudformation::types::{ResourceStatus, StackEvent};

use super::{Stack, StackError, is_missing, stack_error};

/// A deployment of ours has some three hundred events; an old stack keeps ninety days of them.
const MOST_PAGES: usize = 20;

/// Something that happened to a resource, or to the stack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Event {
    /// Unlike any other.
    pub id: String,
    /// Its name in the template.
    pub resource: String,
    /// `AWS::SQS::Queue`.
    pub kind: String,
    /// In CloudFormation's words: `CREATE_FAILED`.
    pub status: String,
    /// Why, where CloudFormation says it.
    pub reason: Option<String>,
}

/// Something that the stack made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resource {
    /// Its name in the template.
    pub name: String,
    /// `AWS::SQS::Queue`.
    pub kind: String,
    /// What AWS calls it.
    pub physical: String,
}

impl Stack {
    /// What has happened since, the first first. `known`: what had happened before.
    ///
    /// # Errors
    /// Those of CloudFormation.
    pub async fn events(&self, known: &HashSet<String>) -> Result<Vec<Event>, StackError> {
        let mut found = Vec::new();
        let mut token = None;
        for _ in 0..MOST_PAGES {
            let call = self.client.describe_stack_events().stack_name(&self.name).set_next_token(token);
            let page = match call.send().await {
                Err(error) if is_missing(&error) => break,
                page => page.map_err(|error| stack_error("DescribeStackEvents", &error))?,
            };
            // The last comes first.
            let events: Vec<_> = page.stack_events.unwrap_or_default().into_iter().map(read).collect();
            let reaches_back = events.iter().any(|event| known.contains(&event.id));
            found.extend(events.into_iter().filter(|event| !known.contains(&event.id)));
            token = page.next_token.filter(|token| !token.is_empty() && !reaches_back);
            if token.is_none() {
                break;
            }
        }
        found.reverse();
        Ok(found)
    }

    /// What it is made of now.
    ///
    /// # Errors
    /// Those of CloudFormation.
    pub async fn resources(&self) -> Result<Vec<Resource>, StackError> {
        let mut found = Vec::new();
        let mut token = None;
        loop {
            let call = self.client.list_stack_resources().stack_name(&self.name).set_next_token(token);
            let page = match call.send().await {
                Err(error) if is_missing(&error) => return Ok(found),
                page => page.map_err(|error| stack_error("ListStackResources", &error))?,
            };
            for resource in page.stack_resource_summaries.unwrap_or_default() {
                let is_gone = resource.resource_status == Some(ResourceStatus::DeleteComplete);
                if let Some(physical) = resource.physical_resource_id.filter(|it| !is_gone && !it.is_empty())
                {
                    let name = resource.logical_resource_id.unwrap_or_default();
                    let kind = resource.resource_type.unwrap_or_default();
                    found.push(Resource { name, kind, physical });
                }
            }
            token = page.next_token.filter(|token| !token.is_empty());
            if token.is_none() {
                return Ok(found);
            }
        }
    }

    /// Begins to delete it.
    ///
    /// # Errors
    /// Those of CloudFormation.
    pub async fn delete(&self) -> Result<(), StackError> {
        let call = self.client.delete_stack().stack_name(&self.name);
        call.send().await.map(drop).map_err(|error| stack_error("DeleteStack", &error))
    }
}

fn read(event: StackEvent) -> Event {
    Event {
        id: event.event_id.unwrap_or_default(),
        resource: event.logical_resource_id.unwrap_or_default(),
        kind: event.resource_type.unwrap_or_default(),
        status: event.resource_status.map_or_else(String::new, |status| status.as_str().to_owned()),
        reason: event.resource_status_reason.filter(|reason| !reason.is_empty()),
    }
}
