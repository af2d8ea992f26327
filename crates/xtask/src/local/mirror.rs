//! The mirror, stopped and started as an operator would.

use anyhow::{Context as _, Result, ensure};
use serde_json::{Value, json};

use super::Stack;

/// Where Lambda has event sources.
pub(crate) const MAPPINGS: &str = "2015-03-31/event-source-mappings";

impl Stack {
    /// Lets the mirror's queue be read, or not: its event source is turned on or off. What waits stays in the queue, and is tried no
    /// sooner towards the DLQ.
    ///
    /// # Errors
    /// When the mirror has no event source, or Lambda refuses.
    pub fn let_mirror_run(&self, runs: bool) -> Result<()> {
        let (_, source) = self.mirror_event_source()?;
        let id = source["UUID"].as_str().context("an event source has an id")?;
        self.aws().change(&format!("{MAPPINGS}/{id}"), "lambda", &json!({ "Enabled": runs })).map(drop)
    }

    /// The mirror's name, and its event source.
    pub(crate) fn mirror_event_source(&self) -> Result<(String, Value)> {
        let mirror = self.output("MirrorArn")?;
        let name = mirror.rsplit(':').next().unwrap_or(&mirror);
        let found = self.aws().look(&format!("{MAPPINGS}?FunctionName={name}"), "lambda")?;
        let source = found["EventSourceMappings"][0].clone();
        ensure!(source["EventSourceArn"].is_string(), "{name} has no event source");
        Ok((name.to_owned(), source))
    }
}
