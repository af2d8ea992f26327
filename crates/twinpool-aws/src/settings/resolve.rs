//! The settings of the HTTP API.

use super::{Result, Source, required};

/// What the resolve function is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResolveSettings {
    /// The table of links.
    pub links_table: String,
}

impl ResolveSettings {
    /// Reads the settings.
    ///
    /// # Errors
    /// When one is missing.
    pub fn read(source: &impl Source) -> Result<Self> {
        Ok(Self { links_table: required(source, "TWINPOOL_LINKS_TABLE")? })
    }
}
