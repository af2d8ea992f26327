//! Where things are.

use std::path::{Path, PathBuf};
use std::process::Command;

use twinpool_package::Checkout;

/// The top of the project.
#[must_use]
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.ancestors().nth(2).unwrap_or(here).to_owned()
}

/// Everything that is installed or started for the project lives here, and nothing of it anywhere else.
#[must_use]
pub fn local() -> PathBuf {
    root().join(".local")
}

/// Cargo, at the top of the project.
#[must_use]
pub fn cargo() -> Command {
    Checkout::at(root()).cargo()
}

/// The build directory.
#[must_use]
pub fn target() -> PathBuf {
    Checkout::at(root()).target()
}
