//! The zips of this checkout.

use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};
use twinpool_package::{Architecture, Checkout};

use crate::paths;

pub use twinpool_package::FUNCTIONS;

fn checkout() -> Checkout {
    Checkout::at(paths::root())
}

/// Builds all functions with the release profile and zips them, the rules beside the mirror.
///
/// # Errors
/// When the build fails, or the rules are broken.
pub fn build(rules: Option<&Path>) -> Result<()> {
    checkout().package_for_here(rules)?;
    Ok(())
}

/// Where the rules are, if nobody says otherwise and they are there.
#[must_use]
pub fn default_rules() -> Option<PathBuf> {
    checkout().default_rules()
}

/// Where a function's zip is.
#[must_use]
pub fn zip_of(function: &str) -> PathBuf {
    checkout().zip_of(function)
}

/// What was built for production.
#[derive(Debug)]
pub struct Package {
    /// What the template calls `Architecture`.
    pub architecture: Architecture,
    /// The zips, with their size in bytes.
    pub zips: Vec<(PathBuf, u64)>,
}

/// Builds for production, for the architecture of this machine.
///
/// # Errors
/// When the rules are broken, the build fails, or Lambda could not load what was built.
pub fn for_production(rules: Option<&Path>) -> Result<Package> {
    let architecture = Architecture::here()
        .context("say which architecture, with the command: twinpool package --arch arm64")?;
    let zips = checkout().package_for(architecture, rules)?;
    Ok(Package { architecture, zips })
}
