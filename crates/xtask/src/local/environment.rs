//! What the `twinpool` command reads from its environment, for a local AWS.

use std::fs;

use anyhow::{Context as _, Result};

use super::{Addresses, Stack};
use crate::paths;

/// The secret of every local AWS.
pub(super) const DIGEST_KEY: &str = "a secret of the local AWS, known to everyone";

impl Addresses {
    /// Names and values of the variables.
    #[must_use]
    pub fn environment(&self) -> [(&'static str, &str); 11] {
        [
            ("AWS_ENDPOINT_URL", &self.endpoint),
            ("AWS_REGION", &self.region),
            ("AWS_ACCESS_KEY_ID", "test"),
            ("AWS_SECRET_ACCESS_KEY", "test"),
            ("TWINPOOL_LINKS_TABLE", &self.table),
            ("TWINPOOL_QUEUE_URL", &self.queue_url),
            ("TWINPOOL_DLQ_URL", &self.dlq_url),
            ("TWINPOOL_OLD_POOL_ID", &self.old_pool.id),
            ("TWINPOOL_NEW_POOL_ID", &self.new_pool.id),
            ("TWINPOOL_OLD_POOL_ENDPOINT_URL", &self.old_pool.endpoint),
            ("TWINPOOL_DIGEST_KEY", DIGEST_KEY),
        ]
    }
}

impl Stack {
    /// The same, and the name of the stack, from whose outputs the command takes what else it asks for.
    #[must_use]
    pub fn environment(&self) -> Vec<(&'static str, String)> {
        let mut all = self.addresses.environment().map(|(name, value)| (name, value.to_owned())).to_vec();
        all.push(("TWINPOOL_STACK", self.deployed_as()));
        all
    }

    /// Leaves behind where everything is: `.local/stack.json` for programs, `.local/environment` for a shell.
    ///
    /// # Errors
    /// When the files cannot be written.
    pub fn write_down(&self) -> Result<()> {
        let json = serde_json::to_string_pretty(&self.addresses)? + "\n";
        let lines = self.environment().into_iter().map(|(name, value)| format!("export {name}='{value}'\n"));
        for (file, text) in [("stack.json", json), ("environment", lines.collect())] {
            let path = paths::local().join(file);
            fs::write(&path, text).with_context(|| format!("cannot write {}", path.display()))?;
        }
        Ok(())
    }

    /// Takes away what [`Stack::write_down`] left.
    pub fn forget() {
        for file in ["stack.json", "environment"] {
            let _ = fs::remove_file(paths::local().join(file));
        }
    }
}
