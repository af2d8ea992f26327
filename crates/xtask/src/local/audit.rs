//! The audit trail of the local AWS: records of `events/cloudtrail`, given to the deployed rule.
//!
//! MiniStack's own records go nowhere near EventBridge, and are not like AWS's (docs/local-audit-trail.md). Nobody but AWS may
//! send events as `aws.cognito-idp`, and MiniStack holds to that: so the rule is asked whether it would take the true event,
//! and the event is then sent under a name that the local rule takes as well.

use std::fs;

use anyhow::{Context as _, Result, bail};
use serde_json::{Value, json};

use crate::paths;
use crate::wire::Aws;

/// The source that stands in for AWS's own.
const SOURCE: &str = "twinpool.local";

/// The pool, the user and the group in the files.
const POOL: &str = "eu-west-1_oLdP00l01";
const USER: &str = "0b6f2c1e-5d0a-4f53-9d57-1d7a3c2e9a01";
const GROUP: &str = "editors";

/// The way of a record into the deployed function.
#[derive(Debug)]
pub struct AuditTrail {
    aws: Aws,
    rule: String,
    pool: String,
}

impl AuditTrail {
    pub(super) fn new(aws: Aws, rule: &str, pool: &str) -> Self {
        Self { aws, rule: rule.to_owned(), pool: pool.to_owned() }
    }

    /// Tells of an operation on a user of the pool, as CloudTrail would minutes after it.
    ///
    /// # Errors
    /// When there is no such file, the rule does not take the event, or EventBridge refuses it.
    pub fn tell(&self, operation: &str, sub: &str) -> Result<()> {
        self.deliver(&self.record(operation)?.replace(USER, sub))
    }

    /// Tells of an operation on a group of the pool.
    ///
    /// # Errors
    /// As [`tell`](Self::tell).
    pub fn tell_of_group(&self, operation: &str, group: &str) -> Result<()> {
        self.deliver(&self.record(operation)?.replace(GROUP, group))
    }

    fn record(&self, operation: &str) -> Result<String> {
        let path = paths::root().join("events/cloudtrail").join(format!("{operation}.json"));
        let text = fs::read_to_string(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok(text.replace(POOL, &self.pool))
    }

    fn deliver(&self, event: &str) -> Result<()> {
        let rule = self.aws.events("DescribeRule", &json!({ "Name": self.rule }))?;
        let pattern = rule["EventPattern"].as_str().context("the rule has no pattern")?;
        let taken =
            self.aws.events("TestEventPattern", &json!({ "EventPattern": pattern, "Event": event }))?;
        if taken["Result"] != true {
            bail!("the rule of infra/template.yaml does not take this event");
        }
        self.widen(pattern)?;
        let event: Value = serde_json::from_str(event)?;
        let entry = json!({
            "Source": SOURCE, "DetailType": event["detail-type"], "Detail": event["detail"].to_string(),
        });
        let answer = self.aws.events("PutEvents", &json!({ "Entries": [entry] }))?;
        if answer["FailedEntryCount"] != 0 {
            bail!("EventBridge did not take the event: {answer}");
        }
        Ok(())
    }

    /// Makes the rule take the stand-in's events too.
    fn widen(&self, pattern: &str) -> Result<()> {
        let mut pattern: Value = serde_json::from_str(pattern)?;
        let sources = pattern["source"].as_array_mut().context("the rule names no source")?;
        if sources.iter().any(|source| source == SOURCE) {
            return Ok(());
        }
        sources.push(SOURCE.into());
        let rule = json!({ "Name": self.rule, "EventPattern": pattern.to_string(), "State": "ENABLED" });
        self.aws.events("PutRule", &rule)?;
        Ok(())
    }
}
