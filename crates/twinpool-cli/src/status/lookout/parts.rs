//! What AWS calls the parts of the stack: as somebody said it, else as the stack says.

use std::collections::BTreeSet;

use twinpool_aws::cloudformation::Resource;
use twinpool_aws::settings::WatchPlaces;
use twinpool_core::check::Look;
use twinpool_core::id::PoolId;

use super::Sources;

/// Addresses of queues and names of functions; or why one is not known.
#[derive(Debug)]
pub(super) struct Parts {
    stack: String,
    pub(super) queue: Look<String>,
    pub(super) dlq: Look<String>,
    pub(super) audit_trail_dlq: Look<String>,
    resources: Look<Vec<Resource>>,
}

impl Parts {
    pub(super) fn of(sources: &Sources, resources: Look<Vec<Resource>>) -> Self {
        let stack = sources.named.stack.clone();
        let mut parts = Self {
            queue: Err(String::new()),
            dlq: Err(String::new()),
            audit_trail_dlq: Err(String::new()),
            stack,
            resources,
        };
        let queue = |said: &Option<String>, name| said.clone().map_or_else(|| parts.named(name), Ok);
        let [events, dead, audit] = [
            queue(&sources.queue_url, "ChangeEvents"),
            queue(&sources.dlq_url, "DeadLetters"),
            queue(&sources.audit_trail_dlq_url, "AuditTrailDeadLetters"),
        ];
        (parts.queue, parts.dlq, parts.audit_trail_dlq) = (events, dead, audit);
        parts
    }

    /// What AWS calls this resource of the template: the name of a function, the address of a queue.
    pub(super) fn named(&self, name: &str) -> Look<String> {
        let resources = self.resources.as_ref().map_err(Clone::clone)?;
        let found = resources.iter().find(|resource| resource.name == name);
        let physical =
            found.map(|resource| resource.physical.clone()).filter(|physical| !physical.is_empty());
        physical.ok_or_else(|| format!("the stack {} has no {name}", self.stack))
    }

    /// What AWS calls its alarms.
    pub(super) fn alarms(&self) -> Look<BTreeSet<String>> {
        let resources = self.resources.as_ref().map_err(Clone::clone)?;
        let alarms = resources.iter().filter(|one| one.kind == "AWS::CloudWatch::Alarm");
        Ok(alarms.map(|one| one.physical.clone()).collect())
    }

    /// What is measured. A function that the stack has not is not measured; one that is not known makes nothing known.
    pub(super) fn places(&self, new_pool: &PoolId) -> Look<WatchPlaces> {
        self.resources.as_ref().map_err(Clone::clone)?;
        Ok(WatchPlaces {
            stack: self.stack.clone(),
            new_pool: new_pool.clone(),
            queue_url: self.queue.clone()?,
            dlq_url: self.dlq.clone()?,
            audit_trail_dlq_url: self.audit_trail_dlq.clone().ok(),
            mirror: self.named("Mirror").ok(),
            resolve: self.named("Resolve").ok(),
            authorizer: self.named("Authorizer").ok(),
            sign_in: self.named("SignIn").ok(),
        })
    }
}
