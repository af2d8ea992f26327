//! The mirror, stopped and started as an operator would.

use anyhow::{Context as _, Result};
use serde_json::json;

use super::Stack;

const MAPPINGS: &str = "2015-03-31/event-source-mappings";

impl Stack {
    /// Lets the mirror's queue be read, or not: its event source is turned on or off. What waits stays in the queue, and is tried no
    /// sooner towards the DLQ.
    ///
    /// # Errors
    /// When the mirror has no event source, or Lambda refuses.
    pub fn let_mirror_run(&self, runs: bool) -> Result<()> {
        let aws = self.aws();
        let mirror = self.output("MirrorArn")?;
        let name = mirror.rsplit(':').next().unwrap_or(&mirror);
        let found = aws.look(&format!("{MAPPINGS}?FunctionName={name}"), "lambda")?;
        let id = found["EventSourceMappings"][0]["UUID"].as_str();
        let id = id.with_context(|| format!("{name} has no event source"))?;
        aws.change(&format!("{MAPPINGS}/{id}"), "lambda", &json!({ "Enabled": runs })).map(drop)
    }
}
