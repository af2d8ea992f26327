//! Where things are.

use std::path::{Path, PathBuf};

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

/// The build directory.
#[must_use]
pub fn target() -> PathBuf {
    #[expect(clippy::disallowed_methods, reason = "cargo's own variable")]
    let set = std::env::var("CARGO_TARGET_DIR");
    set.map_or_else(|_| root().join("target"), PathBuf::from)
}
