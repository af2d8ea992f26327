//! What everybody is told who takes the pools' tokens: the authorizer, and services of the product.

use super::{Result, Source, TokenSettings, required};

/// Whose tokens are accepted, and where the user ids are.
#[derive(Debug, Clone)]
pub struct BackendSettings {
    /// Whose tokens are accepted.
    pub tokens: TokenSettings,
    /// The table of links.
    pub links_table: String,
}

impl BackendSettings {
    /// Reads the settings.
    ///
    /// # Errors
    /// When one is missing or cannot be used.
    pub fn read(source: &impl Source) -> Result<Self> {
        let tokens = TokenSettings::read(source)?;
        Ok(Self { tokens, links_table: required(source, "TWINPOOL_LINKS_TABLE")? })
    }
}
