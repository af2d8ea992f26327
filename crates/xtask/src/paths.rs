//! Where things are.

use std::path::{Path, PathBuf};
use std::process::Command;

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
    root().join(set.unwrap_or_else(|_| "target".to_owned()))
}

/// Cargo, at the top of the project.
///
/// What `cargo xtask` sets for itself would look to some build scripts like another build, and cost one.
#[must_use]
pub fn cargo() -> Command {
    let mut cargo = Command::new(env!("CARGO"));
    let own = |name: &str| name.starts_with("CARGO_PKG_") || name.starts_with("CARGO_MANIFEST_");
    for (name, _) in std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(own)) {
        cargo.env_remove(name);
    }
    cargo.current_dir(root());
    cargo
}
