//! The settings of the sweep.

use super::{MirrorSettings, Result, Source, or_default};

/// What the sweep function is told.
#[derive(Debug, Clone)]
pub struct SweepSettings {
    /// The same as the mirror is.
    pub mirror: MirrorSettings,
    /// How many hints it sends at most each time.
    pub most_hints: u64,
}

impl SweepSettings {
    /// Reads the settings.
    ///
    /// # Errors
    /// When one is missing or cannot be used.
    pub fn read(source: &impl Source) -> Result<Self> {
        let wanted = "it should be a whole number";
        let most_hints = or_default(source, "TWINPOOL_SWEEP_MOST_HINTS", 10_000, wanted)?;
        Ok(Self { mirror: MirrorSettings::read(source)?, most_hints })
    }
}
