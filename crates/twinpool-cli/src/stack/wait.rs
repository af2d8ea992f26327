//! Waiting until CloudFormation is done, and saying how far it is.

use std::collections::HashSet;
use std::time::Duration;

use twinpool_aws::cloudformation::{Event, Stack};
use twinpool_core::port::Class;

use super::Named;
use crate::progress::Progress;

/// Between two looks: short at first, as long as CloudFormation likes it later.
#[derive(Debug)]
pub(crate) struct Pauses(Duration);

impl Pauses {
    pub(crate) fn new() -> Self {
        Self(Duration::from_millis(100))
    }

    pub(crate) async fn pause(&mut self) {
        tokio::time::sleep(self.0).await;
        self.0 = self.0.mul_f32(1.5).min(Duration::from_secs(4));
    }
}

/// How it ended.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct End {
    /// The last status; none when the stack is gone.
    pub(crate) status: Option<String>,
    /// The first thing that failed, and why.
    pub(crate) failure: Option<String>,
}

/// Looks on while CloudFormation works on a stack.
pub(crate) struct Watch<'a> {
    named: &'a Named,
    /// By its ARN.
    stack: Stack,
    known: HashSet<String>,
}

impl<'a> Watch<'a> {
    /// Before the work begins: what had happened by now is not told.
    pub(crate) async fn begin(named: &'a Named, stack: Stack) -> anyhow::Result<Self> {
        let before = stack.events(&HashSet::new()).await.map_err(|error| named.problem(error))?;
        Ok(Self { named, stack, known: before.into_iter().map(|event| event.id).collect() })
    }

    /// Until it is done. `all`: about how many resources are worked on.
    pub(crate) async fn end(self, all: usize) -> anyhow::Result<End> {
        let progress = Progress::new(Some(all as u64));
        let mut pauses = Pauses::new();
        loop {
            pauses.pause().await;
            let looked = async {
                let described = self.stack.describe().await?;
                Ok((described, self.stack.events(&self.known).await?))
            };
            let (described, events) = match looked.await {
                Ok(looked) => looked,
                // The work goes on at AWS, whether we see it or not.
                Err::<_, twinpool_aws::cloudformation::StackError>(error)
                    if matches!(error.port.class, Class::Unavailable | Class::Throttled) =>
                {
                    progress.say(&format!("{}: looked at again in a moment", error.port));
                    continue;
                }
                Err(error) => return Err(self.named.problem(error)),
            };
            let status = described.map(|stack| stack.status);
            if is_done(status.as_deref(), &events) {
                progress.end();
                return Ok(End { status, failure: first_failure(&events) });
            }
            let last = events.last().map(|event| format!("{} {}", event.resource, event.status));
            progress.show(finished(&events), &last.unwrap_or_default());
        }
    }
}

/// Without an event yet, the status may be that of the work before.
fn is_done(status: Option<&str>, events: &[Event]) -> bool {
    match status {
        None | Some("DELETE_COMPLETE") => true,
        Some(status) => !events.is_empty() && !status.ends_with("_IN_PROGRESS"),
    }
}

/// How many resources have come to an end.
fn finished(events: &[Event]) -> u64 {
    let done = events.iter().filter(|event| event.status.ends_with("_COMPLETE"));
    done.map(|event| &event.resource).collect::<HashSet<_>>().len() as u64
}

/// What failed first is the cause; what follows was called off.
fn first_failure(events: &[Event]) -> Option<String> {
    let failed = |event: &&Event| {
        let why = event.reason.as_deref().unwrap_or_default();
        event.status.ends_with("_FAILED") && !why.contains("cancelled")
    };
    let event = events.iter().find(failed)?;
    let why = event.reason.as_deref().unwrap_or("CloudFormation does not say why");
    Some(format!("{} ({}): {why}", event.resource, event.kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn event(resource: &str, status: &str, reason: Option<&str>) -> Event {
        Event {
            id: format!("{resource}-{status}"),
            resource: resource.to_owned(),
            kind: "AWS::SQS::Queue".to_owned(),
            status: status.to_owned(),
            reason: reason.map(str::to_owned),
        }
    }

    #[test]
    fn the_status_of_the_work_before_is_no_end() {
        let begun = [event("twinpool", "UPDATE_IN_PROGRESS", None)];
        assert!(!is_done(Some("UPDATE_COMPLETE"), &[]));
        assert!(!is_done(Some("UPDATE_COMPLETE_CLEANUP_IN_PROGRESS"), &begun));
        assert!(is_done(Some("UPDATE_COMPLETE"), &begun));
        assert!(is_done(None, &[]) && is_done(Some("DELETE_COMPLETE"), &[]));
    }

    #[test]
    fn the_cause_is_what_failed_first_and_not_what_was_called_off() {
        let events = [
            event("Capture", "CREATE_FAILED", Some("Resource creation cancelled")),
            event("Queue", "CREATE_FAILED", Some("no such key")),
            event("twinpool", "ROLLBACK_IN_PROGRESS", Some("The following resource(s) failed")),
            event("Links", "DELETE_FAILED", Some("is protected")),
        ];
        assert_eq!(first_failure(&events).unwrap(), "Queue (AWS::SQS::Queue): no such key");
        assert_eq!(first_failure(&events[2..3]), None);
        assert_eq!(finished(&[event("a", "CREATE_COMPLETE", None), event("a", "UPDATE_COMPLETE", None)]), 1);
    }
}
